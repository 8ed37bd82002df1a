import { pinsOf } from '../../config/interrupt-pins.ts';
import type { SetRule } from '../rule.ts';
import { cellName, count } from '../wording.ts';

export const cellsShareInterrupts: SetRule = {
  id: 'cells-share-interrupts',
  title: 'Two cells own the same interrupt',
  severity: 'warning',
  scope: 'set',
  arch: ['arm64', 'arm'],
  catalogue: ['IRQ-cell-overlap'],
  prose: {
    meaning: 'An interrupt is routed to one CPU. Two cells of a set that both list it work on the same line.',
    onTheBoard:
      'Nothing checks it. The cell that is created last gets the interrupt; both may switch it on and off: lost or spurious interrupts (irqchip.c, adjust_irq_target; observed to be accepted).',
    remedy: 'Clear the bit in one of the cells.',
  },
  bad: '/* a.c and b.c */ .pin_bitmap = { 0, 0, 0, 1 << (152 - 128) },',
  good: '/* b.c */ .pin_bitmap = { 0, 0, 0, 1 << (153 - 128) },',
  check(_system, cells, report) {
    const owner = new Map<number, { readonly cell: (typeof cells)[number]; readonly span: (typeof cells)[number]['span'] }>();
    for (const cell of cells) {
      for (const chip of cell.irqchips) {
        const shared = new Map<(typeof cells)[number], number[]>();
        for (const pin of pinsOf(chip)) {
          const earlier = owner.get(pin);
          if (earlier === undefined) owner.set(pin, { cell, span: chip.span });
          else if (earlier.cell !== cell) shared.set(earlier.cell, [...(shared.get(earlier.cell) ?? []), pin]);
        }
        for (const [other, pins] of shared) {
          const word = chip.pinBitmap[((pins[0] as number) - chip.pinBase.value) >> 5];
          const otherChip = other.irqchips.find((candidate) => pinsOf(candidate).includes(pins[0] as number));
          report({
            span: word?.span ?? chip.span,
            message: `${cellName(cell)} and ${cellName(other)} both own ${pins.length === 1 ? 'INTID' : count(pins.length, 'interrupt').concat(': INTID')} ${pins.slice(0, 4).join(', ')}${pins.length > 4 ? ' and more' : ''}: the cell created last gets ${pins.length === 1 ? 'it' : 'them'}, and the other loses interrupts. Clear the bit in one of them.`,
            related: otherChip === undefined ? [] : [{ span: otherChip.span, message: `${otherChip.path} of ${cellName(other)}` }],
          });
        }
      }
    }
  },
};
