import { hex } from '@jailhouse-cells/core/source/numbers.ts';

/** `0x1000-0x1fff`, the last byte included; an empty range is its start. */
export function addressSpan(start: bigint, size: bigint): string {
  return size > 0n ? `${hex(start)}-${hex(start + size - 1n)}` : `${hex(start)} (empty)`;
}

/** Ascending numbers with runs drawn together: `0, 2-3`. */
export function runs(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < numbers.length; at++) {
    const first = numbers[at] as number;
    let last = first;
    while (numbers[at + 1] === last + 1) {
      last++;
      at++;
    }
    parts.push(first === last ? String(first) : `${first}-${last}`);
  }
  return parts.join(', ');
}
