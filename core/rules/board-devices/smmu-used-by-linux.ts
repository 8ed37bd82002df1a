import { hex } from '../../source/numbers.ts';
import type { BoardRule } from '../rule.ts';
import { smmuUnits } from './smmu-nodes.ts';
import { disableDevices } from './tree-changes.ts';

export const smmuUsedByLinux: BoardRule = {
  id: 'smmu-used-by-linux',
  title: 'Linux has the SMMU of the config enabled',
  severity: 'warning',
  scope: 'board',
  arch: ['arm64'],
  catalogue: ['IOM-smmu-busy'],
  prose: {
    meaning:
      'The hypervisor takes an SMMU (MMU-500) only if Linux does not drive it. Its node should be disabled in the device tree of the board. It is a warning, since a kernel without that driver leaves the unit alone.',
    onTheBoard: '`jailhouse enable` fails with "Device or resource busy" while it initialises "ARM SMMU" (smmu.c).',
    remedy: 'Set `status = "disabled"` in the node of the SMMU, or boot with `arm-smmu` left out of the kernel.',
  },
  bad: '/* board */\nsmmu@fd800000 {\n\tcompatible = "arm,mmu-500";\n};',
  good: '/* board */\nsmmu@fd800000 {\n\tcompatible = "arm,mmu-500";\n\tstatus = "disabled";\n};',
  check(context, report) {
    if (context.member !== context.system) return;
    for (const { unit, device } of smmuUnits(context)) {
      if (!device.enabled) continue;
      report({
        span: unit.base.span,
        message: `The SMMU at ${hex(unit.base.value)} is ${device.name} of the board, and Linux has it enabled: jailhouse enable would answer "Device or resource busy" if its driver is at work. Disable the node in the device tree of the board.`,
        related: [{ span: device.span, message: `${device.name} is enabled` }],
        fixes: () => disableDevices(context, [device]),
      });
    }
  },
};
