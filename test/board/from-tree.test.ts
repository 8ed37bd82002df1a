import { commandLineOf } from '@jailhouse-cells/core/board/cmdline.ts';
import { psciNode } from '@jailhouse-cells/core/board/cpus.ts';
import { boardFromTree } from '@jailhouse-cells/core/board/from-tree.ts';
import { reservationsUnread, reservedMemoryNode } from '@jailhouse-cells/core/board/reserved-memory.ts';
import type { AddressWindow } from '@jailhouse-cells/core/config/address-window.ts';
import type { BuiltNode } from '@jailhouse-cells/core/devicetree/built-node.ts';
import { describe, expect, test } from 'vitest';
import { flag, node, treeWith } from '../devicetree/build-tree.ts';
import { at, compileTree } from '../devicetree/compile-tree.ts';

const span = { file: 'jailhouse.json', start: 0, end: 1 };

/** A small board with the addresses of a Raspberry Pi 4 (../shared/reference/rpi4.md). */
const source = `/memreserve/ 0x0 0x1000;
/ {
  model = "Example Board"; compatible = "example,board";
  #address-cells = <2>; #size-cells = <1>;
  interrupt-parent = <&gic>;
  aliases { serial1 = "/soc/serial@7e215040"; };
  chosen { stdout-path = "serial1"; };
  cpus {
    #address-cells = <1>; #size-cells = <0>;
    cpu-map { };
    cpu@0 { device_type = "cpu"; compatible = "arm,cortex-a72"; reg = <0>; enable-method = "spin-table"; };
    cpu@1 { device_type = "cpu"; compatible = "arm,cortex-a72"; reg = <1>; enable-method = "spin-table"; };
    cpu@100 { device_type = "cpu"; compatible = "arm,cortex-a53"; reg = <0x100>; enable-method = "psci"; };
    cpu@101 { device_type = "cpu"; compatible = "arm,cortex-a53"; reg = <0x101>; status = "fail"; };
    l2-cache { compatible = "cache"; };
  };
  psci { compatible = "arm,psci-1.0"; method = "smc"; };
  memory@0 { device_type = "memory"; reg = <0x0 0x40000000 0xbc000000>, <0x0 0x0 0x3b400000>; };
  memory@100000000 { device_type = "memory"; reg = <0x1 0x0 0x80000000>; };
  memory@200000000 { device_type = "memory"; reg = <0x2 0x0 0x80000000>; status = "disabled"; };
  reserved-memory {
    #address-cells = <2>; #size-cells = <1>; ranges;
    linux,cma { compatible = "shared-dma-pool"; size = <0x4000000>; reusable; linux,cma-default; alloc-ranges = <0x0 0x0 0x40000000>; };
    jailhouse@10000000 { reg = <0x0 0x10000000 0x10000000>; no-map; };
    nvram@2ff00000 { reg = <0x0 0x2ff00000 0x1000>; };
    off@50000000 { reg = <0x0 0x50000000 0x1000>; status = "disabled"; };
  };
  soc {
    compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>;
    ranges = <0x7e000000 0x0 0xfe000000 0x01800000>, <0x40000000 0x0 0xff800000 0x00800000>;
    gic: interrupt-controller@40041000 {
      compatible = "arm,gic-400"; interrupt-controller; #interrupt-cells = <3>;
      reg = <0x40041000 0x1000>, <0x40042000 0x2000>, <0x40044000 0x2000>, <0x40046000 0x2000>;
      interrupts = <1 9 0xf04>;
    };
    serial@7e215040 { compatible = "brcm,bcm2835-aux-uart"; reg = <0x7e215040 0x40>; interrupts = <0 93 4>; };
    serial@7e201400 { compatible = "arm,pl011", "arm,primecell"; reg = <0x7e201400 0x200>; interrupts = <0 121 4>; status = "disabled"; };
    i2c@7e804000 { reg = <0x7e804000 0x1000>; #address-cells = <1>; #size-cells = <0>; status = "disabled"; rtc@68 { reg = <0x68>; }; };
    block@7e400000 {
      status = "disabled"; ranges; #address-cells = <1>; #size-cells = <1>;
      inside@7e400000 { reg = <0x7e400000 0x100>; };
    };
  };
  arm-pmu { compatible = "arm,cortex-a72-pmu"; interrupts = <0 16 4>; };
  scb {
    #address-cells = <2>; #size-cells = <2>;
    ranges = <0x0 0x7c000000 0x0 0xfc000000 0x0 0x03800000>, <0x6 0x0 0x6 0x0 0x0 0x40000000>;
    pcie@7d500000 {
      device_type = "pci"; compatible = "brcm,bcm2711-pcie"; reg = <0x0 0x7d500000 0x0 0x9310>;
      #address-cells = <3>; #size-cells = <2>; #interrupt-cells = <1>;
      interrupts = <0 147 4>, <0 148 4>;
      interrupt-map-mask = <0 0 0 7>;
      interrupt-map = <0 0 0 1 &gic 0 143 4>, <0 0 0 2 &gic 0 144 4>;
      linux,pci-domain = <0>;
      ranges = <0x02000000 0x0 0xc0000000 0x6 0x0 0x0 0x40000000>;
      bridge@0,0 { device_type = "pci"; reg = <0 0 0 0 0>; #address-cells = <3>; #size-cells = <2>; ranges; };
    };
  };
};`;
const tree = compileTree(source);
const board = boardFromTree(tree, { span });

const ranges = (windows: readonly (AddressWindow | undefined)[]) => windows.map((window) => window && [window.start, window.size]);

test('the board has the name of its model', () => {
  expect(board).toMatchObject({ name: 'Example Board', kind: 'other', span });
  expect(boardFromTree(tree, { span, name: 'Mine', kind: 'raspberry-pi-4' })).toMatchObject({ name: 'Mine', kind: 'raspberry-pi-4' });
});

describe('RAM', () => {
  test('is what the enabled memory nodes say, ascending', () => {
    expect(board.variants).toHaveLength(1);
    expect(board.variants[0]).toMatchObject({ name: '', size: 0x3b400000n + 0xbc000000n + 0x80000000n, gpu: undefined });
    expect(ranges(board.variants[0]?.ram ?? [])).toEqual([
      [0n, 0x3b400000n],
      [0x40000000n, 0xbc000000n],
      [0x100000000n, 0x80000000n],
    ]);
  });

  test('is unknown where the firmware fills it in', () => {
    const empty = compileTree('/ { #address-cells = <2>; #size-cells = <1>; memory@0 { device_type = "memory"; reg = <0 0 0>; }; };');
    expect(boardFromTree(empty, { span }).variants).toEqual([]);
  });

  test('is cut for Linux by mem=, and keeps what is reserved', () => {
    const limited = boardFromTree(tree, { span, commandLine: commandLineOf('quiet mem=1G', span) }).variants[0];
    expect(ranges(limited?.linux ?? [])).toEqual([
      [0n, 0x3b400000n],
      [0x40000000n, 0x4c00000n],
    ]);
    expect(board.variants[0]?.linux).toEqual(board.variants[0]?.ram);
  });

  test('is what is given where it is known from elsewhere, without the GPU for Linux', () => {
    const gpu = { name: 'GPU memory', start: 0x3b400000n, size: 0x4c00000n, span };
    const ram = [{ name: '1 GB', size: 0x40000000n, ram: [{ name: 'RAM', start: 0n, size: 0x40000000n, span }], gpu }];
    const [variant] = boardFromTree(tree, { span, ram }).variants;
    expect(variant).toMatchObject({ name: '1 GB', gpu });
    expect(ranges(variant?.linux ?? [])).toEqual([[0n, 0x3b400000n]]);
  });
});

describe('reservations', () => {
  test('come from nodes and from /memreserve/', () => {
    expect(board.reserved?.map(({ name, start, size, noMap, from }) => [name, start, size, noMap, from])).toEqual([
      ['/memreserve/', 0n, 0x1000n, false, 'memreserve'],
      ['jailhouse@10000000', 0x10000000n, 0x10000000n, true, 'node'],
      ['nvram@2ff00000', 0x2ff00000n, 0x1000n, false, 'node'],
    ]);
  });

  test('that Linux places at boot have a size and where they may go', () => {
    expect(board.dynamicReserved).toMatchObject([
      { name: 'linux,cma', size: 0x4000000n, within: [{ start: 0n, size: 0x40000000n }], reusable: true, noMap: false },
    ]);
  });

  test("are read by Linux with the root's cell counts and ranges only", () => {
    const why = (content: string) => {
      const { root } = compileTree(`/ { #address-cells = <2>; #size-cells = <1>; reserved-memory { ${content} }; };`);
      const reserved = reservedMemoryNode(root);
      return reserved && reservationsUnread(reserved);
    };
    expect(why('#address-cells = <2>; #size-cells = <1>; ranges;')).toBeUndefined();
    expect(why('#address-cells = <1>; #size-cells = <1>; ranges;')).toBe('#address-cells');
    expect(why('#address-cells = <2>; #size-cells = <2>; ranges;')).toBe('#size-cells');
    expect(why('#address-cells = <2>; ranges;')).toBe('#size-cells');
    expect(why('#address-cells = <2>; #size-cells = <1>;')).toBe('ranges');
  });
});

describe('devices', () => {
  const device = (name: string) => board.devices.find((candidate) => candidate.name === name);

  test('have windows in CPU addresses and INTIDs', () => {
    expect(device('serial@7e215040')).toMatchObject({
      path: '/soc/serial@7e215040',
      compatible: ['brcm,bcm2835-aux-uart'],
      windows: [{ start: 0xfe215040n, size: 0x40n, busAddress: 0x7e215040n }],
      interrupts: [{ intid: 125, flags: 4 }],
      enabled: true,
      node: at(tree, '/soc/serial@7e215040'),
    });
  });

  test('are there when disabled, also by a node above', () => {
    expect(device('serial@7e201400')?.enabled).toBe(false);
    expect(device('inside@7e400000')?.enabled).toBe(false);
  });

  test('need registers that the CPUs can address, or interrupts', () => {
    expect(board.devices.map(({ name }) => name)).toEqual([
      'interrupt-controller@40041000',
      'serial@7e215040',
      'serial@7e201400',
      'i2c@7e804000',
      'inside@7e400000',
      'arm-pmu',
      'pcie@7d500000',
    ]);
  });

  test('on PCI raise the interrupts of their host', () => {
    expect(device('pcie@7d500000')?.interrupts.map(({ intid }) => intid)).toEqual([179, 180, 175, 176]);
  });
});

describe('the interrupt controller', () => {
  test('of version 2 has four windows', () => {
    expect(board.gic).toMatchObject({ version: 2, maintenanceIrq: 25, gicr: [] });
    expect(ranges([board.gic?.gicd, board.gic?.gicc, board.gic?.gich, board.gic?.gicv])).toEqual([
      [0xff841000n, 0x1000n],
      [0xff842000n, 0x2000n],
      [0xff844000n, 0x2000n],
      [0xff846000n, 0x2000n],
    ]);
  });

  test('of version 3 has as many redistributor regions as it says', () => {
    const gicWith = (property: string) => {
      const { root } = compileTree(`/ { #address-cells = <1>; #size-cells = <1>; gic@1000 {
        compatible = "arm,gic-v3"; interrupt-controller; #interrupt-cells = <3>; ${property}
        reg = <0x10000 0x10000>, <0x20000 0x40000>, <0x80000 0x40000>, <0xf0000 0x2000>; }; };`);
      return boardFromTree(treeWith(root as BuiltNode), { span }).gic;
    };
    expect(ranges(gicWith('')?.gicr ?? [])).toEqual([[0x20000n, 0x40000n]]);
    const two = gicWith('#redistributor-regions = <2>;');
    expect(two).toMatchObject({ version: 3, gicc: undefined, maintenanceIrq: undefined });
    expect(ranges(two?.gicr ?? [])).toEqual([
      [0x20000n, 0x40000n],
      [0x80000n, 0x40000n],
    ]);
    expect(gicWith('#redistributor-regions = <0xffffffff>;')?.gicr).toHaveLength(3);
  });

  test('is the one that the CPUs see, not one behind it', () => {
    const { root } = compileTree(`/ { #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&main>;
      agic@1000 { compatible = "arm,gic-400"; interrupt-controller; #interrupt-cells = <3>; reg = <0x1000 0x1000>; interrupts = <0 102 4>; };
      off@2000 { compatible = "arm,gic-400"; interrupt-controller; #interrupt-cells = <3>; reg = <0x2000 0x1000>; status = "disabled"; };
      main: gic@3000 { compatible = "arm,cortex-a15-gic"; interrupt-controller; #interrupt-cells = <3>; reg = <0x3000 0x1000>; }; };`);
    expect(boardFromTree(treeWith(root as BuiltNode), { span }).gic).toMatchObject({
      version: 2,
      gicd: { start: 0x3000n },
      gicc: undefined,
    });
  });
});

test('PCI hosts are nodes of the PCI type that stand on no PCI bus', () => {
  expect(board.pciHosts).toMatchObject([
    {
      name: 'pcie@7d500000',
      domain: 0,
      enabled: true,
      registers: [{ start: 0xfd500000n, size: 0x9310n }],
      windows: [{ start: 0x600000000n, size: 0x40000000n }],
    },
  ]);
});

describe('CPUs', () => {
  test('are numbered in the order of their nodes; failed ones do not count', () => {
    expect(board.cpus?.map(({ index, mpidr, enableMethod, compatible }) => [index, mpidr, enableMethod, compatible])).toEqual([
      [0, 0n, 'spin-table', 'arm,cortex-a72'],
      [1, 1n, 'spin-table', 'arm,cortex-a72'],
      [2, 0x100n, 'psci', 'arm,cortex-a53'],
    ]);
  });

  test('give the address bits that all of them have', () => {
    expect(board.addressBits).toBe(40);
    const bits = (compatible: string) => {
      const { root } = compileTree(
        `/ { cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { device_type = "cpu"; reg = <0>; compatible = "${compatible}"; }; }; };`,
      );
      return boardFromTree(treeWith(root as BuiltNode), { span }).addressBits;
    };
    expect(bits('arm,cortex-a72')).toBe(44);
    expect(bits('arm,cortex-a53')).toBe(40);
    expect(bits('example,cpu')).toBeUndefined();
    expect(bits('constructor')).toBeUndefined();
  });

  test('are started by the psci node, wherever it is', () => {
    expect(psciNode(tree.root)?.name).toBe('psci');
    const { root } = compileTree('/ { firmware { psci { compatible = "arm,psci-0.2"; method = "smc"; }; }; };');
    expect(psciNode(root)?.name).toBe('psci');
    expect(psciNode(compileTree('/ { };').root)).toBeUndefined();
  });
});

describe('hostile trees', () => {
  test('a tree that says nothing gives a board of which nothing is known', () => {
    expect(boardFromTree(treeWith(node(undefined, '')), { span })).toMatchObject({
      name: 'the board',
      variants: [],
      cpus: undefined,
      reserved: [],
      devices: [],
      gic: undefined,
      pciHosts: [],
      addressBits: undefined,
    });
  });

  test('10,000 nodes inside each other are read', () => {
    let deep = node(undefined, '');
    const root = deep;
    for (let i = 0; i < 10_000; i++) deep = node(deep, 'bus', flag('ranges'), ...tree.root.properties, ...at(tree, '/arm-pmu').properties);
    expect(boardFromTree(treeWith(root), { span }).gic).toBeUndefined();
  });
});
