import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '@jailhouse-cells/cli/run.ts';
import { expect, test } from 'vitest';
import { testIo } from './memory-io.ts';

const examples = join(import.meta.dirname, '../../examples/qemu-arm64');
const names = ['configs/qemu-arm64.c', 'configs/qemu-arm64-inmate-demo.c', 'configs/qemu-arm64-linux-demo.c', 'jailhouse.json'];

function files(change: (name: string, text: string) => string | undefined = (_, text) => text): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of names) {
    const text = change(name, readFileSync(join(examples, name), 'utf8'));
    if (text !== undefined) found[`/work/${name}`] = text;
  }
  return found;
}

async function call(argv: readonly string[], given = files()) {
  const io = testIo(given);
  const status = await run(['show', '--pool', ...argv], io);
  return { status, ...io.printed() };
}

/** The rows of the table: what, pages, note. */
function rows(out: string): readonly string[] {
  return out.split('\n').flatMap((line) => {
    const found = /^ {2}(\S.*?) {2,}(\d+) {2,}\S+ \S+ {2,}\d+ %(?: {2,}(.*))?$/.exec(line);
    return found === null ? [] : [[found[1], found[2], ...(found[3] === undefined ? [] : [found[3]])].join(': ')];
  });
}

// The sizes are those that a hypervisor printed: test/system/page-pool.test.ts.
const together = [
  'early setup: 87',
  'enable: 144',
  'create "inmate-demo": 158',
  'create "qemu-arm64-linux-demo": 173',
  'destroy "qemu-arm64-linux-demo": 159',
  'destroy "inmate-demo": 145',
];

test.each(['configs/qemu-arm64.c', 'configs/qemu-arm64-linux-demo.c', 'jailhouse.json', '.'])('%s names the set', async (operand) => {
  const { status, out, err } = await call([operand]);
  expect({ status, err }).toEqual({ status: 0, err: '' });
  expect(rows(out)).toEqual(together);
  expect(out).toContain('An estimate.');
});

test('cells that may be alternatives are created alone', async () => {
  const { out } = await call(
    ['.'],
    files((name, text) => (name === 'jailhouse.json' ? undefined : text)),
  );
  expect(rows(out).map((row) => row.split(':')[0])).toEqual([
    'early setup',
    'enable',
    'create "inmate-demo"',
    'destroy "inmate-demo"',
    'create "qemu-arm64-linux-demo"',
    'destroy "qemu-arm64-linux-demo"',
  ]);
  expect(out).toContain('No jailhouse.json says which cells run together');
});

test('a pool that is too small, and CPUs that are taken, are told', async () => {
  const small = files((name, text) =>
    name.endsWith('qemu-arm64.c')
      ? text.replace(/(hypervisor_memory = \{[^}]*\.size = )0x400000/, '$10xd0000')
      : text.replace('0b1100', '0b1110'),
  );
  const { out } = await call(['configs/qemu-arm64.c'], small);
  expect(rows(out).slice(1, 4)).toEqual([
    'enable: 143: no room: "Cannot allocate memory"',
    'create "inmate-demo": 157: no room: "Cannot allocate memory"',
    expect.stringContaining('create "qemu-arm64-linux-demo": 157: refused: the root cell has not got its'),
  ]);
});

test('JSON holds the numbers', async () => {
  const { out } = await call(['--format', 'json', 'configs/qemu-arm64.c']);
  const parsed: unknown = JSON.parse(out);
  expect(parsed).toMatchObject({
    version: 1,
    pools: [
      {
        system: 'qemu-arm64',
        path: 'configs/qemu-arm64.c',
        hypervisorMemory: { start: '0x7fc00000', size: '0x400000' },
        together: true,
        pages: 994,
        usable: 960,
        moments: [
          { operation: 'early', pages: 87, bytes: '0x57000', exhausted: false },
          { operation: 'enable' },
          { cell: 'inmate-demo' },
          {},
          {},
          {},
        ],
      },
    ],
  });
});

test('a cell alone has no pool; a config that cannot be read says why', async () => {
  const alone = await call(
    ['configs/qemu-arm64-inmate-demo.c'],
    files((name, text) => (name.includes('inmate') ? text : undefined)),
  );
  expect(alone).toMatchObject({ status: 2, out: '' });
  expect(alone.err).toContain('show --pool needs a system config');
  const broken = await call(
    ['configs/qemu-arm64.c'],
    files((name, text) => (name.includes('inmate') ? 'int x;\n' : text)),
  );
  expect(broken.status).toBe(1);
  expect(broken.err).toContain('qemu-arm64-inmate-demo.c');
  expect(rows(broken.out)).toContain('create "qemu-arm64-linux-demo": 159');
});
