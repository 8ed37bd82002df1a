import { isBlankIrqchip, pinsPerIrqchip } from '../../config/interrupt-pins.ts';
import type { FileRule } from '../rule.ts';

/** Interrupts that the hypervisor keeps account of (NUM_INTIDS, hypervisor/arch/arm-common/include/asm/irqchip.h). */
const interrupts = 1024;

export const irqchipPinBase: FileRule = {
  id: 'irqchip-pin-base',
  title: 'Irqchip window at an impossible place',
  severity: 'error',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['IRQ-base-align'],
  prose: {
    meaning:
      '`pin_base` is the INTID of bit 0. It is a multiple of 32, and the 128 pins of the entry end at INTID 1023 at the latest: 896 is the last base.',
    onTheBoard:
      '`jailhouse enable` or `jailhouse cell create` fails with "Invalid argument" (irqchip.c:irqchip_cell_init; observed with 16 and 928).',
    remedy: 'Use 32, 160, 288 and so on. SPI n of a device tree is INTID n + 32.',
  },
  bad: '.pin_base = 48,',
  good: '.pin_base = 32,',
  check(config, report) {
    for (const chip of config.irqchips) {
      const base = chip.pinBase.value;
      if (isBlankIrqchip(chip) || (base % 32 === 0 && base + pinsPerIrqchip <= interrupts)) continue;
      const effect = `${config.kind === 'system' ? 'jailhouse enable' : 'jailhouse cell create'} would answer "Invalid argument"`;
      report({
        span: chip.pinBase.span,
        message:
          base % 32 !== 0
            ? `pin_base ${base} of ${chip.path} is no multiple of 32: ${effect}. Use ${base - (base % 32)} and shift the pins by ${base % 32}.`
            : `pin_base ${base} of ${chip.path} is above 896, so its 128 pins end beyond INTID 1023: ${effect}.`,
      });
    }
  },
};
