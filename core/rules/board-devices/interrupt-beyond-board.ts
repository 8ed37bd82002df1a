import { pinsOf } from '../../config/interrupt-pins.ts';
import { bdfName, ivshmemDevices, ivshmemIntid } from '../../config/ivshmem.ts';
import { clearPins } from '../../fixes/bits.ts';
import type { BoardRule } from '../rule.ts';
import { cellName, count } from '../wording.ts';

/** INTIDs from 1020 on: irqchip-pin-range tells of them. */
const firstSpecial = 1020;

export const interruptBeyondBoard: BoardRule = {
  id: 'interrupt-beyond-board',
  title: 'Interrupt that the controller of the board does not have',
  severity: 'warning',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['BRD-spi-count', 'IRQ-range'],
  prose: {
    meaning:
      'A GIC has as many lines as its maker built in. Interrupts of virtual PCI devices have to be below that number. A root cell may list all bits of a window; in a cell, bits beyond mean nothing, and the finding is information.',
    onTheBoard: 'The interrupt never arrives: the link of the shared memory does not come up, without a message.',
    remedy: 'Choose numbers below the lines of the controller.',
  },
  bad: '/* a GIC with INTIDs up to 287 */\n.vpci_irq_base = 288 - 32,',
  good: '.vpci_irq_base = 128 - 32,',
  check({ board, system, member }, report) {
    const lines = board.gic?.interruptLines;
    if (board.gic === undefined || lines === undefined) return;
    const related = [{ span: board.gic.span, message: `${board.name} has INTIDs up to ${lines - 1}` }];
    const beyond = ivshmemDevices(member).find((device) => (ivshmemIntid(member, device) ?? 0) >= lines);
    if (beyond !== undefined)
      report({
        span: member.cell.vpciIrqBase.span,
        message: `The ivshmem device ${bdfName(beyond.bdf.value)} of ${cellName(member)} raises INTID ${ivshmemIntid(member, beyond)}, but the interrupt controller of the board has ${count(lines, 'interrupt')}, up to INTID ${lines - 1}: it would never arrive. Lower vpci_irq_base.`,
        related,
      });
    if (member === system) return;
    for (const chip of member.irqchips) {
      const pins = pinsOf(chip).filter((pin) => pin >= lines && pin < firstSpecial);
      const word = pins.length > 0 ? chip.pinBitmap[((pins[0] as number) - chip.pinBase.value) >> 5] : undefined;
      if (word === undefined) continue;
      report({
        span: word.span,
        severity: 'information',
        message: `${chip.path} lists INTID ${pins.slice(0, 8).join(', ')}${pins.length > 8 ? ' and more' : ''}, but the interrupt controller of the board has interrupts up to INTID ${lines - 1} only. Clear the ${pins.length === 1 ? 'bit' : 'bits'}, or correct pin_base ${chip.pinBase.value}.`,
        related,
        fixes: () => clearPins(member, chip, pins),
      });
    }
  },
};
