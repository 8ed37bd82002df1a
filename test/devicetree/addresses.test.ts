import {
  busReadings,
  cellCounts,
  rangesOf,
  rangesShape,
  regOf,
  regShape,
  toBus,
  translate,
} from '@jailhouse-cells/core/devicetree/addresses.ts';
import type { BuiltNode } from '@jailhouse-cells/core/devicetree/built-node.ts';
import { pathOf } from '@jailhouse-cells/core/devicetree/tree-access.ts';
import { describe, expect, test } from 'vitest';
import { cells, flag, node } from './build-tree.ts';
import { at, compileTree } from './compile-tree.ts';

/** Buses as on a Raspberry Pi 4. */
const board = compileTree(`/ {
  #address-cells = <2>; #size-cells = <1>;
  soc {
    #address-cells = <1>; #size-cells = <1>;
    ranges = <0x7e000000 0x0 0xfe000000 0x01800000>, <0x7c000000 0x0 0xfc000000 0x02000000>, <0x40000000 0x0 0xff800000 0x00800000>;
    serial@7e215040 { reg = <0x7e215040 0x40>; };
    gic@40041000 { reg = <0x40041000 0x1000>, <0x40042000 0x2000>; };
    lost@10000000 { reg = <0x10000000 0x1000>; };
    i2c@7e804000 {
      reg = <0x7e804000 0x1000>;
      #address-cells = <1>; #size-cells = <0>;
      rtc@68 { reg = <0x68>; };
    };
    inner@7e300000 {
      ranges;
      #address-cells = <1>; #size-cells = <1>;
      deep@7e300100 { reg = <0x7e300100 0x100>; };
    };
    shifted@7e400000 {
      ranges = <0x0 0x7e400000 0x8000>;
      #address-cells = <1>; #size-cells = <1>;
      first@10 { reg = <0x10 0x10>; };
    };
  };
  scb {
    #address-cells = <2>; #size-cells = <2>;
    ranges = <0x0 0x7c000000 0x0 0xfc000000 0x0 0x03800000>, <0x6 0x0 0x6 0x0 0x0 0x40000000>;
    pcie@7d500000 {
      reg = <0x0 0x7d500000 0x0 0x9310>;
      #address-cells = <3>; #size-cells = <2>;
      ranges = <0x02000000 0x0 0xc0000000 0x6 0x0 0x0 0x40000000>;
      usb@0,0 {
        reg = <0x10000 0 0 0 0>;
        #address-cells = <3>; #size-cells = <2>;
        assigned@1 { reg = <0x02010010 0 0xc0001000 0 0x1000>; };
      };
    };
  };
  memory@0 { reg = <0x0 0x0 0x3b400000>; };
};`);

describe('regOf', () => {
  test('translates through the ranges of the buses above', () => {
    expect(regOf(at(board, '/soc/serial@7e215040'))).toMatchObject([
      { index: 0, busAddress: 0x7e215040n, address: 0xfe215040n, size: 0x40n },
    ]);
    expect(regOf(at(board, '/soc/gic@40041000')).map(({ address }) => address)).toEqual([0xff841000n, 0xff842000n]);
  });

  test('takes addresses of the root as they are', () => {
    expect(regOf(at(board, '/memory@0'))).toMatchObject([{ address: 0n, size: 0x3b400000n }]);
  });

  test('goes through empty ranges and through several levels', () => {
    expect(regOf(at(board, '/soc/inner@7e300000/deep@7e300100'))[0]?.address).toBe(0xfe300100n);
    expect(regOf(at(board, '/soc/shifted@7e400000/first@10'))[0]?.address).toBe(0xfe400010n);
  });

  test('does not translate what no range holds, nor addresses without a size', () => {
    expect(regOf(at(board, '/soc/lost@10000000'))).toMatchObject([{ busAddress: 0x10000000n, address: undefined }]);
    expect(regOf(at(board, '/soc/i2c@7e804000/rtc@68'))).toMatchObject([{ busAddress: 0x68n, address: undefined, size: 0n }]);
  });

  test('does not take the number of a PCI function for an address', () => {
    expect(regOf(at(board, '/scb/pcie@7d500000/usb@0,0'))[0]?.address).toBeUndefined();
    expect(regOf(at(board, '/scb/pcie@7d500000'))[0]?.address).toBe(0xfd500000n);
  });

  test('reads 64-bit addresses and sizes exactly', () => {
    const root = node(undefined, '', cells('#address-cells', 2), cells('#size-cells', 2));
    const ram = node(root, 'memory@ffffffff', cells('reg', 0xffffffff, 0xffffffff, 0x80000000, 1));
    expect(regOf(ram)).toMatchObject([{ address: 0xffffffffffffffffn, size: 0x8000000000000001n }]);
  });

  test('points at the entry, its address and its size', () => {
    const root = node(undefined, '', cells('#address-cells', 2), cells('#size-cells', 1));
    const ram = node(root, 'memory', cells('reg', 0, 0, 1, 2, 3, 4));
    const second = regOf(ram)[1];
    expect(second?.span).toEqual({ file: 'test.dts', start: 30, end: 59 });
    expect(second?.addressSpan).toEqual({ file: 'test.dts', start: 30, end: 49 });
    expect(second?.sizeSpan).toEqual({ file: 'test.dts', start: 50, end: 59 });
  });

  test('assumes two address cells and one size cell, whatever the node above has', () => {
    const root = node(undefined, '', cells('#address-cells', 1), cells('#size-cells', 1));
    const bus = node(root, 'bus', flag('ranges'));
    expect(cellCounts(bus)).toEqual({ address: 2, size: 1 });
    expect(regOf(node(bus, 'device', cells('reg', 1, 2, 3)))).toMatchObject([{ address: 0x100000002n, size: 3n }]);
  });

  test('gives the whole entries of a reg that does not fit the cell counts', () => {
    const root = node(undefined, '', cells('#address-cells', 2), cells('#size-cells', 2));
    const device = node(root, 'device', cells('reg', 0, 0x1000, 0, 0x100, 0, 0x2000));
    expect(regOf(device)).toHaveLength(1);
    expect(regShape(device)).toEqual({ counts: { address: 2, size: 2 }, perEntry: 4, cells: 6, rest: 8 });
  });

  test('reads nothing by hostile cell counts', () => {
    for (const count of [0, 5, 0xffffffff]) {
      const root = node(undefined, '', cells('#address-cells', count), cells('#size-cells', 1));
      expect(regOf(node(root, 'device', cells('reg', 1, 2, 3, 4, 5, 6)))).toEqual([]);
    }
  });
});

describe('translate and toBus', () => {
  test('are each other, in and out of a bus', () => {
    const soc = at(board, '/soc');
    for (const [bus, cpu] of [
      [0x7e215040n, 0xfe215040n],
      [0x7c000000n, 0xfc000000n],
      [0x40041000n, 0xff841000n],
    ] as const) {
      expect(translate(soc, bus)).toBe(cpu);
      expect(toBus(soc, cpu)).toBe(bus);
    }
    expect(translate(soc, 0x7f800000n)).toBeUndefined();
    expect(toBus(soc, 0x1000n)).toBeUndefined();
  });

  test('know the spaces of PCI', () => {
    const pcie = at(board, '/scb/pcie@7d500000');
    expect(translate(pcie, (0x02000000n << 64n) | 0xc0001000n)).toBe(0x600001000n);
    expect(translate(pcie, (0x43000000n << 64n) | 0xc0001000n)).toBe(0x600001000n);
    expect(translate(pcie, (0x01000000n << 64n) | 0xc0001000n)).toBeUndefined();
    expect(toBus(pcie, 0x600001000n)).toBe((0x02000000n << 64n) | 0xc0001000n);
  });

  test('stop at a bus without ranges', () => {
    const root = node(undefined, '', cells('#address-cells', 1), cells('#size-cells', 1));
    const bus = node(root, 'bus', cells('#address-cells', 1), cells('#size-cells', 1));
    expect(translate(bus, 0x10n)).toBeUndefined();
    expect(toBus(bus, 0x10n)).toBeUndefined();
    expect(rangesOf(bus)).toBeUndefined();
  });

  test('end in a tree of 10,000 buses', () => {
    let bus: BuiltNode = node(undefined, '', cells('#address-cells', 1), cells('#size-cells', 1));
    for (let i = 0; i < 10_000; i++) bus = node(bus, 'bus', flag('ranges'), cells('#address-cells', 1), cells('#size-cells', 1));
    expect(translate(bus, 1n)).toBeUndefined();
  });
});

describe('rangesOf', () => {
  test('gives each window at the child, at the parent and at the CPUs', () => {
    expect(rangesOf(at(board, '/scb/pcie@7d500000'))).toMatchObject([
      { flags: 0x02000000, childAddress: 0xc0000000n, parentAddress: 0x600000000n, address: 0x600000000n, size: 0x40000000n },
    ]);
    expect(rangesOf(at(board, '/soc/shifted@7e400000'))).toMatchObject([
      { flags: undefined, childAddress: 0n, parentAddress: 0x7e400000n, address: 0xfe400000n, size: 0x8000n },
    ]);
  });

  test('says what is left over of a value that was written for other cell counts', () => {
    const root = node(undefined, '', cells('#address-cells', 2), cells('#size-cells', 2));
    const bus = node(root, 'bus', cells('#address-cells', 1), cells('#size-cells', 1), cells('ranges', 0, 0, 0, 0x1000, 7));
    expect(rangesShape(bus)).toMatchObject({ perEntry: 4, rest: 4 });
    expect(rangesOf(bus)).toHaveLength(1);
  });
});

test('busReadings tells what a number means on the buses of the tree', () => {
  const readings = busReadings(board.root, 0x7e215040n).map(({ bus, address }) => [pathOf(bus), address]);
  expect(readings).toEqual([
    ['/soc', 0xfe215040n],
    ['/scb', 0xfe215040n],
  ]);
  expect(busReadings(board.root, 0xfe215040n)).toEqual([]);
});
