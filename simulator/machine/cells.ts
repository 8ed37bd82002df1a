import { assembleCell, cellPages, freeRootTable, freeShell, initCell } from './cell-memory.ts';
import { cellIdMax } from './firmware.ts';
import { runGuest } from './guest.ts';
import { Halt } from './halt.ts';
import { exitGicOfCell, initGicOfCell } from './irqchip.ts';
import { type CellDescription, cellFlags, isSubPage, memory } from './layout.ts';
import type { Errno } from './machine.ts';
import { exitPciOfCell, initPciOfCell, resetPciOfCell } from './pci.ts';
import { addRegion, isRootShared, remapToRoot, unmapFromRoot } from './regions.ts';
import { type Cell, count, type Hypervisor, poolText, print, rootOf, trace } from './state.ts';

/** Waits until every CPU of the cell has stopped: for ever for one that is stuck in EL2. */
function suspend(hypervisor: Hypervisor, cell: Cell): void {
  for (const id of cell.cpus) {
    if (hypervisor.cpus.get(id)?.stopped) throw new Halt('silent');
    if (id !== hypervisor.caller) count(hypervisor, id, 'management');
  }
}

/** Sends a message to the cell. Without an answer and without a time limit the waiting CPU waits for ever, with the root cell suspended. */
function exchangeMessage(hypervisor: Hypervisor, cell: Cell, message: 'shutdown' | 'reconfigured'): void {
  if ((cell.config.flags & cellFlags.passiveCommRegion) !== 0) return;
  if (cell.commState === 'shut down' || cell.commState === 'failed') return;
  if (cell.guest?.profile.answersMessages === true) {
    if (message === 'shutdown') cell.commState = 'shut down';
    return;
  }
  if (cell.config.replyTimeout === 0n) throw new Halt('silent');
  print(hypervisor, 'Timeout expired while waiting for reply from target cell\n');
  suspend(hypervisor, cell);
  cell.commState = 'failed';
}

function others({ cells }: Hypervisor): readonly Cell[] {
  return cells.slice(1);
}

const isLocked = ({ commState }: Cell): boolean => commState === 'running/locked';

export function createCell(hypervisor: Hypervisor, config: CellDescription): Errno | undefined {
  const { pool, caller } = hypervisor;
  const root = rootOf(hypervisor);
  count(hypervisor, caller, 'hypercall');
  suspend(hypervisor, root);
  if (others(hypervisor).some(isLocked)) return 'EPERM';
  if (hypervisor.cells.some((cell) => cell.config.name === config.name || cell.id === config.id)) return 'EEXIST';
  const temporaryPages = 16;
  if (config.totalSize > temporaryPages * 0x1000) return trace(hypervisor, 'control.c:453', 'E2BIG');
  const count4k = cellPages(config);
  const page = pool.allocate(count4k);
  if (page === undefined) return 'ENOMEM';
  const pages = { page, pages: count4k };
  const shell = initCell(hypervisor, config, hypervisor.cpus.size);
  if (typeof shell === 'string') {
    pool.free(page, count4k);
    return shell;
  }
  const fail = (errno: Errno): Errno => {
    freeShell(hypervisor, shell);
    pool.free(page, count4k);
    return errno;
  };
  if (config.cpus.includes(caller)) return fail(trace(hypervisor, 'control.c:480', 'EBUSY'));
  // Without any byte of CPU set the search goes on behind it, to a bit that the root cell does not own.
  if (config.cpuSetSize === 0 || config.cpus.some((cpu) => !root.cpus.has(cpu))) {
    return fail(trace(hypervisor, 'control.c:487', 'EBUSY'));
  }
  if (config.id > cellIdMax) return fail(trace(hypervisor, 'arch/arm-common/mmu_cell.c:114', 'E2BIG'));
  const cell = assembleCell(hypervisor, config, shell, pages);
  if (cell === undefined) return fail('ENOMEM');
  let errno = initGicOfCell(hypervisor, cell);
  if (errno === undefined) {
    errno = initPciOfCell(hypervisor, cell);
    if (errno !== undefined) exitGicOfCell(hypervisor, cell);
  }
  if (errno !== undefined) {
    freeRootTable(hypervisor, cell);
    return fail(errno);
  }
  for (const id of cell.cpus) {
    root.cpus.delete(id);
    hypervisor.cpus.get(id)?.counters.clear();
  }
  for (const region of config.regions) {
    const free = isRootShared(region) || unmapFromRoot(hypervisor, region);
    if (free && addRegion(hypervisor, cell, region)) continue;
    tearDown(hypervisor, cell);
    pool.free(page, count4k);
    return 'ENOMEM';
  }
  cell.commState = 'shut down';
  hypervisor.cells.push(cell);
  for (const other of others(hypervisor)) exchangeMessage(hypervisor, other, 'reconfigured');
  print(hypervisor, `Created cell "${config.name}"\nPage pool usage after cell creation: ${poolText(hypervisor)}\n`);
  return undefined;
}

function tearDown(hypervisor: Hypervisor, cell: Cell): void {
  const root = rootOf(hypervisor);
  cell.commState = 'shut down';
  cell.guest = undefined;
  for (const id of cell.cpus) {
    root.cpus.add(id);
    const cpu = hypervisor.cpus.get(id);
    if (cpu !== undefined) cpu.failed = false;
    cpu?.counters.clear();
  }
  for (const region of cell.config.regions) {
    // An observed fault of its own: the range ends behind the last address.
    if (!isSubPage(region) && region.phys + region.size > 1n << 64n) throw new Halt('abort');
    if (!isSubPage(region)) cell.stage2.destroy(region.virt, region.size);
    if (!isRootShared(region)) remapToRoot(hypervisor, region, false);
  }
  exitPciOfCell(hypervisor, cell);
  exitGicOfCell(hypervisor, cell);
  freeRootTable(hypervisor, cell);
  freeShell(hypervisor, cell);
}

/** Finds the cell, asks it to shut down and stops its CPUs. */
function prepare(hypervisor: Hypervisor, id: number, task: 'start' | 'load' | 'destroy'): Cell | Errno {
  count(hypervisor, hypervisor.caller, 'hypercall');
  suspend(hypervisor, rootOf(hypervisor));
  const cell = hypervisor.cells.find((candidate) => candidate.id === id);
  if (cell === undefined) return 'ENOENT';
  if (cell === rootOf(hypervisor)) return 'EINVAL';
  if (task === 'destroy' && others(hypervisor).some((other) => other !== cell && isLocked(other))) return 'EPERM';
  exchangeMessage(hypervisor, cell, 'shutdown');
  suspend(hypervisor, cell);
  return cell;
}

export function startCell(hypervisor: Hypervisor, id: number): Errno | undefined {
  const cell = prepare(hypervisor, id, 'start');
  if (typeof cell === 'string') return cell;
  if (cell.loadable) {
    for (const region of cell.config.regions) {
      if ((region.flags & memory.loadable) !== 0n && !unmapFromRoot(hypervisor, region)) return 'ENOMEM';
    }
    cell.loadable = false;
  }
  cell.commState = 'running';
  resetPciOfCell(hypervisor, cell);
  for (const cpu of cell.cpus) {
    const state = hypervisor.cpus.get(cpu);
    if (state !== undefined) state.failed = false;
  }
  print(hypervisor, `Started cell "${cell.config.name}"\n`);
  runGuest(hypervisor, cell);
  return undefined;
}

export function setLoadable(hypervisor: Hypervisor, id: number): Errno | undefined {
  const cell = prepare(hypervisor, id, 'load');
  if (typeof cell === 'string') return cell;
  cell.guest = undefined;
  for (const cpu of cell.cpus) {
    const state = hypervisor.cpus.get(cpu);
    if (state !== undefined) state.failed = false;
  }
  if (cell.loadable) return undefined;
  cell.commState = 'shut down';
  cell.loadable = true;
  resetPciOfCell(hypervisor, cell);
  for (const region of cell.config.regions) {
    if ((region.flags & memory.loadable) !== 0n && !remapToRoot(hypervisor, region, true)) return 'ENOMEM';
  }
  print(hypervisor, `Cell "${cell.config.name}" can be loaded\n`);
  return undefined;
}

export function destroyCell(hypervisor: Hypervisor, id: number): Errno | undefined {
  const cell = prepare(hypervisor, id, 'destroy');
  if (typeof cell === 'string') return cell;
  print(hypervisor, `Closing cell "${cell.config.name}"\n`);
  tearDown(hypervisor, cell);
  hypervisor.cells.splice(hypervisor.cells.indexOf(cell), 1);
  hypervisor.pool.free(cell.pages.page, cell.pages.pages);
  print(hypervisor, `Page pool usage after cell destruction: ${poolText(hypervisor)}\n`);
  for (const other of others(hypervisor)) exchangeMessage(hypervisor, other, 'reconfigured');
  return undefined;
}

/** True: the hypervisor is gone; false: cells are left. */
export function leave(hypervisor: Hypervisor, online: readonly number[]): boolean {
  if (hypervisor.cells.length > 1) return false;
  print(hypervisor, 'Shutting down hypervisor\n');
  for (const cpu of online) print(hypervisor, ` Releasing CPU ${cpu}\n`);
  return true;
}
