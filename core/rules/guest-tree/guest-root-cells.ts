import { cellOf, property } from '../../devicetree/tree-access.ts';
import { addProperty } from '../../fixes/tree-edits.ts';
import { isLinuxRam } from '../loading/linux-shape.ts';
import type { GuestRule } from '../rule.ts';
import { regionByVirt, relatedRegion } from '../wording.ts';

const fourGib = 1n << 32n;

export const guestRootCells: GuestRule = {
  id: 'guest-root-cells',
  title: 'Root of the guest tree has no room for the addresses',
  severity: 'error',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['DTS-root-cells', 'LIN-cells-32'],
  prose: {
    meaning:
      '`jailhouse cell linux` writes the RAM of the cell into the tree with as many cells as `#address-cells` and `#size-cells` of the root node say: two make 64 bits, one 32. Both have to be there, and RAM at 4 GiB or above needs two.',
    onTheBoard:
      'The tool ends with "RuntimeError: Invalid DTB" where one is missing, and with "struct.error: \'I\' format requires ..." where an address does not fit (tools/jailhouse-cell-linux).',
    remedy: 'Write `#address-cells = <2>;` and `#size-cells = <2>;` into the root node, and the `reg` of its children with two cells each.',
  },
  bad: '/* RAM of the cell at 0x800000000 */\n/ {\n\t#address-cells = <1>;\n\t#size-cells = <1>;\n};',
  good: '/ {\n\t#address-cells = <2>;\n\t#size-cells = <2>;\n};',
  check({ tree, cell, text }, report) {
    const { root } = tree;
    for (const name of ['#address-cells', '#size-cells'] as const) {
      const cells = property(root, name);
      // What the specification takes for granted where nothing is said.
      const standard = name === '#address-cells' ? 2 : 1;
      if (cells === undefined) {
        report({
          span: root.span,
          message: `The root node has no ${name}: jailhouse cell linux would say "Invalid DTB". Add ${name} = <${standard}>, as which it counts where it is left out.`,
          fixes: () => {
            const line = `${name} = <${standard}>;`;
            const edit = addProperty(root, line, text);
            return edit === undefined ? [] : [{ title: `Add ${line}`, edits: [edit] }];
          },
        });
        continue;
      }
      if (cellOf(root, name) === 2) continue;
      const tooLarge = cell.memoryRegions.find((region) => {
        if (!isLinuxRam(region) || (region.virtStart.value === 0n && region.size.value <= 0x10000n)) return false;
        return (name === '#address-cells' ? region.virtStart.value : region.size.value) >= fourGib;
      });
      if (tooLarge === undefined) continue;
      report({
        span: cells.valueSpan,
        message: `${name} is ${cellOf(root, name)}, but ${name === '#address-cells' ? 'the address' : 'the size'} of ${regionByVirt(tooLarge)} takes 64 bits: jailhouse cell linux would end with "struct.error". Write 2, and two cells in each reg below the root.`,
        related: [relatedRegion(tooLarge, 'virt')],
      });
    }
  },
};
