/**
 * The mutations of outcomes.tsv, read from its words: `pci_domain 1 -> 0`, `append mem_region {phys 0x1000, …}`, several of them
 * behind `;`. Numbers, texts and flag names are kept as C would write them.
 */
export type Mutation =
  | { readonly kind: 'set'; readonly path: string; readonly from: string; readonly to: string }
  | { readonly kind: 'append-region'; readonly region: NewRegion }
  | { readonly kind: 'insert-region'; readonly before: string; readonly region: NewRegion }
  | { readonly kind: 'order'; readonly array: string; readonly from: readonly number[]; readonly to: readonly number[] }
  | { readonly kind: 'duplicate'; readonly array: string; readonly index: number }
  | { readonly kind: 'remove-array'; readonly array: string; readonly counter: string }
  | { readonly kind: 'cpu-words'; readonly type: '__u32' | '__u64'; readonly words: readonly string[] }
  | { readonly kind: 'append-bytes'; readonly count: number; readonly value: number };

/** Values as C text. */
export interface NewRegion {
  readonly phys: string;
  readonly virt: string;
  readonly size: string;
  readonly flags: string;
}

const number = '0x[0-9a-f]+|\\d+';
const value = `"[^"]*"|${number}|[A-Z0-9_|]+`;
const setForm = new RegExp(`^([a-z_0-9.[\\]]+) (${value}) -> (${value})$`);
const appendForm = new RegExp(
  `^append mem_region \\{phys (${number}), virt (${number}), size (${number}), flags ([A-Z0-9_|]+)\\} \\(num_memory_regions\\+1\\)$`,
);
const insertForm = new RegExp(
  `^insert before RAM: mem_region \\{phys (${number}), virt (${number}), size (${number}), ([A-Z0-9_|]+)\\} without LOADABLE$`,
);

/** One statement; empty when it changes nothing, undefined when the words are not understood. */
function readStatement(text: string): readonly Mutation[] | undefined {
  if (text === 'unchanged' || text === '(arrays unchanged)' || text.startsWith('none (')) return [];
  const set = setForm.exec(text);
  if (set) return [{ kind: 'set', path: set[1] as string, from: cText(set[2] as string), to: cText(set[3] as string) }];
  const append = appendForm.exec(text);
  if (append) return [{ kind: 'append-region', region: regionOf(append) }];
  const insert = insertForm.exec(text);
  if (insert) return [{ kind: 'insert-region', before: 'mem_regions[6]', region: regionOf(insert) }];
  const bytes = /^(\d+) (?:(zero)|0x([0-9a-f]{2})) bytes appended(?: to the file| \(file \d+ bytes\))?$/.exec(text);
  if (bytes)
    return [{ kind: 'append-bytes', count: Number(bytes[1]), value: bytes[2] === undefined ? Number.parseInt(bytes[3] as string, 16) : 0 }];
  const duplicate = /^(\w+)\[(\d+)\] duplicated \(/.exec(text);
  if (duplicate) return [{ kind: 'duplicate', array: duplicate[1] as string, index: Number(duplicate[2]) }];
  const removed = /^(\w+) removed \((\w+) 0\)$/.exec(text);
  if (removed) return [{ kind: 'remove-array', array: removed[1] as string, counter: removed[2] as string }];
  const swapped = /^order of (\w+)\[(\d+)\] and \[(\d+)\] swapped$/.exec(text);
  if (swapped) {
    const pair = [Number(swapped[2]), Number(swapped[3])];
    return [{ kind: 'order', array: swapped[1] as string, from: pair, to: pair.toReversed() }];
  }
  if (text === 'order of mem_regions[9..11] (MMIO, RAM, ECAM) changed to RAM, ECAM, MMIO')
    return [{ kind: 'order', array: 'mem_regions', from: [9, 10, 11], to: [10, 11, 9] }];
  if (text === 'cpus[1] -> cpus[2] = {0xf, 0}, cpu_set_size 8 -> 16') return [{ kind: 'cpu-words', type: '__u64', words: ['0xf', '0'] }];
  if (text === 'cpus[] as __u32 (4 bytes), cpu_set_size 4') return [{ kind: 'cpu-words', type: '__u32', words: ['0x2'] }];
  return undefined;
}

function regionOf(match: RegExpExecArray): NewRegion {
  const [, phys, virt, size, flags] = match as unknown as readonly [string, string, string, string, string];
  return { phys, virt, size, flags: cText(flags) };
}

/** `READ|WRITE` as the header's constants; numbers and strings stay. */
function cText(text: string): string {
  if (/^["\d]/.test(text)) return text;
  return text
    .split('|')
    .map((flag) => `JAILHOUSE_MEM_${flag}`)
    .join(' | ');
}

/** What a row does to each of its configs: key `''` for rows about one config, `A` and `B` for pairs. */
export function readMutations(text: string): ReadonlyMap<string, readonly Mutation[]> {
  const found = new Map<string, Mutation[]>();
  for (const statement of text.split(/; (?![^(]*\))/)) {
    const [, cell = '', words = ''] = /^(?:([AB]): )?(.*)$/.exec(statement) ?? [];
    const mutations = readStatement(words);
    if (mutations === undefined) throw new Error(`not understood: ${statement}`);
    found.set(cell, [...(found.get(cell) ?? []), ...mutations]);
  }
  return found;
}
