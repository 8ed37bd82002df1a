import { type GuestCpu, GuestOver, printByHypercall } from './guest-cpu.ts';
import { hasVirtualInterface, ownsIntid, virtualTimerIntid } from './irqchip.ts';
import { runIvshmemDemo } from './ivshmem-demo.ts';
import { cellFlags, consoleFlags, consoleTypes, knownConsoles } from './layout.ts';
import type { GuestProfile } from './machine.ts';
import { timerLine } from './passing-time.ts';
import type { RunningGuest } from './state.ts';

/** Where the inmate library expects the comm region. */
export const commRegion = 0x80000000n;
/** Its first read of its own data, by offset in the image, as recorded. */
const ownData = 0xf88n;

/** The start of a program that is linked with the inmate library, up to where it waits. */
export function runInmateLibrary(cpu: GuestCpu, profile: GuestProfile, imageSize: bigint): void {
  const { cell } = cpu;
  if (imageSize > ownData + 8n) cpu.read(cell.config.resetAddress + ownData, 8);
  cpu.read(commRegion + 6n, 2);
  const comm = cell.stage2.lookup(commRegion);
  // Another region lies over it: no signature there, the program stops.
  if ('phys' in comm && comm.phys !== cell.commPhys) throw new GuestOver();
  let write: ((text: string) => void) | undefined;
  const guest: RunningGuest = {
    profile,
    enabled: new Set(),
    endpoint: undefined,
    print: (text) => {
      write ??= openConsole(cpu);
      write(text);
    },
    interrupts: 0,
  };
  cell.guest = guest;
  for (const line of profile.prints ?? []) guest.print(`${line}\n`);
  if (profile.ivshmem) runIvshmemDemo(cpu, guest);
  if (profile.timer && ownsIntid(cell, virtualTimerIntid) && hasVirtualInterface(cpu.hypervisor, cell)) {
    guest.enabled.add(virtualTimerIntid);
    guest.print(timerLine(guest));
  }
}

/** Opens the console that the comm region names, with the accesses of its driver. */
function openConsole(cpu: GuestCpu): (text: string) => void {
  const { cell, hypervisor } = cpu;
  const { console: info, flags } = cell.config;
  if ((flags & cellFlags.virtualConsoleActive) !== 0) return (text) => printByHypercall(hypervisor, text);
  if (!knownConsoles.has(info.type)) return () => {};
  const distance = info.flags & consoleFlags.registerDistance4 ? 4 : 1;
  const is8250 = info.type === consoleTypes.uart8250;
  const width = is8250 && distance === 1 ? 1 : 4;
  const status = is8250 ? BigInt(5 * distance) : 0x18n;
  cpu.read(info.address + status, width);
  cpu.write(info.address, width, 0);
  const kind = is8250 ? '8250' : info.type === consoleTypes.pl011 ? 'pl011' : undefined;
  const there = hypervisor.board.uarts?.find(({ address }) => address === info.address);
  // Waits for ever for a bit of a UART of another kind.
  if (there === undefined || there.kind !== kind || (is8250 && there.distance !== distance)) throw new GuestOver();
  return (text) => {
    hypervisor.output.uart += text;
  };
}
