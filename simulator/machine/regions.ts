import { isSubPage, memory, type Region } from './layout.ts';
import { type Cell, type Hypervisor, print, rootOf } from './state.ts';

/** Maps a region of whole pages, the comm region to the page that the hypervisor has for the cell. */
export function mapRegion(cell: Cell, region: Region): boolean {
  const phys = (region.flags & memory.commRegion) === 0n ? region.phys : cell.commPhys;
  return cell.stage2.create(phys, region.size, region.virt, region.flags, (region.flags & memory.noHugePages) === 0n);
}

export function registerWindow(hypervisor: Hypervisor, cell: Cell, ...window: Parameters<Cell['windows']['register']>): void {
  if (!cell.windows.register(...window)) print(hypervisor, 'WARNING: Overflow during MMIO region registration!\n');
}

export function addRegion(hypervisor: Hypervisor, cell: Cell, region: Region): boolean {
  if (!isSubPage(region)) return mapRegion(cell, region);
  registerWindow(hypervisor, cell, region.virt, region.size, { kind: 'sub-page', region });
  return true;
}

/** Takes a region from the root cell, whose addresses are taken to be the physical ones. */
export function unmapFromRoot(hypervisor: Hypervisor, { phys, size }: Region): boolean {
  const root = rootOf(hypervisor);
  if (!isSubPage({ virt: phys, size })) return root.stage2.destroy(phys, size);
  root.windows.unregister(phys);
  return true;
}

const wrap = (address: bigint): bigint => BigInt.asUintN(64, address);
const inRegion = (address: bigint, { phys, size }: Region): boolean => address >= phys && address < wrap(phys + size);

/** Gives the root cell back what its own regions have of a region, with its own flags. False: the pool is empty. */
export function remapToRoot(hypervisor: Hypervisor, region: Region, abortOnError: boolean): boolean {
  const root = rootOf(hypervisor);
  let done = true;
  for (const own of root.config.regions) {
    let phys: bigint;
    let size: bigint;
    if (inRegion(region.phys, own)) {
      phys = region.phys;
      size = wrap(own.size - (phys - own.phys));
      if (size > region.size) size = region.size;
    } else if (inRegion(own.phys, region)) {
      phys = own.phys;
      size = wrap(region.size - (phys - region.phys));
      if (size > own.size) size = own.size;
    } else continue;
    const overlap: Region = { phys, size, virt: wrap(own.virt + phys - own.phys), flags: own.flags };
    done = true;
    if (isSubPage(overlap)) registerWindow(hypervisor, root, overlap.virt, overlap.size, { kind: 'sub-page', region: undefined });
    else done = mapRegion(root, overlap);
    if (done) continue;
    if (abortOnError) return false;
    print(hypervisor, 'WARNING: Failed to re-assign memory region to root cell\n');
  }
  return done;
}

export function isRootShared({ flags }: Region): boolean {
  return (flags & (memory.commRegion | memory.rootShared)) !== 0n;
}
