import { removeField } from '../../fixes/values.ts';
import type { FileRule } from '../rule.ts';

export const ioapicPinBase: FileRule = {
  id: 'ioapic-pin-base',
  title: 'IOAPIC with a pin base',
  severity: 'error',
  scope: 'file',
  arch: ['x86'],
  catalogue: ['X86-ioapic-base'],
  prose: {
    meaning: 'On x86 the bitmap of an irqchip starts at pin 0 of its IOAPIC; `pin_base` is 0.',
    onTheBoard: '`jailhouse enable` or `jailhouse cell create` fails with "Invalid argument" (x86/ioapic.c:ioapic_cell_init).',
    remedy: 'Leave `pin_base` out.',
  },
  bad: '{ .address = 0xfec00000, .pin_base = 32, /* ... */ },',
  good: '{ .address = 0xfec00000, .pin_bitmap = { 0xffffff }, /* ... */ },',
  check(config, report) {
    for (const chip of config.irqchips) {
      if (chip.pinBase.value === 0) continue;
      report({
        span: chip.pinBase.span,
        message: `pin_base of the IOAPIC ${chip.path} is ${chip.pinBase.value}, on x86 it is 0: ${config.kind === 'system' ? 'jailhouse enable' : 'jailhouse cell create'} would answer "Invalid argument". Leave it out.`,
        fixes: () => removeField(config, chip, chip.pinBase),
      });
    }
  },
};
