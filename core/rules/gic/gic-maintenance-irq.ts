import { gicOf } from '../../config/gic.ts';
import { offerNumber, setNumber } from '../../fixes/values.ts';
import type { FileRule } from '../rule.ts';

/** INTIDs of the generic timer: hypervisor, virtual, secure and non-secure physical (Arm Base System Architecture, PPI table). */
const timers: readonly number[] = [26, 27, 29, 30];

/** Those that guests run on: the virtual and the non-secure physical timer. */
const timersOfGuests: readonly number[] = [27, 30];

export const gicMaintenanceIrq: FileRule = {
  id: 'gic-maintenance-irq',
  title: 'Maintenance interrupt is not one',
  severity: 'error',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['GIC-maint'],
  prose: {
    meaning:
      '`maintenance_irq` is the INTID of a private interrupt, 16 to 31: 16 plus the PPI number in the device tree. On nearly every SoC it is 25 (PPI 9). The timers of the CPU have 26, 27, 29 and 30; guests run on 27 and 30. The number of one of these two is an error, another number that cannot be right a warning.',
    onTheBoard:
      'Enable succeeds (observed). When more interrupts are pending than the GIC has list registers, the hypervisor never learns that there is room again, and interrupts of the cells get stuck (gic-v2.c, gic-v3.c, irqchip.c). With the number of a timer the guests lose that timer (observed with 27).',
    remedy: 'Set 16 + the PPI number of the `interrupts` property of the interrupt controller.',
  },
  bad: '.maintenance_irq = 9,',
  good: '.maintenance_irq = 25,',
  check(config, report) {
    const irq = gicOf(config)?.maintenanceIrq;
    if (irq === undefined) return;
    if (timers.includes(irq.value))
      report({
        span: irq.span,
        ...(timersOfGuests.includes(irq.value) ? {} : { severity: 'warning' }),
        message: `maintenance_irq ${irq.value} is a timer interrupt of the CPU: the hypervisor would keep it for itself, and that timer never fires in the cells. It is nearly always 25.`,
        fixes: () => offerNumber(config, gicOf(config), irq, 25n),
      });
    if (irq.value >= 16 && irq.value <= 31) return;
    report({
      span: irq.span,
      severity: 'warning',
      message: `maintenance_irq ${irq.value} is no private interrupt (INTID 16-31), so the hypervisor would never hear it and interrupts would get stuck under load. It is 16 + the PPI number in the device tree, nearly always 25${irq.value < 16 ? `; PPI ${irq.value} is INTID ${irq.value + 16}` : ''}.`,
      fixes: () => (irq.value === 9 ? setNumber(config, gicOf(config), irq, 25n) : offerNumber(config, gicOf(config), irq, 25n)),
    });
  },
};
