import type { AddressRange, AddressWindow } from '../config/address-window.ts';
import type { BoardVariant, KernelCommandLine } from './board.ts';
import { limitedMemory, memoryLimits } from './kernel-limits.ts';

/** A RAM size that a board is sold with, before the kernel's command line. */
export type RamVariant = Omit<BoardVariant, 'linux'>;

/** With the memory that Linux counts as its own: without the GPU's, and cut by the command line. */
export function withLinuxMemory(
  variant: RamVariant,
  commandLine: KernelCommandLine | undefined,
  architecture: 'arm64' | 'arm',
): BoardVariant {
  const own = variant.gpu === undefined ? variant.ram : variant.ram.flatMap((bank) => without(bank, variant.gpu as AddressWindow));
  return { ...variant, linux: limitedMemory(own, memoryLimits(commandLine), architecture) };
}

/** What is left of a window when a hole is cut out of it: none, one or two pieces. */
export function without(window: AddressWindow, hole: AddressRange): readonly AddressWindow[] {
  const end = window.start + window.size;
  const holeEnd = hole.start + hole.size;
  if (hole.size <= 0n || holeEnd <= window.start || hole.start >= end) return [window];
  const pieces: AddressWindow[] = [];
  if (hole.start > window.start) pieces.push({ ...window, size: hole.start - window.start });
  if (holeEnd < end) pieces.push({ ...window, start: holeEnd, size: end - holeEnd });
  return pieces;
}
