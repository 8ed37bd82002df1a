import { isBlankIrqchip, pinsPerIrqchip } from '../../config/interrupt-pins.ts';
import type { Config, Irqchip } from '../../config/model.ts';
import { offerNumber } from '../../fixes/values.ts';
import type { Fix } from '../../source/finding.ts';
import { forEachOverlap, maxReportedOverlaps } from '../overlap.ts';
import type { FileRule } from '../rule.ts';

export const rootIrqchipsOverlap: FileRule = {
  id: 'root-irqchips-overlap',
  title: 'Irqchip windows of the root cell overlap',
  severity: 'warning',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['IRQ-root-overlap'],
  prose: {
    meaning: 'Each entry stands for 128 interrupts from its pin_base. In the root cell no interrupt should be named by two entries.',
    onTheBoard:
      'Enable works. When a cell is destroyed, the hypervisor goes through the entries one by one and keeps only the pins that both of them name: the root cell loses the others (irqchip.c:irqchip_cell_exit).',
    remedy: 'Use disjoint windows: pin_base 32, 160, 288 and so on.',
  },
  bad: '{ .pin_base = 32, /* ... */ },\n{ .pin_base = 96, /* ... */ },',
  good: '{ .pin_base = 32, /* ... */ },\n{ .pin_base = 160, /* ... */ },',
  check(config, report) {
    if (config.kind !== 'system') return;
    let reported = 0;
    forEachOverlap(
      config.irqchips.filter((chip) => !isBlankIrqchip(chip)),
      (chip) => ({ start: BigInt(chip.pinBase.value), size: BigInt(pinsPerIrqchip) }),
      (one, other) => {
        const [earlier, later] = one.index < other.index ? [one, other] : [other, one];
        if (earlier.address.value !== later.address.value) return true;
        report({
          span: later.pinBase.span,
          message: `${later.path} (INTID ${later.pinBase.value}-${later.pinBase.value + 127}) and ${earlier.path} (INTID ${earlier.pinBase.value}-${earlier.pinBase.value + 127}) overlap: when a cell is destroyed, the root cell would lose the interrupts that only one of them names. Use windows 128 apart.`,
          related: [{ span: earlier.pinBase.span, message: `${earlier.path} from INTID ${earlier.pinBase.value}` }],
          fixes: () => moveBehind(config, earlier, later),
        });
        return ++reported < maxReportedOverlaps;
      },
    );
  },
};

/** The window behind the earlier one, where it is free. */
function moveBehind(config: Config, earlier: Irqchip, later: Irqchip): readonly Fix[] {
  const base = earlier.pinBase.value + pinsPerIrqchip;
  const taken = config.irqchips.some(
    (chip) => chip !== later && chip.pinBase.value < base + pinsPerIrqchip && base < chip.pinBase.value + pinsPerIrqchip,
  );
  return taken || base + pinsPerIrqchip > 1024 ? [] : offerNumber(config, later, later.pinBase, BigInt(base));
}
