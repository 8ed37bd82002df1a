import { gicOf } from '../../config/gic.ts';
import type { FileRule } from '../rule.ts';

export const gicMaintenanceIrq: FileRule = {
  id: 'gic-maintenance-irq',
  title: 'Maintenance interrupt is no PPI',
  severity: 'warning',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['GIC-maint'],
  prose: {
    meaning:
      '`maintenance_irq` is the INTID of a private interrupt, 16 to 31: 16 plus the PPI number in the device tree. On nearly every SoC it is 25 (PPI 9).',
    onTheBoard:
      'Enable succeeds (observed). When more interrupts are pending than the GIC has list registers, the hypervisor never learns that there is room again, and interrupts of the cells get stuck (gic-v2.c, gic-v3.c, irqchip.c).',
    remedy: 'Set 16 + the PPI number of the `interrupts` property of the interrupt controller.',
  },
  bad: '.maintenance_irq = 9,',
  good: '.maintenance_irq = 25,',
  check(config, report) {
    const irq = gicOf(config)?.maintenanceIrq;
    if (irq === undefined || (irq.value >= 16 && irq.value <= 31)) return;
    report({
      span: irq.span,
      message: `maintenance_irq ${irq.value} is no private interrupt (INTID 16-31), so the hypervisor would never hear it and interrupts would get stuck under load. It is 16 + the PPI number in the device tree, nearly always 25${irq.value < 16 ? `; PPI ${irq.value} is INTID ${irq.value + 16}` : ''}.`,
    });
  },
};
