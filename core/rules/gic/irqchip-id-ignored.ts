import { setNumber } from '../../fixes/values.ts';
import type { FileRule } from '../rule.ts';

export const irqchipIdIgnored: FileRule = {
  id: 'irqchip-id-ignored',
  title: 'Irqchip id on ARM',
  severity: 'information',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['IRQ-chip-id'],
  prose: {
    meaning: '`id` of an irqchip names an IOAPIC on x86. On ARM an entry is known by its address and `pin_base`.',
    onTheBoard: 'Nothing (observed with 3 and 7; irqchip.c does not read it).',
    remedy: 'Leave `.id` out. If an interrupt number was meant, it belongs into `pin_base` or `pin_bitmap`.',
  },
  bad: '{ .address = 0xff841000, .id = 7, .pin_base = 32, /* ... */ },',
  good: '{ .address = 0xff841000, .pin_base = 32, /* ... */ },',
  check(config, report) {
    for (const chip of config.irqchips) {
      // Without a pin_base it looks like an IOAPIC: the config may be for x86.
      if (chip.id.value === 0 || chip.pinBase.value === 0) continue;
      report({
        span: chip.id.span,
        message: `id ${chip.id.value} of ${chip.path} means nothing on ARM, where the address and pin_base name the entry. Leave it out.`,
        fixes: setNumber(config, chip, chip.id, 0n),
      });
    }
  },
};
