import type { AggregateValue, InitialValue } from './initial-value.ts';
import type { CType, Field } from './types.ts';

/** The bytes of an object as the compiler lays them down: little endian on all three architectures. */
export function encodeObject(type: CType, initial: InitialValue | undefined): Uint8Array {
  const bytes = new Uint8Array(Math.max(type.size, initial ? extent(type, initial) : 0));
  if (initial) encode(bytes, 0, type, initial);
  return bytes;
}

/** Bytes up to the end of a flexible array member, which `sizeof` does not count. */
function extent(type: CType, value: InitialValue): number {
  if (value.kind !== 'aggregate')
    return type.kind === 'array' && value.kind === 'string' ? Math.max(type.size, value.units.length * type.element.size) : type.size;
  let end = type.size;
  if (value.type.kind === 'array') {
    if (value.type.length === undefined || value.type.length === 0)
      for (const index of value.parts.keys()) end = Math.max(end, (index + 1) * value.type.element.size);
    return end;
  }
  const last = value.type.fields?.length ?? 0;
  const part = value.parts.get(last - 1);
  const field = value.type.fields?.[last - 1];
  if (part && field && field.type.kind === 'array' && field.type.length === undefined)
    end = Math.max(end, field.offset + extent(field.type, part));
  return end;
}

function encode(bytes: Uint8Array, offset: number, type: CType, value: InitialValue): void {
  if (value.kind === 'aggregate') encodeParts(bytes, offset, value);
  else if (value.kind === 'string') {
    const size = value.type.element.size;
    value.units.forEach((unit, i) => {
      putInteger(bytes, offset + i * size, size, BigInt(unit));
    });
  } else putInteger(bytes, offset, type.size, value.value);
}

function encodeParts(bytes: Uint8Array, offset: number, value: AggregateValue): void {
  const { type } = value;
  for (const [index, part] of value.parts) {
    if (type.kind === 'array') {
      encode(bytes, offset + index * type.element.size, type.element, part);
      continue;
    }
    const field = type.fields?.[index] as Field;
    if (field.bit && part.kind === 'scalar') putBits(bytes, offset + field.offset, field.bit, part.value);
    else encode(bytes, offset + field.offset, field.type, part);
  }
}

/** Values of a `[]` that is not the last member have no place (that is an error, and reported). */
function putInteger(bytes: Uint8Array, offset: number, size: number, value: bigint): void {
  if (offset + size > bytes.length) return;
  if (size <= 4) {
    let rest = Number(BigInt.asUintN(32, value));
    for (let i = 0; i < size; i++) {
      bytes[offset + i] = rest & 0xff;
      rest >>>= 8;
    }
    return;
  }
  for (let at = 0; at < size; at += 8) {
    viewOf(bytes).setBigUint64(offset + at, BigInt.asUintN(64, value >> BigInt(8 * at)), true);
  }
}

let lastView: DataView | undefined;

/** One object is written at a time: its view is made once. */
function viewOf(bytes: Uint8Array): DataView {
  if (lastView?.buffer !== bytes.buffer) lastView = new DataView(bytes.buffer);
  return lastView;
}

function putBits(bytes: Uint8Array, offset: number, bit: { readonly start: number; readonly width: number }, value: bigint): void {
  if (offset + ((bit.start + bit.width + 7) >> 3) > bytes.length) return;
  for (let i = 0; i < bit.width; i++) {
    const at = offset + ((bit.start + i) >> 3);
    const mask = 1 << ((bit.start + i) & 7);
    const old = bytes[at] as number;
    bytes[at] = (value >> BigInt(i)) & 1n ? old | mask : old & ~mask;
  }
}
