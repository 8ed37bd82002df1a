import type { Board } from '../../board/board.ts';
import type { AddressWindow } from '../../config/address-window.ts';
import { gicOf } from '../../config/gic.ts';
import type { Field, Gic } from '../../config/model.ts';
import { compatibleOf } from '../../devicetree/tree-access.ts';
import { numberLike } from '../../fixes/number-style.ts';
import { fix, textAt } from '../../fixes/source-text.ts';
import { memberName } from '../../fixes/values.ts';
import type { Fix } from '../../source/finding.ts';
import { hex } from '../../source/numbers.ts';
import type { BoardContext, BoardRule } from '../rule.ts';
import { rangeText } from '../wording.ts';
import { addressBehindBus } from './bus-address.ts';
import { isOfHypervisor } from './device-kinds.ts';
import { baseEdits, gicUnits, isSpaced, lastCopy, wantedBase } from './gic-bases.ts';

export const gicAddressDiffers: BoardRule = {
  id: 'gic-address-differs',
  title: 'Interrupt controller is elsewhere on the board',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['GIC-addr', 'GIC-64k-alias'],
  prose: {
    meaning:
      'The bases of GICD, GICC, GICH and GICV (GICv3: GICD and GICR) in the config have to be those of the board: `reg` of the interrupt controller in its device tree, translated to addresses of the CPUs. Where `reg` gives GICC and GICV 128 KiB, the two register pages of each stand 64 KiB apart, and the base has to be the one in the tree plus 0xf000; a base without that is a warning.',
    onTheBoard:
      '`jailhouse enable` fails with "No such device", or the hypervisor dies with "FATAL: Unhandled HYP exception", or the board hangs (gic-v2.c, gic-v3.c). Without the 0xf000 the end of an interrupt is written where nothing listens: no interrupt comes a second time (gic_v2.h: 8 KiB in a row).',
    remedy: 'Copy the addresses from the device tree of the board.',
  },
  bad: '/* board: reg = <0x40041000 0x1000>, ... below <0x40000000 0x0 0xff800000 0x800000> */\n.gicd_base = 0xff840000,',
  good: '.gicd_base = 0xff841000,',
  check(context, report) {
    const { board, system, member } = context;
    const gic = gicOf(system);
    const real = board.gic;
    if (member !== system || gic === undefined || real === undefined) return;
    // Another version has other registers: that is told first.
    if (gic.gicVersion !== undefined && gic.gicVersion.value !== real.version) return;
    for (const { field, window } of gicUnits(gic, real)) {
      if (window === undefined || field.value === 0n) continue;
      const name = memberName(field);
      const related = [{ span: window.span, message: `${window.name} ${rangeText(window)}` }];
      const spaced = isSpaced(window);
      // Also where `reg` gives less: trees that leave the spacing out are in use (AMD Seattle).
      if ((window.name === 'GICC' || window.name === 'GICV') && field.value === window.start + lastCopy) continue;
      if (field.value === window.start) {
        if (!spaced) continue;
        report({
          span: field.span,
          severity: 'warning',
          message: `${window.name} of the board is ${rangeText(window)}: its two register pages stand 64 KiB apart, and ${name} ${hex(field.value)} shows the hypervisor the first one twice. The end of an interrupt would be written where nothing listens. Write ${hex(window.start + lastCopy)}.`,
          related,
          fixes: () => setBase(context, gic, field, window.start + lastCopy),
        });
        continue;
      }
      // GICv3 with several stretches of redistributors: gicr-not-contiguous looks at the other ones.
      if (name === 'gicr_base' && real.gicr.slice(1).some(({ start }) => start === field.value)) continue;
      if (isBusAddress(context, field.value, window) || isMovedByBootLoader(board, field.value)) continue;
      const wanted = wantedBase(window);
      report({
        span: field.span,
        message: `${name} is ${hex(field.value)}, but ${window.name} of the board is ${rangeText(window)}: jailhouse enable would answer "No such device", or the board hangs. Write ${hex(wanted)}.`,
        related,
        fixes: () => setBase(context, gic, field, wanted),
      });
    }
  },
};

/**
 * U-Boot moves the GIC of an LS1043A in the tree where the chip is of the second revision, whose pages stand 64 KiB apart: the file has the place of the
 * first (U-Boot, arch/arm/cpu/armv8/fsl-layerscape/fdt.c:fdt_fixup_gic).
 */
function isMovedByBootLoader({ tree }: Board, value: bigint): boolean {
  if (tree === undefined || !compatibleOf(tree.root).includes('fsl,ls1043a')) return false;
  return [0x1410000n, 0x142f000n, 0x1440000n, 0x146f000n].includes(value);
}

/** bus-address-used tells then. */
function isBusAddress({ board }: BoardContext, value: bigint, window: AddressWindow): boolean {
  return addressBehindBus(board, { start: value, size: 1n }, isOfHypervisor) === window.start;
}

function setBase(context: BoardContext, gic: Gic, field: Field<bigint>, value: bigint): readonly Fix[] {
  return fix(`Set ${memberName(field)} to ${numberLike(textAt(context.system, field.text), value)}`, baseEdits(context, gic, field, value));
}
