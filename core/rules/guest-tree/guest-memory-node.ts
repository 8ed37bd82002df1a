import { Coverage, virtRange } from '../../config/address-window.ts';
import { hasFlag, isCommRegion, isEmpty, isSubPage } from '../../config/memory-flags.ts';
import { regOf } from '../../devicetree/addresses.ts';
import { stringOf } from '../../devicetree/tree-access.ts';
import { renameNode } from '../../fixes/tree-cells.ts';
import { isLinuxRam } from '../loading/linux-shape.ts';
import type { GuestRule } from '../rule.ts';
import { rangeText, relatedRegion } from '../wording.ts';

export const guestMemoryNode: GuestRule = {
  id: 'guest-memory-node',
  title: "Memory node of the guest's tree stays beside the real one",
  severity: 'error',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['DTS-memory-node'],
  prose: {
    meaning:
      '`jailhouse cell linux` writes the RAM of the cell into a node with the exact name `memory`. One with a unit address, `memory@40000000`, stays as it is, and Linux takes both for its RAM. Where its addresses are the RAM of the cell, that is harmless until one of them changes: information. Addresses that the cell does not have are an error, those of a region that is no RAM (devices, shared memory) a warning.',
    onTheBoard:
      'Linux puts data into memory that the cell does not have: "Unhandled data write at ...", usually early in the boot (tools/jailhouse-cell-linux edits /memory only).',
    remedy: 'Rename the node to `memory`, or delete it.',
  },
  bad: '/* RAM of the cell: 0x70000000-0x77ffffff */\nmemory@40000000 {\n\tdevice_type = "memory";\n\treg = <0x0 0x40000000 0x0 0x40000000>;\n};',
  good: '/* jailhouse cell linux writes the memory node */',
  check({ tree, cell, kernel, text }, report) {
    const regions = cell.memoryRegions.filter((region) => !isEmpty(region) && !isSubPage(region));
    const all = new Coverage(regions.map(virtRange));
    const ram = new Coverage(
      regions.filter((region) => !hasFlag(region, 'IO') && !hasFlag(region, 'ROOTSHARED') && !isCommRegion(region)).map(virtRange),
    );
    for (const node of tree.root.children) {
      if (!node.name.startsWith('memory@') || stringOf(node, 'device_type') !== 'memory') continue;
      const entries = regOf(node).flatMap((entry) =>
        entry.address === undefined || entry.size === 0n ? [] : [{ start: entry.address, size: entry.size, span: entry.span }],
      );
      const fixes = () => {
        const edits = tree.root.children.some(({ name }) => name === 'memory') ? undefined : renameNode(node, 'memory', text);
        const title = 'Rename the node to memory: jailhouse cell linux writes the RAM of the cell into it';
        return edits === undefined ? [] : [{ title, edits, ...(kernel === undefined && { needsChoice: true }) }];
      };
      const [region] = cell.memoryRegions.filter(isLinuxRam).slice(-1);
      const related = region === undefined ? [] : [relatedRegion(region, 'virt')];
      const foreign = entries.find((entry) => !all.covers(entry));
      const odd = entries.find((entry) => !ram.covers(entry));
      if (foreign !== undefined) {
        const gap = all.gaps(foreign)[0] ?? foreign;
        report({
          span: foreign.span,
          message: `${node.name} makes ${rangeText(foreign)} RAM of the guest, but ${gap.size === foreign.size ? 'it' : rangeText(gap)} lies in no region of the cell: Linux would die of "Unhandled data write". jailhouse cell linux writes the right RAM into /memory and leaves this node as it is: delete it, or rename it to memory.`,
          related,
          fixes,
        });
      } else if (odd !== undefined) {
        const gap = ram.gaps(odd)[0] ?? odd;
        report({
          span: odd.span,
          severity: 'warning',
          message: `${node.name} makes ${rangeText(odd)} RAM of the guest, but ${gap.size === odd.size ? 'it' : rangeText(gap)} belongs to devices or is shared with others: Linux would overwrite it. Delete the node: jailhouse cell linux writes the RAM of the cell into /memory.`,
          related,
          fixes,
        });
      } else if (entries.length > 0)
        report({
          span: node.span,
          severity: 'information',
          message: `${node.name} stays beside the /memory node that jailhouse cell linux writes. Today both say the same; when the RAM of the cell changes, Linux still believes this one. Rename it to memory, or delete it.`,
          related,
          fixes,
        });
    }
  },
};
