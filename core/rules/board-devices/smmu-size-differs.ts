import { setNumber } from '../../fixes/values.ts';
import { hex, humanSize } from '../../source/numbers.ts';
import type { BoardRule } from '../rule.ts';
import { smmuUnits } from './smmu-nodes.ts';

export const smmuSizeDiffers: BoardRule = {
  id: 'smmu-size-differs',
  title: 'Size of the SMMU differs from that of the board',
  severity: 'warning',
  scope: 'board',
  arch: ['arm64'],
  catalogue: ['IOM-smmu-size'],
  prose: {
    meaning:
      'The hypervisor looks for the context banks of an MMU-500 in the upper half of the unit: `size` has to be that of all its registers, as `reg` of its node gives it.',
    onTheBoard:
      '"Warning: SMMU address space size (0x...) differs from mapped region size (0x...)!" at `jailhouse enable`, and the context banks are programmed at a wrong place (smmu.c).',
    remedy: 'Copy the size from the device tree of the board.',
  },
  bad: '/* board: reg = <0x0 0xfd800000 0x0 0x20000>; */\n.base = 0xfd800000,\n.size = 0x10000,',
  good: '.base = 0xfd800000,\n.size = 0x20000,',
  check(context, report) {
    if (context.member !== context.system) return;
    for (const { unit, device } of smmuUnits(context)) {
      const [window] = device.windows;
      if (window === undefined || window.size === BigInt(unit.size.value) || unit.size.value === 0) continue;
      report({
        span: unit.size.span,
        message: `${unit.path} has the size ${hex(unit.size.value)} (${humanSize(unit.size.value)}), but ${device.name} of the board has ${hex(window.size)} (${humanSize(window.size)}): the hypervisor would look for the context banks at a wrong place. Write ${hex(window.size)}.`,
        related: [{ span: window.span, message: `registers of ${device.name}` }],
        fixes: () => setNumber(context.system, unit, unit.size, window.size),
      });
    }
  },
};
