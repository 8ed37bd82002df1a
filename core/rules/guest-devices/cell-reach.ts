import { type AddressRange, Coverage, virtRange } from '../../config/address-window.ts';
import { isEmpty, isSubPage } from '../../config/memory-flags.ts';
import type { Config, MemoryRegion } from '../../config/model.ts';
import { RangeIndex } from '../../config/range-index.ts';

/** What a guest reaches by the regions of its cell, at the addresses that it sees. */
export interface CellReach {
  /** Regions that are not empty. */
  readonly regions: readonly MemoryRegion[];
  readonly all: Coverage;
  readonly index: RangeIndex<MemoryRegion>;
}

/** A config does not change once it is read. */
const known = new WeakMap<Config, CellReach>();

export function reachOf(cell: Config): CellReach {
  let reach = known.get(cell);
  if (reach === undefined) {
    const regions = cell.memoryRegions.filter((region) => !isEmpty(region));
    reach = { regions, all: new Coverage(regions.map(virtRange)), index: new RangeIndex(regions, virtRange) };
    known.set(cell, reach);
  }
  return reach;
}

/** Regions that hold a part of the range. */
export function regionsAt(cell: Config, range: AddressRange): readonly MemoryRegion[] {
  return reachOf(cell).index.overlapping(range);
}

/** The region that answers an access there: a mapped one wins over a trapped one. */
export function answering(cell: Config, range: AddressRange): MemoryRegion | undefined {
  const here = regionsAt(cell, range);
  return here.find((region) => !isSubPage(region)) ?? here[0];
}
