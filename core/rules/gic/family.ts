import type { RuleFamily } from '../rule.ts';
import { cellsShareInterrupts } from './cells-share-interrupts.ts';
import { gicBaseAlignment } from './gic-base-alignment.ts';
import { gicBaseMissing } from './gic-base-missing.ts';
import { gicMaintenanceIrq } from './gic-maintenance-irq.ts';
import { gicVersion } from './gic-version.ts';
import { irqchipIdIgnored } from './irqchip-id-ignored.ts';
import { irqchipPinBase } from './irqchip-pin-base.ts';
import { irqchipPinRange } from './irqchip-pin-range.ts';
import { irqchipPinsNotInRoot } from './irqchip-pins-not-in-root.ts';
import { irqchipPrivateInterrupts } from './irqchip-private-interrupts.ts';
import { irqchipWrongAddress } from './irqchip-wrong-address.ts';
import { regionCoversGic } from './region-covers-gic.ts';
import { rootIrqchipsOverlap } from './root-irqchips-overlap.ts';

export const gicFamily: RuleFamily = {
  name: 'gic',
  title: 'Interrupts on ARM',
  rules: [
    cellsShareInterrupts,
    gicBaseAlignment,
    gicBaseMissing,
    gicMaintenanceIrq,
    gicVersion,
    irqchipIdIgnored,
    irqchipPinBase,
    irqchipPinRange,
    irqchipPinsNotInRoot,
    irqchipPrivateInterrupts,
    irqchipWrongAddress,
    regionCoversGic,
    rootIrqchipsOverlap,
  ],
};
