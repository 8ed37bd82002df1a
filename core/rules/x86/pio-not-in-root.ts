import { Coverage } from '../../config/address-window.ts';
import { hex } from '../../source/numbers.ts';
import type { CellRule } from '../rule.ts';
import { cellName } from '../wording.ts';

export const pioNotInRoot: CellRule = {
  id: 'pio-not-in-root',
  title: 'I/O ports that the root cell lacks',
  severity: 'information',
  scope: 'cell',
  arch: ['x86'],
  catalogue: ['X86-pio-refund'],
  prose: {
    meaning: 'The I/O ports of a cell usually come from the root cell and go back there when the cell is destroyed.',
    onTheBoard: 'The cell can use the ports. Afterwards they go to nobody (x86/vcpu.c:vcpu_cell_exit).',
    remedy: 'Nothing needs to be done, if the root cell is to stay away from them. Else list them in the system config too.',
  },
  bad: '/* root: PIO_RANGE(0x0, 0x2f8) */\nPIO_RANGE(0x2f8, 8),',
  good: '/* root: PIO_RANGE(0x0, 0x400) */\nPIO_RANGE(0x2f8, 8),',
  check(system, member, report) {
    const ranges = (ports: typeof system.pioRanges) =>
      ports.map(({ base, length }) => ({ start: BigInt(base.value), size: BigInt(length.value) }));
    const first = system.pioRanges[0];
    if (member === system || first === undefined) return;
    const root = new Coverage(ranges(system.pioRanges));
    for (const range of member.pioRanges) {
      const [own] = ranges([range]);
      if (own === undefined || own.size === 0n || root.covers(own)) continue;
      report({
        span: range.base.span,
        message: `${range.path} ${hex(own.start)}-${hex(own.start + own.size - 1n)} of ${cellName(member)} is not within the ports of ${cellName(system)}: what is missing there would not be given back when the cell is destroyed.`,
        related: [{ span: first.span, message: `ports of ${cellName(system)}` }],
      });
    }
  },
};
