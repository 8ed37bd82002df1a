import { ownsIntid, virtualTimerIntid } from './irqchip.ts';
import { count, type Hypervisor, type RunningGuest } from './state.ts';

/** Milliseconds between two interrupts of a CPU of Linux, and of the demo's timer. */
const rootTick = 250;
const demoTick = 100;
/** Lines that one guest prints at most at a time: a console that nobody read for a long while is not worth more. */
const linesMax = 20;

/** Lets guests and counters go on for a while. */
export function passTime(hypervisor: Hypervisor, milliseconds: number): void {
  for (const [index, cell] of hypervisor.cells.entries()) {
    if (index === 0) {
      for (const cpu of cell.cpus) count(hypervisor, cpu, 'virt_irq', Math.floor(milliseconds / rootTick));
      continue;
    }
    const { guest } = cell;
    if (guest === undefined || cell.commState !== 'running' || !guest.enabled.has(virtualTimerIntid)) continue;
    if (!ownsIntid(cell, virtualTimerIntid)) continue;
    const times = Math.floor(milliseconds / demoTick);
    count(hypervisor, Math.min(...cell.cpus), 'virt_irq', times);
    for (let line = 0; line < Math.min(times, linesMax); line++) guest.print(timerLine(guest));
  }
}

/** The demo's line; the jitter is made up, with the minimum and the maximum that belong to it. */
export function timerLine(guest: RunningGuest): string {
  const fired = guest.interrupts++;
  const jitter = fired === 0 ? 29190 : 1000 + ((fired * 7919) % 4000);
  guest.jitter = { min: Math.min(guest.jitter?.min ?? jitter, jitter), max: Math.max(guest.jitter?.max ?? jitter, jitter) };
  const aligned = (nanoseconds: number): string => String(nanoseconds).padStart(6);
  return `Timer fired, jitter: ${aligned(jitter)} ns, min: ${aligned(guest.jitter.min)} ns, max: ${aligned(guest.jitter.max)} ns\n`;
}
