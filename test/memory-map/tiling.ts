import type { MemoryMap } from '@jailhouse-cells/core/memory-map/model.ts';

/**
 * What is wrong with a map as a division of the axis: every address below the highest end has to lie in blocks or in exactly one gap. Looks at one
 * address of each stretch between two edges, one by one.
 */
export function faultsOf({ lanes, gaps }: MemoryMap): readonly string[] {
  const blocks = lanes.flatMap((lane) => lane.blocks);
  const faults: string[] = [];
  const ids = blocks.map(({ id }) => id);
  if (new Set(ids).size !== ids.length) faults.push('two blocks have one id');
  for (const { id, start, end } of blocks) {
    if (start < 0n || end < start || end > 1n << 64n) faults.push(`${id} ends before it starts, or behind all addresses`);
  }
  for (const { start, end } of gaps) if (end <= start) faults.push(`an empty gap at ${start}`);
  const all = [...blocks, ...gaps];
  const edges = [...new Set([0n, ...all.flatMap(({ start, end }) => [start, end])])].sort((a, b) => (a < b ? -1 : 1));
  const top = blocks.reduce((highest, { start, end }) => (end > start && end > highest ? end : highest), 0n);
  for (const at of edges) {
    if (at >= top) continue;
    const holds = ({ start, end }: { start: bigint; end: bigint }) => start <= at && at < end;
    const used = blocks.some(holds);
    const free = gaps.filter(holds).length;
    if (used === free > 0 || free > 1) faults.push(`0x${at.toString(16)}: ${used ? 'used' : 'not used'} and in ${free} gaps`);
  }
  for (const { end } of gaps) if (end > top) faults.push('a gap above everything');
  for (const { id, blocks: own } of lanes) {
    for (const [at, { start }] of own.entries()) if (start < (own[at - 1]?.start ?? 0n)) faults.push(`${id} is not sorted`);
  }
  return faults;
}
