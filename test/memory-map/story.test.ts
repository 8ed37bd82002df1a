import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exampleFiles, exampleWorkspace } from './example-workspace.ts';

const story = join(import.meta.dirname, '../../examples/rpi4-story');
const steps = readdirSync(story).filter((name) => /^\d/.test(name));
const sizes = ['1GiB', '2GiB', '4GiB', '8GiB'];

interface Expected {
  readonly rule: string;
  readonly ram?: readonly string[];
}

const expected = JSON.parse(readFileSync(join(story, 'expected.json'), 'utf8')) as Record<string, readonly Expected[]>;

function expectedRules(step: string, ram: string | undefined): readonly string[] {
  return Object.entries(expected)
    .filter(([file]) => file.startsWith(`${step}/`))
    .flatMap(([, list]) => list)
    .filter((finding) => ram === undefined || finding.ram?.includes(ram) !== false)
    .map(({ rule }) => rule)
    .sort();
}

const bytes = (size: string): bigint => BigInt(size.replace('GiB', '')) << 30n;
const rootOf = (step: string): string => `/work/${step}/configs/rpi4.c`;
const workspace = exampleWorkspace('rpi4-story');

describe.each(steps)('%s', (step) => {
  test.each([undefined, ...sizes])('collides where the story says, with %s of RAM', (ram) => {
    const reading = workspace.memoryMap(rootOf(step), { ram: ram === undefined ? undefined : bytes(ram) });
    expect(reading?.collisions.map(({ rule }) => rule).sort()).toEqual(expectedRules(step, ram));
    for (const { blocks, range } of reading?.collisions ?? []) {
      expect(blocks.length).toBeGreaterThan(0);
      expect(range).toBeDefined();
    }
    expect(reading?.stale).toBe(false);
  });

  test.each(sizes)('is tried as if jailhouse.json said %s', (ram) => {
    const project = `${step}/jailhouse.json`;
    const stated = readFileSync(join(story, project), 'utf8').replace('"model":', `"ram": "${ram}", "model":`);
    const real = exampleWorkspace('rpi4-story', { [project]: stated }).memoryMap(rootOf(step));
    const tried = workspace.memoryMap(rootOf(step), { ram: bytes(ram) });
    const said = (reading: typeof real) =>
      reading?.collisions.map(({ id, severity, range, blocks, finding }) => ({ id, severity, range, blocks, message: finding.message }));
    expect(said(tried)).toEqual(said(real));
    const drawn = (reading: typeof real) =>
      reading?.map.lanes.map(({ blocks }) => blocks.map(({ id, kind, start, end, flags }) => ({ id, kind, start, end, flags })));
    expect(drawn(tried)).toEqual(drawn(real));
    expect(tried?.map.gaps).toEqual(real?.map.gaps);
  });
});

test('step 1: the window lies in RAM, both are named, and the common addresses are the window', () => {
  const reading = workspace.memoryMap(rootOf('1-window-over-ram'), { ram: 4n << 30n });
  expect(reading?.collisions.map(({ blocks, range }) => ({ blocks, range }))).toEqual([
    { blocks: ['hypervisor:ecam', 'hypervisor:ecam-mmio', 'board:ram:0x80000000'], range: { start: 0xe0000000n, end: 0xe0102000n } },
  ]);
});

test.each([
  ['5-memory-in-gpu', 76, 0],
  ['5-memory-in-gpu', 128, 0],
  ['5-memory-in-gpu', 256, 5],
  ['6-final', 256, 0],
  ['6-final', 512, 0],
  ['6-final', 944, 4],
])('%s with gpu_mem=%i, tried, has %i collisions with GPU memory', (step, gpuMem, count) => {
  const reading = workspace.memoryMap(rootOf(step), { gpuMem });
  expect(reading?.collisions.filter(({ rule }) => rule === 'memory-in-gpu-memory')).toHaveLength(count);
  const gpu = reading?.map.lanes[0]?.blocks.find(({ kind }) => kind === 'gpu');
  expect(gpu && { start: gpu.start, end: gpu.end }).toEqual({ start: (1024n - BigInt(gpuMem)) << 20n, end: 1n << 30n });
});

test('gpu_mem that is tried is gpu_mem that is written', () => {
  const configTxt = '5-memory-in-gpu/boot/config.txt';
  const text = exampleFiles('rpi4-story').readText(`/work/${configTxt}`) ?? '';
  for (const gpuMem of [16, 76, 128, 256, 320, 944]) {
    const written = exampleWorkspace('rpi4-story', { [configTxt]: text.replace('gpu_mem=256', `gpu_mem=${gpuMem}`) });
    const real = written.memoryMap(rootOf('5-memory-in-gpu'));
    const tried = workspace.memoryMap(rootOf('5-memory-in-gpu'), { gpuMem });
    const messages = (reading: typeof real) => reading?.collisions.map(({ id, finding }) => `${id}: ${finding.message}`);
    expect(messages(tried)).toEqual(messages(real));
  }
});

test('a map is made once, and again only when something in it changes', () => {
  const own = exampleWorkspace('rpi4-story');
  const ask = (step: string) => own.memoryMap(rootOf(step), { ram: 4n << 30n });
  const first = ask('1-window-over-ram');
  const other = ask('4-window-reserved');
  expect(ask('1-window-over-ram')).toBe(first);
  const root = rootOf('1-window-over-ram');
  own.open(root, (own.fs.readText(root) ?? '').replace('0xe0000000', '0xd0000000'));
  expect(ask('1-window-over-ram')).not.toBe(first);
  expect(ask('4-window-reserved')).toBe(other);
});

test('hundreds of values tried one after the other leave nothing wrong behind', () => {
  const own = exampleWorkspace('rpi4-story');
  const root = rootOf('6-final');
  const collisions = (gpuMem: number | undefined) => own.memoryMap(root, { gpuMem })?.collisions.length;
  for (let gpuMem = 16; gpuMem <= 944; gpuMem += 8) collisions(gpuMem);
  expect(collisions(undefined)).toBe(0);
  expect(collisions(944)).toBe(4);
  expect(collisions(16)).toBe(0);
});

test('a finding that a comment suppresses, or that is turned off, is no collision on a board that is tried either', () => {
  const path = '1-window-over-ram/configs/rpi4.c';
  const text = exampleFiles('rpi4-story').readText(`/work/${path}`) ?? '';
  const suppressed = text.replace('.pci_mmconfig_base = 0xe0000000,', '$& // jailhouse-cells: ignore pci-window-in-ram - tried out');
  expect(suppressed).not.toBe(text);
  const own = exampleWorkspace('rpi4-story', { [path]: suppressed });
  expect(own.memoryMap(rootOf('1-window-over-ram'))?.collisions).toEqual([]);
  expect(own.memoryMap(rootOf('1-window-over-ram'), { ram: 4n << 30n })?.collisions).toEqual([]);
  const off = exampleWorkspace('rpi4-story');
  expect(off.memoryMap(rootOf('1-window-over-ram'), { ram: 4n << 30n })?.collisions).toHaveLength(1);
  off.configure({ ...off.settings, severity: { 'pci-window-in-ram': 'off' } });
  expect(off.memoryMap(rootOf('1-window-over-ram'), { ram: 4n << 30n })?.collisions).toEqual([]);
});
