import { gicOf } from '../../config/gic.ts';
import { setPins } from '../../fixes/bits.ts';
import type { GuestRule } from '../rule.ts';
import { cellName } from '../wording.ts';
import { reachOf } from './cell-reach.ts';
import { cellPins, guestInterrupts } from './guest-interrupts.ts';
import { deviceText, guestDevices } from './guest-nodes.ts';

export const guestInterruptNotOwned: GuestRule = {
  id: 'guest-interrupt-not-owned',
  title: "Interrupt of the guest's device does not belong to the cell",
  severity: 'error',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['DTS-irq-owned'],
  prose: {
    meaning:
      "SPI n of a device is INTID n + 32, and that bit has to be set in an irqchip entry of the cell. Checked for every enabled device of the guest's tree whose registers are in the cell; the interrupts of virtual PCI devices have a rule of their own. The maintenance interrupt of the GIC, a PPI, belongs to the hypervisor: a device that names it is a warning.",
    onTheBoard:
      'Nothing is reported. The guest enables the interrupt, the hypervisor masks that out, and the driver waits: time-outs, a console that prints but does not read (hypervisor/arch/arm-common/irqchip.c:restrict_bitmask_access).',
    remedy: 'Set the bit in `pin_bitmap`: bit (INTID - pin_base) counted over all words.',
  },
  bad: '/* interrupts = <GIC_SPI 93 IRQ_TYPE_LEVEL_HIGH>: INTID 125 */\n.pin_base = 32,\n.pin_bitmap = { 0, 0, 1 << (124 - 96) },',
  good: '.pin_base = 32,\n.pin_bitmap = { 0, 0, 1 << (125 - 96) },',
  check({ tree, cell, system }, report) {
    const pins = cellPins(cell, system);
    if (pins === undefined) return;
    const { all } = reachOf(cell);
    // A device that the cell does not have at all is told of once.
    const foreign = new Set(
      guestDevices(tree)
        .filter(({ windows }) => windows.every((window) => all.gaps(window)[0]?.size === window.size))
        .map(({ node }) => node),
    );
    const maintenance = gicOf(system)?.maintenanceIrq;
    for (const { node, intid, kind, number, span } of guestInterrupts(tree)) {
      if (foreign.has(node)) continue;
      if (kind === 'ppi' && maintenance !== undefined && intid === maintenance.value)
        report({
          span,
          severity: 'warning',
          message: `PPI ${number} (INTID ${intid}) of ${deviceText(node)} is the maintenance interrupt, which the hypervisor keeps for itself: the guest never gets it. Compare the number with the board's tree, or leave it out.`,
          related: [{ span: maintenance.span, message: `maintenance_irq ${maintenance.value}` }],
        });
      if (kind !== 'spi' || pins.has(intid)) continue;
      const chip = cell.irqchips.find(({ pinBase }) => intid >= pinBase.value && intid < pinBase.value + 128) ?? cell.irqchips[0];
      report({
        span,
        message: `SPI ${number} (INTID ${intid}) of ${deviceText(node)} is not among the interrupts of ${cellName(cell)}: the guest cannot enable it, and the driver waits in vain. ${chip === undefined || intid < chip.pinBase.value || intid >= chip.pinBase.value + 128 ? `Add an irqchip entry with pin_base ${32 + 128 * Math.floor((intid - 32) / 128)}` : `Set bit ${(intid - chip.pinBase.value) % 32} of word ${Math.floor((intid - chip.pinBase.value) / 32)} in ${chip.path}.pin_bitmap`}.`,
        related:
          chip === undefined
            ? [{ span: cell.cell.name.span, message: 'the cell has no irqchip entry' }]
            : [{ span: chip.pinBitmap[0]?.span ?? chip.span, message: `interrupts of the cell from pin_base ${chip.pinBase.value} on` }],
        fixes: () => setPins(cell, [intid]),
      });
    }
  },
};
