import type { Board, BoardVariant } from '../../board/board.ts';
import { linuxUse } from '../../board/linux-use.ts';
import { type AddressRange, Coverage, physRange, virtRange } from '../../config/address-window.ts';
import { hasFlag, isCommRegion, isEmpty, isSubPage } from '../../config/memory-flags.ts';
import type { Config, MemoryRegion } from '../../config/model.ts';
import { copyOfRegion } from '../../fixes/elements.ts';
import { type Edits, fix } from '../../fixes/source-text.ts';
import { writeNumber } from '../../fixes/values.ts';
import type { Fix } from '../../source/finding.ts';
import { hex } from '../../source/numbers.ts';

/** Where the root cell can go: its regions of whole pages, whatever their flags, and the empty pages that stand for hypervisor memory. */
export function rootCoverage(system: Config): Coverage {
  const memory = system.system?.hypervisorMemory;
  return new Coverage([
    ...system.memoryRegions.filter((region) => !isSubPage(region) && !isEmpty(region)).map(virtRange),
    ...(memory === undefined ? [] : [physRange(memory)]),
  ]);
}

/** Memory that Linux uses and no region of the root cell covers, ascending. */
export function missingRam(system: Config, board: Board, variant: BoardVariant): readonly AddressRange[] {
  const coverage = rootCoverage(system);
  return linuxUse(board)
    .ranges(variant)
    .flatMap((range) => coverage.gaps(range));
}

function isRam(region: MemoryRegion): boolean {
  return (
    !isEmpty(region) &&
    !isSubPage(region) &&
    !isCommRegion(region) &&
    hasFlag(region, 'READ') &&
    hasFlag(region, 'WRITE') &&
    hasFlag(region, 'EXECUTE') &&
    !hasFlag(region, 'IO')
  );
}

/** The RAM region of the root cell that ends where a gap begins, else the last one below it, else the first one. */
export function ramBelow(system: Config, gap: AddressRange): MemoryRegion | undefined {
  const ram = system.memoryRegions.filter(isRam);
  const below = ram.filter((region) => region.virtStart.value <= gap.start);
  return (
    below.reduce<MemoryRegion | undefined>(
      (best, region) => (best === undefined || endOf(region) > endOf(best) ? region : best),
      undefined,
    ) ?? ram[0]
  );
}

function endOf(region: MemoryRegion): bigint {
  return region.virtStart.value + region.size.value;
}

/** Gives the root cell a gap: the RAM region before or behind it grows, else one more region is added. Undefined where no text can be edited. */
export function coverInRoot(system: Config, gap: AddressRange): { readonly title: string; readonly edits: Edits } | undefined {
  const ram = system.memoryRegions.filter(isRam);
  const before = ram.find((region) => endOf(region) === gap.start);
  if (before !== undefined) {
    const size = before.size.value + gap.size;
    return {
      title: `Let ${before.path} go on to ${hex(gap.start + gap.size - 1n)}: set size to ${hex(size)}`,
      edits: writeNumber(system, before, before.size, size),
    };
  }
  const model = ramBelow(system, gap);
  if (model === undefined || model.physStart.value !== model.virtStart.value) return undefined;
  return {
    title: `Add a region ${hex(gap.start)}-${hex(gap.start + gap.size - 1n)} like ${model.path}`,
    edits: copyOfRegion(system, model, gap),
  };
}

export function coverFixes(system: Config, gap: AddressRange): readonly Fix[] {
  const cover = coverInRoot(system, gap);
  return cover === undefined ? [] : fix(cover.title, cover.edits);
}
