import { pinsOf } from '../../config/interrupt-pins.ts';
import { clearPins } from '../../fixes/bits.ts';
import type { FileRule } from '../rule.ts';

/** INTID 1020 to 1023 are special answers of the controller, no interrupts (Arm GIC architecture). */
const firstSpecial = 1020;

export const irqchipPinRange: FileRule = {
  id: 'irqchip-pin-range',
  title: 'Cell lists interrupts that do not exist',
  severity: 'information',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['IRQ-range'],
  prose: {
    meaning:
      'INTID 1020 to 1023 are special answers of the interrupt controller; no device can raise them. A root cell that lists all bits of a window is left alone.',
    onTheBoard: 'Nothing: the bits mean nothing (irqchip.c).',
    remedy: 'Clear the bits, or correct `pin_base`: often it was meant to be lower.',
  },
  bad: '.pin_base = 896,\n.pin_bitmap = { 0, 0, 0, 1 << 31 },',
  good: '.pin_base = 896,\n.pin_bitmap = { 0, 0, 0, 1 << 4 },',
  check(config, report) {
    if (config.kind === 'system') return;
    for (const chip of config.irqchips) {
      const beyond = pinsOf(chip).filter((pin) => pin >= firstSpecial && pin < chip.pinBase.value + 128);
      const word = beyond.length > 0 ? chip.pinBitmap[((beyond[0] as number) - chip.pinBase.value) >> 5] : undefined;
      // A base that the hypervisor refuses is told of by irqchip-pin-base.
      if (word === undefined || chip.pinBase.value > 896) continue;
      report({
        span: word.span,
        fixes: () => clearPins(config, chip, beyond),
        message: `${chip.path} lists INTID ${beyond.join(', ')}, but no device can raise an interrupt above 1019. Clear the ${beyond.length === 1 ? 'bit' : 'bits'}, or correct pin_base ${chip.pinBase.value}.`,
      });
    }
  },
};
