import { bdfName, ivshmemDevices, sectionsOf } from '../config/ivshmem.ts';
import { hasFlag, isCommRegion, isEmpty, isSubPage, memoryFlagNames } from '../config/memory-flags.ts';
import type { Config, MemoryRegion } from '../config/model.ts';
import type { AccessSpan } from '../system/ownership.ts';
import type { DeviceNames } from './device-names.ts';
import { type Block, type BlockKind, type MapView, rangeFrom } from './model.ts';

/** The regions of a config. In the physical view a communication region is left out: the hypervisor ignores its physical address. */
export function regionBlocks(
  config: Config,
  lane: string,
  view: MapView,
  spans: readonly AccessSpan[] | undefined,
  devices: DeviceNames,
): readonly Block[] {
  const sections = sectionNames(config);
  return config.memoryRegions.flatMap((region): readonly Block[] => {
    if (view === 'physical' && isCommRegion(region)) return [];
    const { physStart, virtStart, size, flags } = region;
    const kind = kindOf(region, sections.has(region.index));
    const [own, other] = view === 'physical' ? [physStart, virtStart] : [virtStart, physStart];
    return [
      {
        id: `${lane}:${region.path}`,
        kind,
        name: region.path,
        detail: sections.get(region.index) ?? (kind === 'mmio' ? devices.within(physStart.value, size.value) : undefined),
        ...rangeFrom(own.value, size.value),
        other: isCommRegion(region) || own.value === other.value ? undefined : other.value,
        flags: memoryFlagNames(flags.value),
        owner: config.cell.name.value,
        span: own.span,
        places: [own.span, other.span, size.span, flags.span, region.span],
        link: undefined,
        reachable: spans === undefined || isReached(region, spans),
      },
    ];
  });
}

function kindOf(region: MemoryRegion, isSection: boolean): BlockKind {
  if (isEmpty(region)) return 'empty';
  if (isCommRegion(region)) return 'comm';
  if (isSection) return 'shared';
  if (hasFlag(region, 'IO') || isSubPage(region)) return 'mmio';
  if (hasFlag(region, 'ROOTSHARED')) return 'shared';
  return hasFlag(region, 'LOADABLE') ? 'loadable' : 'cell-ram';
}

/** By index: `state table of ivshmem 00:00.0`. */
function sectionNames(config: Config): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const device of ivshmemDevices(config)) {
    for (const { role, peer, region } of sectionsOf(config, device) ?? []) {
      const whose = peer === undefined ? role : `${role} of peer ${peer}`;
      names.set(region.index, `${whose}, ivshmem ${bdfName(device.bdf.value)}`);
    }
  }
  return names;
}

/** Whether the holder of the spans gets through to some byte of the region, by its own addresses. */
function isReached(region: MemoryRegion, spans: readonly AccessSpan[]): boolean {
  const start = region.virtStart.value;
  const end = start + region.size.value;
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle] as AccessSpan).end <= start) low = middle + 1;
    else high = middle;
  }
  for (let at = low; at < spans.length; at++) {
    const span = spans[at] as AccessSpan;
    if (span.start >= end) return false;
    // The hypervisor's page of zeros is not what the region says.
    if (span.kind !== 'empty-page') return true;
  }
  return false;
}

/** Gives a common link to blocks of several lanes that are shared memory of the same addresses. */
export function withLinks(lanes: readonly (readonly Block[])[], view: MapView): readonly (readonly Block[])[] {
  const users = new Map<string, Set<number>>();
  const keyOf = (block: Block): string | undefined => {
    if (block.kind !== 'shared') return undefined;
    const phys = view === 'physical' ? block.start : (block.other ?? block.start);
    return `shared ${phys.toString(16)}+${(block.end - block.start).toString(16)}`;
  };
  for (const [at, blocks] of lanes.entries()) {
    for (const block of blocks) {
      const key = keyOf(block);
      if (key !== undefined) users.set(key, (users.get(key) ?? new Set()).add(at));
    }
  }
  return lanes.map((blocks) =>
    blocks.map((block) => {
      const key = keyOf(block);
      return key !== undefined && (users.get(key)?.size ?? 0) > 1 ? { ...block, link: key } : block;
    }),
  );
}
