import { gicOf } from '../../config/gic.ts';
import { isBlankIrqchip, pinsOf } from '../../config/interrupt-pins.ts';
import { clearPins } from '../../fixes/bits.ts';
import type { CellRule } from '../rule.ts';
import { cellName } from '../wording.ts';

/** Interrupts below are private to a CPU: SGIs 0-15, PPIs 16-31 (Arm GIC architecture). */
const firstShared = 32;

export const irqchipPrivateInterrupts: CellRule = {
  id: 'irqchip-private-interrupts',
  title: 'Cell claims private interrupts',
  severity: 'error',
  scope: 'cell',
  arch: ['arm64', 'arm'],
  catalogue: ['IRQ-base-ppi'],
  prose: {
    meaning:
      'INTID 0 to 31 belong to each CPU, not to a cell: every cell may use them anyway. A cell that lists them gains nothing. With a GICv2 it is an error, with a GICv3 information.',
    onTheBoard:
      'Each listed interrupt is taken from the root cell when the cell is created. With a GICv2 Linux can no longer switch these interrupts, its timer for example; a GICv3 keeps them in the redistributors, which are not restricted (irqchip.c:irqchip_cell_init, gic-v2.c).',
    remedy: 'List shared interrupts only: `pin_base` 32 or higher, where bit 0 is SPI 0 of the device tree.',
  },
  bad: '.pin_base = 0,\n.pin_bitmap = { 1 << 27 },',
  good: '.pin_base = 32,\n.pin_bitmap = { 1 << (33 - 32) },',
  check(system, member, report) {
    const gic = gicOf(system);
    if (member === system || gic === undefined) return;
    for (const chip of member.irqchips) {
      if (isBlankIrqchip(chip) || chip.address.value !== gic.gicdBase.value) continue;
      const own = pinsOf(chip).filter((pin) => pin < firstShared);
      const first = chip.pinBitmap[0];
      if (own.length === 0 || first === undefined) continue;
      const isV2 = gic.gicVersion?.value === 2;
      report({
        span: first.span,
        fixes: () => clearPins(member, chip, own),
        severity: isV2 ? 'error' : 'information',
        message: `${chip.path} of ${cellName(member)} lists INTID ${own.slice(0, 4).join(', ')}${own.length > 4 ? ' and more' : ''}, which ${own.length === 1 ? 'belongs' : 'belong'} to each CPU: the cell gains nothing${isV2 ? ', and the root cell could no longer switch them, its timer for example' : ''}. List INTID 32 and up only.`,
        related: [{ span: chip.pinBase.span, message: `bit 0 is INTID ${chip.pinBase.value}` }],
      });
    }
  },
};
