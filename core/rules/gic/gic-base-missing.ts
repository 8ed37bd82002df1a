import { gicOf } from '../../config/gic.ts';
import type { FileRule } from '../rule.ts';
import { requiredGicBases } from './required-gic-bases.ts';

export const gicBaseMissing: FileRule = {
  id: 'gic-base-missing',
  title: 'GIC address missing',
  severity: 'error',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['GIC-addr-zero'],
  prose: {
    meaning: 'A GICv2 needs gicd_base, gicc_base, gich_base and gicv_base, a GICv3 needs gicd_base and gicr_base.',
    onTheBoard:
      '`jailhouse enable` fails with "No such device" (observed), or the board freezes at the first access to a register (gic-v2.c, gic-v3.c).',
    remedy: "Copy the addresses from `reg` of the interrupt controller in the board's device tree: GICD, GICC, GICH, GICV; or GICD, GICR.",
  },
  bad: '.gic_version = 3,\n.gicd_base = 0x8000000,\n/* no .gicr_base */',
  good: '.gic_version = 3,\n.gicd_base = 0x8000000,\n.gicr_base = 0x80a0000,',
  check(config, report) {
    for (const { name, field } of requiredGicBases(config)) {
      if (field.value !== 0n) continue;
      report({
        span: field.span,
        message: `${name} is 0, but a GICv${gicOf(config)?.gicVersion?.value} needs it: jailhouse enable would answer "No such device". Copy it from reg of the interrupt controller in the board's device tree.`,
      });
    }
  },
};
