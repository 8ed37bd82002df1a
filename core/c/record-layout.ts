import type { Token } from '../source/token.ts';
import type { CType, Field, RecordType } from './types.ts';

/** A member as declared, before it has a place. */
export interface MemberDeclaration {
  readonly name: string | undefined;
  readonly token: Token | undefined;
  readonly type: CType;
  /** Width of a bit-field, in bits. */
  readonly width: number | undefined;
  /** `packed` on the member itself. */
  readonly packed: boolean;
  /** `aligned(n)` on the member or `_Alignas`, in bytes. */
  readonly aligned: number | undefined;
}

/** `#pragma pack(n)` caps alignments; 0 is no cap. */
export interface LayoutRules {
  readonly packed: boolean;
  readonly aligned: number | undefined;
  readonly packPragma: number;
  /** On ARM an unnamed bit-field aligns its struct as a named one would (AAPCS 5.3.4), one of width 0 even a packed struct; on x86 never. */
  readonly unnamedAligns: boolean;
}

/**
 * Places the members as gcc does on arm, arm64 and x86 (GCC internals, PCC_BITFIELD_TYPE_MATTERS; AAPCS 5.3): a bit-field does
 * not cross a boundary of its type unless packed, and an unnamed one of width 0 ends the run.
 */
export function layOut(record: RecordType, members: readonly MemberDeclaration[], rules: LayoutRules): void {
  const fields: Field[] = [];
  /** Next free bit. */
  let bit = 0;
  let largest = 0;
  let align = 1;
  for (const member of members) {
    const { type } = member;
    const packed = rules.packed || member.packed;
    let own = packed ? 1 : type.align;
    if (member.aligned !== undefined) own = Math.max(packed && member.width === undefined ? 1 : own, member.aligned);
    if (rules.packPragma > 0) own = Math.min(own, rules.packPragma);
    if (record.kind === 'union') bit = 0;
    if (member.width === undefined) {
      bit = roundUp(Math.ceil(bit / 8), own) * 8;
      fields.push({ name: member.name, token: member.token, type, offset: bit / 8, bit: undefined });
      bit += type.size * 8;
      align = Math.max(align, own);
    } else if (member.width === 0) {
      bit = roundUp(bit, type.align * 8);
      if (rules.unnamedAligns) align = Math.max(align, rules.packPragma > 0 ? Math.min(type.align, rules.packPragma) : type.align);
      fields.push({ name: undefined, token: undefined, type, offset: bit / 8, bit: { start: 0, width: 0 } });
    } else {
      const unit = type.size * 8;
      if (member.aligned !== undefined) bit = roundUp(bit, member.aligned * 8);
      else if (!packed && Math.floor(bit / unit) !== Math.floor((bit + member.width - 1) / unit)) bit = roundUp(bit, unit);
      const offset = Math.floor(bit / 8);
      fields.push({ name: member.name, token: member.token, type, offset, bit: { start: bit % 8, width: member.width } });
      bit += member.width;
      if (member.name !== undefined || rules.unnamedAligns) align = Math.max(align, own);
    }
    largest = Math.max(largest, bit);
  }
  if (rules.aligned !== undefined) align = Math.max(align, rules.aligned);
  record.fields = fields;
  record.align = align;
  record.size = roundUp(Math.ceil(largest / 8), align);
  record.packed = rules.packed;
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
