import type { InterruptRow, Resources } from '@jailhouse-cells/core/memory-map/resources/model.ts';
import { functionName } from '@jailhouse-cells/core/memory-map/resources/names.ts';
import {
  cpuRules,
  functionRules,
  interruptRules,
  irqchipRules,
  linkRules,
} from '@jailhouse-cells/core/memory-map/resources/resource-rules.ts';
import { ruleFamilies } from '@jailhouse-cells/core/rules/index.ts';
import type { WhatIf } from '@jailhouse-cells/core/workspace/memory-maps.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { describe, expect, test } from 'vitest';
import { MemoryFiles } from '../memory-files.ts';
import { exampleWorkspace } from './example-workspace.ts';
import { filesOf, rootPath, type WrittenResources } from './random-workspace.ts';

const rpi4 = '/work/configs/rpi4.c';

function resourcesOf(workspace: Workspace, root: string, whatIf: WhatIf = {}): Resources {
  const reading = workspace.memoryMap(root, whatIf);
  if (reading === undefined) throw new Error('no map');
  return reading.resources;
}

const holders = (rows: readonly { readonly id: string; readonly holders: readonly string[] }[]) =>
  Object.fromEntries(rows.map((row) => [row.id, row.holders.join(' ')]));
const problems = (rows: readonly { readonly id: string; readonly findings: readonly { readonly rule: string }[] }[]) =>
  Object.fromEntries(rows.flatMap(({ id, findings }) => (findings.length === 0 ? [] : [[id, findings.map(({ rule }) => rule).join(' ')]])));

describe('the Raspberry Pi 4 example', () => {
  const workspace = exampleWorkspace('rpi4');
  const linux = 'cell:rpi4-linux-demo';
  const inmate = 'cell:rpi4-inmate-demo';

  test('has four CPUs, which go to the cells when these are created', () => {
    const at = (moment: string) => Object.values(holders(resourcesOf(workspace, rpi4, { moment }).cpus));
    expect(at('booted')).toEqual(['root', 'root', 'root', 'root']);
    expect(at('enabled')).toEqual(['root', 'root', 'root', 'root']);
    expect(at('created:rpi4-linux-demo')).toEqual(['root', 'root', linux, linux]);
    expect(at('started')).toEqual(['root', inmate, linux, linux]);
    const { cpus } = resourcesOf(workspace, rpi4);
    expect(cpus.map(({ onBoard }) => onBoard)).toEqual([true, true, true, true]);
    expect(cpus[2]?.claims.map(({ lane, owner, field }) => [lane, owner, field])).toEqual([
      ['root', 'rpi4', 'cpus[0]'],
      [linux, 'rpi4-linux-demo', 'cpus[0]'],
    ]);
  });

  test('has the interrupts of devices and virtual devices, not all 192', () => {
    const { interrupts } = resourcesOf(workspace, rpi4);
    const shown = (row: InterruptRow) => [row.intid, row.holders.join(), [...row.devices, ...row.virtual].join()];
    expect(interrupts.map(shown)).toEqual([
      [65, 'root', 'mailbox@7e00b880'],
      ...[96, 97, 98, 99].map((intid) => [intid, 'root', 'timer@7e003000']),
      [125, linux, 'serial@7e215040 (disabled)'],
      ...[145, 146, 147, 148].map((intid) => [intid, 'root', 'gpio@7e200000']),
      [153, 'root', 'serial@7e201000,serial@7e201400 (disabled)'],
      [158, 'root', 'mmc@7e340000'],
      ...[175, 176, 177, 178, 179, 180].map((intid) => [intid, 'root', 'pcie@7d500000']),
      [182, 'root', 'ivshmem 00:00.0 of rpi4'],
      [183, 'root', 'ivshmem 00:01.0 of rpi4'],
      [184, inmate, 'ivshmem 00:00.0 of rpi4-inmate-demo'],
      [185, linux, 'ivshmem 00:00.0 of rpi4-linux-demo'],
      [186, linux, 'ivshmem 00:01.0 of rpi4-linux-demo'],
      [189, 'root', 'ethernet@7d580000'],
      [190, 'root', 'ethernet@7d580000'],
    ]);
    expect(interrupts.find(({ intid }) => intid === 125)?.claims.map(({ lane, field }) => `${lane} ${field}`)).toEqual([
      'root irqchips[0].pin_bitmap[2]',
      `${linux} irqchips[0].pin_bitmap[2]`,
    ]);
  });

  test('has virtual PCI functions, which nobody sees before Jailhouse is enabled', () => {
    const at = (moment: string) => holders(resourcesOf(workspace, rpi4, { moment }).functions);
    expect(at('booted')).toEqual({ 'function:1:0': '', 'function:1:8': '' });
    expect(at('enabled')).toEqual({ 'function:1:0': 'root', 'function:1:8': 'root' });
    expect(at('started')).toEqual({ 'function:1:0': `root ${linux} ${inmate}`, 'function:1:8': `root ${linux}` });
    const [, network] = resourcesOf(workspace, rpi4).functions;
    expect(network && functionName(network)).toBe('0001:00:01.0');
    expect(network?.details).toEqual([
      'virtual Ethernet (VETH)',
      'rpi4: peer 0 of 2, INTID 183',
      'rpi4-linux-demo: peer 1 of 2, INTID 186',
    ]);
  });

  test('has two links, each peer writing its own section', () => {
    const [, network] = resourcesOf(workspace, rpi4).links;
    expect(network?.peers.map(({ peer, lane, intid }) => [peer, lane, intid])).toEqual([
      [0, 'root', 183],
      [1, linux, 186],
    ]);
    expect(network?.sections).toEqual([
      {
        title: 'state table',
        start: 0x1fb00000n,
        end: 0x1fb01000n,
        writers: [],
        readers: [0, 1],
        blocks: ['root:mem_regions[5]', `${linux}:mem_regions[5]`],
      },
      {
        title: 'output section of peer 0',
        start: 0x1fb01000n,
        end: 0x1fb80000n,
        writers: [0],
        readers: [0, 1],
        blocks: ['root:mem_regions[7]', `${linux}:mem_regions[7]`],
      },
      {
        title: 'output section of peer 1',
        start: 0x1fb80000n,
        end: 0x1fbff000n,
        writers: [1],
        readers: [0, 1],
        blocks: ['root:mem_regions[8]', `${linux}:mem_regions[8]`],
      },
    ]);
    const blocks = new Set(workspace.memoryMap(rpi4)?.map.lanes.flatMap((lane) => lane.blocks.map(({ id }) => id)));
    for (const link of resourcesOf(workspace, rpi4).links)
      for (const section of link.sections) for (const id of section.blocks) expect(blocks).toContain(id);
  });

  test('tells a finding beside what it is about', () => {
    const { cpus, interrupts, functions, links } = resourcesOf(workspace, rpi4);
    for (const rows of [cpus, interrupts, functions, links]) expect(problems(rows)).toEqual({});
    const edited = exampleWorkspace('rpi4');
    const cell = '/work/configs/rpi4-linux-demo.c';
    const text = edited.fs.readText(cell) ?? '';
    edited.open(
      cell,
      text
        .replace('.cpus = { 0b1100 }', '.cpus = { 0b10100 }')
        .replace('.vpci_irq_base = 185 - 32', '.vpci_irq_base = 191 - 32')
        .replace('.shmem_dev_id = 1,', '.shmem_dev_id = 0,'),
    );
    const changed = resourcesOf(edited, rpi4);
    expect(problems(changed.cpus)).toEqual({ 'cpu:4': 'cell-cpu-not-in-root' });
    expect(changed.cpus.find(({ cpu }) => cpu === 4)).toMatchObject({ onBoard: false, holders: [] });
    expect(problems(changed.interrupts)).toEqual({
      'interrupt:185': 'guest-interrupt-unlisted',
      'interrupt:186': 'guest-interrupt-unlisted',
      'interrupt:191': 'ivshmem-interrupt-not-owned guest-pci-interrupts',
      'interrupt:192': 'ivshmem-interrupt-not-owned guest-pci-interrupts',
    });
    const taken = 'ivshmem-interrupt-not-owned ivshmem-id-taken-by-root ivshmem-section-access';
    for (const rule of taken.split(' ')) expect(problems(changed.links)['link:8']).toContain(rule);
    expect(problems(changed.links)['link:0']).toBe('ivshmem-interrupt-not-owned');
    expect(problems(changed.functions)['function:1:0']).toBe('ivshmem-interrupt-not-owned');
    // The create is refused: the root cell keeps all.
    expect(Object.values(holders(changed.cpus)).slice(2, 4)).toEqual(['root', 'root']);
  });

  test('keeps its rows, at the places where they are now, while a text is half typed', () => {
    const typing = exampleWorkspace('rpi4');
    const cell = '/work/configs/rpi4-linux-demo.c';
    const text = typing.fs.readText(cell) ?? '';
    const good = resourcesOf(typing, rpi4);
    const typed = text.replace('.virt_start = 0x80000000,', '.virt_start =\n\n(0x8000,');
    expect(typed).not.toBe(text);
    typing.open(cell, typed);
    expect(typing.memoryMap(rpi4)?.stale).toBe(true);
    const stale = resourcesOf(typing, rpi4);
    const shape = (rows: Resources) => [rows.cpus, rows.interrupts, rows.functions, rows.links].map((list) => list.map(({ id }) => id));
    expect(shape(stale)).toEqual(shape(good));
    const spans = ({ cpus, interrupts, functions, links }: Resources) =>
      [...cpus, ...interrupts, ...functions]
        .flatMap(({ claims }) => claims)
        .concat(links.flatMap(({ peers }) => peers))
        .flatMap(({ span }) => (span.file === cell ? [span] : []));
    const before = spans(good);
    const now = spans(stale);
    expect(now.map(({ start, end }) => typed.slice(start, end))).toEqual(before.map(({ start, end }) => text.slice(start, end)));
    // CPUs stand above what is being typed, the rest below.
    expect(new Set(now.map(({ start }, at) => start - (before[at]?.start ?? 0)))).toEqual(new Set([0, typed.length - text.length]));
  });
});

const none: WrittenResources = { cpus: 0, irqchips: [], devices: [], vpciIrqBase: 0 };

function written(resources: readonly WrittenResources[], change: (files: MemoryFiles) => void = () => {}): Workspace {
  const region = { phys: 0x1000n, virt: 0x1000n, size: 0x1000n, flags: ['READ', 'WRITE', 'ROOTSHARED'] };
  const cells = resources.slice(1).map(() => [region]);
  const files = filesOf({ hypervisor: { phys: 0x10000000n, size: 0x400000n }, root: [region], cells, resources });
  change(files);
  return new Workspace(files);
}

function edit(files: MemoryFiles, path: string, change: (text: string) => string): void {
  const text = files.readText(path) ?? '';
  const changed = change(text);
  if (changed === text) throw new Error(`${path} is as it was`);
  files.set(path, changed);
}

describe('a system of our own', () => {
  test('alternatives are each looked at alone where the others keep them out', () => {
    const resources = [
      { ...none, cpus: 0b111 },
      { ...none, cpus: 0b10 },
      { ...none, cpus: 0b110 },
    ];
    const together = written(resources);
    expect(holders(resourcesOf(together, rootPath).cpus)).toEqual({ 'cpu:0': 'root', 'cpu:1': 'cell:cell1', 'cpu:2': 'root' });
    // Without jailhouse.json, by their names: root.c, root-cell1.c, root-cell2.c.
    const apart = written(resources, (files) => {
      files.set('/work/jailhouse.json', '{ "revision": 14 }');
      for (const name of ['cell1', 'cell2']) files.set(`/work/root-${name}.c`, files.readText(`/work/${name}.c`) ?? '');
    });
    const { explicitSet, cells } = apart.memoryMap(rootPath)?.system ?? { explicitSet: true, cells: [] };
    expect(explicitSet).toBe(false);
    expect(cells).toContain('/work/root-cell2.c');
    expect(holders(resourcesOf(apart, rootPath).cpus)['cpu:2']).toMatch(/cell:cell2/);
    expect(holders(resourcesOf(apart, rootPath).cpus)['cpu:1']).toMatch(/^cell:cell1 .*cell:cell2/);
  });

  test('the hypervisor keeps the maintenance interrupt, and private ones are everybody\u2019s', () => {
    const chip = { base: 0, words: [(1 << 25) | (1 << 27) | 1] };
    const workspace = written([
      { ...none, cpus: 0b111 },
      { ...none, cpus: 0b10, irqchips: [chip] },
      { ...none, cpus: 0b100 },
    ]);
    // What a cell lists the root cell loses, here its own timer: irqchip-private-interrupts warns of it.
    expect(holders(resourcesOf(workspace, rootPath).interrupts)).toEqual({
      'interrupt:0': 'hypervisor',
      'interrupt:25': 'hypervisor',
      'interrupt:27': 'cell:cell1 cell:cell2',
    });
    expect(holders(resourcesOf(workspace, rootPath, { moment: 'booted' }).interrupts)['interrupt:25']).toBe('root');
  });

  test('an entry for another controller counts for nothing, and says so at its pins alone', () => {
    const chips = [
      { base: 32, words: [0b11] },
      { base: 32, words: [0, 0b1] },
    ];
    const workspace = written(
      [
        { ...none, cpus: 0b11 },
        { ...none, cpus: 0b10, irqchips: chips },
      ],
      (files) => edit(files, '/work/cell1.c', (text) => text.replace('.address = 0xff841000', '.address = 0xfee00000')),
    );
    const { interrupts } = resourcesOf(workspace, rootPath);
    expect(holders(interrupts)).toEqual({ 'interrupt:32': '', 'interrupt:33': '', 'interrupt:64': 'cell:cell1' });
    const wrong = Object.entries(problems(interrupts)).flatMap(([id, rules]) => (rules.includes('irqchip-wrong-address') ? [id] : []));
    expect(wrong).toEqual(['interrupt:32', 'interrupt:33']);
  });

  test('sections at different addresses are several rows, and a peer that no cell is, is absent', () => {
    const device = { bdf: 8, regionsStart: 0, id: 0, peers: 3 };
    const region = (phys: bigint, write = false) => ({
      phys,
      virt: phys,
      size: 0x1000n,
      flags: ['READ', ...(write ? ['WRITE'] : []), 'ROOTSHARED'],
    });
    const sections = [region(0x1000n), region(0x2000n, true), region(0x3000n, true), region(0x4000n), region(0x5000n)];
    const files = filesOf({
      hypervisor: { phys: 0x10000000n, size: 0x400000n },
      root: sections,
      cells: [[...sections.slice(0, 1), region(0x9000n, true), ...sections.slice(2)]],
      resources: [
        { ...none, cpus: 0b11, devices: [device], vpciIrqBase: 100 },
        { ...none, cpus: 0b10, devices: [{ ...device, id: 2 }], vpciIrqBase: 110 },
      ],
    });
    const [link] = resourcesOf(new Workspace(files), rootPath).links;
    expect(link?.absentPeers).toEqual([1]);
    expect(link?.peers.map(({ peer, intid }) => [peer, intid])).toEqual([
      [0, 133],
      [2, 143],
    ]);
    const common = link?.sections.filter(({ title }) => title === 'common section');
    expect(common?.map(({ start, writers, readers }) => ({ start, writers, readers }))).toEqual([
      { start: 0x2000n, writers: [0], readers: [0] },
      { start: 0x9000n, writers: [2], readers: [2] },
    ]);
    // Both claim to write the section of peer 0: the map says what the flags say.
    expect(link?.sections.find(({ title }) => title === 'output section of peer 0')?.writers).toEqual([0, 2]);
  });

  test('a layout before v0.12 has one shared region per device', () => {
    const device = { bdf: 8, regionsStart: 0, id: 0, peers: 2 };
    const workspace = written(
      [
        { ...none, cpus: 0b11, devices: [device], vpciIrqBase: 100 },
        { ...none, cpus: 0b10, devices: [device], vpciIrqBase: 110 },
      ],
      (files) => {
        edit(files, '/work/jailhouse.json', (text) => text.replace('"revision":14', '"revision":11'));
        for (const path of [rootPath, '/work/cell1.c'])
          edit(files, path, (text) =>
            text
              .replace(/\.shmem_regions_start = \d+, \.shmem_dev_id = \d+, \.shmem_peers = \d+,/, '.shmem_region = 0,')
              .replace(' .architecture = JAILHOUSE_ARM64,', '')
              .replace('JAILHOUSE_IVSHMEM_BAR_MASK_INTX', '{ 0xffffff00 }')
              .replace('JAILHOUSE_SHMEM_PROTO_UNDEFINED', 'JAILHOUSE_SHMEM_PROTO_VETH'),
          );
      },
    );
    const { links, functions } = resourcesOf(workspace, rootPath);
    expect(links.map(({ protocol, absentPeers, peers }) => ({ protocol, absentPeers, peers: peers.map(({ peer }) => peer) }))).toEqual([
      { protocol: 'virtual Ethernet (VETH)', absentPeers: [], peers: [0, 1] },
    ]);
    expect(links[0]?.sections).toEqual([
      {
        title: 'shared region',
        start: 0x1000n,
        end: 0x2000n,
        writers: [0, 1],
        readers: [0, 1],
        blocks: ['root:mem_regions[0]', 'cell:cell1:mem_regions[0]'],
      },
    ]);
    expect(functions[0]?.details).toEqual(['virtual Ethernet (VETH)', 'root: INTID 133', 'cell1: INTID 143']);
  });
});

test('every rule about CPUs, interrupts and links has its place, and no other name is listed', () => {
  const known = new Set(ruleFamilies.flatMap(({ rules }) => rules.map(({ id }) => id)));
  const listed = new Set([...cpuRules, ...interruptRules, ...functionRules, ...linkRules]);
  for (const id of listed) expect(known).toContain(id);
  for (const id of irqchipRules) expect(interruptRules).toContain(id);
  // About the size of the array, not about a CPU; about units of the interrupt controller or windows, which the map shows.
  const elsewhere = /^(cpu-set-|gic-|required-|region-covers-|mmconfig-)/;
  for (const { name, rules } of ruleFamilies)
    if (['cpu', 'gic', 'pci', 'ivshmem'].includes(name))
      for (const { id } of rules) expect({ id, placed: listed.has(id) || elsewhere.test(id) }).toEqual({ id, placed: true });
});

test('nonsense is cut off, not drawn for ever', () => {
  const workspace = new Workspace(
    new MemoryFiles({
      '/work/jailhouse.json': '{ "revision": 14 }',
      '/work/huge.c': `#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>
struct { struct jailhouse_system header; __u64 cpus[512]; struct jailhouse_irqchip irqchips[2000]; } __attribute__((packed)) config = {
	.header = { .signature = JAILHOUSE_SYSTEM_SIGNATURE, .architecture = JAILHOUSE_X86, .revision = JAILHOUSE_CONFIG_REVISION,
		.root_cell = { .name = "huge", .cpu_set_size = sizeof(config.cpus), .num_irqchips = ARRAY_SIZE(config.irqchips) } },
	.cpus = { ${Array.from({ length: 512 }, () => '0xffffffffffffffff').join(', ')} },
	.irqchips = { ${Array.from({ length: 2000 }, (_, at) => `{ .address = ${at}, .pin_bitmap = { 0xfffffffe, 0xfe, 0xfffffffe, 1 } }`).join(', ')} },
};
`,
    }),
  );
  const { cpus, interrupts } = resourcesOf(workspace, '/work/huge.c');
  expect([cpus.length, interrupts.length]).toEqual([4096, 4096]);
});
