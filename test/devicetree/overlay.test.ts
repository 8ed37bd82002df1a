import { encodeDtb } from '@jailhouse-cells/core/devicetree/encode-dtb.ts';
import { FileTreeHost } from '@jailhouse-cells/core/devicetree/file-tree-host.ts';
import type { DeviceTree } from '@jailhouse-cells/core/devicetree/model.ts';
import { applyOverlay } from '@jailhouse-cells/core/devicetree/overlay.ts';
import { readTreeSource } from '@jailhouse-cells/core/devicetree/read-source.ts';
import { nodeAt, property, stringOf } from '@jailhouse-cells/core/devicetree/tree-access.ts';
import type { Finding } from '@jailhouse-cells/core/source/finding.ts';
import { SourceFile } from '@jailhouse-cells/core/source/source-file.ts';
import { afterAll, describe, expect, test } from 'vitest';
import { flag, node, treeWith } from './build-tree.ts';
import { Dtc, treeOf } from './dtc.ts';
import { type OverlayPair, overlayPairs, refusedPairs } from './overlay-pairs.ts';

const dtc = new Dtc();
afterAll(() => dtc.close());

interface Blobs {
  readonly base: Uint8Array;
  readonly overlays: readonly Uint8Array[];
}

function blobsOf({ base, overlays }: OverlayPair): Blobs {
  return {
    base: dtc.compile(`/dts-v1/;\n${base}`, '-@'),
    overlays: overlays.map((text) => dtc.compile(`/dts-v1/;\n/plugin/;\n${text}`, '-@')),
  };
}

function apply({ base, overlays }: Blobs): { tree: DeviceTree; findings: readonly Finding[] } {
  let tree = treeOf(base, 'base.dtb');
  const findings: Finding[] = [];
  overlays.forEach((blob, index) => {
    const result = applyOverlay(tree, treeOf(blob, `${index}.dtbo`));
    tree = result.tree;
    findings.push(...result.findings);
  });
  return { tree, findings };
}

describe('as fdtoverlay does it', () => {
  test.each(overlayPairs)('$name', (pair) => {
    const blobs = blobsOf(pair);
    const theirs = dtc.overlay(blobs.base, blobs.overlays);
    const { tree, findings } = apply(blobs);
    const refused = theirs === undefined;
    expect(findings.length > 0).toBe(refused);
    if (theirs !== undefined) expect(dtc.sorted(encodeDtb(tree))).toBe(dtc.sorted(theirs));
  });

  test('most pairs are applied', () => {
    const applied = overlayPairs.filter((pair) => {
      const blobs = blobsOf(pair);
      return dtc.overlay(blobs.base, blobs.overlays) !== undefined;
    });
    expect(applied.length).toBeGreaterThan(overlayPairs.length - 3);
  });
});

describe('what fdtoverlay refuses', () => {
  test.each(refusedPairs)('$name', ({ says, ...pair }) => {
    const blobs = blobsOf(pair);
    expect(dtc.overlay(blobs.base, blobs.overlays)).toBeUndefined();
    const { findings } = apply(blobs);
    expect(findings.map(({ rule, severity }) => [rule, severity])).toEqual([['overlay-target', 'error']]);
    expect(findings[0]?.message).toMatch(says);
    expect(findings[0]?.span.file).toBe('0.dtbo');
  });

  test('the rest is applied', () => {
    const overlay = '&uart9 { x; }; &uart1 { status = "okay"; y = <1 &nothing>; };';
    const board = overlayPairs[0]?.base ?? '';
    const { tree, findings } = apply(blobsOf({ name: '', base: board, overlays: [overlay] }));
    expect(findings.length).toBe(2);
    const uart = nodeAt(tree.root, '/soc/serial@7e215040');
    expect(uart && stringOf(uart, 'status')).toBe('okay');
    expect([...((uart && property(uart, 'y')?.value) ?? [])]).toEqual([0, 0, 0, 1, 255, 255, 255, 255]);
  });

  test('a finding points at the reference', () => {
    const blobs = blobsOf({ name: '', base: '/ { a: a { }; };', overlays: ['&a { x = "text", <7 &nothing>; };'] });
    const { findings } = apply(blobs);
    const value = nodeAt(treeOf(blobs.overlays[0] as Uint8Array).root, '/fragment@0/__overlay__');
    const span = value && property(value, 'x')?.valueSpan;
    expect(findings[0]?.span).toEqual({ ...span, file: '0.dtbo' });
  });

  test('a base without symbols, and an overlay that is none', () => {
    const base = treeOf(dtc.compile('/dts-v1/; / { a: a { }; };'), 'bcm2711.dtb');
    const overlay = treeOf(dtc.compile('/dts-v1/; /plugin/; &a { x; }; &{/} { y = <&a>; };', '-@'), 'o.dtbo');
    const { findings } = applyOverlay(base, overlay);
    expect(findings.map(({ message }) => message)).toEqual([
      'bcm2711.dtb has no symbols (no /__symbols__ node), so that "a" means nothing there: the overlay is refused as a whole at boot. Compile the base with dtc -@.',
    ]);
    expect(findings[0]?.related.length).toBe(1);
    const none = applyOverlay(base, base);
    expect(none.findings.map(({ message }) => message)).toEqual([expect.stringMatching(/^This is no overlay: it has no fragment/)]);
    expect([...encodeDtb(none.tree)]).toEqual([...encodeDtb(base)]);
  });
});

describe('sources', () => {
  const host = new FileTreeHost({ readText: () => undefined, readBytes: () => undefined }, []);
  const read = (path: string, text: string): DeviceTree =>
    readTreeSource(new SourceFile(path, `/dts-v1/;\n${text}`), host, { symbols: true }).tree;

  test.each(overlayPairs)('$name: as their blobs', (pair) => {
    const { tree } = apply(blobsOf(pair));
    let merged = read('base.dts', pair.base);
    for (const text of pair.overlays) merged = applyOverlay(merged, read('o.dts', `/plugin/;\n${text}`)).tree;
    expect(Buffer.from(encodeDtb(merged)).toString('hex')).toBe(Buffer.from(encodeDtb(tree)).toString('hex'));
  });

  test.each([
    ['&uart9 { status = "okay"; };', '&uart9'],
    ['&uart1 { clocks = <1 &nothing 2>; };', '&nothing'],
    ['&{/none} { x; };', '&{/none}'],
    ['/ { fragment@0 { target = <&uart9>; __overlay__ { x; }; }; };', '&uart9'],
    ['/ { fragment@0 { target-path = "/none"; __overlay__ { x; }; }; };', '"/none"'],
    ['/ { fragment@0 { __overlay__ { x; }; }; };', 'fragment@0'],
  ])('%s: the finding points at the reference', (text, marked) => {
    const { findings } = applyOverlay(read('base.dts', overlayPairs[0]?.base ?? ''), read('o.dts', `/plugin/;\n${text}`));
    const source = `/dts-v1/;\n/plugin/;\n${text}`;
    expect(findings.map(({ span }) => source.slice(span.start, span.end))).toEqual([marked]);
  });
});

describe('the tree that comes out', () => {
  const blobs = blobsOf({
    name: '',
    base: '/ { #address-cells = <1>; soc: soc { #address-cells = <1>; old = <1>; kept; }; };',
    overlays: ['&soc { #address-cells = <2>; old = <1>; fresh = <&n>; n: n { }; };'],
  });

  test('has the spans of where each part comes from', () => {
    const { tree } = apply(blobs);
    expect(tree.path).toBe('base.dtb');
    const soc = nodeAt(tree.root, '/soc');
    const fileOf = (name: string): string | undefined => soc && property(soc, name)?.valueSpan.file;
    expect(soc?.span.file).toBe('base.dtb');
    expect(['kept', 'old', '#address-cells', 'fresh'].map(fileOf)).toEqual(['base.dtb', '0.dtbo', '0.dtbo', '0.dtbo']);
    expect(nodeAt(tree.root, '/soc/n')?.span.file).toBe('0.dtbo');
    expect(nodeAt(tree.root, '/soc/n')?.parent).toBe(soc);
    expect(soc?.parent).toBe(tree.root);
  });

  test('comes with the values that it changes, and leaves its arguments as they are', () => {
    const base = treeOf(blobs.base, 'base.dtb');
    const overlay = treeOf(blobs.overlays[0] as Uint8Array, '0.dtbo');
    const { replaced } = applyOverlay(base, overlay);
    expect(replaced.map(({ node, before, after }) => [node.name, before.name, before.value[3], after.value[3], after.span.file])).toEqual([
      ['soc', '#address-cells', 1, 2, '0.dtbo'],
    ]);
    expect([...encodeDtb(base)]).toEqual([...blobs.base]);
    expect([...encodeDtb(overlay)]).toEqual([...(blobs.overlays[0] ?? [])]);
  });

  test('may be 10,000 levels deep', () => {
    const deep = (top: ReturnType<typeof node>): void => {
      let at = top;
      for (let depth = 0; depth < 10_000; depth++) at = node(at, 'n', flag('a'));
    };
    const base = node(undefined, '');
    deep(base);
    const root = node(undefined, '');
    const fragment = node(root, 'fragment@0', { ...flag('target-path'), value: new TextEncoder().encode('/\0') });
    deep(node(fragment, '__overlay__', flag('new')));
    const { tree, findings } = applyOverlay(treeWith(base), treeWith(root));
    expect(findings).toEqual([]);
    expect(property(tree.root, 'new')).toBeDefined();
    expect(encodeDtb({ ...tree, root: tree.root.children[0] ?? tree.root }).length).toBeGreaterThan(100_000);
  });
});
