import { gicOf } from '../../config/gic.ts';
import { isBlankIrqchip } from '../../config/interrupt-pins.ts';
import { setNumber } from '../../fixes/values.ts';
import { hex } from '../../source/numbers.ts';
import type { CellRule } from '../rule.ts';

export const irqchipWrongAddress: CellRule = {
  id: 'irqchip-wrong-address',
  title: 'Irqchip is not the GIC of the system',
  severity: 'error',
  scope: 'cell',
  arch: ['arm64', 'arm'],
  catalogue: ['IRQ-chip-addr'],
  prose: {
    meaning: 'An irqchip entry counts only when its address is gicd_base of the system config. An all-zero entry is a place holder.',
    onTheBoard:
      'The entry is skipped without a message: the cell has none of these interrupts. In the root cell interrupts that are on already keep working, but Linux can no longer switch them: warning (irqchip.c:irqchip_cell_init; observed).',
    remedy: 'Copy gicd_base of the system config into `.address`.',
  },
  bad: '/* system: .gicd_base = 0xff841000 */\n.irqchips = {\n\t{ .address = 0xff842000,',
  good: '/* system: .gicd_base = 0xff841000 */\n.irqchips = {\n\t{ .address = 0xff841000,',
  check(system, member, report) {
    const gicd = gicOf(system)?.gicdBase;
    if (gicd === undefined || gicd.value === 0n) return;
    for (const chip of member.irqchips) {
      if (isBlankIrqchip(chip) || chip.address.value === gicd.value) continue;
      report({
        span: chip.address.span,
        severity: member === system ? 'warning' : 'error',
        message: `${chip.path} is for an interrupt controller at ${hex(chip.address.value)}, but gicd_base of the system is ${hex(gicd.value)}: the entry would be skipped and the cell has none of its interrupts. Write ${hex(gicd.value)}.`,
        related: [{ span: gicd.span, message: `gicd_base ${hex(gicd.value)}` }],
        fixes: () => setNumber(member, chip, chip.address, gicd.value),
      });
    }
  },
};
