import { access } from './access.ts';
import { pciTypes } from './layout.ts';
import { overlaps, type PhysicalRange, systemRam } from './linux-memory.ts';
import type { CallEnd, Machine, SimulatedBoard } from './machine.ts';
import { type Hypervisor, rootOf } from './state.ts';

export interface VirtualHost {
  readonly kernelLog: readonly string[];
  readonly host: Machine['virtualPci'];
  /** How Linux ends at its first look into config space; undefined: it goes on. */
  readonly end: CallEnd | undefined;
}

const hex = (value: bigint | number, digits: number): string => value.toString(16).padStart(digits, '0');
const range = (start: bigint, size: bigint): string => `[mem 0x${hex(start, 8)}-0x${hex(start + size - 1n, 8)}]`;
const windowSize = 0x100000n;
const pageSize = 0x1000n;
const anyDomain = 0xffff;

/** What else Linux has at these addresses, by its name in /proc/iomem. */
function conflict(board: SimulatedBoard, wanted: PhysicalRange): { readonly name: string; readonly range: PhysicalRange } | undefined {
  const ram = systemRam(board).map((area) => ({ name: 'System RAM', range: area }));
  const uarts = (board.uarts ?? []).map(({ address, kind }) => ({
    name: `${kind === 'pl011' ? 'pl011' : 'serial'}@${address.toString(16)}`,
    range: { start: address, size: kind === 'pl011' ? 0x1000n : 0x40n },
  }));
  const devices = (board.vitalDevices ?? []).map(({ name, start, size }) => ({ name, range: { start, size } }));
  return [...ram, ...uarts, ...devices].find((used) => overlaps(used.range, wanted));
}

/** The device tree overlay of the driver, and Linux as it probes the host in it. `lost`: a domain that the kernel has lost. */
export function addVirtualHost(hypervisor: Hypervisor, lost: ReadonlySet<number>): VirtualHost {
  const { board, system } = hypervisor;
  const root = rootOf(hypervisor);
  const nothing = (kernelLog: readonly string[] = []): VirtualHost => ({ kernelLog, host: undefined, end: undefined });
  if (!system.pciIsVirtual) return nothing();
  const used = board.pciDomains ?? [];
  let domain = system.pciDomain;
  if (domain === anyDomain) for (domain = 0; used.includes(domain); ) domain++;

  const start = system.mmconfigBase;
  const device = `${start.toString(16)}.pci`;
  const host = `pci-host-generic ${device}:`;
  const count = system.root.pci.filter(({ type }) => type === pciTypes.ivshmem).length;
  const registers = { start: start + windowSize, size: BigInt(count) * 2n * pageSize };
  const log = [`${host} host bridge /pci@0 ranges:`];
  if (count > 0) {
    const [first, last] = [registers.start, registers.start + registers.size - 1n].map((address) => `0x${hex(address, 10)}`);
    log.push(`${host}      MEM ${first}..${last} -> ${first}`);
  }
  const other = conflict(board, { start, size: windowSize });
  if (other !== undefined) {
    const place = range(other.range.start, other.range.size);
    log.push(`${host} can't claim ECAM area ${range(start, windowSize)}: address conflict with ${other.name} ${place}`);
    return nothing([...log, `pci-host-generic: probe of ${device} failed with error -16`]);
  }
  log.push(`${host} ECAM at ${range(start, windowSize)} for [bus 00]`);
  if (used.includes(domain) || lost.has(domain)) {
    log.push(`${host} Scanning root bridge failed`, `pci-host-generic: probe of ${device} failed with error -28`);
    return nothing(log);
  }
  const bus = `${hex(domain, 4)}:00`;
  log.push(`${host} PCI host bridge to bus ${bus}`, `pci_bus ${bus}: root bus resource [bus 00]`);
  if (count > 0) log.push(`pci_bus ${bus}: root bus resource ${range(registers.start, registers.size)}`);

  const functions: { readonly bdf: number; readonly protocol: number }[] = [];
  const read = (bdf: number, register: number): number | CallEnd => {
    const end = access(hypervisor, root, hypervisor.caller, { address: start + (BigInt(bdf) << 12n) + BigInt(register), width: 4 });
    if (end.kind === 'value') return end.value;
    return end.kind === 'parked' ? { kind: 'root-cpu-parked', cpu: hypervisor.caller } : { kind: 'oops' };
  };
  for (const bdf of scanned(hypervisor, domain)) {
    const id = read(bdf, 0);
    if (typeof id !== 'number') return { kernelLog: [...log, ...oopsText], host: undefined, end: id };
    if (id !== 0x4106110a) continue;
    const type = read(bdf, 8);
    if (typeof type !== 'number') return { kernelLog: log, host: undefined, end: type };
    functions.push({ bdf, protocol: (type >>> 8) & 0xffff });
    const name = functionName(domain, bdf);
    log.push(`pci ${name}: [110a:4106] type 00 class 0x${hex(type >>> 8, 6)}`);
    for (const { bar, size } of barsOf(hypervisor, bdf)) log.push(`pci ${name}: BAR ${bar} ${range(0n, size)}`);
  }
  assignBars(hypervisor, domain, functions, registers, log);
  return { kernelLog: log, host: { domain, ecam: { start, size: windowSize }, functions }, end: undefined };
}

const oopsText = [
  'Internal error: synchronous external abort: 0000000096000010 [#1] PREEMPT SMP',
  'pc : pci_generic_config_read+0x34/0xb0',
] as const;

function functionName(domain: number, bdf: number): string {
  return `${hex(domain, 4)}:${hex(bdf >> 8, 2)}:${hex((bdf >> 3) & 0x1f, 2)}.${bdf & 7}`;
}

/** Function 0 of every device of bus 0; then what the driver asks for by name, in the domain that the config gives. */
function scanned({ system }: Hypervisor, domain: number): readonly number[] {
  const first = Array.from({ length: 32 }, (_, device) => device << 3);
  const named = system.root.pci.filter(({ type, bdf, domain: own }) => type === pciTypes.ivshmem && own === domain && bdf < 0x100);
  return [...first, ...named.map(({ bdf }) => bdf).filter((bdf) => (bdf & 7) !== 0)];
}

function barsOf(hypervisor: Hypervisor, bdf: number): readonly { readonly bar: number; readonly size: bigint }[] {
  const info = rootOf(hypervisor).config.pci.find((device) => device.bdf === bdf);
  return (info?.barMask ?? []).flatMap((mask, bar) => (mask === 0 ? [] : [{ bar, size: BigInt((~mask + 1) >>> 0) }]));
}

function assignBars(
  hypervisor: Hypervisor,
  domain: number,
  functions: readonly { readonly bdf: number }[],
  window: PhysicalRange,
  log: string[],
): void {
  const root = rootOf(hypervisor);
  let free = window.start;
  for (const { bdf } of functions) {
    for (const { bar, size } of barsOf(hypervisor, bdf)) {
      const name = functionName(domain, bdf);
      const start = (free + size - 1n) & ~(size - 1n);
      if (start + size > window.start + window.size || start + size > 1n << 32n) {
        log.push(`pci ${name}: BAR ${bar}: no space for [mem size 0x${hex(size, 8)}]`);
        log.push(`pci ${name}: BAR ${bar}: failed to assign [mem size 0x${hex(size, 8)}]`);
        continue;
      }
      free = start + size;
      log.push(`pci ${name}: BAR ${bar} ${range(start, size)}: assigned`);
      const address = hypervisor.system.mmconfigBase + (BigInt(bdf) << 12n) + BigInt(0x10 + 4 * bar);
      access(hypervisor, root, hypervisor.caller, { address, width: 4, write: Number(start) });
    }
  }
}
