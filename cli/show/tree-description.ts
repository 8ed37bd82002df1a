import { regOf } from '@jailhouse-cells/core/devicetree/addresses.ts';
import type { DeviceTree, TreeNode, TreeProperty } from '@jailhouse-cells/core/devicetree/model.ts';
import { valueKind } from '@jailhouse-cells/core/devicetree/print-value.ts';
import { cellsOf, nodesBelow, stringsOf } from '@jailhouse-cells/core/devicetree/tree-access.ts';
import { labelsOf } from '@jailhouse-cells/core/devicetree/tree-labels.ts';
import { hex } from '@jailhouse-cells/core/source/numbers.ts';
import { shownPath } from '@jailhouse-cells/core/source/shown-path.ts';
import type { ReadDeviceTree } from '../device-trees.ts';

/** Characters. Paths of a hostile tree that is 10,000 deep would be gigabytes. */
const LONGEST_PATH = 4096;

/** A device tree as `show --format json` prints it: a bigint (an address, a size; bytes) becomes a hex string there. */
export interface TreeDescription {
  readonly path: string;
  readonly origin: 'source' | 'binary';
  /** True for an overlay. */
  readonly overlay: boolean;
  /** Version of a blob; null for a source. */
  readonly version: number | null;
  readonly bootCpu: number;
  readonly reservations: readonly { readonly address: bigint; readonly size: bigint }[];
  /** All nodes, each behind its parent. */
  readonly nodes: readonly DescribedNode[];
}

interface DescribedNode {
  /** Null where it has more than 4,096 characters. */
  readonly path: string | null;
  readonly name: string;
  readonly labels: readonly string[];
  /** `reg` as the CPUs see it; address null where they do not. */
  readonly reg: readonly { readonly busAddress: bigint; readonly address: bigint | null; readonly size: bigint }[];
  readonly properties: readonly DescribedProperty[];
}

/** The value is one of the three, as it most likely reads; none of them where it is empty. */
interface DescribedProperty {
  readonly name: string;
  readonly strings?: readonly string[];
  /** Cells of 32 bits as hex strings. */
  readonly cells?: readonly string[];
  /** Bytes as hex digits. */
  readonly bytes?: string;
}

export function describeTree(tree: DeviceTree, read: ReadDeviceTree, cwd: string): TreeDescription {
  const labels = labelsOf(tree);
  const paths = new Map<TreeNode, string | null>();
  const nodes = [...nodesBelow(tree.root)].map((node): DescribedNode => {
    const above = node.parent === undefined ? '' : (paths.get(node.parent) ?? null);
    const path = above === null || above.length + node.name.length >= LONGEST_PATH ? null : `${above === '/' ? '' : above}/${node.name}`;
    paths.set(node, path);
    return {
      path,
      name: node.name,
      labels: labels.get(node) ?? [],
      reg: regOf(node).map(({ busAddress, address, size }) => ({ busAddress, address: address ?? null, size })),
      properties: node.properties.map(describeProperty),
    };
  });
  return {
    path: shownPath(cwd, read.path),
    origin: tree.origin,
    overlay: tree.plugin,
    version: read.blob?.version ?? null,
    bootCpu: tree.bootCpu,
    reservations: tree.reservations.map(({ address, size }) => ({ address, size })),
    nodes,
  };
}

function describeProperty(property: TreeProperty): DescribedProperty {
  const { name, value } = property;
  switch (valueKind(property)) {
    case 'empty':
      return { name };
    case 'strings':
      return { name, strings: stringsOf(property) };
    case 'cells':
      return { name, cells: cellsOf(property).map(hex) };
    case 'bytes':
      return { name, bytes: Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('') };
  }
}
