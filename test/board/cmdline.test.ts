import type { KernelCommandLine } from '@jailhouse-cells/core/board/board.ts';
import { commandLineOf, parametersNamed, readCommandLine } from '@jailhouse-cells/core/board/cmdline.ts';
import { cpuLimits, limitedMemory, memoryLimits, parseMemory } from '@jailhouse-cells/core/board/kernel-limits.ts';
import { SourceFile } from '@jailhouse-cells/core/source/source-file.ts';
import { describe, expect, test } from 'vitest';
import { noise } from './noise.ts';

const read = (text: string) => readCommandLine(new SourceFile('/boot/cmdline.txt', text));
const words = ({ parameters }: KernelCommandLine) => parameters.map(({ name, value }) => (value === undefined ? [name] : [name, value]));
const line = (text: string) => read(text).commandLine;

describe('words', () => {
  test.each<[string, readonly (readonly string[])[]]>([
    ['console=ttyS0,115200 quiet root=/dev/mmcblk0p2', [['console', 'ttyS0,115200'], ['quiet'], ['root', '/dev/mmcblk0p2']]],
    ['  a\t\tb=1  \n', [['a'], ['b', '1']]],
    ['root=UUID=12-34', [['root', 'UUID=12-34']]],
    ['empty=', [['empty', '']]],
    ['a="b c" d', [['a', 'b c'], ['d']]],
    ['"a=b c" d', [['a', 'b c'], ['d']]],
    ['"a b" c', [['a b'], ['c']]],
    // Quotes within a word only keep spaces together.
    ['a=b" "c', [['a', 'b" "c']]],
    ['a="never closed b', [['a', 'never closed b']]],
    ['a=1 -- b=2', [['a', '1']]],
    ['a=1\r\n', [['a', '1']]],
    ['', []],
    ['"', [['']]],
  ])('%j', (text, expected) => {
    const { commandLine, findings } = read(text);
    expect(words(commandLine)).toEqual(expected);
    expect(findings).toEqual([]);
  });

  test('spans lead to the words', () => {
    const text = ' a=1  b="x y" ';
    expect(line(text).parameters.map(({ span }) => text.slice(span.start, span.end))).toEqual(['a=1', 'b="x y"']);
  });

  test('dashes and underscores are the same in names, not in values', () => {
    const found = parametersNamed(line('nr-cpus=2 nr_cpus=3 x=nr_cpus'), 'nr_cpus');
    expect(found.map(({ value }) => value)).toEqual(['2', '3']);
  });

  test('text behind the first line is a finding and does not count', () => {
    const text = 'a=1\n\nmem=512M\n';
    const { commandLine, findings } = read(text);
    expect(words(commandLine)).toEqual([['a', '1']]);
    expect(findings.map(({ span, severity }) => [severity, text.slice(span.start, span.end)])).toEqual([['warning', 'mem=512M']]);
  });

  test('memmap= is for x86', () => {
    const { findings } = read('quiet memmap=64M$0x30000000');
    expect(findings).toMatchObject([{ severity: 'warning', span: { start: 6, end: 27 } }]);
  });

  test('in a JSON string, spans point into it, or at all of it where escapes are in the way', () => {
    const json = '"mem=1G quiet"';
    const span = { file: 'jailhouse.json', start: 100, end: 100 + json.length };
    expect(commandLineOf('mem=1G quiet', span).parameters.map((word) => [word.span.start, word.span.end])).toEqual([
      [101, 107],
      [108, 113],
    ]);
    expect(commandLineOf('a="b c"', { ...span, end: 111 }).parameters[0]?.span).toEqual({ ...span, end: 111 });
  });

  test('UTF-16 and other surprises', () => {
    expect(read('a\0=\x001\0 \0b\0').findings).toMatchObject([{ message: expect.stringContaining('UTF-16') }]);
    expect(read('\ufeffa=1').findings).toMatchObject([{ message: expect.stringContaining('byte order mark') }]);
  });

  test('random bytes never throw', () => {
    for (const sample of noise(300, ['"', '=', ' ', '\n', 'mem=', '64M', '@', '-', 'cma=', 'isolcpus=', ',', '0x', '\0'])) {
      const { commandLine, findings } = read(sample);
      memoryLimits(commandLine);
      cpuLimits(commandLine);
      for (const { span } of [...findings, ...commandLine.parameters]) {
        expect(span.start).toBeLessThanOrEqual(span.end);
        expect(span.end).toBeLessThanOrEqual(sample.length);
      }
    }
    expect(read('"'.repeat(1_000_000)).commandLine.parameters).toHaveLength(1);
    expect(read('a '.repeat(1_000_000)).commandLine.parameters).toHaveLength(10_000);
    expect(read(`a="${' '.repeat(1_000_000)}`).commandLine.parameters).toHaveLength(1);
  });
});

describe('memparse', () => {
  test.each<[string, bigint | undefined, string]>([
    ['768M', 768n << 20n, ''],
    ['768m', 768n << 20n, ''],
    ['1G', 1n << 30n, ''],
    ['4K', 4096n, ''],
    ['1T', 1n << 40n, ''],
    ['1P', 1n << 50n, ''],
    ['1E', 1n << 60n, ''],
    ['0x1000', 0x1000n, ''],
    ['0x10K', 0x4000n, ''],
    ['010', 8n, ''],
    ['0', 0n, ''],
    ['09', 0n, '9'],
    ['64M@0x10000000', 64n << 20n, '@0x10000000'],
    ['64MB', 64n << 20n, 'B'],
    ['16E', 0n, ''],
    ['', undefined, ''],
    ['M', undefined, ''],
    ['-1', undefined, ''],
    ['nopentium', undefined, ''],
  ])('%s', (text, value, rest) => {
    expect(parseMemory(text)).toEqual(value === undefined ? undefined : { value, rest });
  });
});

describe('limits', () => {
  test('memory', () => {
    const limits = memoryLimits(line('mem=1G mem=512M@0x20000000 cma=64M@0x10000000-0x30000000 vmalloc=256M memmap=1M$2G mem=nopentium'));
    expect(limits.mem.map(({ size, start }) => [size, start])).toEqual([
      [1n << 30n, undefined],
      [512n << 20n, 0x20000000n],
    ]);
    expect(limits.cma).toMatchObject({ size: 64n << 20n, start: 0x10000000n, end: 0x30000000n });
    expect(limits.vmalloc?.size).toBe(256n << 20n);
    expect(limits.memmap).toHaveLength(1);
  });

  test.each<[string, bigint, bigint | undefined, bigint | undefined]>([
    ['cma=256M', 256n << 20n, undefined, undefined],
    ['cma=0', 0n, undefined, undefined],
    ['cma=64M@0x20000000', 64n << 20n, 0x20000000n, undefined],
    ['cma=16M cma=32M', 32n << 20n, undefined, undefined],
  ])('%s', (text, size, start, end) => {
    expect(memoryLimits(line(text)).cma).toMatchObject({ size, start, end });
  });

  test('nothing said is nothing known', () => {
    expect(memoryLimits(undefined)).toEqual({ mem: [], cma: undefined, memmap: [], vmalloc: undefined });
    expect(cpuLimits(undefined)).toEqual({ started: undefined, known: undefined, isolated: undefined, parameters: [] });
  });

  test.each<[string, { started?: number; known?: number; isolated?: readonly number[] }]>([
    ['isolcpus=2,3', { isolated: [2, 3] }],
    ['isolcpus=1-3', { isolated: [1, 2, 3] }],
    ['isolcpus=domain,managed_irq,3,1-2', { isolated: [1, 2, 3] }],
    ['isolcpus=1-N', {}],
    ['isolcpus=3-1', {}],
    ['isolcpus=0-99999', {}],
    ['maxcpus=2', { started: 2 }],
    ['maxcpus=2 nosmp', { started: 0 }],
    ['nr_cpus=3', { known: 3 }],
  ])('%s', (text, expected) => {
    expect(cpuLimits(line(text))).toMatchObject({ started: undefined, known: undefined, isolated: undefined, ...expected });
  });
});

describe("Linux' memory", () => {
  const span = { file: 'board', start: 0, end: 0 };
  const ram = [
    { name: 'RAM', start: 0n, size: 0x3b400000n, span },
    { name: 'RAM', start: 0x40000000n, size: 0xbc000000n, span },
  ];
  const ranges = (text: string, architecture: 'arm64' | 'arm') =>
    limitedMemory(ram, memoryLimits(line(text)), architecture).map(({ start, size }) => [start, size]);
  const all = [
    [0n, 0x3b400000n],
    [0x40000000n, 0xbc000000n],
  ];

  test.each<[string, readonly (readonly bigint[])[]]>([
    ['quiet', all],
    ['mem=768M', [[0n, 0x30000000n]]],
    // The hole that the GPU leaves is not counted.
    [
      'mem=1G',
      [
        [0n, 0x3b400000n],
        [0x40000000n, 0x4c00000n],
      ],
    ],
    ['mem=64G', all],
    ['mem=948M', [[0n, 0x3b400000n]]],
    ['mem=1G mem=512M', [[0n, 0x20000000n]]],
    ['mem=0x1001', [[0n, 0x1000n]]],
    ['mem=512M@0x40000000', [[0n, 0x20000000n]]],
    ['mem=0', all],
    ['memmap=64M$0x30000000', all],
  ])('arm64, %s', (text, expected) => {
    expect(ranges(text, 'arm64')).toEqual(expected);
  });

  test.each<[string, readonly (readonly bigint[])[]]>([
    ['quiet', all],
    ['mem=512M', [[0n, 0x20000000n]]],
    ['mem=512M@0x40000000', [[0x40000000n, 0x20000000n]]],
    [
      'mem=256M@0x40000000 mem=512M@0',
      [
        [0n, 0x20000000n],
        [0x40000000n, 0x10000000n],
      ],
    ],
  ])('arm, %s', (text, expected) => {
    expect(ranges(text, 'arm')).toEqual(expected);
  });
});
