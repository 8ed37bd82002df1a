import { access } from './access.ts';
import { hasVirtualInterface, ownsIntid } from './irqchip.ts';
import { memory } from './layout.ts';
import { systemRam } from './linux-memory.ts';
import type { CallEnd } from './machine.ts';
import { type Cell, type Hypervisor, print, rootOf } from './state.ts';
import { parkCpu } from './trap-report.ts';

/** How the root cell's Linux ends; undefined: it goes on. */
export type LinuxEnd = Extract<CallEnd, { kind: 'root-cpu-parked' | 'oops' | 'freeze' }> | undefined;

const parked = (cpu: number): LinuxEnd => ({ kind: 'root-cpu-parked', cpu });

/** What Linux touches as soon as it runs on: its RAM, then the devices that it lives by. `first`: right after the hypervisor was activated. */
export function linuxGoesOn(hypervisor: Hypervisor, first: boolean): LinuxEnd {
  const root = rootOf(hypervisor);
  return ramStillThere(hypervisor, root, first) ?? interruptsStillCome(hypervisor, root) ?? devicesStillThere(hypervisor, root);
}

function ramStillThere(hypervisor: Hypervisor, root: Cell, first: boolean): LinuxEnd {
  const cpu = hypervisor.caller;
  const ranges = systemRam(hypervisor.board);
  const last = ranges.at(-1);
  if (first && last !== undefined) {
    // The driver's code, to which the CPUs return, lies near the end of RAM.
    const code = last.start + last.size - 0xf0n;
    const found = root.stage2.lookup(code);
    if (!('phys' in found)) {
      print(hypervisor, `FATAL: instruction abort at 0x${code.toString(16)}\n`);
      parkCpu(hypervisor, root, cpu, 'forbidden access', { pc: code, exceptionLevel: 1, exceptionClass: 0x20, syndrome: 4 + found.level });
      return parked(cpu);
    }
    if (found.phys !== code) return { kind: 'freeze' };
  }
  for (const { start, size } of ranges) {
    for (let at = start; at < start + size; ) {
      const found = root.stage2.lookup(at);
      if (!('phys' in found)) {
        access(hypervisor, root, cpu, { address: at, width: 8 });
        return parked(cpu);
      }
      // Other memory than Linux believes: it runs into rubbish.
      if (found.phys !== at) return { kind: 'freeze' };
      if ((found.flags & memory.write) === 0n) {
        const data = at + 0xfcab20n < start + size ? at + 0xfcab20n : at;
        access(hypervisor, root, cpu, { address: data, width: 1, write: 0, opaque: true });
        return parked(cpu);
      }
      if ((found.flags & memory.read) === 0n) {
        access(hypervisor, root, cpu, { address: at, width: 8 });
        return parked(cpu);
      }
      at = found.end;
    }
  }
  return undefined;
}

/** With a GICv2, Linux must find the virtual CPU interface where it knows the physical one: at the physical one nothing arrives any more. */
function interruptsStillCome(hypervisor: Hypervisor, root: Cell): LinuxEnd {
  if (hypervisor.board.gic.version !== 2 || hasVirtualInterface(hypervisor, root)) return undefined;
  const acknowledge = (hypervisor.board.gic.gicc ?? 0n) + 0xcn;
  const end = access(hypervisor, root, hypervisor.caller, { address: acknowledge, width: 4 });
  return end.kind === 'parked' ? parked(hypervisor.caller) : { kind: 'freeze' };
}

/** Each device in use is touched; a CPU that is parked for it is not the next to touch one. */
function devicesStillThere(hypervisor: Hypervisor, root: Cell): LinuxEnd {
  let end: LinuxEnd;
  for (const { start, access: touch } of hypervisor.board.vitalDevices ?? []) {
    const running = [hypervisor.caller, ...root.cpus].find((id) => hypervisor.cpus.get(id)?.failed === false);
    if (running === undefined) return { kind: 'freeze' };
    const write = touch.access === 'write' ? { write: 0 } : {};
    const result = access(hypervisor, root, running, { address: start + touch.offset, width: touch.width, ...write });
    if (result.kind === 'parked') end ??= parked(running);
  }
  return end;
}

/** True when a cell has an interrupt without which Linux does not get its files or its network. */
export function linuxStarves(hypervisor: Hypervisor): boolean {
  const cells = hypervisor.cells.slice(1);
  return (hypervisor.board.vitalDevices ?? []).some(({ intids }) => intids.some((intid) => cells.some((cell) => ownsIntid(cell, intid))));
}

/** Linux writes `size` bytes from a physical address on, as it copies an image. */
export function linuxCopies(hypervisor: Hypervisor, start: bigint, size: bigint): LinuxEnd {
  const root = rootOf(hypervisor);
  for (let at = start; at < start + size; ) {
    const found = root.stage2.lookup(at);
    const end = access(hypervisor, root, hypervisor.caller, { address: at, width: 1, write: 0, opaque: true });
    if (end.kind === 'parked') return parked(hypervisor.caller);
    if (end.kind === 'external-abort') return { kind: 'oops' };
    const next = (at | 0xfffn) + 1n;
    // Within one mapping and one piece of memory nothing changes.
    const whole = 'end' in found ? found.end : next;
    const piece = hypervisor.board.present.find(({ start: from, size: length }) => at >= from && at < from + length);
    const pieceEnd = piece === undefined ? next : piece.start + piece.size;
    const own = hypervisor.system.hypervisorMemory;
    const beforeOwn = at < own.phys && own.phys < whole ? own.phys : whole;
    at = beforeOwn < pieceEnd ? beforeOwn : pieceEnd;
  }
  return undefined;
}

/** Before it leaves, the driver reads every page of the hypervisor's code and data. */
export function linuxReadsHypervisor(hypervisor: Hypervisor, size: bigint): LinuxEnd {
  const root = rootOf(hypervisor);
  const { phys } = hypervisor.system.hypervisorMemory;
  for (let page = phys; page < phys + size; page += 0x1000n) {
    if (access(hypervisor, root, hypervisor.caller, { address: page, width: 4 }).kind === 'parked') return parked(hypervisor.caller);
  }
  return undefined;
}
