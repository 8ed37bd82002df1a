import { execFileSync } from 'node:child_process';
import { decodeDtb } from '@jailhouse-cells/core/devicetree/decode-dtb.ts';
import type { DeviceTree, TreeNode } from '@jailhouse-cells/core/devicetree/model.ts';
import { nodeAt } from '@jailhouse-cells/core/devicetree/tree-access.ts';

/** A tree as dtc compiles it. */
export function compileTree(source: string): DeviceTree {
  const blob = execFileSync('dtc', ['-q', '-@', '-I', 'dts', '-O', 'dtb'], { input: `/dts-v1/;\n${source}` });
  const { tree } = decodeDtb('test.dtb', new Uint8Array(blob));
  if (tree === undefined) throw new Error('dtc made no tree of this.');
  return tree;
}

/** The node at a path that is there. */
export function at(tree: DeviceTree, path: string): TreeNode {
  const node = nodeAt(tree.root, path);
  if (node === undefined) throw new Error(`No node ${path}.`);
  return node;
}
