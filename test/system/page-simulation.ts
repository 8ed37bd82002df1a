import type { CellEvent } from '@jailhouse-cells/core/system/moments.ts';
import type { ConfigText, RegionText } from './read-system.ts';

/**
 * What the hypervisor does to stage 2, done page by page on small arrays: for comparison with the span algorithm. Regions are
 * of whole pages; addresses are page numbers.
 */
export type Page =
  | { readonly kind: 'mapped'; readonly phys: number; readonly read: boolean; readonly write: boolean }
  | { readonly kind: 'comm' | 'empty' };

export interface SimulatedSystem {
  readonly root: (Page | undefined)[];
  /** Undefined while the cell does not exist. */
  readonly cells: ((Page | undefined)[] | undefined)[];
}

interface Life {
  loadable: boolean;
}

const pageOf = (address: bigint): number => Number(address / 0x1000n);

export function simulate(
  pages: number,
  root: ConfigText,
  cells: readonly ConfigText[],
  hypervisor: { readonly phys: bigint; readonly size: bigint },
  events: readonly CellEvent[],
): SimulatedSystem[] {
  const map: SimulatedSystem = { root: new Array<Page | undefined>(pages).fill(undefined), cells: cells.map(() => undefined) };
  const lives: (Life | undefined)[] = cells.map(() => undefined);
  for (let page = 0; page < pageOf(hypervisor.size); page++) map.root[pageOf(hypervisor.phys) + page] = { kind: 'empty' };
  for (const region of root.regions) mapInto(map.root, region);
  const result = [copy(map)];
  let rootCpus = root.cpus;
  for (const { operation, cell } of events) {
    const config = cells[cell];
    const life = lives[cell];
    if (config !== undefined) {
      if (operation === 'create') {
        const isFree = life === undefined && (config.cpus & ~rootCpus) === 0 && (rootCpus & ~config.cpus) !== 0;
        if (isFree) {
          lives[cell] = { loadable: false };
          rootCpus &= ~config.cpus;
          const own = new Array<Page | undefined>(pages).fill(undefined);
          for (const region of config.regions) {
            if (!has(region, 'COMM_REGION') && !has(region, 'ROOTSHARED')) unmap(map.root, region);
            mapInto(own, region);
          }
          map.cells[cell] = own;
        }
      } else if (life !== undefined) {
        const loadables = config.regions.filter((region) => has(region, 'LOADABLE'));
        if (operation === 'destroy') {
          for (const region of config.regions)
            if (!has(region, 'COMM_REGION') && !has(region, 'ROOTSHARED')) giveBack(map.root, root, region);
          map.cells[cell] = undefined;
          lives[cell] = undefined;
          rootCpus |= config.cpus;
        } else if (operation === 'start') {
          if (life.loadable) for (const region of loadables) unmap(map.root, region);
          life.loadable = false;
        } else if (!life.loadable) {
          life.loadable = true;
          for (const region of loadables) giveBack(map.root, root, region);
        }
      }
    }
    result.push(copy(map));
  }
  return result;
}

function has(region: RegionText, flag: string): boolean {
  return region.flags.includes(flag);
}

function mapInto(table: (Page | undefined)[], region: RegionText): void {
  for (let page = 0; page < pageOf(region.size); page++)
    table[pageOf(region.virt) + page] = has(region, 'COMM_REGION')
      ? { kind: 'comm' }
      : { kind: 'mapped', phys: pageOf(region.phys) + page, read: has(region, 'READ'), write: has(region, 'WRITE') };
}

function unmap(table: (Page | undefined)[], region: RegionText): void {
  for (let page = 0; page < pageOf(region.size); page++) table[pageOf(region.phys) + page] = undefined;
}

/** Each physical page of the region that a region of the root cell has, with that one's flags; the last one of them stays. */
function giveBack(table: (Page | undefined)[], root: ConfigText, region: RegionText): void {
  for (const own of root.regions)
    for (let page = pageOf(region.phys); page < pageOf(region.phys + region.size); page++) {
      const at = page - pageOf(own.phys);
      if (at < 0 || at >= pageOf(own.size)) continue;
      table[pageOf(own.virt) + at] = has(own, 'COMM_REGION')
        ? { kind: 'comm' }
        : { kind: 'mapped', phys: page, read: has(own, 'READ'), write: has(own, 'WRITE') };
    }
}

function copy(map: SimulatedSystem): SimulatedSystem {
  return { root: [...map.root], cells: map.cells.map((cell) => cell && [...cell]) };
}
