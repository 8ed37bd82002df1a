import type { IomemEntry } from '@jailhouse-cells/core/board/proc-files.ts';
import { hex } from '@jailhouse-cells/core/source/numbers.ts';

/** Memory that Linux uses as its own and that lies in a range; `end` exclusive. */
export function systemRamIn(entries: readonly IomemEntry[], start: bigint, end: bigint): IomemEntry | undefined {
  return entries.find((entry) => entry.name === 'System RAM' && overlaps(entry, start, end));
}

/** What Linux has put a name to at the outermost level, in a range; not the hypervisor's own claims. */
export function claimedIn(entries: readonly IomemEntry[], start: bigint, end: bigint): IomemEntry | undefined {
  return entries.find(
    (entry) => entry.depth === 0 && overlaps(entry, start, end) && !/^(?:reserved|Jailhouse hypervisor|PCI ECAM|pci@\w+)$/.test(entry.name),
  );
}

/** `0x0-0x3b3fffff`, as /proc/iomem counts: the last address is in it. */
export function entryWords({ start, size }: IomemEntry): string {
  return `${hex(start)}-${hex(start + size - 1n)}`;
}

function overlaps(entry: IomemEntry, start: bigint, end: bigint): boolean {
  return entry.start < end && entry.start + entry.size > start;
}
