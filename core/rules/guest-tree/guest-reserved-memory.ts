import type { AddressRange } from '../../config/address-window.ts';
import { regOf } from '../../devicetree/addresses.ts';
import { isEnabled } from '../../devicetree/tree-access.ts';
import type { Span } from '../../source/span.ts';
import { reachOf } from '../guest-devices/cell-reach.ts';
import { isLinuxRam } from '../loading/linux-shape.ts';
import type { GuestRule } from '../rule.ts';
import { cellName, rangeText, relatedRegion } from '../wording.ts';

export const guestReservedMemory: GuestRule = {
  id: 'guest-reserved-memory',
  title: 'Reserved memory of the guest lies outside the cell',
  severity: 'warning',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['DTS-reserved'],
  prose: {
    meaning:
      "Children of `/reserved-memory` with a `reg`, and `/memreserve/` entries, speak of the guest's own memory. One that lies in no region of the cell was copied from another tree: from the board's, most of the time.",
    onTheBoard:
      'Linux prints a warning at boot, or a driver that uses the reservation ends the cell: "Unhandled data write at ..." (Linux, drivers/of/of_reserved_mem.c).',
    remedy: 'Delete the reservation, or move it into the RAM of the cell.',
  },
  bad: '/* RAM of the cell: 0x70000000-0x77ffffff */\nreserved-memory {\n\tpool@50000000 {\n\t\treg = <0x0 0x50000000 0x0 0x100000>;\n\t};\n};',
  good: 'reserved-memory {\n\tpool@70000000 {\n\t\treg = <0x0 0x70000000 0x0 0x100000>;\n\t};\n};',
  check({ tree, cell }, report) {
    const reserved: { readonly range: AddressRange; readonly name: string; readonly span: Span }[] = tree.reservations.map(
      ({ address, size, span }) => ({ range: { start: address, size }, name: 'The /memreserve/ entry', span }),
    );
    for (const node of tree.root.children.find(({ name }) => name === 'reserved-memory')?.children ?? []) {
      if (!isEnabled(node)) continue;
      for (const { address, size, span } of regOf(node))
        if (address !== undefined) reserved.push({ range: { start: address, size }, name: node.name, span });
    }
    const { all } = reachOf(cell);
    const ram = cell.memoryRegions.findLast(isLinuxRam);
    for (const { range, name, span } of reserved) {
      if (range.size === 0n || all.covers(range)) continue;
      const gap = all.gaps(range)[0] ?? range;
      report({
        span,
        message: `${name} ${rangeText(range)} lies ${gap.size === range.size ? '' : `partly, in ${rangeText(gap)}, `}in no region of ${cellName(cell)}: there is no memory that the guest could use or leave alone. Delete it, or move it into the RAM of the cell.`,
        related: ram === undefined ? [] : [relatedRegion(ram, 'virt')],
      });
    }
  },
};
