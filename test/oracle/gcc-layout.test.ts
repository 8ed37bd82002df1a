import type { Architecture } from '@jailhouse-cells/core/config/model.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readObject } from './read-object.ts';
import { toHex } from './read-source.ts';
import { Toolchain } from './toolchain.ts';

let toolchain: Toolchain;
beforeAll(() => {
  toolchain = new Toolchain();
});
afterAll(() => toolchain.close());

const packed = '__attribute__((packed))';

/** Members, and what stands behind the brace: where compilers differ by architecture, or where one of our bugs was. */
const layouts: readonly (readonly [members: string, attributes?: string])[] = [
  ['char a; int :15; char b;'],
  ['char a; int :15; char b;', packed],
  ['char a; int :0; char b;'],
  ['char a; int :0; char b;', packed],
  ['char a; int :0;'],
  ['int :0; char a;'],
  ['char a; short :3; int :20; char b;'],
  ['char a; long long :40; char c;'],
  ['char a; int b:15 __attribute__((packed)); char c;'],
  ['char a; int b:15 __attribute__((aligned(8))); char c;'],
  ['char a; int b:3 __attribute__((aligned(1))); char c;', packed],
  ['short b:3; int c:30; char d;'],
  ['char a; short b:3; int c:30; char d;', packed],
  ['unsigned long long a:33, b:33, c:1;'],
  ['unsigned long long a:33, b:33, c:1;', packed],
  ['char a; struct { char b; long long c; } d; char e;'],
  ['char a; struct { char b; long long c; } d; char e;', packed],
  ['char a; union { char b; int c; }; char d;'],
  ['char a; int b[0]; char c;'],
  ['char a; long b; void *c;'],
  ['char a; long long b;', `${packed} __attribute__((aligned(4)))`],
  ['_Bool a:1, b:1; char c;'],
  ['enum { E_MINUS = -1, E_ONE } a; char b; enum { E_BIG = 0x7fffffff } c;'],
];

test.each(['arm64', 'arm', 'x86'] as const)(
  '%s: struct layouts have the sizes, offsets and bits that gcc gives them',
  async (arch: Architecture) => {
    const sources = layouts.map(
      ([members, attributes]) =>
        `struct s { ${members} } ${attributes ?? ''};\nstruct { unsigned size, align; struct s first[2]; } object = { sizeof(struct s), _Alignof(struct s), { { 1, 1, 1 }, { 2, 1, 3 } } };\n`,
    );
    const gcc = await toolchain.compile(arch, sources, ['-w']);
    const compare = (bytesOf: (index: number) => Uint8Array | undefined): string[] =>
      layouts.map(([members, attributes], index) => `${members} ${attributes ?? ''}: ${toHex(bytesOf(index) ?? new Uint8Array())}`);
    expect(compare((index) => readObject(sources[index] as string, arch).bytes)).toEqual(compare((index) => gcc[index]?.bytes));
    expect(gcc.every((result) => result.bytes !== undefined)).toBe(true);
  },
);

/** Whole objects, for what the random configs found once. */
const objects = [
  'struct { char a, b, c; } x[4] = { [0 ... 2].a = 1, 2, 3, 4 };',
  'struct { struct { char a, b; } p; char c; } x[4] = { [0 ... 2] = { .c = 9 }, [0 ... 2].p.a = 1, 3, 4, 5 };',
  'char x[3][4] = { [0 ... 1][1 ... 2] = 1, 2, 3, 4 };',
  'struct { char a, b, c; } x[4] = { [0 ... 2] = 1, 2, 3, 4 };',
  'union { int a; int b[0]; } x = { .a = -1, .b = {} };',
  'union { int a; char b; } x = { .a = -1, .b = 2 };',
  'struct { union { int a; char b; }; int c; } x = { .a = -1, .b = 9, 5 };',
  'struct { int a; int z[0]; int d; } x = { 1, {}, 3 };',
];

test('positional values go on where gcc lets them go on', async () => {
  const gcc = await toolchain.compile('arm64', objects, ['-w']);
  expect(objects.map((source) => `${source} ${toHex(readObject(source, 'arm64').bytes ?? new Uint8Array())}`)).toEqual(
    objects.map((source, index) => `${source} ${toHex(gcc[index]?.bytes ?? new Uint8Array())}`),
  );
});
