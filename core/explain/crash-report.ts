import type { MatchedLine } from './explanation.ts';
import type { Crash } from './incident.ts';

/** Parts of which every line of a report holds one. */
export const crashNeeds: readonly string[] = ['Unhandled ', 'FATAL: ', 'Attempt to route IRQ', 'CPU '];

/** Lines behind which a report without its last line counts as cut off. The longest has about 20 (40 with the stack of EL2). */
const longestReport = 120;

const dataAbort = /Unhandled data (read|write) at 0x([0-9a-f]+)\((\d+)\)/;
const mmio = /FATAL: Invalid MMIO (read|write), address: ([0-9a-f]+), size: ([0-9a-f]+)/;
const instructionAbort = /FATAL: instruction abort at 0x([0-9a-f]+)/;
const x86Memory = /FATAL: Invalid MMIO\/RAM (read|write), addr: 0x([0-9a-f]+) size: (\d+)/;
const pci =
  /FATAL: Invalid PCI (?:MMCONFIG|config) (?:read|write), device ([0-9a-f]{2}):([0-9a-f]{2})\.([0-7]), reg: 0x([0-9a-f]+), size: (\d+)/;
const msix = /FATAL: Invalid PCI MSI-X table\/PBA access, device ([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])/;
const route = /Attempt to route IRQ(\d+) outside of cell/;
const trap = /FATAL: (?:unhandled trap|forbidden access) \(exception class 0x([0-9a-f]{2})\)/;
const hypervisorAbort = /(?:FATAL: Unhandled HYP exception|Unhandled HYP \w[\w ]* exit at|FATAL: Jailhouse triggered exception)/;
const otherReason = /(?:Unhandled SMC arch trap|FATAL: (?!unhandled trap|forbidden access)\S).*/;
const parking = /(?:Parking|Stopping) CPU (\d+) \(Cell: "([^"]*)"\)/;
const arm64State = /\bpc: ([0-9a-f]{16})\s/;
const arm64Syndrome = /\besr: ([0-9a-f]{2}) [01] ([0-9a-f]{7})/;
const arm32State = /\bpc=0x([0-9a-f]{8}) cpsr=0x[0-9a-f]{8} hsr=0x([0-9a-f]{8})/;
const register = /\b[xr](\d{1,2})(?:: |=0x)([0-9a-f]{8,16})\b/g;

/** Puts the lines of the hypervisor's reports together; other lines may stand in between (arm64/traps.c, control.c:panic_park). */
export class CrashReports {
  private open: Crash | undefined;
  private lastLine = 0;

  constructor(private readonly done: (crash: Crash) => void) {}

  /** True while lines of registers are expected. */
  get isOpen(): boolean {
    return this.open !== undefined;
  }

  /** True when the line belongs to a report. */
  take(line: MatchedLine): boolean {
    if (this.open !== undefined && line.line - this.lastLine > longestReport) this.close();
    const taken = this.end(line) || this.reason(line) || this.state(line);
    if (taken) this.lastLine = line.line;
    return taken;
  }

  /** Hands over a report whose end is missing. */
  close(): void {
    if (this.open !== undefined) this.done(this.open);
    this.open = undefined;
  }

  private end(line: MatchedLine): boolean {
    const match = parking.exec(line.text);
    if (match === null) return false;
    const crash = this.open ?? newCrash();
    crash.cpu = Number(match[1]);
    if (match[2] !== '<UNSET>') crash.cell = match[2] ?? '';
    crash.matched.push(line);
    this.open = crash;
    this.close();
    return true;
  }

  private reason(line: MatchedLine): boolean {
    const { text } = line;
    const trapped = trap.exec(text);
    if (trapped !== null) {
      const crash = this.open?.exceptionClass === undefined ? this.continued() : this.fresh();
      crash.exceptionClass = Number.parseInt(trapped[1] ?? '', 16);
      crash.matched.push(line);
      return true;
    }
    const crash = reasonIn(text);
    if (crash === undefined) return false;
    const current = this.fresh();
    Object.assign(current, crash);
    current.matched.push(line);
    return true;
  }

  private state(line: MatchedLine): boolean {
    const crash = this.open;
    if (crash === undefined) return false;
    const { text } = line;
    const programCounter = arm64State.exec(text)?.[1];
    if (programCounter !== undefined) crash.programCounter = BigInt(`0x${programCounter}`);
    const syndrome = arm64Syndrome.exec(text);
    if (syndrome !== null) {
      crash.exceptionClass = Number.parseInt(syndrome[1] ?? '', 16);
      crash.syndrome = BigInt(`0x${syndrome[2]}`);
    }
    const arm32 = arm32State.exec(text);
    if (arm32 !== null) {
      const status = BigInt(`0x${arm32[2]}`);
      crash.programCounter = BigInt(`0x${arm32[1]}`);
      crash.exceptionClass = Number(status >> 26n);
      crash.syndrome = status & 0x1ffffffn;
    }
    let found = programCounter !== undefined || syndrome !== null || arm32 !== null;
    for (const [, number, value] of text.matchAll(register)) {
      crash.registers.set(Number(number), BigInt(`0x${value}`));
      found = true;
    }
    if (found && (syndrome !== null || arm32 !== null)) crash.matched.push(line);
    return found;
  }

  private continued(): Crash {
    this.open ??= newCrash();
    return this.open;
  }

  private fresh(): Crash {
    this.close();
    return this.continued();
  }
}

function newCrash(): Crash {
  return { kind: 'crash', matched: [], registers: new Map() };
}

function reasonIn(text: string): Partial<Crash> | undefined {
  const data = dataAbort.exec(text);
  if (data !== null) return { access: { direction: direction(data[1]), address: address(data[2]), size: Number(data[3]), space: 'guest' } };
  const physical = mmio.exec(text);
  if (physical !== null) {
    const size = Number.parseInt(physical[3] ?? '', 16);
    return { access: { direction: direction(physical[1]), address: address(physical[2]), size, space: 'physical' } };
  }
  const fetch = instructionAbort.exec(text);
  if (fetch !== null) return { access: { direction: 'execute', address: address(fetch[1]), size: undefined, space: 'guest' } };
  const memory = x86Memory.exec(text);
  if (memory !== null) {
    const size = Number(memory[3]);
    const way = size === 0 ? 'execute' : direction(memory[1]);
    return { access: { direction: way, address: address(memory[2]), size: size === 0 ? undefined : size, space: 'guest' } };
  }
  const config = pci.exec(text);
  if (config !== null) {
    return { pci: { bdf: bdf(config), register: Number.parseInt(config[4] ?? '', 16), size: Number(config[5]), what: 'config' } };
  }
  const table = msix.exec(text);
  if (table !== null) return { pci: { bdf: bdf(table), register: undefined, size: undefined, what: 'msix' } };
  const intid = route.exec(text)?.[1];
  if (intid !== undefined) return { intid: Number(intid) };
  if (hypervisorAbort.test(text)) return { hypervisor: true };
  const other = otherReason.exec(text)?.[0];
  return other === undefined ? undefined : { reason: other.slice(0, 200) };
}

function direction(word: string | undefined): 'read' | 'write' {
  return word === 'write' ? 'write' : 'read';
}

function address(digits: string | undefined): bigint {
  return BigInt.asUintN(64, BigInt(`0x${digits?.slice(0, 16) || '0'}`));
}

function bdf(match: RegExpExecArray): number {
  return (Number.parseInt(match[1] ?? '', 16) << 8) | (Number.parseInt(match[2] ?? '', 16) << 3) | Number(match[3]);
}
