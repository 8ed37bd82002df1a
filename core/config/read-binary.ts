import type { Scope } from '../c/scope.ts';
import type { Finding } from '../source/finding.ts';
import { arrayFormats } from './arrays.ts';
import { type ArrayPlace, configArrays, counterOf, readArrays, unitSizeOf } from './assemble.ts';
import { type Architecture, type ArrayKind, architectureNumbers, type Config, type HeaderOrigin } from './model.ts';
import { cellDescriptor, systemHeader } from './parts.ts';
import { type Image, StructView } from './view.ts';

/** What the first bytes say (rule catalogue section 20). */
export interface BinaryHead {
  readonly kind: 'system' | 'cell';
  readonly revision: number;
  /** Undefined before revision 14. */
  readonly arch: Architecture | undefined;
}

/** Reads signature and revision; undefined when it is no config of revision 1 or later. */
export function readHead(bytes: Uint8Array): BinaryHead | undefined {
  if (bytes.length < 8) return undefined;
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, 6));
  const revision = (bytes[6] as number) | ((bytes[7] as number) << 8);
  if (text === 'JHSYST' || text === 'JHCELL') return { kind: text === 'JHSYST' ? 'system' : 'cell', revision, arch: undefined };
  const short = text.slice(0, 5);
  if (short !== 'JHSYS' && short !== 'JHCLL') return undefined;
  const number = bytes[5];
  const arch = (Object.keys(architectureNumbers) as Architecture[]).find((name) => architectureNumbers[name] === number);
  return { kind: short === 'JHSYS' ? 'system' : 'cell', revision, arch };
}

/** Reads a `.cell` file with the types of its revision's header, exactly as the hypervisor walks it. */
export function readBinary(
  path: string,
  bytes: Uint8Array,
  head: BinaryHead,
  scope: Scope,
  header: HeaderOrigin,
  arch: Architecture,
): { config: Config | undefined; findings: readonly Finding[] } {
  const image: Image = { bytes, binaryPath: path };
  const span = { file: path, start: 0, end: bytes.length };
  const type = scope.struct(head.kind === 'system' ? 'jailhouse_system' : 'jailhouse_cell_desc');
  if (!type) return { config: undefined, findings: [] };
  if (bytes.length < type.size) {
    const message = `The file has ${bytes.length} bytes; a ${head.kind} config of revision ${head.revision} has at least ${type.size}. It is cut off.`;
    return { config: undefined, findings: [{ rule: 'c-binary', severity: 'error', message, span, related: [], fixes: [] }] };
  }
  const top = new StructView(image, type, 0, '', undefined, span);
  const descriptor = head.kind === 'system' ? top.struct('root_cell') : top;
  const places = new Map<ArrayKind, ArrayPlace[]>();
  let offset = type.size;
  for (const format of arrayFormats) {
    const counter = counterOf(descriptor, format);
    if (!counter) continue;
    const unit = unitSizeOf(scope, format, counter.name);
    const announced = counter.field.value;
    // What lies beyond the end of the file cannot be shown; the size rule says so.
    const count = Math.max(0, Math.min(announced, Math.floor((bytes.length - offset) / unit)));
    places.set(format.kind, [
      { offset, count, type: undefined, path: format.kind.replace('-', '_'), node: undefined, fallback: span, member: undefined },
    ]);
    offset += announced * unit;
  }
  const config: Config = {
    path,
    origin: 'binary',
    kind: head.kind,
    arch,
    header,
    span,
    bytes,
    system: head.kind === 'system' ? systemHeader(top, arch) : undefined,
    cell: cellDescriptor(descriptor),
    ...readArrays(image, scope, places, span),
    arrays: configArrays(descriptor, scope, []),
    shape: undefined,
  };
  return { config, findings: [] };
}
