import { gicOf } from '../../config/gic.ts';
import { pinsOf } from '../../config/interrupt-pins.ts';
import type { CellRule } from '../rule.ts';
import { cellName } from '../wording.ts';

export const irqchipPinsNotInRoot: CellRule = {
  id: 'irqchip-pins-not-in-root',
  title: 'Cell has interrupts that the root cell lacks',
  severity: 'information',
  scope: 'cell',
  arch: ['arm64', 'arm'],
  catalogue: ['IRQ-cell-notroot'],
  prose: {
    meaning: 'A cell usually borrows its interrupts from the root cell. It may also list some that the root cell does not.',
    onTheBoard:
      'The cell works. When it is destroyed, an interrupt in a word that no irqchip entry of the root cell names goes to the root cell all the same (irqchip.c:irqchip_cell_exit).',
    remedy: 'Nothing needs to be done. If the number is a mistake, correct the bit; SPI n of a device tree is INTID n + 32.',
  },
  bad: '/* root: INTID 32-159 */\n.pin_base = 160,\n.pin_bitmap = { 1 << (170 - 160) },',
  good: '/* root: INTID 32-287 */\n.pin_base = 160,\n.pin_bitmap = { 1 << (170 - 160) },',
  check(system, member, report) {
    const gicd = gicOf(system)?.gicdBase.value;
    const inUse = system.irqchips.some((chip) => chip.address.value === gicd);
    if (member === system || gicd === undefined || !inUse) return;
    const rootPins = new Set(system.irqchips.flatMap(pinsOf));
    for (const chip of member.irqchips) {
      if (chip.address.value !== gicd) continue;
      const strange = pinsOf(chip).filter((pin) => pin >= 32 && pin < 1020 && !rootPins.has(pin));
      const word = strange.length > 0 ? chip.pinBitmap[((strange[0] as number) - chip.pinBase.value) >> 5] : undefined;
      if (word === undefined) continue;
      report({
        span: word.span,
        message: `${cellName(member)} lists INTID ${strange.slice(0, 4).join(', ')}${strange.length > 4 ? ' and more' : ''}, which ${cellName(system)} does not have: the cell gets ${strange.length === 1 ? 'it' : 'them'} all the same. Check the number, or list it in the root cell too.`,
        related: [{ span: system.irqchips[0]?.span ?? system.span, message: `irqchips of ${cellName(system)}` }],
      });
    }
  },
};
