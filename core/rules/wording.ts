import { type AddressRange, intersection } from '../config/address-window.ts';
import { isCommRegion } from '../config/memory-flags.ts';
import type { Config, MemoryRegion } from '../config/model.ts';
import type { RelatedPlace } from '../source/finding.ts';
import { addressRange } from '../source/numbers.ts';

/** `the root cell "rpi4"`, `cell "linux-demo"`. */
export function cellName(config: Config): string {
  return `${config.kind === 'system' ? 'the root cell' : 'cell'} "${config.cell.name.value}"`;
}

export function rangeText(range: AddressRange): string {
  return addressRange(range.start, range.size);
}

/** `mem_regions[3] 0x1000-0x1fff (4 KiB)`, by the addresses that the cell sees. */
export function regionByVirt(region: MemoryRegion): string {
  return `${region.path} ${addressRange(region.virtStart.value, region.size.value)}`;
}

/** The same by physical addresses. */
export function regionByPhys(region: MemoryRegion): string {
  return `${region.path} ${addressRange(region.physStart.value, region.size.value)}`;
}

/** The region as a second culprit. */
export function relatedRegion(region: MemoryRegion, by: 'phys' | 'virt'): RelatedPlace {
  if (isCommRegion(region)) return { span: region.virtStart.span, message: `communication region ${regionByVirt(region)}` };
  return by === 'phys'
    ? { span: region.physStart.span, message: regionByPhys(region) }
    : { span: region.virtStart.span, message: regionByVirt(region) };
}

/** `1 CPU`, `3 CPUs`. */
export function count(number: number | bigint, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 || number === 1n ? singular : plural}`;
}

/** With a capital, unless an identifier such as `mem_regions[3]` stands first. */
export function sentenceStart(text: string): string {
  return text.replace(/^[a-z](?!\w*_)/, (letter) => letter.toUpperCase());
}

/** `1, 2, 3 and 5 more`: the first eight. */
export function listed(numbers: readonly number[]): string {
  return `${numbers.slice(0, 8).join(', ')}${numbers.length > 8 ? ` and ${numbers.length - 8} more` : ''}`;
}

/** ` in 0x1000-0x1fff (4 KiB)`: what two ranges that a message names have in common; empty where that is the whole of one of them. */
export function whereBoth(a: AddressRange, b: AddressRange): string {
  const common = intersection(a, b);
  return common.size === a.size || common.size === b.size ? '' : ` in ${rangeText(common)}`;
}
