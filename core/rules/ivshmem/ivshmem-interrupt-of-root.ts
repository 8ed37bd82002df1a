import { ownsPin } from '../../config/interrupt-pins.ts';
import { bdfName, ivshmemDevices, ivshmemIntid } from '../../config/ivshmem.ts';
import { clearPins } from '../../fixes/bits.ts';
import type { CellRule } from '../rule.ts';
import { cellName } from '../wording.ts';

export const ivshmemInterruptOfRoot: CellRule = {
  id: 'ivshmem-interrupt-of-root',
  title: 'Cell takes the interrupt of a virtual device of the root cell',
  severity: 'warning',
  scope: 'cell',
  arch: ['arm64', 'arm'],
  catalogue: ['IVS-irq-unique'],
  prose: {
    meaning:
      'The interrupts that a cell lists are taken from the root cell when it is created. Those of the virtual PCI devices of the root cell have to stay there.',
    onTheBoard:
      'Create succeeds. Linux in the root cell can no longer switch the interrupt, and both cells react to it (irqchip.c:irqchip_cell_init; observed to be accepted).',
    remedy: 'Clear the bit in the cell, or give the cell a `vpci_irq_base` of its own.',
  },
  bad: '/* root: vpci_irq_base = 128 - 32 */\n.pin_bitmap = { 0, 0, 0, 1 << (128 - 128) },',
  good: '.pin_bitmap = { 0, 0, 0, 1 << (140 - 128) },',
  check(system, member, report) {
    if (member === system) return;
    for (const device of ivshmemDevices(system)) {
      const intid = ivshmemIntid(system, device);
      if (intid === undefined || !ownsPin(member, intid)) continue;
      const chip = member.irqchips.find((candidate) => candidate.pinBase.value <= intid && intid < candidate.pinBase.value + 128);
      const word = chip?.pinBitmap[(intid - chip.pinBase.value) >> 5];
      if (chip === undefined || word === undefined) continue;
      report({
        span: word.span,
        message: `INTID ${intid} belongs to the ivshmem device ${bdfName(device.bdf.value)} of ${cellName(system)}: creating the cell would take it away, and the root cell's link goes silent. Clear the bit.`,
        related: [{ span: system.cell.vpciIrqBase.span, message: `vpci_irq_base ${system.cell.vpciIrqBase.value} of the root cell` }],
        fixes: () => (ivshmemDevices(member).some((own) => ivshmemIntid(member, own) === intid) ? [] : clearPins(member, chip, [intid])),
      });
    }
  },
};
