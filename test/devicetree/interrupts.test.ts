import { interruptMapOf, interruptParentOf, interruptsOf } from '@jailhouse-cells/core/devicetree/interrupts.ts';
import { nodeOfPhandle, phandlesOf } from '@jailhouse-cells/core/devicetree/phandles.ts';
import { describe, expect, test } from 'vitest';
import { cells, flag, node, strings } from './build-tree.ts';
import { at, compileTree } from './compile-tree.ts';

const board = compileTree(`/ {
  #address-cells = <2>; #size-cells = <2>;
  interrupt-parent = <&gic>;
  soc {
    #address-cells = <1>; #size-cells = <1>; ranges = <0x7e000000 0x0 0xfe000000 0x01800000>;
    gic: gic@7e841000 {
      compatible = "arm,gic-400"; interrupt-controller; #interrupt-cells = <3>;
      reg = <0x7e841000 0x1000>; interrupts = <1 9 0xf04>;
    };
    serial@7e215040 { reg = <0x7e215040 0x40>; interrupts = <0 93 4>; };
    timer@7e003000 { reg = <0x7e003000 0x1000>; interrupts = <0 64 4>, <0 65 1>; };
    both@7e004000 { interrupts = <0 1 4>; interrupts-extended = <&gic 0 2 8>, <&local 7>, <&gic 1 14 8>; };
    local: intc@7e005000 { interrupt-controller; #interrupt-cells = <1>; interrupts = <0 5 4>; };
    behind@7e006000 { interrupt-parent = <&local>; interrupts = <3>, <4>; };
    short@7e007000 { interrupts = <0 1 4 0 2>; };
    extended@7e008000 { interrupts = <2 1 4>, <3 1 4>, <4 1 4>; };
    wakeup: gpc@7e009000 { compatible = "fsl,imx8mq-gpc"; interrupt-controller; #interrupt-cells = <3>; };
    sleeper@7e00a000 { interrupt-parent = <&wakeup>; interrupts = <0 34 4>; };
    pins: pinctrl@7e00b000 { interrupt-controller; #interrupt-cells = <2>; interrupts = <0 20 4>; };
    button { interrupt-parent = <&pins>; interrupts = <0 93>; };
  };
  pcie@7d500000 {
    #address-cells = <3>; #size-cells = <2>; #interrupt-cells = <1>;
    interrupt-map-mask = <0x1800 0 0 7>;
    interrupt-map = <0x0000 0 0 1 &gic 0 143 4>, <0x0000 0 0 2 &gic 0 144 4>,
                    <0x0800 0 0 1 &gic 0 144 4>, <0x0800 0 0 2 &gic 0 145 4>;
    function@1,0 { reg = <0x0800 0 0 0 0>; interrupts = <2>; };
    function@4,0 { reg = <0x2000 0 0 0 0>; interrupts = <1>; };
    unmapped@1,0 { reg = <0x0800 0 0 0 0>; interrupts = <4>; };
  };
};`);

describe('interruptsOf', () => {
  test('turns SPIs and PPIs of a GIC into INTIDs', () => {
    expect(interruptsOf(at(board, '/soc/serial@7e215040'))).toMatchObject([
      { index: 0, intid: 125, kind: 'spi', number: 93, flags: 4, controller: at(board, '/soc/gic@7e841000') },
    ]);
    expect(interruptsOf(at(board, '/soc/timer@7e003000')).map(({ intid, flags }) => [intid, flags])).toEqual([
      [96, 4],
      [97, 1],
    ]);
  });

  test("reads a GIC's own interrupt, without the CPU mask of a PPI", () => {
    expect(interruptsOf(at(board, '/soc/gic@7e841000'))).toMatchObject([{ intid: 25, kind: 'ppi', number: 9, flags: 4 }]);
  });

  test('prefers interrupts-extended, each with its own controller', () => {
    expect(interruptsOf(at(board, '/soc/both@7e004000')).map(({ intid, kind, number }) => [intid, kind, number])).toEqual([
      [34, 'spi', 2],
      [undefined, 'other', 7],
      [30, 'ppi', 14],
    ]);
  });

  test('gives no INTID for another controller, also where its cells look like those of a GIC', () => {
    expect(interruptsOf(at(board, '/soc/behind@7e006000')).map(({ intid, number }) => [intid, number])).toEqual([
      [undefined, 3],
      [undefined, 4],
    ]);
    expect(interruptsOf(at(board, '/soc/button')).map(({ intid }) => intid)).toEqual([undefined]);
  });

  test('knows controllers that pass on the numbers of the GIC', () => {
    expect(interruptsOf(at(board, '/soc/sleeper@7e00a000'))[0]?.intid).toBe(66);
  });

  test('knows the extended ranges of GICv3.1 and takes no other type', () => {
    expect(interruptsOf(at(board, '/soc/extended@7e008000')).map(({ intid }) => intid)).toEqual([4097, 1057, undefined]);
  });

  test('leaves out a specifier that is cut off', () => {
    expect(interruptsOf(at(board, '/soc/short@7e007000')).map(({ intid }) => intid)).toEqual([33]);
  });

  test('goes through the interrupt map of a PCI host, under its mask', () => {
    expect(interruptsOf(at(board, '/pcie@7d500000/function@1,0'))[0]?.intid).toBe(145 + 32);
    expect(interruptsOf(at(board, '/pcie@7d500000/function@4,0'))[0]?.intid).toBe(143 + 32);
    expect(interruptsOf(at(board, '/pcie@7d500000/unmapped@1,0'))).toMatchObject([{ intid: undefined, controller: undefined }]);
  });

  test('points at each specifier', () => {
    const root = node(undefined, '', cells('interrupt-parent', 1));
    node(root, 'gic', strings('compatible', 'arm,gic-v3'), flag('interrupt-controller'), cells('#interrupt-cells', 3), cells('phandle', 1));
    const device = node(root, 'device', cells('interrupts', 0, 1, 4, 0, 2, 4));
    expect(interruptsOf(device)[1]?.span).toEqual({ file: 'test.dts', start: 30, end: 59 });
  });
});

describe('interrupt maps', () => {
  const host = at(board, '/pcie@7d500000');

  test('are taken apart into entries', () => {
    const map = interruptMapOf(host);
    expect(map).toMatchObject({ rest: 0, wrongStride: undefined, mask: [0x1800, 0, 0, 7] });
    expect(map?.entries).toHaveLength(4);
    expect(map?.entries[3]).toMatchObject({ childAddress: [0x800, 0, 0], pin: 2, intid: 177, kind: 'spi', number: 145, flags: 4 });
  });

  /** A PCI host with two entries for a GIC with as many address cells, whose entries are written with some. */
  function hostWith(said: number | undefined, written: number) {
    const root = node(undefined, '');
    const gic = node(root, 'gic', strings('compatible', 'arm,gic-v3'), flag('interrupt-controller'), cells('#interrupt-cells', 3));
    gic.properties.push(cells('phandle', 1), ...(said === undefined ? [] : [cells('#address-cells', said)]));
    const unit = Array.from({ length: written }, () => 0);
    const map = [0, 0, 0, 1, 1, ...unit, 0, 10, 1, 0, 0, 0, 2, 1, ...unit, 0, 11, 1];
    return node(root, 'pci', cells('#address-cells', 3), cells('#interrupt-cells', 1), cells('interrupt-map', ...map));
  }

  test('step over address cells that the controller says', () => {
    for (const count of [undefined, 0, 1, 2] as const) {
      const map = interruptMapOf(hostWith(count, count ?? 0));
      expect(map).toMatchObject({ rest: 0, wrongStride: undefined });
      expect(map?.entries.map(({ intid }) => intid)).toEqual([42, 43]);
    }
  });

  test('tell when they are written for other address cells than the controller says', () => {
    for (const [said, written] of [
      [2, 0],
      [1, 0],
      [undefined, 2],
      [0, 1],
    ] as const) {
      const map = interruptMapOf(hostWith(said, written));
      expect(map?.wrongStride).toMatchObject({ said: said ?? 0, written });
      expect(map?.entries.map(({ intid }) => intid)).toEqual([42, 43]);
    }
  });

  test('point at the parts of an entry', () => {
    const entry = interruptMapOf(hostWith(undefined, 0))?.entries[1];
    const span = (start: number, end: number) => ({ file: 'test.dts', start, end });
    expect(entry).toMatchObject({
      span: span(80, 159),
      childAddressSpan: span(80, 109),
      pinSpan: span(110, 119),
      controllerSpan: span(120, 129),
      specifierSpan: span(130, 159),
    });
  });

  test('are read as far as their phandles lead somewhere', () => {
    const root = node(undefined, '');
    const pci = node(
      root,
      'pci',
      cells('#address-cells', 3),
      cells('#interrupt-cells', 1),
      cells('interrupt-map', 0, 0, 0, 1, 99, 0, 1, 4),
    );
    expect(interruptMapOf(pci)).toMatchObject({ entries: [], rest: 8, wrongStride: undefined });
  });
});

describe('circles', () => {
  test('of interrupt parents end', () => {
    const root = node(undefined, '');
    const a = node(root, 'a', cells('phandle', 1), cells('interrupt-parent', 2), cells('interrupts', 1));
    const b = node(root, 'b', cells('phandle', 2), cells('interrupt-parent', 1), cells('interrupts', 1));
    for (const each of [a, b]) {
      expect(interruptParentOf(each)).toBeUndefined();
      expect(interruptsOf(each)).toEqual([]);
    }
  });

  test('of controllers that pass interrupts on end', () => {
    const root = node(undefined, '');
    const cell = cells('#interrupt-cells', 1);
    node(root, 'a', cells('phandle', 1), cell, cells('interrupt-parent', 2));
    node(root, 'b', cells('phandle', 2), cell, cells('interrupt-parent', 1));
    const device = node(root, 'device', cells('interrupt-parent', 1), cells('interrupts', 7));
    expect(interruptsOf(device)).toMatchObject([{ intid: undefined, controller: undefined, number: 7 }]);
  });

  test('of interrupt maps end', () => {
    const root = node(undefined, '');
    const to = (phandle: number) => [cells('#address-cells', 0), cells('#interrupt-cells', 1), cells('interrupt-map', 1, phandle, 1)];
    node(root, 'a', cells('phandle', 1), ...to(2));
    node(root, 'b', cells('phandle', 2), ...to(1));
    const device = node(root, 'device', cells('interrupt-parent', 1), cells('interrupts', 1));
    expect(interruptsOf(device)).toMatchObject([{ intid: undefined, controller: undefined }]);
  });
});

test('phandles are found by either name, the first of two counts', () => {
  const root = node(undefined, '');
  const old = node(root, 'old', cells('linux,phandle', 5));
  const first = node(root, 'first', cells('phandle', 6));
  node(root, 'second', cells('phandle', 6));
  expect(phandlesOf(root).get(5)).toBe(old);
  expect(nodeOfPhandle(old, 6)).toBe(first);
  expect(nodeOfPhandle(old, 7)).toBeUndefined();
});
