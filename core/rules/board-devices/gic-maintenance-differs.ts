import { gicOf } from '../../config/gic.ts';
import { setNumber } from '../../fixes/values.ts';
import type { BoardRule } from '../rule.ts';

/** INTIDs of the timers: gic-maintenance-irq tells of them. */
const timers: readonly number[] = [26, 27, 29, 30];

export const gicMaintenanceDiffers: BoardRule = {
  id: 'gic-maintenance-differs',
  title: 'Maintenance interrupt is another one on the board',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['GIC-maint'],
  prose: {
    meaning:
      '`maintenance_irq` has to be the INTID that the interrupt controller of the board raises: 16 plus the PPI number in its `interrupts`.',
    onTheBoard:
      'Enable succeeds (observed). When more interrupts are pending than the GIC has list registers, the hypervisor never learns that there is room again, and interrupts of the cells get stuck (gic-v2.c, gic-v3.c).',
    remedy: 'Set 16 plus the PPI number of the device tree: 25 for `<GIC_PPI 9 ...>`.',
  },
  bad: '/* board: interrupts = <1 9 0xf04>; */\n.maintenance_irq = 24,',
  good: '.maintenance_irq = 25,',
  check({ board, system, member }, report) {
    const gic = gicOf(system);
    const real = board.gic;
    const wanted = real?.maintenanceIrq;
    if (member !== system || gic === undefined || real === undefined || wanted === undefined) return;
    const irq = gic.maintenanceIrq;
    if (irq.value === wanted || irq.value < 16 || irq.value > 31 || timers.includes(irq.value)) return;
    report({
      span: irq.span,
      message: `maintenance_irq is ${irq.value}, but the interrupt controller of the board raises INTID ${wanted} (PPI ${wanted - 16}): the hypervisor would not hear that there is room for more interrupts, and under load those of the cells get stuck. Set ${wanted}.`,
      related: [{ span: real.span, message: `maintenance interrupt of the board: INTID ${wanted}` }],
      fixes: () => setNumber(system, gic, irq, BigInt(wanted)),
    });
  },
};
