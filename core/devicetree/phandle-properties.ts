import type { TreeNode, TreeProperty } from './model.ts';
import { cellOf, cellsOf } from './tree-access.ts';

/**
 * Properties whose values hold phandles, each followed by as many cells as a property of the node that it names says (Devicetree Specification 2.4, and the
 * bindings of the Linux kernel). A blob says of no cell what it means.
 */
const specifierCells: readonly (readonly [properties: RegExp, cells: string])[] = [
  [/^(?:assigned-)?clocks$|^assigned-clock-parents$/, '#clock-cells'],
  [/^interrupts-extended$/, '#interrupt-cells'],
  [/(?:^|-)gpios?$/, '#gpio-cells'],
  [/^resets$/, '#reset-cells'],
  [/^dmas$/, '#dma-cells'],
  [/^phys$/, '#phy-cells'],
  [/^power-domains$/, '#power-domain-cells'],
  [/^pwms$/, '#pwm-cells'],
  [/^mboxes$/, '#mbox-cells'],
  [/^iommus$/, '#iommu-cells'],
  [/^thermal-sensors$/, '#thermal-sensor-cells'],
  [/^io-channels$/, '#io-channel-cells'],
  [/^interconnects$/, '#interconnect-cells'],
];

/** Values that are phandles and nothing else. */
const onlyPhandles =
  /^(?:interrupt-parent|interrupt-affinity|memory-region|remote-endpoint|phy-handle|next-level-cache|cpu|cpus|cpu-idle-states|operating-points-v2|mmc-pwrseq|firmware|affinity|pinctrl-\d+|.*-supply)$/;

/** Indexes of the cells that name a node, with that node. Empty where the value does not read as such a list from end to end. */
export function namedNodes(property: TreeProperty, nodes: ReadonlyMap<number, TreeNode>): ReadonlyMap<number, TreeNode> {
  const found = new Map<number, TreeNode>();
  const cellsName = specifierCells.find(([names]) => names.test(property.name))?.[1];
  if (property.value.length % 4 !== 0 || (cellsName === undefined && !onlyPhandles.test(property.name))) return found;
  const cells = cellsOf(property);
  for (let at = 0; at < cells.length; at++) {
    const cell = cells[at] as number;
    // An empty place in a list.
    if (cell === 0) continue;
    const node = nodes.get(cell);
    if (node === undefined) return new Map();
    found.set(at, node);
    const more = cellsName === undefined ? 0 : cellOf(node, cellsName);
    if (more === undefined || at + more >= cells.length) return new Map();
    at += more;
  }
  return found;
}
