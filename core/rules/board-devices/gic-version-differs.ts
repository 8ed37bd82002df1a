import type { BoardGic } from '../../board/board.ts';
import { gicOf } from '../../config/gic.ts';
import type { Gic } from '../../config/model.ts';
import { fix, together } from '../../fixes/source-text.ts';
import { writeNumber } from '../../fixes/values.ts';
import type { Fix } from '../../source/finding.ts';
import type { BoardContext, BoardRule } from '../rule.ts';
import { baseEdits, gicUnits, wantedBase } from './gic-bases.ts';

export const gicVersionDiffers: BoardRule = {
  id: 'gic-version-differs',
  title: 'Interrupt controller of the board has another version',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['GIC-version-hw'],
  prose: {
    meaning:
      '`gic_version` has to be what the board has: 2 for `arm,gic-400`, `arm,cortex-a15-gic`, `arm,cortex-a7-gic`, 3 for `arm,gic-v3`, which a GICv4 calls itself, too.',
    onTheBoard: '`jailhouse enable` fails with "No such device" (gic-v2.c:gicv2_init, gic-v3.c:gicv3_init; observed on a GICv3).',
    remedy: 'Set the version of the board, and the addresses that go with it: GICC, GICH and GICV for 2, GICR for 3.',
  },
  bad: '/* board: compatible = "arm,gic-v3" */\n.gic_version = 2,',
  good: '.gic_version = 3,\n.gicr_base = 0x80a0000,',
  check(context, report) {
    const { board, system, member } = context;
    const gic = gicOf(system);
    const version = gic?.gicVersion;
    const real = board.gic;
    if (member !== system || gic === undefined || version === undefined || real === undefined) return;
    // Other numbers are told of by gic-version.
    if (version.value === real.version || (version.value !== 2 && version.value !== 3)) return;
    report({
      span: version.span,
      message: `gic_version is ${version.value}, but the board has a GICv${real.version}: jailhouse enable would answer "No such device". Set ${real.version}, and the addresses that go with it.`,
      related: [{ span: real.span, message: `the interrupt controller of the board is a GICv${real.version}` }],
      fixes: () => setVersion(context, gic, real),
    });
  },
};

/** With the bases that go with it. */
function setVersion(context: BoardContext, gic: Gic, board: BoardGic): readonly Fix[] {
  if (gic.gicVersion === undefined) return [];
  const bases = gicUnits(gic, board).flatMap(({ field, window }) =>
    window === undefined || field.value === wantedBase(window) ? [] : [baseEdits(context, gic, field, wantedBase(window))],
  );
  const version = writeNumber(context.system, gic, gic.gicVersion, BigInt(board.version));
  return fix(
    `Set gic_version to ${board.version}${bases.length > 0 ? ', and the addresses of the board' : ''}`,
    together(version, ...bases),
  );
}
