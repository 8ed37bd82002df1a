/** A line of /proc/iomem. Addresses in bytes, `end` exclusive. */
export interface IomemRange {
  readonly start: bigint;
  readonly end: bigint;
  readonly name: string;
  /** 0 for a range that is in no other. */
  readonly depth: number;
}

/** Undefined for a text in which all addresses are 0: that is what the kernel shows to everybody but root. */
export function readIomem(text: string): readonly IomemRange[] | undefined {
  const ranges = text.split('\n').flatMap((line): IomemRange[] => {
    const match = /^( *)([0-9a-f]{1,16})-([0-9a-f]{1,16}) : (.*)$/.exec(line);
    if (match === null) return [];
    const [, indent = '', start = '', end = '', name = ''] = match;
    return [{ start: BigInt(`0x${start}`), end: BigInt(`0x${end}`) + 1n, name: name.trim(), depth: indent.length / 2 }];
  });
  return ranges.length > 0 && ranges.every(({ start, end }) => start === 0n && end === 1n) ? undefined : ranges;
}

/** Memory that Linux uses as its own and that lies in a range. */
export function systemRamIn(ranges: readonly IomemRange[], start: bigint, end: bigint): IomemRange | undefined {
  return ranges.find((range) => range.name === 'System RAM' && range.start < end && range.end > start);
}

/** What Linux has put a name to at the outermost level, in a range; not the hypervisor's own claims. */
export function claimedIn(ranges: readonly IomemRange[], start: bigint, end: bigint): IomemRange | undefined {
  return ranges.find(
    (range) =>
      range.depth === 0 &&
      range.start < end &&
      range.end > start &&
      !/^(?:reserved|Jailhouse hypervisor|PCI ECAM|pci@\w+)$/.test(range.name),
  );
}
