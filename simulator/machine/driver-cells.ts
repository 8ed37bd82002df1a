import type { CellDescription, Region } from './layout.ts';
import type { CellReference } from './machine.ts';

/** A cell as the kernel driver keeps it. */
export interface DriverCell {
  /** Number of its directory in sysfs. */
  readonly id: number;
  readonly name: string;
  readonly cpus: Set<number>;
  readonly regions: readonly Region[];
}

const nameLength = 31;

/** vmalloc of more than this fails. */
const memoryLimit = 1 << 28;

/** undefined: no memory (also for a cell without any region, as vmalloc gives nothing for nothing). */
export function driverCell(config: CellDescription, id: number, presentCpus: number): DriverCell | undefined {
  if (config.numRegions === 0 || config.numRegions * 32 > memoryLimit) return undefined;
  const cpus = config.cpus.filter((cpu) => cpu < presentCpus);
  return { id, name: cutName(config.name), cpus: new Set(cpus), regions: config.regions };
}

export function cutName(name: string): string {
  return name.slice(0, nameLength);
}

export function findCell(cells: readonly DriverCell[], reference: CellReference): DriverCell | undefined {
  return cells.find((cell) => ('id' in reference ? cell.id === reference.id : cell.name === cutName(reference.name)));
}

/** The smallest number that no cell has. */
export function freeId(cells: readonly DriverCell[]): number {
  let id = 0;
  while (cells.some((cell) => cell.id === id)) id++;
  return id;
}

/** Region that takes an image: the first in which its address lies must hold it, be writable and loadable. */
export function regionFor(cell: DriverCell, address: bigint, size: bigint, needed: bigint): Region | undefined {
  const region = cell.regions.find(({ virt, size: length }) => address >= virt && address - virt < length);
  if (region === undefined || size > region.size - (address - region.virt) || (region.flags & needed) !== needed) return undefined;
  return region;
}
