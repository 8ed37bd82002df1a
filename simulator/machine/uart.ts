import { type ConsoleInfo, consoleFlags, consoleTypes, knownConsoles } from './layout.ts';
import type { SimulatedBoard } from './machine.ts';

const kinds: Readonly<Record<number, 'pl011' | '8250'>> = { [consoleTypes.pl011]: 'pl011', [consoleTypes.uart8250]: '8250' };

/** What becomes of output on a console: it appears, nobody drives it, or the driver waits for ever for a bit that is not there. */
export function consoleOf(board: SimulatedBoard, { address, type, flags }: ConsoleInfo): 'prints' | 'silent' | 'hangs' {
  if ((flags & consoleFlags.mmio) === 0 || !knownConsoles.has(type)) return 'silent';
  const uart = board.uarts?.find((candidate) => candidate.address === address);
  if (uart === undefined || uart.kind !== kinds[type]) return 'hangs';
  if (uart.kind === '8250' && uart.distance === 4 && (flags & consoleFlags.registerDistance4) === 0) return 'hangs';
  return 'prints';
}
