import { decodeDtb } from '@jailhouse-cells/core/devicetree/decode-dtb.ts';
import { readDtbHead } from '@jailhouse-cells/core/devicetree/dtb-head.ts';
import { encodeDtb } from '@jailhouse-cells/core/devicetree/encode-dtb.ts';
import { FileTreeHost } from '@jailhouse-cells/core/devicetree/file-tree-host.ts';
import { printTree } from '@jailhouse-cells/core/devicetree/print-tree.ts';
import { readTreeSource } from '@jailhouse-cells/core/devicetree/read-source.ts';
import { nodesBelow, pathOf, property } from '@jailhouse-cells/core/devicetree/tree-access.ts';
import { SourceFile } from '@jailhouse-cells/core/source/source-file.ts';
import { afterAll, describe, expect, test } from 'vitest';
import { flag, node, treeWith } from './build-tree.ts';
import { Dtc, treeOf } from './dtc.ts';
import { smallOverlays, smallTrees } from './small-trees.ts';

const dtc = new Dtc();
afterAll(() => dtc.close());
const all = Object.entries({ ...smallTrees, ...smallOverlays });
const compile = (source: string, ...args: readonly string[]): Uint8Array => dtc.compile(`/dts-v1/;\n${source}`, ...args);
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('blobs', () => {
  test.each(all)('%s: read and written again, byte for byte', (_name, source) => {
    for (const args of [[], ['-@'], ['-b', '2']]) {
      const blob = compile(source, ...args);
      expect(hexOf(encodeDtb(treeOf(blob)))).toBe(hexOf(blob));
    }
  });

  test.each(Object.entries(smallTrees))('%s: older versions say the same', (_name, source) => {
    for (const version of ['1', '2', '3', '16']) {
      const blob = compile(source, '-V', version, '-b', '1');
      expect(readDtbHead(blob)).toMatchObject({ version: Number(version) });
      expect(hexOf(encodeDtb(treeOf(blob)))).toBe(hexOf(dtc.rewrite(blob)));
    }
  });

  test('padding behind the strings is no damage', () => {
    const source = smallTrees.empty as string;
    const tree = treeOf(compile(source, '-p', '1024'));
    expect(hexOf(encodeDtb(tree))).toBe(hexOf(compile(source)));
  });

  test('spans are the bytes of names, values and reservations', () => {
    const blob = compile(smallTrees['reservations and a boot processor'] as string);
    const tree = treeOf(blob, '/boards/a.dtb');
    const bytesOf = ({ start, end }: { start: number; end: number }): Buffer => Buffer.from(blob.subarray(start, end));
    for (const node of nodesBelow(tree.root)) {
      expect(bytesOf(node.span).toString()).toBe(node.name);
      for (const { value, valueSpan } of node.properties) expect([...bytesOf(valueSpan)]).toEqual([...value]);
    }
    expect(tree.reservations.map(({ address, size, span }) => [address, size, bytesOf(span).readBigUInt64BE(8)])).toEqual([
      [0x3b400000n, 0x4c00000n, 0x4c00000n],
      [0xfffffffff0000000n, 0x10000n, 0x10000n],
    ]);
    expect(tree.root.span.file).toBe('/boards/a.dtb');
    // dtc takes the first processor for the boot processor.
    expect(tree.bootCpu).toBe(3);
  });

  test('an empty property points at the offset of its name', () => {
    const blob = compile('/ { a; flag; };');
    const span = property(treeOf(blob).root, 'flag')?.valueSpan ?? { start: 0, end: 0 };
    const names = readDtbHead(blob)?.stringsAt ?? 0;
    const at = names + Buffer.from(blob).readUInt32BE(span.start);
    expect(Buffer.from(blob).toString('latin1', at, at + 5)).toBe('flag\0');
    expect(span.end - span.start).toBe(4);
  });

  test('an overlay is told from a tree', () => {
    for (const source of Object.values(smallOverlays)) expect(treeOf(compile(source, '-@')).plugin).toBe(true);
    for (const source of Object.values(smallTrees)) expect(treeOf(compile(source, '-@')).plugin).toBe(false);
  });

  test('bytes behind the end are told, and harmless', () => {
    const blob = compile('/ { a = <1>; };');
    const { tree, findings } = decodeDtb('a.dtb', new Uint8Array([...blob, ...blob]));
    expect(tree && hexOf(encodeDtb(tree))).toBe(hexOf(blob));
    expect(findings.map(({ severity, span }) => [severity, span.start])).toEqual([['information', blob.length]]);
  });
});

describe('trees as text', () => {
  test.each(all)('%s: the text compiles to the same bytes', (_name, source) => {
    for (const args of [[], ['-@']]) {
      const blob = compile(source, ...args);
      const tree = treeOf(blob);
      expect(hexOf(dtc.compile(printTree(tree), '-b', String(tree.bootCpu)))).toBe(hexOf(blob));
    }
  });

  test.each(all)('%s: the text of the tree that is read from source, too', (_name, source) => {
    const text = `/dts-v1/;\n${source}`;
    const host = new FileTreeHost({ readText: () => undefined, readBytes: () => undefined }, []);
    for (const symbols of [false, true]) {
      const blob = dtc.compile(text, ...(symbols ? ['-@'] : []));
      const { tree } = readTreeSource(new SourceFile('a.dts', text), host, { symbols });
      expect(hexOf(encodeDtb(tree))).toBe(hexOf(blob));
      expect(hexOf(dtc.compile(printTree(tree), '-b', String(tree.bootCpu)))).toBe(hexOf(blob));
    }
  });

  test('addresses as the processors see them, one entry on a line', () => {
    const text = printTree(treeOf(compile(smallTrees['buses with addresses'] as string)));
    expect(text).toContain('reg = <0x7e215040 0x40>; /* 0xfe215040, 64 bytes */');
    expect(text).toContain('ranges = <0x7e000000 0x0 0xfe000000 0x1800000>, /* 0x7e000000 is at 0xfe000000, 24 MiB */\n\t\t\t<0x7c000000');
    expect(text).toContain('reg = <0x50>;\n');
  });

  test('references by label where there are labels, else by path; numbers that are no phandles stay numbers', () => {
    const source = smallTrees['references of every kind'] as string;
    const labelled = printTree(treeOf(compile(source, '-@')));
    expect(labelled).toContain('gic: interrupt-controller@1 {');
    expect(labelled).toContain('interrupt-parent = <&gic>;');
    expect(labelled).toMatch(/clocks = <&osc>,\n\t+<&pll 0x4>,\n\t+<&osc>;/);
    expect(labelled).toContain('clocks-wrong = <0x1 0x2>;');
    // 99 cells would have to follow.
    expect(labelled).toMatch(/mboxes = <0x\d+ 0x63>;/);
    expect(printTree(treeOf(compile(source)))).toContain('pinctrl-0 = <&{/pins/a} &{/pins/b@1}>;');
  });

  test('what a cell of an overlay stands for is a comment', () => {
    const text = printTree(treeOf(compile(smallOverlays.sugar as string, '-@')));
    expect(text).toContain('target = <0xffffffff /* &uart1 */>;');
    expect(text).toContain('a = <0xffffffff /* &uart1 */ 0xffffffff /* &gic */>;');
  });

  test('10,000 levels', () => {
    const root = node(undefined, '');
    let at = root;
    for (let depth = 0; depth < 10_000; depth++) at = node(at, 'n', flag('a'));
    const blob = encodeDtb(treeWith(root));
    const tree = treeOf(blob);
    expect(hexOf(encodeDtb(tree))).toBe(hexOf(blob));
    const deepest = [...nodesBelow(tree.root)].at(-1);
    expect(deepest && pathOf(deepest)).toBe('/n'.repeat(10_000));
    const text = printTree(tree);
    expect([text.match(/\bn \{$/gm)?.length, text.match(/\};$/gm)?.length]).toEqual([10_000, 10_001]);
  });

  test('1,000 levels, which dtc still reads', () => {
    const blob = compile(`/ { ${'n { '.repeat(1000)} deep = <1>; ${'}; '.repeat(1000)} };`);
    expect(hexOf(dtc.compile(printTree(treeOf(blob))))).toBe(hexOf(blob));
  });
});
