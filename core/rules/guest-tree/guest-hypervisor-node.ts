import { bdfName } from '../../config/ivshmem.ts';
import { compatibleOf, nodesBelow } from '../../devicetree/tree-access.ts';
import { addChild } from '../../fixes/tree-edits.ts';
import type { GuestRule } from '../rule.ts';

export const guestHypervisorNode: GuestRule = {
  id: 'guest-hypervisor-node',
  title: 'The guest does not know that it runs in a cell',
  severity: 'warning',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['DTS-hypervisor-node'],
  prose: {
    meaning:
      'By a node with `compatible = "jailhouse,cell"` Linux knows that it runs in a cell. It then looks for PCI functions above 0 also where function 0 belongs to somebody else. Without such a device in the cell nothing is lost: information.',
    onTheBoard: 'PCI devices of the cell with a function above 0 are not found (Linux, drivers/pci/probe.c: jailhouse_paravirt).',
    remedy: 'Add `hypervisor { compatible = "jailhouse,cell"; };` to the root node.',
  },
  bad: '/ {\n\tmodel = "Jailhouse cell";\n};',
  good: '/ {\n\tmodel = "Jailhouse cell";\n\n\thypervisor {\n\t\tcompatible = "jailhouse,cell";\n\t};\n};',
  check({ tree, cell, text }, report) {
    if ([...nodesBelow(tree.root)].some((node) => compatibleOf(node).includes('jailhouse,cell'))) return;
    const devices = cell.pciDevices;
    const lost = devices.find(({ bdf }) => (bdf.value & 7) !== 0 && !devices.some((other) => other.bdf.value === (bdf.value & ~7)));
    report({
      span: tree.root.span,
      severity: lost === undefined ? 'information' : 'warning',
      message:
        lost === undefined
          ? 'The guest\'s tree has no node with compatible "jailhouse,cell", by which Linux knows that it runs in a cell. It matters for PCI functions above 0 only.'
          : `The guest's tree has no node with compatible "jailhouse,cell": Linux would not look for PCI device ${bdfName(lost.bdf.value)}, since the cell has no function 0 there. Add the node.`,
      related: lost === undefined ? [] : [{ span: lost.bdf.span, message: `PCI device ${bdfName(lost.bdf.value)}` }],
      fixes: () => {
        const edit = addChild(tree.root, ['hypervisor {', '\tcompatible = "jailhouse,cell";', '};'], text);
        return edit === undefined ? [] : [{ title: 'Add the hypervisor node', edits: [edit] }];
      },
    });
  },
};
