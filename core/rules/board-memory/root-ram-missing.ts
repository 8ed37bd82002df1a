import type { Board } from '../../board/board.ts';
import { linuxUse } from '../../board/linux-use.ts';
import { type AddressRange, Coverage, overlaps } from '../../config/address-window.ts';
import { roundDown, roundUp } from '../../system/free-place.ts';
import type { BoardContext, BoardRule } from '../rule.ts';
import { variantsWhere } from '../variants.ts';
import { cellName, rangeText, relatedRegion } from '../wording.ts';
import { allClaims, virtualPciRange } from './claims.ts';
import { linuxOwns } from './linux-owns.ts';
import { hullOf } from './not-reserved.ts';
import { coverFixes, missingRam, ramBelow } from './root-ram.ts';

/** What is left out around a window is whole 2 MiB as a rule. */
const granule = 0x200000n;

/** A root cell with more gaps is wrong as a whole. */
const mostGaps = 8;

export const rootRamMissing: BoardRule = {
  id: 'root-ram-missing',
  title: 'RAM of Linux is missing in the root cell',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['MEM-ram-missing-root', 'BRD-root-ram-cover'],
  prose: {
    meaning:
      'Everything that Linux uses as RAM has to be in a region of the root cell: all RAM of the board but GPU memory, what `mem=` cuts away and what is reserved with `no-map`. Where the RAM size is not stated, the finding names the sizes that it holds for. Regions for RAM that a smaller board does not have are harmless. Where no device tree of the board is known, the stretch from the lowest to the highest address of Jailhouse and its cells may be reserved and is left out, and the finding is a warning. It is a warning, too, where only a device tree says what RAM the board has: boot loaders write `/memory` anew and leave out what secure firmware has for itself (2 MiB at the start on an i.MX8QM, 66 MiB at the end of the first bank on Layerscape boards).',
    onTheBoard:
      'A CPU of Linux touches the memory, often inside `jailhouse enable`, and is parked: "Unhandled data read at ..." or "FATAL: instruction abort at ...", "Parking CPU ..." for the root cell (observed with a RAM region that was too short).',
    remedy: 'Let the RAM region go on to the end of the RAM, or add one (a Raspberry Pi 4 with 8 GB has RAM at 0x100000000-0x1ffffffff).',
  },
  bad: '/* a board with 8 GB: the RAM above 4 GiB is missing */\n/* RAM */ {\n\t.phys_start = 0x20000000,\n\t.virt_start = 0x20000000,\n\t.size = 0xdc000000,',
  good: '/* RAM above 4 GiB */ {\n\t.phys_start = 0x100000000,\n\t.virt_start = 0x100000000,\n\t.size = 0x100000000,',
  check(context, report) {
    const { board, system, member } = context;
    if (member !== system || !linuxUse(board).sure) return;
    const hidden = new Coverage(toldElsewhere(context));
    const gapsOf = (variant: (typeof board.variants)[number]) => missingRam(system, board, variant).flatMap((gap) => hidden.gaps(gap));
    const gaps = new Coverage(board.variants.flatMap(gapsOf)).ranges;
    for (const gap of gaps.slice(0, mostGaps)) {
      const on = variantsWhere(board, (variant) => gapsOf(variant).some((part) => overlaps(part, gap)));
      if (on === undefined) continue;
      const below = ramBelow(system, gap);
      const [bank] = on.variants.flatMap(({ linux }) => linux.filter((candidate) => overlaps(candidate, gap)));
      report({
        span: below?.size.span ?? system.cell.span,
        severity: board.reserved === undefined || board.kind === 'other' ? 'warning' : 'error',
        message: `${rangeText(gap)} is RAM of Linux${on.text}, but in no region of ${cellName(system)}: a CPU that touches it is parked, as a rule inside jailhouse enable ("Unhandled data ..."). Let a RAM region cover it${orElse(board)}.`,
        related: [
          ...(bank === undefined ? [] : [{ span: bank.span, message: `RAM ${rangeText(bank)}${on.text}` }]),
          ...(below === undefined ? [] : [relatedRegion(below, 'virt')]),
        ],
        fixes: () => coverFixes(system, gap),
      });
    }
  },
};

function orElse({ kind, reserved }: Board): string {
  if (reserved === undefined) return ', unless the device tree of the board, which is not known, reserves it';
  return `, or reserve it with no-map${kind === 'other' ? ', unless the boot loader keeps it from Linux' : ''}`;
}

/** Gaps with a reason: the window of the virtual PCI host, of which pci-window-in-ram tells; what is to be reserved for Jailhouse and its cells and is not, or may be. */
function toldElsewhere(context: BoardContext): readonly AddressRange[] {
  const window = virtualPciRange(context.system);
  const { board } = context;
  const claims = allClaims(context)
    .filter(({ ranges }) => board.reserved === undefined || linuxOwns(board, ranges) !== undefined)
    .flatMap(({ ranges }) => ranges);
  const left = claims.length === 0 ? [] : [hullOf(claims)];
  return [...left, ...(window === undefined ? [] : [window])].map(({ start, size }) => {
    const from = roundDown(start, granule);
    return { start: from, size: roundUp(start + size, granule) - from };
  });
}
