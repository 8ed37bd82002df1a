import { hex } from './address.ts';

/** `0xe0000000 - 0xe0104000`, the end exclusive. */
export function hexText(start: bigint, end: bigint): string {
  return `${hex(start)} - ${hex(end)}`;
}

/** As members of a `struct jailhouse_memory`. */
export function cFieldsText(physical: bigint, virtual: bigint, size: bigint, flags: readonly string[]): string {
  const members = [`.phys_start = ${hex(physical)},`, `.virt_start = ${hex(virtual)},`, `.size = ${hex(size)},`];
  if (flags.length > 0) members.push(`.flags = ${flags.map((flag) => `JAILHOUSE_MEM_${flag}`).join(' | ')},`);
  return members.join('\n');
}

/** As `reg` of a node below `#address-cells = <2>` and `#size-cells = <2>`. */
export function dtsRegText(start: bigint, size: bigint): string {
  const cells = [start >> 32n, start & 0xffffffffn, size >> 32n, size & 0xffffffffn];
  return `reg = <${cells.map(hex).join(' ')}>;`;
}
