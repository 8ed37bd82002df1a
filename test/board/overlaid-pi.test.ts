import { composeBoard } from '@jailhouse-cells/core/board/compose-board.ts';
import { FileTreeHost } from '@jailhouse-cells/core/devicetree/file-tree-host.ts';
import type { DeviceTree } from '@jailhouse-cells/core/devicetree/model.ts';
import { readTreeSource } from '@jailhouse-cells/core/devicetree/read-source.ts';
import { expect, test } from 'vitest';
import { MemoryFiles } from '../memory-files.ts';

const span = { file: '/jailhouse.json', start: 0, end: 1 };

function overlay(text: string): DeviceTree {
  const host = new FileTreeHost(new MemoryFiles({ '/o.dts': `/dts-v1/;\n/plugin/;\n${text}` }), []);
  const source = host.source('/o.dts');
  if (source === undefined) throw new Error('no source');
  const { tree, findings } = readTreeSource(source, host);
  expect(findings).toEqual([]);
  return tree;
}

const board = (...overlays: DeviceTree[]) => composeBoard({ model: 'raspberrypi,4-model-b', overlays, span });

const reserving = (where: string) =>
  overlay(`
&{${where}} {
	#address-cells = <2>;
	#size-cells = <1>;
	ranges;
	jailhouse@10000000 {
		reg = <0x0 0x10000000 0x10000000>;
		no-map;
	};
};
&pcie0 { linux,pci-domain = <3>; };
&some_label_of_the_real_tree { status = "disabled"; };
`);

test('an overlay tells of reservations and of the PCI domain, also where the tree of the board is not at hand', () => {
  const { reserved, pciHosts, tree } = board(reserving('/reserved-memory'));
  expect(reserved).toMatchObject([{ start: 0x10000000n, size: 0x10000000n, noMap: true, from: 'node' }]);
  expect(reserved?.[0]?.span.file).toBe('/o.dts');
  expect(pciHosts.map(({ domain }) => domain)).toEqual([3]);
  expect(tree).toBeUndefined();
});

test('cells are counted as in the real tree where the overlay does not say', () => {
  const bare = overlay(`&{/reserved-memory} { jailhouse@20000000 { reg = <0x0 0x20000000 0x200000>; no-map; }; };`);
  expect(board(bare).reserved).toMatchObject([{ start: 0x20000000n, size: 0x200000n }]);
});

test('overlays that reserve nothing leave open what the tree reserves', () => {
  expect(board(overlay('&uart1 { status = "disabled"; };')).reserved).toBeUndefined();
});

test('several overlays add up, and without one nothing is known of reservations', () => {
  const more = overlay(`&{/reserved-memory} { window@e0000000 { reg = <0x0 0xe0000000 0x200000>; no-map; }; };`);
  expect(board(reserving('/reserved-memory'), more).reserved).toHaveLength(2);
  expect(board().reserved).toBeUndefined();
  expect(board().pciHosts.map(({ domain }) => domain)).toEqual([undefined]);
});
