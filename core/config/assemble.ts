import type { AggregateValue } from '../c/initial-value.ts';
import type { Scope } from '../c/scope.ts';
import type { CType, RecordType } from '../c/types.ts';
import type { Span } from '../source/span.ts';
import { type ArrayFormat, arrayFormats } from './arrays.ts';
import type { ArrayKind, Config, ConfigArray, CpuSet, DeclaredMember, Field, StreamId } from './model.ts';
import { cacheRegion, irqchip, memoryRegion, pciCapability, pciDevice, pioRange, streamId } from './parts.ts';
import { elements, type Image, integers, type StructView } from './view.ts';

/** A run of elements of one array in the file. */
export interface ArrayPlace {
  readonly offset: number;
  readonly count: number;
  /** Element type, where the source declares it. */
  readonly type: CType | undefined;
  readonly path: string;
  readonly node: AggregateValue | undefined;
  readonly fallback: Span;
  readonly member: DeclaredMember | undefined;
}

/** Where each array lies; several runs when the source splits an array over several members. */
export type ArrayPlaces = ReadonlyMap<ArrayKind, readonly ArrayPlace[]>;

/** The counter of an array in this layout. */
export function counterOf(
  descriptor: StructView,
  format: ArrayFormat,
): { readonly name: string; readonly field: Field<number> } | undefined {
  const name = format.counters.find((counter) => descriptor.has(counter));
  return name === undefined ? undefined : { name, field: descriptor.number(name) };
}

/** Bytes per counted unit: the element's size as the header has it; a PIO bitmap and the CPU set count bytes. */
export function unitSizeOf(scope: Scope, format: ArrayFormat, counter: string): number {
  if (format.tag === undefined || counter === 'pio_bitmap_size') return 1;
  return scope.struct(format.tag)?.size ?? (format.kind === 'pio' ? 4 : format.unitSize);
}

type Arrays = Pick<Config, 'cpus' | 'memoryRegions' | 'cacheRegions' | 'irqchips' | 'pioRanges' | 'pciDevices' | 'pciCaps' | 'streamIds'>;

/** The model's arrays, read off the bytes at the given places. */
export function readArrays(image: Image, scope: Scope, places: ArrayPlaces, fallback: Span): Arrays {
  const views = (kind: ArrayKind, tag: string): StructView[] => {
    const found: StructView[] = [];
    for (const place of places.get(kind) ?? []) {
      const type = place.type && (place.type.kind === 'struct' || place.type.kind === 'union') ? place.type : scope.struct(tag);
      if (type) found.push(...elements(image, type as RecordType, place.offset, place.count, place.path, place.node, place.fallback));
    }
    return found;
  };
  return {
    cpus: cpuSet(image, places.get('cpus')?.[0], fallback),
    memoryRegions: views('memory-regions', 'jailhouse_memory').map(memoryRegion),
    cacheRegions: views('cache-regions', 'jailhouse_cache').map(cacheRegion),
    irqchips: views('irqchips', 'jailhouse_irqchip').map(irqchip),
    pioRanges: views('pio', 'jailhouse_pio').map(pioRange),
    pciDevices: views('pci-devices', 'jailhouse_pci_device').map(pciDevice),
    pciCaps: views('pci-caps', 'jailhouse_pci_capability').map(pciCapability),
    streamIds: streamIds(image, scope, places.get('stream-ids') ?? []),
  };
}

/** Counted in bytes, whatever the words are. */
function cpuSet(image: Image, place: ArrayPlace | undefined, fallback: Span): CpuSet {
  if (!place) return { span: fallback, explicit: false, value: 0n, size: 0, words: [] };
  const { type } = place;
  const word: CType =
    type?.kind === 'integer' ? type : { kind: 'integer', name: 'unsigned long long', size: 8, align: 8, signed: false, rank: 5 };
  const size = place.count;
  const words = integers(image, word, place.offset, Math.ceil(size / word.size), place.path, place.node, place.fallback);
  let value = 0n;
  words.forEach((field, i) => {
    value |= field.value << BigInt(8 * word.size * i);
  });
  const binary = image.binaryPath === undefined ? undefined : { file: image.binaryPath, start: place.offset, end: place.offset + size };
  return {
    span: binary ?? place.node?.span ?? place.fallback,
    explicit: binary !== undefined || place.node !== undefined,
    value: BigInt.asUintN(8 * size, value),
    size,
    words,
  };
}

/** A union since revision 13, plain words before. */
function streamIds(image: Image, scope: Scope, places: readonly ArrayPlace[]): StreamId[] {
  const union = scope.struct('jailhouse_stream_id');
  let index = 0;
  return places.flatMap((place) => {
    const type = place.type ?? union;
    if (type && type.kind !== 'integer') {
      return elements(image, type as RecordType, place.offset, place.count, place.path, place.node, place.fallback).map((view) =>
        streamId(view, index++),
      );
    }
    const word: CType = type ?? { kind: 'integer', name: 'unsigned int', size: 4, align: 4, signed: false, rank: 3 };
    return integers(image, word, place.offset, place.count, place.path, place.node, place.fallback).map((field) => ({
      span: field.span,
      text: undefined,
      explicit: field.explicit,
      path: field.path,
      index: index++,
      id: { ...field, value: Number(field.value) },
    }));
  });
}

/** The arrays as the descriptor announces them, with what the source declares. */
export function configArrays(descriptor: StructView, scope: Scope, members: readonly DeclaredMember[]): ConfigArray[] {
  return arrayFormats.flatMap((format) => {
    const counter = counterOf(descriptor, format);
    if (!counter) return [];
    return {
      kind: format.kind,
      counterName: counter.name,
      counter: counter.field,
      unitSize: unitSizeOf(scope, format, counter.name),
      member: members.find((member) => member.kind === format.kind),
    };
  });
}
