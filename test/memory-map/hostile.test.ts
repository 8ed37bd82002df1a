import { collisionRules, misplacedRules, missingRules } from '@jailhouse-cells/core/memory-map/collision-rules.ts';
import { findRule } from '@jailhouse-cells/core/rules/index.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { describe, expect, test } from 'vitest';
import { MemoryFiles } from '../memory-files.ts';
import { filesOf, rootPath, type WrittenRegion, type WrittenSystem } from './random-workspace.ts';
import { faultsOf } from './tiling.ts';

const region = (phys: bigint, size: bigint, virt = phys): WrittenRegion => ({ phys, virt, size, flags: ['READ', 'WRITE'] });
const system = (root: readonly WrittenRegion[], cells: WrittenSystem['cells'] = []): WrittenSystem => ({
  hypervisor: { phys: 0x3c000000n, size: 0x400000n },
  root,
  cells,
});

function mapsOf(written: WrittenSystem) {
  const workspace = new Workspace(filesOf(written));
  return (['physical', 'virtual'] as const).map((view) => {
    const reading = workspace.memoryMap(rootPath, { view });
    if (reading === undefined) throw new Error('no map');
    return reading;
  });
}

describe('a map of hostile numbers divides the axis all the same', () => {
  const top = (1n << 64n) - 0x1000n;
  test.each<readonly [string, WrittenSystem]>([
    ['no region at all', system([])],
    ['a region of size 0', system([region(0x1000n, 0n)])],
    ['a region of size 0 at 0', system([region(0n, 0n)], [[region(0n, 0n)]])],
    ['a region of half of all addresses', system([region(0n, 1n << 63n)])],
    ['a region of half of all addresses in the upper half', system([region(1n << 63n, 1n << 63n)])],
    ['the last page', system([region(top, 0x1000n)])],
    ['a region that runs past the end', system([region(top, 0x10000n)], [[region(top, (1n << 64n) - 1n)]])],
    ['everything', system([region(0n, (1n << 64n) - 1n)])],
    ['sub-pages', system([region(0x1001n, 1n), region(0x1003n, 0xffn)], [[region(0x1001n, 1n, 0x5n)]])],
  ])('%s', (_, written) => {
    for (const { map } of mapsOf(written)) {
      expect(faultsOf(map)).toEqual([]);
      const configured = map.lanes.filter(({ kind }) => kind === 'root' || kind === 'cell').flatMap(({ blocks }) => blocks);
      expect(configured).toHaveLength([written.root, ...written.cells].flat().length);
    }
  });

  test('ends are cut at the last address', () => {
    const [physical] = mapsOf(system([region(top, 0x10000n)]));
    expect(physical?.map.lanes.flatMap(({ blocks }) => blocks).find(({ id }) => id === 'root:mem_regions[0]')).toMatchObject({
      start: top,
      end: 1n << 64n,
    });
  });
});

test('10,000 regions that all lie on each other are drawn', () => {
  const many = Array.from({ length: 10_000 }, (_, at) => region(0x40000000n + BigInt(at % 100) * 0x1000n, 0x100000n));
  const [physical] = mapsOf(system([region(0n, 0x40000000n)], [many]));
  expect(physical?.map.lanes.at(-1)?.blocks).toHaveLength(10_000);
  expect(physical?.map.gaps.length).toBeGreaterThan(0);
  expect(physical?.collisions.length).toBeGreaterThan(100);
});

test('10,000 regions apart leave 10,000 gaps', () => {
  const many = Array.from({ length: 10_000 }, (_, at) => region(0x40000000n + BigInt(at) * 0x2000n, 0x1000n));
  const [physical] = mapsOf(system([region(0n, 0x3c000000n)], [many]));
  expect(physical?.map.gaps.filter(({ start, end }) => end - start === 0x1000n)).toHaveLength(9_999);
});

test('cells of one name are told apart', () => {
  const files = filesOf(system([region(0n, 0x1000n)], [[region(0x1000n, 0x1000n)], [region(0x2000n, 0x1000n)]]));
  files.set('/work/cell2.c', files.readText('/work/cell2.c')?.replace('"cell2"', '"cell1"') ?? '');
  const reading = new Workspace(files).memoryMap(rootPath);
  expect(reading?.map.lanes.slice(-2).map(({ id }) => id)).toEqual(['cell:cell1', 'cell:cell1#2']);
  expect(faultsOf(reading?.map ?? { view: 'physical', lanes: [], gaps: [] })).toEqual([]);
});

test.each([
  ['a file that is no config', 'int main(void) { return 0; }\n'],
  ['an empty file', ''],
  ['a text of noise', '\0\u{1f4a9}{{{((('],
])('%s has no map', (_, text) => {
  const workspace = new Workspace(new MemoryFiles({ '/work/a.c': text }));
  expect(workspace.memoryMap('/work/a.c')).toBeUndefined();
  expect(workspace.memoryMap('/nowhere/a.c')).toBeUndefined();
});

test('an unknown moment and a board that cannot be changed are passed over', () => {
  const workspace = new Workspace(filesOf(system([region(0n, 0x1000n)])));
  const reading = workspace.memoryMap(rootPath, { moment: 'created:nobody', ram: 4n << 30n, gpuMem: 12 });
  expect(reading?.chosen).toEqual({ ram: undefined, gpuMem: undefined, moment: 'enabled' });
});

test('the collisions are those of rules that exist', () => {
  for (const rule of [...collisionRules, ...misplacedRules, ...missingRules])
    expect({ rule, known: findRule(rule) !== undefined }).toEqual({ rule, known: true });
});
