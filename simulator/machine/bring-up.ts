import { assembleCell, initCell, mustSucceed } from './cell-memory.ts';
import { ConfigBytes } from './config-bytes.ts';
import { mapDevice } from './devices.ts';
import {
  base,
  codeLocation,
  coreSize,
  perCpuSize,
  privatePerCpuSize,
  remapPages,
  temporaryBase,
  temporaryPages,
  trampolineOffset,
  uartBase,
  version,
} from './firmware.ts';
import { Halt } from './halt.ts';
import { initGic, initGicOfCell, initGicOfCpu } from './irqchip.ts';
import { consoleFlags, memory, readSystem, systemFlags } from './layout.ts';
import type { Errno, SimulatedBoard } from './machine.ts';
import { PagePool } from './page-pool.ts';
import { PageTables, pageSize, pagesOf } from './page-tables.ts';
import { initPciOfCell, mmconfigSize } from './pci.ts';
import { addRegion, mapRegion } from './regions.ts';
import { type Cpu, type Hypervisor, isPresent, type Output, poolText, print, rootOf, trace } from './state.ts';
import { reportAbort } from './trap-report.ts';
import { consoleOf } from './uart.ts';

export type BringUp = { readonly hypervisor: Hypervisor } | { readonly errno: Errno } | { readonly frozen: true };

const twoMiB = 0x200000n;
/** Bits of the A57 and A72; a CPU that is not there counts with 32. */
const defaultAddressBits = 44;

/** Everything from the entry of the CPUs into the hypervisor to `Activating hypervisor`. */
export function bringUp(board: SimulatedBoard, bytes: Uint8Array, online: readonly number[], output: Output): BringUp {
  const system = readSystem(new ConfigBytes(bytes));
  const maxCpus = Math.max(...system.root.cpus) + 1;
  // A CPU that is not configured turns back at the door; the others wait for it.
  if (online.some((cpu) => cpu >= maxCpus)) return { frozen: true };
  // The first page table maps one block of 2 MiB, with the lower bits of the address cut off.
  if (system.hypervisorMemory.phys % twoMiB !== 0n) return { frozen: true };
  const uart = consoleOf(board, system.debugConsole);
  if (uart === 'hangs') return { frozen: true };

  const pool = new PagePool(
    Number((system.hypervisorMemory.size - BigInt(coreSize)) / pageSize),
    Number(((base + BigInt(coreSize)) / pageSize) % 0x10000n),
  );
  const everybodyThere = system.root.cpus.every((cpu) => online.includes(cpu));
  const addressBits = everybodyThere ? (board.addressBits ?? defaultAddressBits) : 32;
  const cpus = online.map((id): [number, Cpu] => [id, { id, failed: false, stopped: false, counters: new Map() }]);
  const hypervisor: Hypervisor = {
    board,
    system,
    output,
    uart: uart === 'prints',
    ring: (system.flags & systemFlags.virtualDebugConsole) !== 0,
    pool,
    remap: new PagePool(remapPages),
    tables: new PageTables(pool, 48, undefined),
    addressBits,
    cpus: new Map(cpus),
    cells: [],
    links: [],
    physicalConfigSpace: false,
    images: [],
    words: new Map(),
    caller: online.at(-1) as number,
  };
  try {
    setUpEarly(hypervisor, maxCpus, online.length);
    const errno = setUpCpus(hypervisor, online) ?? setUpLate(hypervisor, online.length);
    if (errno !== undefined) return { errno };
  } catch (error) {
    if (!(error instanceof Halt)) throw error;
    if (error.kind === 'abort') reportAbort(hypervisor, hypervisor.caller);
    return { frozen: true };
  }
  print(hypervisor, 'Activating hypervisor\n');
  return { hypervisor };
}

/** Page pools, the hypervisor's own map, the root cell. Whatever fails here leaves no way back: the CPUs are not yet on tables of their own. */
function setUpEarly(hypervisor: Hypervisor, maxCpus: number, onlineCpus: number): void {
  const { pool, system, tables } = hypervisor;
  print(hypervisor, `\nInitializing Jailhouse hypervisor ${version} on CPU ${hypervisor.caller}\nCode location: ${codeLocation}\n`);
  const { phys, size } = system.hypervisorMemory;
  const reserved = (maxCpus * perCpuSize) / 0x1000 + pagesOf(system.totalSize) + Math.ceil(pool.pages / 32768);
  mustSucceed(pool.pages > reserved);
  pool.reserve(reserved);
  const remapBitmap = remapPages / 32768;
  mustSucceed(pool.allocate(remapBitmap) !== undefined);
  const rootPages = PageTables.rootPages(hypervisor.addressBits);
  mustSucceed(pool.allocate(rootPages, rootPages) !== undefined);
  mustSucceed(tables.create(phys, size, base, 0n, true));
  for (let cpu = 0; cpu < maxCpus; cpu++) {
    const offset = BigInt(coreSize + cpu * perCpuSize);
    mustSucceed(tables.create(phys + offset, BigInt(privatePerCpuSize), base + offset, 0n, true));
  }
  const { address, size: consoleSize, flags } = system.debugConsole;
  if (flags & consoleFlags.mmio) {
    mustSucceed(tables.create(address, BigInt(consoleSize), uartBase + (address & (twoMiB - 1n)), 0n, true));
  }
  const shell = initCell(hypervisor, system.root, onlineCpus);
  if (typeof shell === 'string') throw new Halt('silent');
  const trampoline = phys + trampolineOffset;
  mustSucceed(tables.create(trampoline, pageSize, trampoline, 0n, false));
  mustSucceed(new PageTables(pool, hypervisor.addressBits, undefined).create(phys, pageSize, 0n, memory.read, false));
  const root = assembleCell(hypervisor, system.root, shell, { page: 0, pages: 0 });
  if (root === undefined) throw new Halt('silent');
  hypervisor.cells.push(root);
  // Its own memory is seen by the root cell as empty pages.
  const empty = phys + BigInt(coreSize) - pageSize;
  for (let page = phys; page < phys + size; page += pageSize) {
    mustSucceed(mapRegion(root, { phys: empty, virt: page, size: pageSize, flags: memory.read }));
  }
  // Until the CPUs have their own tables, only the first 2 MiB of the hypervisor are mapped.
  mustSucceed(coreSize / 0x1000 + pool.usedPages <= 512);
  print(hypervisor, `Page pool usage after early setup: ${poolText(hypervisor)}\nInitializing processors:\n`);
}

/** The CPUs one after the other, the calling one first. */
function setUpCpus(hypervisor: Hypervisor, online: readonly number[]): Errno | undefined {
  const { pool, system } = hypervisor;
  let gicChosen = false;
  const order = [hypervisor.caller, ...online.filter((cpu) => cpu !== hypervisor.caller)];
  for (const cpu of order) {
    print(hypervisor, ` CPU ${cpu}... `);
    if (!system.root.cpus.includes(cpu)) {
      print(hypervisor, 'FAILED\n');
      // The way back goes through the GIC's functions, if there are any yet.
      if (!gicChosen) throw new Halt('silent');
      return 'EINVAL';
    }
    hypervisor.caller = cpu;
    const own = new PageTables(pool, 48, undefined);
    const local = temporaryBase + BigInt(temporaryPages) * pageSize;
    mustSucceed(own.create(system.hypervisorMemory.phys, BigInt(perCpuSize), local, 0n, true) || gicChosen);
    if (!consoleMapped(hypervisor)) throw new Halt('silent');
    let errno = gicChosen ? undefined : initGic(hypervisor);
    if (errno !== undefined && system.gicVersion !== 2 && system.gicVersion !== 3) {
      print(hypervisor, 'FAILED\n');
      throw new Halt('abort');
    }
    gicChosen = true;
    errno ??= initGicOfCpu(hypervisor, cpu);
    const temporary = own.create(0n, BigInt(temporaryPages) * pageSize, temporaryBase, 0n, false);
    if (!temporary) errno ??= 'ENOMEM';
    if (errno !== undefined) {
      print(hypervisor, 'FAILED\n');
      hypervisor.caller = order[0] as number;
      return errno;
    }
    print(hypervisor, 'OK\n');
  }
  hypervisor.caller = order[0] as number;
  return undefined;
}

/** The console's registers in the final map: all of them, and not over the hypervisor itself. */
function consoleMapped({ system, uart }: Hypervisor): boolean {
  if (!uart) return true;
  const { address, size } = system.debugConsole;
  const lastRegister = 0x1cn;
  const mapped = (BigInt(size) + pageSize - 1n) & ~(pageSize - 1n);
  return (address & 0xfffn) + lastRegister <= mapped && (address % twoMiB) + BigInt(size) <= twoMiB;
}

const units = ['irqchip', 'ARM SMMU v3', 'ARM SMMU', 'PVU IOMMU', 'PCI'] as const;
const iommuTypes: Readonly<Record<string, number>> = { 'ARM SMMU v3': 3, 'ARM SMMU': 5, 'PVU IOMMU': 4 };

function setUpLate(hypervisor: Hypervisor, onlineCpus: number): Errno | undefined {
  const { board, system } = hypervisor;
  const root = rootOf(hypervisor);
  if (root.cpus.size !== onlineCpus) return trace(hypervisor, 'setup.c:174', 'EINVAL');
  for (const unit of units) {
    print(hypervisor, `Initializing unit: ${unit}\n`);
    let errno: Errno | undefined;
    if (unit === 'irqchip') errno = initGicOfCell(hypervisor, root);
    else if (unit === 'PCI') errno = initPci(hypervisor);
    else {
      for (const { type, base: address } of system.iommuUnits.filter(({ type }) => type === iommuTypes[unit])) {
        // None of the boards has such a unit: there is something else, or nothing.
        if (!isPresent(board, address)) throw new Halt('abort');
        errno ??= type === iommuTypes['ARM SMMU'] ? 'EIO' : undefined;
      }
    }
    if (errno !== undefined) return errno;
  }
  for (const region of system.root.regions) if (!addRegion(hypervisor, root, region)) return 'ENOMEM';
  print(hypervisor, `Page pool usage after late setup: ${poolText(hypervisor)}\n`);
  return undefined;
}

function initPci(hypervisor: Hypervisor): Errno | undefined {
  const { system } = hypervisor;
  if (system.mmconfigBase !== 0n && !system.pciIsVirtual) {
    if (mapDevice(hypervisor, system.mmconfigBase, mmconfigSize(hypervisor)) === undefined) return 'ENOMEM';
    hypervisor.physicalConfigSpace = true;
  }
  return initPciOfCell(hypervisor, rootOf(hypervisor));
}
