import { decodeDtb } from '@jailhouse-cells/core/devicetree/decode-dtb.ts';
import { readDtbHead } from '@jailhouse-cells/core/devicetree/dtb-head.ts';
import { encodeDtb } from '@jailhouse-cells/core/devicetree/encode-dtb.ts';
import type { DeviceTree } from '@jailhouse-cells/core/devicetree/model.ts';
import { applyOverlay } from '@jailhouse-cells/core/devicetree/overlay.ts';
import { printTree } from '@jailhouse-cells/core/devicetree/print-tree.ts';
import { nodesBelow, property } from '@jailhouse-cells/core/devicetree/tree-access.ts';
import type { Finding } from '@jailhouse-cells/core/source/finding.ts';
import { afterAll, describe, expect, test } from 'vitest';
import { blobMutations } from './blob-mutations.ts';
import { cells, flag, node, strings, treeWith } from './build-tree.ts';
import { Dtc, treeOf } from './dtc.ts';
import { overlayPairs } from './overlay-pairs.ts';
import { smallTrees } from './small-trees.ts';

const dtc = new Dtc();
afterAll(() => dtc.close());
const compile = (source: string, ...args: readonly string[]): Uint8Array => Uint8Array.from(dtc.compile(`/dts-v1/;\n${source}`, ...args));

/** Time is not measured: what hangs runs into the test runner's limit. */
function read(bytes: Uint8Array): { tree: DeviceTree | undefined; findings: readonly Finding[] } {
  const { tree, findings } = decodeDtb('a.dtb', bytes);
  if (tree === undefined && findings.length === 0) throw new Error('neither a tree nor a finding');
  if (findings.length > 21) throw new Error(`${findings.length} findings`);
  for (const { span, message, rule } of findings) {
    if (!(span.start >= 0 && span.start <= span.end)) throw new Error(`${message} points at ${span.start}-${span.end}`);
    if (rule !== 'dtb-damaged' || !/offset 0x[0-9a-f]+/.test(message) || !message.includes('again')) throw new Error(message);
  }
  if (tree !== undefined) {
    for (const { properties } of nodesBelow(tree.root))
      for (const { value, valueSpan } of properties)
        if (valueSpan.end > bytes.length || value.length > bytes.length) throw new Error('a value outside of the blob');
    // What was read can be written, read again without a finding, and printed.
    const again = decodeDtb('b.dtb', encodeDtb(tree));
    if (again.tree === undefined) throw new Error('what was read cannot be written');
    if (findings.length === 0 && again.findings.length > 0) throw new Error(again.findings[0]?.message);
    printTree(tree);
  }
  return { tree, findings };
}

const board = compile(overlayPairs[0]?.base ?? '', '-@');

describe('lies', () => {
  const sound = compile('/memreserve/ 0x1000 0x2000; / { a = <1>; n { b = "text"; }; m { }; };');
  const head = readDtbHead(sound);
  const structure = head?.structureAt ?? 0;
  const withWord = (at: number, word: number): Uint8Array => {
    const bytes = Uint8Array.from(sound);
    new DataView(bytes.buffer).setUint32(at, word);
    return bytes;
  };
  // The first property: token at 8, length at 12, name at 16, value at 20; the node n at 24.
  test.each<readonly [string, Uint8Array, RegExp, string | undefined]>([
    ['an empty file', new Uint8Array(0), /^The file is empty/, undefined],
    ['three bytes', sound.slice(0, 3), /no device tree blob/, undefined],
    ['a text', new TextEncoder().encode('/dts-v1/; / { };'), /does not start with 0xd00dfeed \(offset 0x0\)/, undefined],
    ['half a header', sound.slice(0, 30), /ends within the header/, undefined],
    ['10 MiB', new Uint8Array(10 << 20).map((_, at) => sound[at] ?? 0), /10 MiB; a device tree blob of more than 2 MiB/, undefined],
    ['a version to come', withWord(24, 18), /last_comp_version is 18/, undefined],
    ['version 5', withWord(20, 5), /^version is 5/, undefined],
    [
      'a version below its own compatibility',
      withWord(24, 17).map((byte, at) => (at === 23 ? 16 : byte)),
      /17 is newer than version 16/,
      '/n/m',
    ],
    ['a total size of 4 GiB', withWord(4, 0xffffffff), /^totalsize is 0xffffffff, but the file ends after/, '/n/m'],
    ['a total size of 0', withWord(4, 0), /ends behind totalsize, 0x0/, undefined],
    ['the structure behind the end', withWord(8, 0xfffffff0), /structure block, 0xfffffff0 to .* ends behind totalsize/, undefined],
    ['the structure in the header', withWord(8, 4), /off_dt_struct puts the structure block into the header/, undefined],
    ['the structure at an odd place', withWord(8, structure + 1), /no multiple of 4/, undefined],
    ['the strings behind the end', withWord(12, 0x7fffffff), /strings block, 0x7fffffff to .* ends behind/, '/n/m'],
    ['strings over the structure', withWord(12, structure), /strings block, .* and the structure block, .* overlap/, '/n/m'],
    [
      'reservations over the structure',
      withWord(16, structure),
      /structure block, .* and the memory reservation block, .* overlap/,
      '/n/m',
    ],
    [
      'reservations without an end',
      sound.map((byte, at) => (at >= 56 && at < structure ? 1 : byte)),
      /have no entry of size 0 at their end/,
      '/n/m',
    ],
    ['a strings block of 4 GiB', withWord(32, 0xffffffff), /strings block, .* ends behind totalsize/, '/n/m'],
    ['a structure of 4 GiB', withWord(36, 0xffffffff), /structure block, .* ends behind totalsize/, '/n/m'],
    ['a structure of 0 bytes', withWord(36, 0), /without its end token/, undefined],
    ['a structure that ends early', withWord(36, 30), /without its end/, '/n'],
    ['a token of 7', withWord(structure + 8, 7), /^0x7 is no token of a structure block/, ''],
    [
      'a property of 4 GiB',
      withWord(structure + 12, 0xffffffff),
      /^Property a of node \/ is 0xffffffff \(~?4 GiB\) long, more than is left/,
      '',
    ],
    [
      'a name offset of 4 GiB',
      withWord(structure + 16, 0xffffffff),
      /has its name at 0xffffffff, but the strings block has 0x4 bytes/,
      '/n/m',
    ],
    ['an empty name of a property', withWord(structure + 16, 1), /has an empty name, at 0x1/, '/n/m'],
    ['a property before the root', withWord(structure, 3), /no token|stands outside|ends within|more than is left/, undefined],
    ['an end at once', withWord(structure, 9), /has no root node/, undefined],
    ['an end within a node', withWord(structure + 24, 9), /Node \/ is not closed/, ''],
    ['a name that is none', withWord(structure + 28, 0x012f0000), /holds bytes that no name can have/, '/??/m'],
    ['a node without name', withWord(structure + 28, 0), /below the root has no name/, '//m'],
  ])('%s', (_name, bytes, says, nodes) => {
    const { tree, findings } = read(bytes);
    expect(findings.map(({ message }) => message).join('\n')).toMatch(says);
    const kept = tree?.root.children.map(({ name }) => `/${name}`).join('');
    expect(kept).toBe(nodes);
  });

  test('the damage is where it is said to be', () => {
    const { findings } = read(withWord(structure + 12, 0x1000));
    expect(findings.map(({ span }) => span)).toEqual([{ file: 'a.dtb', start: structure + 12, end: structure + 16 }]);
  });

  test('a name of 100,000 characters, and names without an end', () => {
    const root = node(undefined, '', flag('x'.repeat(100_000)));
    expect(read(encodeDtb(treeWith(root))).findings[0]?.message).toMatch(/has no readable name at 0x0/);
    const long = node(undefined, '');
    node(long, 'y'.repeat(100_000));
    expect(read(encodeDtb(treeWith(long))).findings).toEqual([]);
    const open = Uint8Array.from(sound).fill(0x61, structure + 28);
    expect(
      read(open)
        .findings.map(({ message }) => message)
        .join(),
    ).toMatch(/has no NUL at its end/);
  });

  test('a property behind a child', () => {
    // Node m becomes a property without value: its token, and its end by no operations.
    const bytes = Uint8Array.from(sound);
    const at = Buffer.from(sound).indexOf('m\0\0\0') - 4;
    const view = new DataView(bytes.buffer);
    for (const [offset, word] of [
      [0, 3],
      [4, 0],
      [8, 0],
    ] as const)
      view.setUint32(at + offset, word);
    expect(read(bytes).findings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Property a stands behind a child of its node, where Linux does not see it/),
    ]);
  });

  test('no-operations everywhere change nothing', () => {
    const bytes = Buffer.from(sound);
    const from = structure + 8;
    const nops = Buffer.concat([Buffer.alloc(4, 0), Buffer.alloc(4, 0)]);
    nops.writeUInt32BE(4, 0);
    nops.writeUInt32BE(4, 4);
    const longer = Buffer.concat([bytes.subarray(0, from), nops, bytes.subarray(from)]);
    for (const field of [4, 12, 36]) longer.writeUInt32BE(bytes.readUInt32BE(field) + 8, field);
    const { tree, findings } = read(new Uint8Array(longer));
    expect(findings).toEqual([]);
    expect(tree && [...encodeDtb(tree)]).toEqual([...sound]);
  });
});

describe('sizes', () => {
  const wide = (children: number, properties: number): DeviceTree => {
    const root = node(undefined, '');
    for (let i = 0; i < properties; i++) root.properties.push(flag(`p${i % 1000}x${i}`));
    for (let i = 0; i < children; i++) node(root, `n@${i}`);
    return treeWith(root);
  };

  test('100,000 nodes, 100,000 properties', () => {
    const { tree, findings } = read(encodeDtb(wide(100_000, 100_000)));
    expect(findings).toEqual([]);
    expect([tree?.root.children.length, tree?.root.properties.length]).toEqual([100_000, 100_000]);
  });

  test('property names that are all ends of one long text', () => {
    const root = node(undefined, '', flag('z'.repeat(1000)));
    for (let i = 0; i < 200_000; i++) root.properties.push(flag('z'.repeat(1 + (i % 1000))));
    expect(read(encodeDtb(treeWith(root))).tree?.root.properties.length).toBe(200_001);
  });

  test('old versions whose names have no slash', () => {
    const bytes = encodeDtb(wide(100_000, 0));
    new DataView(bytes.buffer).setUint32(20, 3);
    new DataView(bytes.buffer).setUint32(24, 1);
    expect(read(bytes).tree?.root.children.length).toBe(100_000);
  });

  test('an overlay of 50,000 nodes, references and symbols on a wide base', () => {
    const base = wide(20_000, 20_000);
    const root = node(undefined, '');
    const content = node(node(root, 'fragment@0', strings('target-path', '/')), '__overlay__');
    const fixups = node(root, '__fixups__');
    const local = node(node(node(root, '__local_fixups__'), 'fragment@0'), '__overlay__');
    const symbols = node(root, '__symbols__');
    const places: string[] = [];
    for (let i = 0; i < 50_000; i++) {
      content.properties.push(cells(`q${i}`, 1));
      local.properties.push(cells(`q${i}`, 0));
      places.push(`/fragment@0/__overlay__:q${i}:0`);
      node(content, `n${i}`);
      symbols.properties.push(strings(`s${i}`, `/fragment@0/__overlay__/n${i}`));
      fixups.properties.push(strings(`f${i}`, `/fragment@0/__overlay__:q${i}:0`));
    }
    fixups.properties.push(strings('all', ...places));
    const { tree, findings } = applyOverlay(base, treeWith(root));
    expect(findings.length).toBe(50);
    expect(tree.root.children.length).toBe(70_001);
    const found = tree.root.children.find(({ name }) => name === '__symbols__');
    expect(found && property(found, 's49999')).toBeDefined();
  });

  test('aliases in a circle', () => {
    const base = node(undefined, '');
    node(base, 'aliases', strings('a', 'b/x'), strings('b', 'a/y'));
    const root = node(undefined, '');
    node(node(root, 'fragment@0', strings('target-path', 'a')), '__overlay__', flag('x'));
    expect(applyOverlay(treeWith(base), treeWith(root)).findings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/has no node at a:/),
    ]);
  });

  test('phandles in a circle, twice the same, and of the highest number', () => {
    const source =
      '/ { a: a { phandle = <1>; p = <&b>; }; b: b { phandle = <2>; p = <&a>; }; c { phandle = <1>; }; d { phandle = <0xffffffff>; }; };';
    const base = treeOf(compile(source, '-f'));
    const overlay = treeOf(compile('/plugin/; &a { n: n { to = <&n>; }; };', '-@'));
    const { findings } = applyOverlay(base, overlay);
    expect(findings.map(({ message }) => message).join()).toMatch(/No phandle is left/);
    printTree(base);
  });
});

describe('mutations', () => {
  test.each(Object.entries(smallTrees))('1,000 of %s', (_name, source) => {
    let damaged = 0;
    for (const bytes of blobMutations(compile(source, '-@'), 1000, 1)) if (read(bytes).findings.length > 0) damaged++;
    // Many change no more than a value.
    expect(damaged).toBeGreaterThan(200);
  });

  test('every place at which a blob may end', () => {
    for (let length = 0; length < board.length; length++) {
      const { findings } = read(board.slice(0, length));
      expect(findings.length).toBeGreaterThan(0);
    }
  });

  test('1,000 of a board under sound overlays, 1,000 of overlays on a sound board', () => {
    const overlays = overlayPairs
      .filter(({ base }) => base === overlayPairs[0]?.base)
      .flatMap((pair) => pair.overlays)
      .map((text) => compile(`/plugin/;\n${text}`, '-@'));
    const sound = overlays.map((blob) => treeOf(blob));
    const base = treeOf(board);
    let index = 0;
    const apply = (on: DeviceTree, overlay: DeviceTree | undefined): void => {
      if (overlay === undefined) return;
      const { tree, findings } = applyOverlay(on, overlay);
      for (const { message, rule } of findings) if (rule !== 'overlay-target' || message === '') throw new Error(`${rule}: ${message}`);
      if (decodeDtb('c.dtb', encodeDtb(tree)).tree === undefined) throw new Error('the result cannot be written');
    };
    for (const bytes of blobMutations(board, 1000, 2)) {
      const { tree } = decodeDtb('a.dtb', bytes);
      if (tree !== undefined) apply(tree, sound[index++ % sound.length]);
    }
    for (const [at, blob] of overlays.entries())
      for (const bytes of blobMutations(blob, 20, 3 + at)) {
        index++;
        apply(base, decodeDtb('a.dtb', bytes).tree);
      }
    expect(index).toBeGreaterThan(1000);
  });
});
