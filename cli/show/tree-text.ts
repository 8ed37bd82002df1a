import type { DeviceTree } from '@jailhouse-cells/core/devicetree/model.ts';
import { printTree } from '@jailhouse-cells/core/devicetree/print-tree.ts';
import { humanSize } from '@jailhouse-cells/core/source/numbers.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { shownPath } from '@jailhouse-cells/core/source/shown-path.ts';
import type { ReadDeviceTree } from '../device-trees.ts';

/** The tree as source, with a comment in front that says what it was. */
export function treeText(tree: DeviceTree, read: ReadDeviceTree, cwd: string): string {
  const what = tree.plugin ? 'overlay' : 'device tree';
  const form = read.blob === undefined ? 'source' : `blob of version ${read.blob.version}, ${humanSize(read.blob.bytes)}`;
  return `// ${printable(shownPath(cwd, read.path))}: ${what}, ${form}\n${printTree(tree)}`;
}
