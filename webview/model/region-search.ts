import { addressOf, parseAddress } from './address.ts';
import type { DrawnBlock } from './map-model.ts';
import type { SortKey } from './table-order.ts';
import { kindWords } from './words.ts';

const unitBits: Readonly<Record<string, bigint>> = { '': 0n, k: 10n, m: 20n, g: 30n, t: 40n };

/**
 * What a search means: an address finds what holds it; `>= 1 MiB`, `< 64k` or `= 4 KiB` find by size; everything else is looked for
 * in names, kinds, owners and flags, each word for itself.
 */
export function regionSearch(text: string): (drawn: DrawnBlock) => boolean {
  const query = text.trim().toLowerCase();
  if (query === '') return () => true;
  const address = parseAddress(query);
  if (address !== undefined) return ({ start, end }) => start <= address && address < end;
  const bySize = /^(<=|>=|<|>|=)\s*(0x[0-9a-f]+|\d+)\s*([kmgt]?)(?:i?b|bytes)?$/.exec(query);
  if (bySize !== null) {
    const [, operator, digits = '0', unit = ''] = bySize;
    const size = addressOf(digits) << (unitBits[unit] ?? 0n);
    return ({ start, end }) => compares(operator, end - start, size);
  }
  const words = query.split(/\s+/);
  return ({ block, lane }) => {
    const all = [block.name, kindWords[block.kind], block.owner, lane.title, ...block.flags].join(' ').toLowerCase();
    return words.every((word) => all.includes(word));
  };
}

function compares(operator: string | undefined, a: bigint, b: bigint): boolean {
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      return a === b;
  }
}

export type Column = 'lane' | 'name' | 'kind' | 'start' | 'end' | 'size' | 'flags';

/** What regions are sorted by. */
export const regionKeys: Readonly<Record<Column, (drawn: DrawnBlock) => SortKey>> = {
  lane: ({ lane }) => lane.title,
  name: ({ block }) => block.name,
  kind: ({ block }) => kindWords[block.kind],
  start: ({ start }) => start,
  end: ({ end }) => end,
  size: ({ start, end }) => end - start,
  flags: ({ block }) => block.flags.join(' '),
};
