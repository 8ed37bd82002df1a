import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '@jailhouse-cells/cli/run.ts';
import { textWidth } from '@jailhouse-cells/core/source/text-width.ts';
import { describe, expect, test } from 'vitest';
import { filesOf } from '../memory-map/random-workspace.ts';
import { type TestIo, testIo } from './memory-io.ts';

const examples = join(import.meta.dirname, '../../examples');

function filesIn(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(join(examples, folder), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files[`/work${path.slice(examples.length)}`] = readFileSync(path, 'utf8');
  }
  return files;
}

const story = filesIn('rpi4-story');
const step1 = 'rpi4-story/1-window-over-ram';

interface Called {
  readonly status: number;
  readonly out: string;
  readonly err: string;
  readonly io: TestIo;
}

async function map(
  argv: readonly string[],
  columns?: number,
  files: Readonly<Record<string, string | Uint8Array>> = story,
): Promise<Called> {
  const io = testIo(files, columns === undefined ? {} : { columns, isTerminal: true });
  const status = await run(['map', '--color', 'never', ...argv], io);
  return { status, ...io.printed(), io };
}

describe('the map in the terminal', () => {
  test('marks the collision with words in the lanes that it is about, and says what happens', async () => {
    const { status, out, err } = await map([step1], 80);
    expect([status, err]).toEqual([1, '']);
    const lines = out.split('\n');
    const at = lines.findIndex((line) => line.startsWith('!! collision 1: pci-window-in-ram'));
    expect(lines[at + 1]).toMatch(/^0xe0000000 +1 MiB +! +! PCI config/);
    expect(lines[at + 3]).not.toContain('!');
    expect(out).toContain('1. error: pci-window-in-ram\n   rpi4-story/1-window-over-ram/configs/rpi4.c:42\n   0xe0000000-0xe0101fff');
  });

  test.each([40, 60, 80, 120, 250])('fits %i columns', async (columns) => {
    const { out } = await map([step1], columns);
    // A path is not broken.
    const lines = out.split('\n').filter((line) => !/^\s*\S*\/\S*$/.test(line));
    expect(lines.filter((line) => textWidth(line) > columns)).toEqual([]);
    // Every lane is there, in one part or another.
    for (const title of ['Raspberry Pi', 'Jailhouse', 'rpi4-linux']) expect(out).toContain(title);
  });

  test('names every edge of the axis, ascending', async () => {
    const { out } = await map([step1, '--ram', '4GiB'], 120);
    const addresses = [...out.matchAll(/^(0x[0-9a-f]+)/gm)].map(([text]) => BigInt(text));
    expect(addresses).toEqual([...addresses].sort((a, b) => (a < b ? -1 : 1)));
    for (const edge of [0n, 0x2fc00000n, 0x3b400000n, 0xe0000000n, 0xe0100000n, 0xe0102000n, 0xfc000000n])
      expect(addresses).toContain(edge);
  });

  test('says that nothing collides, on the board that is tried', async () => {
    const { status, out } = await map([step1, '--ram', '2GiB'], 80);
    expect(status).toBe(0);
    expect(out).toContain('RAM of 2 GB');
    expect(out).toContain('No collisions.');
    expect(out).not.toMatch(/^0x.*!/m);
  });

  test('stands hostile numbers and an empty system', async () => {
    const region = (phys: bigint, size: bigint) => ({ phys, virt: phys, size, flags: ['READ'] });
    const cells = [[region(1n << 63n, 1n << 63n), region(0n, 0n), region((1n << 64n) - 0x1000n, 0x10000n)], []];
    for (const written of [
      { hypervisor: { phys: 0n, size: 0n }, root: [], cells: [] },
      { hypervisor: { phys: 0n, size: 0n }, root: [region(0n, (1n << 64n) - 1n)], cells },
    ]) {
      const { out, err } = await map(['.'], 80, Object.fromEntries(filesOf(written).files));
      expect(err).toBe('');
      expect(Math.max(...out.split('\n').map(textWidth))).toBeLessThanOrEqual(80);
    }
  });
});

describe('the other forms', () => {
  test('json holds every block, gap and collision', async () => {
    const { status, out } = await map(['--json', step1]);
    expect(status).toBe(1);
    const { version, maps } = JSON.parse(out);
    expect(version).toBe(1);
    expect(maps).toHaveLength(1);
    const [{ lanes, gaps, collisions }] = maps;
    expect(lanes.map(({ kind }: { kind: string }) => kind)).toEqual(['board', 'hypervisor', 'root', 'cell']);
    expect(gaps[0]).toEqual({ start: '0xfc000000', end: '0xfd500000', size: '21 MiB' });
    expect(collisions).toMatchObject([{ rule: 'pci-window-in-ram', start: '0xe0000000', end: '0xe0102000', line: 42 }]);
    expect((await map(['--format', 'json', step1])).out).toBe(out);
  });

  test('a Markdown table has a row for each block and gap', async () => {
    const { maps } = JSON.parse((await map(['--json', step1])).out);
    const { out } = await map(['--md', step1]);
    const [{ lanes, gaps }] = maps;
    const blocks = lanes.reduce((sum: number, lane: { blocks: unknown[] }) => sum + lane.blocks.length, 0);
    expect(out.split('\n').filter((line) => line.startsWith('| `0x'))).toHaveLength(blocks + gaps.length);
    expect(out).toContain('| `0xe0000000-0xe00fffff` | 1 MiB | Jailhouse | virtual PCI configuration window | PCI config |  | 1 |');
  });

  test('a drawing is one static file with both themes, and names of the configs are text in it', async () => {
    const hostile = Object.fromEntries(
      Object.entries(story).map(([path, text]) => [path, text.replace('.name = "rpi4-linux-demo"', '.name = "<b>&\\"\\x1b"')]),
    );
    const { status, out, io } = await map(['--svg', 'out/map.svg', step1], undefined, hostile);
    expect([status, out]).toEqual([1, 'wrote out/map.svg\n']);
    const svg = new TextDecoder().decode(io.written[0]?.bytes);
    expect(io.written.map(({ path }) => path)).toEqual(['/work/out/map.svg']);
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg).toContain('collision 1');
    expect(svg).toContain('&lt;b&gt;&amp;&quot;');
    expect(svg).not.toContain('<b>');
    expect(svg).not.toMatch(/<script|<foreignObject|\son\w+=|href=|url\((?!#)/);
    // Every tag is closed.
    const open: string[] = [];
    for (const [, close, name = '', self] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
      if (close === '/') expect(open.pop()).toBe(name);
      else if (self !== '/') open.push(name);
    }
    expect(open).toEqual([]);
  });
});

describe('what cannot be shown is said with a remedy', () => {
  test.each<readonly [readonly string[], string]>([
    [['--ram', 'much', step1], '--ram "much" is no size; write 4GiB or 512MiB.'],
    [['--gpu-mem', '8', step1], '--gpu-mem "8": the firmware gives the GPU 16 to 944 MiB.'],
    [['--moment', 'never', step1], '--moment "never": rpi4 has the moments booted, enabled, created, started.'],
    [['--md', '--json', step1], '--md and --format json are different forms of the map; give one.'],
    [['--svg', 'a.svg', 'rpi4-story'], '--svg draws one system; the paths belong to 6.'],
    [['--svg', 'rpi4-story', step1], '--svg "rpi4-story" is a folder'],
  ])('%j', async (argv, message) => {
    const { status, err, io } = await map(argv);
    expect(status).toBe(2);
    expect(err).toContain(message);
    expect(io.written).toEqual([]);
  });

  test('a board that is not known, and one without a GPU', async () => {
    const files = filesOf({ hypervisor: { phys: 0n, size: 0x1000n }, root: [], cells: [] });
    const unknown = await map(['--ram', '4GiB', '.'], undefined, Object.fromEntries(files.files));
    expect([unknown.status, unknown.err]).toEqual([2, expect.stringContaining('nothing is known of the board of root')]);
    const qemu = await map(['--gpu-mem', '64', 'qemu-arm64'], undefined, filesIn('qemu-arm64'));
    expect([qemu.status, qemu.err]).toEqual([2, expect.stringContaining('is no Raspberry Pi')]);
    const larger = await map(['--ram', '2GiB', 'qemu-arm64'], undefined, filesIn('qemu-arm64'));
    expect([larger.status, larger.err]).toEqual([0, '']);
  });

  test('a config that cannot be read', async () => {
    const { status, out, err } = await map(['a.c'], undefined, { '/work/a.c': 'int main(void) { return 0; }\n' });
    expect(status).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('a.c');
  });
});
