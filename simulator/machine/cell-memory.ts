import { physOfPoolPage } from './devices.ts';
import { cellStructSize, coreSize } from './firmware.ts';
import { Halt } from './halt.ts';
import { countGicWindows } from './irqchip.ts';
import { type CellDescription, isSubPage } from './layout.ts';
import type { Errno } from './machine.ts';
import { MmioWindows } from './mmio-windows.ts';
import { PageTables, pagesOf } from './page-tables.ts';
import { countPciWindows } from './pci.ts';
import { type Cell, type Hypervisor, trace } from './state.ts';

/** Bytes of a CPU set that fit into the cell's own structure. */
const smallCpuSet = 8;
/** Bytes of one trapped window: its place and its handler. */
const windowSize = 32;

/** The parts of a cell that are made before its page tables. */
export interface CellShell {
  readonly cpuSetPage: number | undefined;
  readonly windows: MmioWindows;
  readonly windowsPage: { readonly page: number; readonly pages: number };
}

export function initCell(hypervisor: Hypervisor, config: CellDescription, onlineCpus: number): CellShell | Errno {
  const { pool } = hypervisor;
  if (config.cpuSetSize > 0x1000) return trace(hypervisor, 'control.c:250', 'EINVAL');
  let cpuSetPage: number | undefined;
  if (config.cpuSetSize > smallCpuSet) {
    cpuSetPage = pool.allocate(1);
    if (cpuSetPage === undefined) return 'ENOMEM';
  }
  const limit = countGicWindows(hypervisor, onlineCpus) + countPciWindows(hypervisor, config) + config.regions.filter(isSubPage).length;
  const pages = pagesOf(limit * windowSize);
  const page = pool.allocate(pages);
  if (page === undefined) {
    if (cpuSetPage !== undefined) pool.free(cpuSetPage, 1);
    return 'ENOMEM';
  }
  return { cpuSetPage, windows: new MmioWindows(limit), windowsPage: { page, pages } };
}

export function freeShell({ pool }: Hypervisor, { cpuSetPage, windowsPage }: CellShell): void {
  pool.free(windowsPage.page, windowsPage.pages);
  if (cpuSetPage !== undefined) pool.free(cpuSetPage, 1);
}

/** Puts the cell together with its root page table; undefined: the pool is empty. */
export function assembleCell(
  hypervisor: Hypervisor,
  config: CellDescription,
  shell: CellShell,
  pages: { readonly page: number; readonly pages: number },
): Cell | undefined {
  const count = PageTables.rootPages(hypervisor.addressBits);
  const rootPage = hypervisor.pool.allocate(count, count);
  if (rootPage === undefined) return undefined;
  return {
    config,
    id: config.id,
    cpus: new Set(config.cpus),
    stage2: new PageTables(hypervisor.pool, hypervisor.addressBits, undefined),
    rootPage,
    ...shell,
    commPhys: physOfPoolPage(hypervisor.system.hypervisorMemory.phys, coreSize, pages.page),
    pages,
    intids: new Uint32Array(32),
    pci: [],
    pciPages: undefined,
    commState: 'running',
    loadable: false,
    guest: undefined,
  };
}

export function freeRootTable({ pool, addressBits }: Hypervisor, { rootPage }: Cell): void {
  pool.free(rootPage, PageTables.rootPages(addressBits));
}

/** Pages that a cell's structure and config take. */
export function cellPages(config: CellDescription): number {
  return pagesOf(cellStructSize + config.totalSize);
}

/** Called where the hypervisor must come back or the board is lost. */
export function mustSucceed(done: boolean): void {
  if (!done) throw new Halt('silent');
}
