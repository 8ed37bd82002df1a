import { gicOf } from '../../config/gic.ts';
import type { Gic } from '../../config/model.ts';
import { offerNumber } from '../../fixes/values.ts';
import type { FileRule } from '../rule.ts';

export const gicVersion: FileRule = {
  id: 'gic-version',
  title: 'Unknown GIC version',
  severity: 'error',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['GIC-version'],
  prose: {
    meaning: '`gic_version` is 2 or 3. A GICv4 is configured as 3.',
    onTheBoard:
      'At `jailhouse enable` the console says "CPU n... irqchip.c: returning error -EINVAL", then the hypervisor aborts and the board is dead (observed with 0 and 4; irqchip.c:irqchip_cpu_init).',
    remedy: 'Set 2 for gic-400, cortex-a15-gic and cortex-a7-gic, 3 for gic-v3.',
  },
  bad: '.arm = {\n\t.gic_version = 4,',
  good: '.arm = {\n\t.gic_version = 3,',
  check(config, report) {
    const version = gicOf(config)?.gicVersion;
    if (version === undefined || version.value === 2 || version.value === 3) return;
    report({
      span: version.span,
      message: `${version.explicit ? `gic_version ${version.value} does not exist` : 'gic_version is not set (0)'}: the board would die at jailhouse enable. Set 2 (gic-400, cortex-a15-gic) or 3 (gic-v3, also for a GICv4).`,
      fixes: () => possibleVersions(gicOf(config)).flatMap((next) => offerNumber(config, gicOf(config), version, next)),
    });
  },
};

/** The versions whose register addresses are all given. */
function possibleVersions(gic: Gic | undefined): readonly bigint[] {
  if (gic === undefined || gic.gicdBase.value === 0n) return [];
  const two = [gic.giccBase, gic.gichBase, gic.gicvBase].every((base) => base.value !== 0n);
  return [...(two ? [2n] : []), ...(gic.gicrBase.value !== 0n ? [3n] : [])];
}
