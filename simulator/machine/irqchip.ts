import { mapDevice } from './devices.ts';
import { Halt } from './halt.ts';
import { memory } from './layout.ts';
import type { Errno } from './machine.ts';
import { registerWindow } from './regions.ts';
import { type Cell, type Hypervisor, isPresent, print, rootOf, trace } from './state.ts';

const gicdSize = (version: number): bigint => (version === 2 ? 0x1000n : 0x10000n);
const redistributorSize = 0x20000n;
const cpuInterfaceSize = 0x2000n;
/** The hypervisor keeps SGI 0 and 1 for itself. */
const ownSgis = 0x3;

export const virtualTimerIntid = 27;

/** What the first CPU does: looks which GIC there is, and maps it. */
export function initGic(hypervisor: Hypervisor): Errno | undefined {
  const { board, system } = hypervisor;
  const { gicVersion: version, gicd, gicc, gich, gicr } = system;
  if (version !== 2 && version !== 3) return trace(hypervisor, 'arch/arm-common/irqchip.c:337', 'EINVAL');
  if (mapDevice(hypervisor, gicd, gicdSize(version)) === undefined) return 'ENOMEM';
  const page = gicd & ~0xfffn;
  // The identification register: elsewhere in GICv2 and GICv3.
  const answers = page === board.gic.gicd && version === board.gic.version;
  if (!answers) {
    if (page !== board.gic.gicd && !isPresent(board, page + (version === 2 ? 0xfe8n : 0xffe8n))) throw new Halt('abort');
    return trace(hypervisor, version === 2 ? 'arch/arm-common/gic-v2.c:54' : 'arch/arm-common/gic-v3.c:133', 'ENODEV');
  }
  if (version === 2) {
    for (const address of [gicc, gich]) if (mapDevice(hypervisor, address, cpuInterfaceSize) === undefined) return 'ENOMEM';
    return undefined;
  }
  const last = Math.max(...system.root.cpus);
  return mapDevice(hypervisor, gicr, redistributorSize * BigInt(last + 1)) === undefined ? 'ENOMEM' : undefined;
}

/** What every CPU does with its part of the GIC. */
export function initGicOfCpu(hypervisor: Hypervisor, cpu: number): Errno | undefined {
  const { board, system } = hypervisor;
  if (system.gicVersion === 2) {
    if (cpu >= 8) return trace(hypervisor, 'arch/arm-common/gic-v2.c:117', 'EINVAL');
    for (const address of [system.gicc, system.gich]) if (!isPresent(board, address)) throw new Halt('abort');
    return undefined;
  }
  if ((system.gicr & ~0xfffn) === board.gic.gicr) return undefined;
  if (!isPresent(board, system.gicr + 0xffe8n)) throw new Halt('abort');
  print(hypervisor, `GIC: No redist found for CPU${cpu}\n`);
  return 'ENODEV';
}

export function countGicWindows(hypervisor: Hypervisor, onlineCpus: number): number {
  return hypervisor.system.gicVersion >= 3 ? 1 + onlineCpus : 1;
}

export function initGicOfCell(hypervisor: Hypervisor, cell: Cell): Errno | undefined {
  const { system } = hypervisor;
  for (const { address, pinBase, pins } of cell.config.irqchips) {
    if (address !== system.gicd) continue;
    if (pinBase % 32 !== 0 || pinBase + 128 > 1024) return trace(hypervisor, 'arch/arm-common/irqchip.c:427', 'EINVAL');
    for (const [word, bits] of pins.entries()) setWord(cell, pinBase / 32 + word, (old) => old | bits);
  }
  // Shifted as a processor shifts a 32-bit value.
  cell.intids[0] = ~(ownSgis | (1 << (system.maintenanceIntid & 31)));
  if (system.gicVersion === 2) {
    const flags = memory.read | memory.write | memory.io;
    if (!cell.stage2.create(system.gicv, cpuInterfaceSize, system.gicc, flags, false)) return 'ENOMEM';
  } else {
    for (const cpu of system.root.cpus) {
      const start = system.gicr + redistributorSize * BigInt(cpu);
      registerWindow(hypervisor, cell, hypervisor.cpus.has(cpu) ? start : 0n, redistributorSize, { kind: 'gicr' });
    }
  }
  registerWindow(hypervisor, cell, system.gicd, gicdSize(system.gicVersion), { kind: 'gicd' });
  const root = rootOf(hypervisor) ?? cell;
  if (cell === root) return undefined;
  for (const { word, bits } of pinWords(hypervisor, cell)) setWord(root, word, (old) => old & ~bits);
  return undefined;
}

export function exitGicOfCell(hypervisor: Hypervisor, cell: Cell): void {
  const root = rootOf(hypervisor);
  for (const { word, bits } of pinWords(hypervisor, cell)) setWord(root, word, (old) => old | bits);
  for (const { word, bits } of pinWords(hypervisor, root)) setWord(root, word, (old) => old & bits);
  if (hypervisor.system.gicVersion === 2) cell.stage2.destroy(hypervisor.system.gicc, cpuInterfaceSize);
}

function pinWords({ system }: Hypervisor, { config }: Cell): readonly { readonly word: number; readonly bits: number }[] {
  return config.irqchips
    .filter(({ address }) => address === system.gicd)
    .flatMap(({ pinBase, pins }) => pins.map((bits, word) => ({ word: Math.floor(pinBase / 32) + word, bits })));
}

function setWord({ intids }: Cell, word: number, change: (old: number) => number): void {
  if (word < intids.length) intids[word] = change(intids[word] ?? 0);
}

export function ownsIntid({ intids }: Cell, intid: number): boolean {
  return intid < intids.length * 32 && (((intids[intid >> 5] ?? 0) >>> (intid & 31)) & 1) === 1;
}

/** False: the cell sees the physical CPU interface, or none, where its virtual one has to be; no interrupt reaches it. GICv3 has it in registers. */
export function hasVirtualInterface({ board }: Hypervisor, { stage2 }: Cell): boolean {
  if (board.gic.version !== 2) return true;
  const found = stage2.lookup(board.gic.gicc ?? 0n);
  return 'phys' in found && found.phys === board.gic.gicv;
}
