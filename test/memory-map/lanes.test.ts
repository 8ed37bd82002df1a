import type { Block, Lane, MapView } from '@jailhouse-cells/core/memory-map/model.ts';
import type { MemoryMapReading, WhatIf } from '@jailhouse-cells/core/workspace/memory-maps.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { describe, expect, test } from 'vitest';
import { MemoryFiles } from '../memory-files.ts';
import { bits, decodedRegions } from './decoded-regions.ts';
import { exampleWorkspace } from './example-workspace.ts';
import { filesOf, rootPath, type WrittenRegion } from './random-workspace.ts';
import { faultsOf } from './tiling.ts';

const views = ['physical', 'virtual'] as const;
const systems = [
  ['rpi4', '/work/configs/rpi4.c'],
  ['qemu-arm64', '/work/configs/qemu-arm64.c'],
  ['rpi4-mistakes', '/work/together/rpi4.c'],
] as const;

function mapOf(workspace: Workspace, root: string, whatIf: WhatIf = {}): MemoryMapReading {
  const reading = workspace.memoryMap(root, whatIf);
  if (reading === undefined) throw new Error(`no map of ${root}`);
  return reading;
}

function lanesOf({ map }: MemoryMapReading, ...kinds: readonly Lane['kind'][]): readonly Lane[] {
  return map.lanes.filter(({ kind }) => kinds.includes(kind));
}

function block({ map }: MemoryMapReading, id: string): Block {
  const found = map.lanes.flatMap(({ blocks }) => blocks).find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no block ${id}`);
  return found;
}

describe.each(systems)('the map of %s', (folder, root) => {
  const workspace = exampleWorkspace(folder);

  test.each(views)('divides the axis without overlap or hole, %s', (view) => {
    const { moments } = mapOf(workspace, root, { view });
    for (const { id: moment } of moments) expect(faultsOf(mapOf(workspace, root, { view, moment }).map)).toEqual([]);
  });

  test.each(views)('has exactly the regions of the configs, by the bytes, %s', (view: MapView) => {
    const reading = mapOf(workspace, root, { view });
    const lanes = lanesOf(reading, 'root', 'cell');
    expect(lanes.map(({ config }) => config)).toEqual([root, ...reading.system.cells]);
    for (const { config: path = '', blocks } of lanes) {
      const { config } = workspace.check(path);
      if (config === undefined) throw new Error(`${path} cannot be read`);
      const regions = decodedRegions(config)
        .filter(({ flags }) => view === 'virtual' || (flags & bits.comm) === 0n)
        .map(({ index, phys, virt, size }) => {
          const start = view === 'physical' ? phys : virt;
          return { name: `mem_regions[${index}]`, start, end: start + size };
        });
      const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
      expect(blocks.map(({ name, start, end }) => ({ name, start, end })).sort(byName)).toEqual(regions.sort(byName));
    }
  });

  test('leads every block to the text of its address', () => {
    for (const { blocks } of mapOf(workspace, root).map.lanes) for (const { span } of blocks) expect(span).toBeDefined();
  });
});

test('shared memory is the same in all its lanes, and only there', () => {
  const reading = mapOf(exampleWorkspace('rpi4'), '/work/configs/rpi4.c');
  const linked = reading.map.lanes.flatMap(({ id, blocks }) =>
    blocks.flatMap((one) => (one.link === undefined ? [] : [{ lane: id, ...one }])),
  );
  expect(linked.length).toBeGreaterThan(5);
  for (const { link, start, end, lane } of linked) {
    const others = linked.filter((other) => other.link === link && other.lane !== lane);
    expect(others.length).toBeGreaterThan(0);
    for (const other of others) expect([other.start, other.end]).toEqual([start, end]);
  }
  expect(block(reading, 'root:mem_regions[0]').detail).toMatch(/^state table, ivshmem 00:0\d\.0$/);
});

test('the virtual PCI window is split in configuration space and the pages of the devices', () => {
  const reading = mapOf(exampleWorkspace('rpi4'), '/work/configs/rpi4.c');
  const [ecam, pages] = ['ecam', 'ecam-mmio'].map((key) => block(reading, `hypervisor:${key}`));
  expect(ecam && ecam.end - ecam.start).toBe(0x100000n);
  expect(pages?.start).toBe(ecam?.end);
  const devices = workspaceDevices();
  expect(pages && pages.end - pages.start).toBe(BigInt(devices) * 0x2000n);
});

function workspaceDevices(): number {
  const { config } = exampleWorkspace('rpi4').check('/work/configs/rpi4.c');
  return config?.pciDevices.filter(({ type }) => type.value === 3).length ?? 0;
}

test('who reaches what follows the moment', () => {
  const workspace = exampleWorkspace('rpi4-story');
  const at = (moment: string) => {
    const reading = mapOf(workspace, '/work/6-final/configs/rpi4.c', { moment });
    const ram = reading.map.lanes.find(({ kind }) => kind === 'cell')?.blocks.filter(({ kind }) => kind === 'loadable') ?? [];
    return {
      hypervisor: block(reading, 'hypervisor:memory').reachable,
      root: block(reading, 'root:mem_regions[6]').reachable,
      cell: ram.map(({ reachable }) => reachable),
    };
  };
  expect(at('booted')).toEqual({ hypervisor: false, root: true, cell: [false, false] });
  expect(at('enabled')).toEqual({ hypervisor: true, root: true, cell: [false, false] });
  expect(at('created')).toEqual({ hypervisor: true, root: true, cell: [true, true] });
  expect(at('started').cell).toEqual([true, true]);
});

test('a cell that takes a whole region of the root cell leaves it nothing there', () => {
  const region = (phys: bigint): WrittenRegion => ({ phys, virt: phys, size: 0x10000n, flags: ['READ', 'WRITE', 'LOADABLE'] });
  const root = [region(0x10000n), region(0x20000n)].map((one) => ({ ...one, flags: ['READ', 'WRITE'] }));
  const files = filesOf({ hypervisor: { phys: 0x3c000000n, size: 0x400000n }, root, cells: [[region(0x20000n)], [region(0x10000n)]] });
  const workspace = new Workspace(files);
  const reached = (moment: string) => {
    const reading = mapOf(workspace, rootPath, { moment });
    return ['root:mem_regions[0]', 'root:mem_regions[1]', 'cell:cell1:mem_regions[0]', 'cell:cell2:mem_regions[0]'].map(
      (id) => block(reading, id).reachable,
    );
  };
  expect(reached('booted')).toEqual([true, true, false, false]);
  expect(reached('enabled')).toEqual([true, true, false, false]);
  expect(reached('created:cell1')).toEqual([true, false, true, false]);
  expect(reached('created:cell2')).toEqual([false, true, false, true]);
  expect(reached('created')).toEqual([false, false, true, true]);
  expect(reached('started')).toEqual([false, false, true, true]);
});

test('cells that are alternatives are each drawn as if they ran alone', () => {
  const region: WrittenRegion = { phys: 0x10000n, virt: 0n, size: 0x10000n, flags: ['READ', 'WRITE'] };
  const written = filesOf({
    hypervisor: { phys: 0x3c000000n, size: 0x400000n },
    root: [{ ...region, virt: region.phys }],
    cells: [[region], [region]],
  });
  // Both want CPU 1, and belong to the root config by their names alone.
  const files = new MemoryFiles({
    '/work/root.c': written.readText('/work/root.c') ?? '',
    '/work/root-one.c': written.readText('/work/cell1.c') ?? '',
    '/work/root-two.c': written.readText('/work/cell2.c')?.replace('.cpus = { 4 }', '.cpus = { 2 }') ?? '',
  });
  const reading = mapOf(new Workspace(files), rootPath);
  const cells = lanesOf(reading, 'cell').flatMap(({ blocks }) => blocks.map(({ reachable }) => reachable));
  expect(cells).toEqual([true, true]);
});

test('a region says which devices are behind it', () => {
  const reading = mapOf(exampleWorkspace('rpi4-story'), '/work/6-final/configs/rpi4.c');
  expect(block(reading, 'cell:rpi4-linux-demo:mem_regions[4]').detail).toBe('serial@7e215040');
  expect(block(reading, 'root:mem_regions[4]').detail).toBe('pcie@7d500000, ethernet@7d580000, mailbox@7e00b880 and 1 more');
});
