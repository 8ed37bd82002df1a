import { Choices } from '../generate/choices.ts';

/**
 * `count` broken versions of a source text, the same ones for the same seed: what a disk, a merge or half a minute of typing can
 * do to a config, and worse.
 */
export function* mutations(text: string, count: number, seed: number): Generator<string> {
  for (let i = 0; i < count; i++) {
    const c = Choices.fromSeed(Math.imul(seed, 0x9e3779b1) + i);
    let result = text;
    // Each kind comes up in turn; one in four texts is broken more than once.
    for (let rounds = 1 + (i % 4 === 3 ? c.below(4) : 0), kind = i; rounds > 0; rounds--, kind = c.below(mutators.length)) {
      result = (mutators[kind % mutators.length] as Mutator)(result, c);
    }
    yield result;
  }
}

type Mutator = (text: string, c: Choices) => string;

function cut(text: string, start: number, length: number, into = ''): string {
  return text.slice(0, start) + into + text.slice(start + length);
}

function changeLines(change: (lines: string[], at: number, c: Choices) => void): Mutator {
  return (text, c) => {
    const lines = text.split('\n');
    change(lines, c.below(lines.length), c);
    return lines.join('\n');
  };
}

/** Replaces one match of a pattern, picked at random. */
function changeMatch(pattern: RegExp, change: (match: string, c: Choices) => string): Mutator {
  return (text, c) => {
    const matches = [...text.matchAll(pattern)];
    if (matches.length === 0) return text;
    const match = c.pick(matches);
    return cut(text, match.index, match[0].length, change(match[0], c));
  };
}

const strangeText = [
  '\u0000',
  '\ufeff',
  '\u2028',
  '\ud800',
  '\u{1f600}',
  '\u202e',
  'é',
  '０',
  '\u00a0',
  '\r',
  '\f',
  '\u001b[31m',
  '`',
  '\\',
  '"',
  "'",
  '#',
  '@',
  '##',
  '/*',
  '*/',
  '//',
  '\\\n',
  '%:',
  '<%',
  '??=',
];

const strangeNumbers = [
  '0',
  '-1',
  '99999999999999999999999999',
  '0xffffffffffffffff',
  '0x',
  '08',
  '1e5',
  '1.5',
  '1 << 62',
  '1ULL << 63',
  '1 << 64',
  '1 << -1',
  '1/0',
  '0x7fffffff + 1',
  "'ab'",
  'sizeof(config)',
  'sizeof(config.nothing)',
  '(1, 2)',
  '0b',
  '1ULLL',
];

const strangeElements = [
  '[0 ... 4294967295] = 0,',
  '[-1] = { 0 },',
  '[1 << 40] = { 0 },',
  '.a.b.c[0] = 1,',
  '{{{{{{{{ 0 }}}}}}}},',
  '#if 1',
  '#endif',
  '#else',
  '#error stop',
  '#include "nothing.h"',
  '#include __FILE__',
  '#define config config config',
  '#define JAILHOUSE_MEM_READ JAILHOUSE_MEM_READ |',
  '#undef JAILHOUSE_CONFIG_REVISION',
  '#pragma pack(1)',
  'JAILHOUSE_SHMEM_NET_REGIONS(',
  'JAILHOUSE_SHMEM_NET_REGIONS(0),',
  '}; struct { struct jailhouse_cell_desc cell; } second = { 0 }; int x[] = {',
  '__attribute__((packed))',
  'typedef struct jailhouse_memory jailhouse_memory;',
  '_Static_assert(0, "no");',
  '""""',
];

const mutators: readonly Mutator[] = [
  (text, c) => text.slice(0, c.below(text.length + 1)),
  (text, c) => text.slice(c.below(text.length + 1)),
  (text, c) => cut(text, c.below(text.length), 1),
  (text, c) => cut(text, c.below(text.length), 1 + c.below(40)),
  (text, c) => cut(text, c.below(text.length), 0, c.pick(strangeText)),
  (text, c) => cut(text, c.below(text.length), 1, String.fromCharCode(c.below(0x10000))),
  (text, c) => cut(text, c.below(text.length), 0, text.slice(0, 1 + c.below(200))),
  changeLines((lines, at) => lines.splice(at, 1)),
  changeLines((lines, at) => lines.splice(at, 0, lines[at] as string)),
  changeLines((lines, at, c) => {
    const other = c.below(lines.length);
    [lines[at], lines[other]] = [lines[other] as string, lines[at] as string];
  }),
  changeLines((lines, at, c) => lines.splice(at, 0, c.pick(strangeElements))),
  changeLines((lines, at, c) => lines.splice(at, 1 + c.below(10))),
  changeLines((lines, at) => lines.splice(0, lines.length, lines.slice(0, at).join('\r'), lines.slice(at).join('\r\n'))),
  changeMatch(/[{}]/g, () => ''),
  changeMatch(/[{}]/g, (match) => match + match),
  changeMatch(/[()[\]]/g, () => ''),
  changeMatch(/[,;=]/g, () => ''),
  changeMatch(/[,;=|]/g, (match) => match + match),
  changeMatch(/[.{}(),;=|<]/g, (_match, c) => c.pick([...'.{}(),;=|<>[]?:"\'#'])),
  changeMatch(/"[^"\n]*"/g, (match, c) => c.pick([match.slice(0, -1), '""', `"${'x'.repeat(300)}"`, `${match} ${match}`, 'L"wide"'])),
  changeMatch(/\b(?:0x[0-9a-f]+|\d+)\b/gi, (_match, c) => c.pick(strangeNumbers)),
  changeMatch(/\[\d*\]/g, (_match, c) => c.pick(['[]', '[-1]', '[0]', '[1ull << 40]', '[config]', '[sizeof(config)]', '[100000000]'])),
  changeMatch(/\b[a-zA-Z_]\w{3,}\b/g, (match, c) =>
    c.pick([match.slice(1), `${match}x`, match.toUpperCase(), '', 'config', 'struct', '__VA_ARGS__']),
  ),
  changeMatch(/\bjailhouse_\w+\b/g, (_match, c) =>
    c.pick(['jailhouse_memory', 'jailhouse_system', 'jailhouse_nothing', 'jailhouse_pci_device']),
  ),
  changeMatch(/#.*/g, (match, c) => c.pick(['#', '', `${match} \\`, match.replace(/[<>]/g, ''), `${match}\n${match}`])),
  changeMatch(/__attribute__\(\(packed\)\)/g, (_match, c) =>
    c.pick(['', '__attribute__((packed', '__attribute__((aligned(0)))', '__attribute__((aligned(1 << 30)))']),
  ),
];
