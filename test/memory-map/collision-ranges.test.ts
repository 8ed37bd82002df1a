import type { Collision } from '@jailhouse-cells/core/memory-map/model.ts';
import type { WhatIf } from '@jailhouse-cells/core/workspace/memory-maps.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { describe, expect, test } from 'vitest';
import { exampleWorkspace } from './example-workspace.ts';
import { filesOf, rootPath } from './random-workspace.ts';

/** The collisions of an example whose root config is edited. */
function collisions(folder: string, edits: readonly (readonly [string, string])[], whatIf: WhatIf = {}): readonly Collision[] {
  const path = `configs/${folder}.c`;
  let text = exampleWorkspace(folder).fs.readText(`/work/${path}`) ?? '';
  for (const [from, to] of edits) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  return exampleWorkspace(folder, { [path]: text }).memoryMap(`/work/${path}`, whatIf)?.collisions ?? [];
}

const shown = (all: readonly Collision[], rule: string) =>
  all.filter((one) => one.rule === rule).map(({ blocks, range }) => ({ blocks, range: range && [range.start, range.end] }));

describe('a collision without common addresses has a stretch of its own', () => {
  test('RAM that the root cell lacks: what is missing, on the board', () => {
    const above4g = ['.size = 0x100000000,', '.size = 0x80000000,'] as const;
    const [found, ...more] = shown(collisions('rpi4', [above4g], { ram: 8n << 30n }), 'root-ram-missing');
    expect(more).toEqual([]);
    expect(found?.range).toEqual([0x180000000n, 0x200000000n]);
    expect(found?.blocks).toEqual(['root:mem_regions[13]', 'board:ram:0x100000000']);
  });

  test('a controller at the address of its bus: where it was put', () => {
    const found = shown(collisions('rpi4', [['.gicc_base = 0xff842000,', '.gicc_base = 0x40042000,']]), 'bus-address-used');
    expect(found).toEqual([{ blocks: ['hypervisor:gic:GICC', 'root:mem_regions[12]'], range: [0x40042000n, 0x40044000n] }]);
  });

  test('a controller beside the real one: where it was put, also where the two meet', () => {
    const found = shown(collisions('rpi4', [['.gicc_base = 0xff842000,', '.gicc_base = 0xff843000,']]), 'gic-address-differs');
    expect(found).toEqual([{ blocks: ['hypervisor:gic:GICC', 'board:gic:GICC'], range: [0xff843000n, 0xff845000n] }]);
  });

  test('a region at the address of its bus: its addresses', () => {
    const edit = ['.phys_start = 0xfd500000,', '.phys_start = 0x7e201000,'] as const;
    const size = ['.size = 0x1b00000,', '.size = 0x1000,'] as const;
    const found = shown(collisions('rpi4', [edit, size]), 'bus-address-used');
    expect(found.map(({ blocks, range }) => [blocks[0], range])).toEqual([['root:mem_regions[9]', [0x7e201000n, 0x7e202000n]]]);
  });

  test('a configuration space elsewhere than that of the board: the window of the config, and the real one beside it', () => {
    const region = { phys: 0x40000000n, virt: 0x40000000n, size: 0x10000000n, flags: ['READ', 'WRITE', 'EXECUTE'] };
    const files = filesOf({ hypervisor: { phys: 0x7fc00000n, size: 0x400000n }, mmconfig: 0x20000000n, root: [region], cells: [] });
    files.set(rootPath, files.readText(rootPath)?.replace('.pci_is_virtual = 1', '.pci_is_virtual = 0') ?? '');
    const board = { deviceTree: 'board.dts' };
    files.set('/work/jailhouse.json', JSON.stringify({ revision: 14, systems: { root: { rootCell: 'root.c', cells: [], board } } }));
    files.set(
      '/work/board.dts',
      `/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	pcie@30000000 {
		compatible = "pci-host-ecam-generic";
		device_type = "pci";
		reg = <0 0x30000000 0 0x10000000>;
		#address-cells = <3>;
		#size-cells = <2>;
		bus-range = <0 255>;
		ranges = <0x02000000 0 0x10000000 0 0x10000000 0 0x1000000>;
	};
};
`,
    );
    const found = shown(new Workspace(files).memoryMap(rootPath)?.collisions ?? [], 'pci-ecam-differs');
    expect(found).toEqual([{ blocks: ['hypervisor:ecam', 'board:pci:pcie@30000000:registers'], range: [0x20000000n, 0x20100000n] }]);
  });
});

describe('blocks of RAM', () => {
  const ramOf = (whatIf: WhatIf, texts?: Readonly<Record<string, string>>) =>
    exampleWorkspace('rpi4', texts)
      .memoryMap('/work/configs/rpi4.c', whatIf)
      ?.map.lanes.flatMap(({ blocks }) => blocks)
      .filter(({ kind }) => kind === 'ram')
      .map(({ id, start, end }) => `${id} ${start.toString(16)}-${end.toString(16)}`);

  test('are the same whichever size is tried', () => {
    const pieces = [
      'board:ram:0x0 0-40000000',
      'board:ram:0x40000000 40000000-80000000',
      'board:ram:0x80000000 80000000-fc000000',
      'board:ram:0x100000000 100000000-200000000',
    ];
    expect(ramOf({})).toEqual(pieces);
    for (const [at, gibibytes] of [1n, 2n, 4n, 8n].entries()) expect(ramOf({ ram: gibibytes << 30n })).toEqual(pieces.slice(0, at + 1));
    const project = exampleWorkspace('rpi4').fs.readText('/work/jailhouse.json')?.replace('"model":', '"ram": "4GiB", "model":') ?? '';
    expect(ramOf({}, { 'jailhouse.json': project })).toEqual(pieces.slice(0, 3));
    expect(ramOf({ ram: 8n << 30n }, { 'jailhouse.json': project })).toEqual(pieces);
  });

  test('are in one piece where there is but one size', () => {
    const ram = exampleWorkspace('qemu-arm64')
      .memoryMap('/work/configs/qemu-arm64.c')
      ?.map.lanes[0]?.blocks.filter(({ kind }) => kind === 'ram');
    expect(ram?.map(({ id }) => id)).toEqual(['board:ram:0x40000000']);
  });
});

test('the hypervisor\u2019s memory says whose communication regions are in it', () => {
  const blocks = exampleWorkspace('rpi4')
    .memoryMap('/work/configs/rpi4.c')
    ?.map.lanes.flatMap((lane) => lane.blocks);
  expect(blocks?.find(({ id }) => id === 'hypervisor:memory')?.detail).toBe(
    'also the communication regions of rpi4-linux-demo, rpi4-inmate-demo',
  );
  expect(blocks?.filter(({ kind }) => kind === 'comm')).toEqual([]);
});
