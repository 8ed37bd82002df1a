import type { SimulatedBoard } from '../../machine/machine.ts';
import type { IomemLine } from './board-facts.ts';

/** `System RAM` of /proc/iomem: the memory of Linux without what the device tree reserves with `no-map`, which shows as `reserved` (arch/arm64/kernel/setup.c). */
export function memoryLines(board: SimulatedBoard): readonly { readonly start: bigint; readonly end: bigint; readonly name: string }[] {
  const lines: { start: bigint; end: bigint; name: string }[] = [];
  for (const { start, size } of board.linuxRam) {
    let from = start;
    const end = start + size;
    const holes = board.reserved
      .filter((hole) => hole.start < end && hole.start + hole.size > start)
      .sort((a, b) => (a.start < b.start ? -1 : 1));
    for (const hole of holes) {
      if (hole.start > from) lines.push({ start: from, end: hole.start - 1n, name: 'System RAM' });
      const holeEnd = hole.start + hole.size;
      lines.push({ start: hole.start, end: holeEnd - 1n, name: 'reserved' });
      from = holeEnd;
    }
    if (from < end) lines.push({ start: from, end: end - 1n, name: 'System RAM' });
  }
  return lines;
}

/** Puts the kernel's own parts into the memory that holds them. */
export function withKernel(lines: readonly IomemLine[], parts: readonly IomemLine[]): readonly IomemLine[] {
  return lines.map((line) => {
    const inside = parts.filter(({ start, end }) => start >= line.start && end <= line.end);
    return inside.length === 0 ? line : { ...line, children: inside };
  });
}
