import { gicVersionOf } from '../../board/gic.ts';
import { ivshmemDevices } from '../../config/ivshmem.ts';
import type { TreeNode } from '../../devicetree/model.ts';
import { cellOf, compatibleOf, nodesBelow, property } from '../../devicetree/tree-access.ts';
import type { Span } from '../../source/span.ts';
import type { BoardRule } from '../rule.ts';

/** The interrupt controllers that the driver looks for (driver/pci.c: gic_of_match). */
const gics: readonly string[] = ['arm,cortex-a15-gic', 'arm,cortex-a7-gic', 'arm,gic-400', 'arm,gic-v3'];

export const pciOverlayImpossible: BoardRule = {
  id: 'pci-overlay-impossible',
  title: 'Driver cannot add the virtual PCI host to the device tree',
  severity: 'warning',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['PCI-virt-overlay'],
  prose: {
    meaning:
      'For a virtual PCI host the driver adds a node `/pci@0` to the device tree of the running Linux. For that the root node needs `#address-cells` and `#size-cells`, the interrupt controller has to be one of `arm,gic-400`, `arm,cortex-a15-gic`, `arm,cortex-a7-gic`, `arm,gic-v3`, and no `/pci@0` may be there already. The driver writes interrupts of three cells, so the controller must not have another number.',
    onTheBoard:
      'The kernel log says "jailhouse: failed to add virtual host controller". Enable succeeds all the same, but the root cell has no virtual PCI devices; or they have no interrupts, where the cells do not fit (driver/pci.c:create_vpci_of_overlay).',
    remedy: 'Correct the device tree of the board.',
  },
  bad: '/ {\n\tpci@0 { /* ... */ };\n};',
  good: '/ {\n\t#address-cells = <2>;\n\t#size-cells = <2>;\n};',
  check({ board, system, member }, report) {
    const header = system.system;
    if (member !== system || header === undefined || board.tree === undefined || ivshmemDevices(system).length === 0) return;
    if (header.pciIsVirtual.value === 0 || header.pciMmconfigBase.value === 0n) return;
    for (const { span, reason } of obstacles(board.tree.root))
      report({
        span,
        message: reason,
        related: [{ span: header.pciMmconfigBase.span, message: 'the virtual PCI host of the config' }],
      });
  },
};

const NO_HOST =
  'the driver could not add the virtual PCI host ("failed to add virtual host controller"), and the root cell would have no virtual PCI devices.';

function obstacles(root: TreeNode): readonly { readonly span: Span; readonly reason: string }[] {
  const found: { readonly span: Span; readonly reason: string }[] = [];
  const lacks = ['#address-cells', '#size-cells'].filter((name) => cellOf(root, name) === undefined);
  if (lacks.length > 0)
    found.push({
      span: root.span,
      reason: `The root node of the board's tree has no ${lacks.join(' and no ')}: ${NO_HOST} Add ${lacks.length === 1 ? 'it' : 'both'}.`,
    });
  const there = root.children.find(({ name }) => name === 'pci@0');
  if (there !== undefined)
    found.push({ span: there.span, reason: `The board's tree has a node /pci@0 already: ${NO_HOST} Rename or delete it.` });
  const known = gicNodes(root);
  const gic = known.find((node) => compatibleOf(node).some((name) => gics.includes(name)));
  const [other] = known;
  if (gic === undefined) {
    // A tree without any is only a part of the board's.
    if (other !== undefined)
      found.push({
        span: property(other, 'compatible')?.valueSpan ?? other.span,
        reason: `${other.name} is no interrupt controller that the driver looks for (${gics.join(', ')}): ${NO_HOST}`,
      });
    return found;
  }
  const cells = property(gic, '#interrupt-cells');
  const count = cellOf(gic, '#interrupt-cells');
  if (cells !== undefined && count !== undefined && count !== 3)
    found.push({
      span: cells.valueSpan,
      reason: `Interrupts of ${gic.name} have ${count} cells in the board's tree, and the driver writes three for the virtual PCI host: its devices would have no interrupts, and no link comes up.`,
    });
  return found;
}

/** The controllers that the driver can come across, in the order in which it does. */
function gicNodes(root: TreeNode): readonly TreeNode[] {
  return [...nodesBelow(root)].filter((node) => gicVersionOf(node) !== undefined);
}
