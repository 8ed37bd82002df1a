import { noMapRanges } from '../../board/linux-use.ts';
import { type AddressRange, Coverage } from '../../config/address-window.ts';
import { sourceOf } from '../../fixes/source-text.ts';
import { commentsOf } from '../../source/comments.ts';
import type { Fix } from '../../source/finding.ts';
import type { BoardRule } from '../rule.ts';
import { rangeText } from '../wording.ts';
import { allClaims, hypervisorClaim } from './claims.ts';
import { cells } from './reserve-fixes.ts';

/** A `reg` in a comment: two to four numbers in angle brackets. */
const regInComment = /<\s*((?:0[xX][0-9a-fA-F]{1,16}|\d{1,10})(?:[\s,]+(?:0[xX][0-9a-fA-F]{1,16}|\d{1,10})){1,3})\s*>/g;

interface Stated {
  readonly range: AddressRange;
  readonly addressCells: number;
  readonly sizeCells: number;
  /** Offsets of what is between the brackets. */
  readonly start: number;
  readonly end: number;
}

export const reservationComment: BoardRule = {
  id: 'reservation-comment',
  title: 'A comment states another reservation',
  severity: 'information',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['BRD-reserve'],
  prose: {
    meaning:
      'A comment of the config says which memory the device tree of the board has to reserve (`<0x0 0x20000000 0x10000000>` next to a word like "reserved"), and that is not what the tree reserves for the hypervisor; or, where no such reservation is known, it leaves out memory that the configs use.',
    onTheBoard:
      "Nothing, until somebody writes the device tree by the comment: then Linux uses the memory of Jailhouse, and `jailhouse enable` fails. The comment in upstream's config for the Raspberry Pi 4 names the reservation of 2020, while the memory has moved down by 256 MiB since.",
    remedy: 'Correct the comment.',
  },
  bad: '/* Reserve in the device tree: <0x0 0x20000000 0x10000000> */\n.hypervisor_memory = { .phys_start = 0x1fc00000, .size = 0x400000 },',
  good: '/* Reserve in the device tree: <0x0 0x10000000 0x10000000> */\n.hypervisor_memory = { .phys_start = 0x1fc00000, .size = 0x400000 },',
  check(context, report) {
    const { board, system, member } = context;
    const text = sourceOf(member);
    if (text === undefined || member !== system) return;
    const stated = statedIn(text);
    if (stated.length === 0) return;
    const all = new Coverage(stated.map(({ range }) => range));
    const real = noMapRanges(board);
    const missing = allClaims(context).filter((claim) => claim.kind !== 'ivshmem' && claim.ranges.some((range) => !all.covers(range)));
    const hypervisor = hypervisorClaim(system);
    const reserving = real?.find((range) => hypervisor?.ranges.every((own) => new Coverage([range]).covers(own)));
    for (const { range, start, end, addressCells, sizeCells } of stated) {
      const span = { file: member.path, start, end };
      if (reserving !== undefined) {
        if (real?.some((other) => other.start === range.start && other.size === range.size)) continue;
        const value = cells(reserving, { address: addressCells, size: sizeCells });
        const fixes: readonly Fix[] =
          value === undefined || stated.length > 1 ? [] : [{ title: `Write <${value}>`, edits: [{ span, newText: value }] }];
        report({
          span,
          message: `The comment says that ${rangeText(range)} is reserved, but the device tree of the board reserves ${rangeText(reserving)}. Correct the comment.`,
          related: [{ span: reserving.span, message: `${reserving.name} reserves ${rangeText(reserving)}` }],
          fixes,
        });
      } else if (missing.length > 0) {
        const [first] = missing;
        if (first === undefined) continue;
        report({
          span,
          message: `The comment says that ${rangeText(range)} is reserved, which leaves out ${first.kind === 'hypervisor' ? first.name : `${first.name} of cell "${first.config.cell.name.value}"`}: Linux would use that memory. Correct the comment.`,
          related: missing.slice(0, 4).map((claim) => ({ span: claim.span, message: claim.name })),
        });
      }
    }
  },
};

/** Reservations that comments speak of. Hexadecimal addresses only: a plain `<1 2>` may be anything. */
function statedIn(text: string): readonly Stated[] {
  const found: Stated[] = [];
  for (const comment of commentsOf(text)) {
    if (!/reserv/i.test(comment.text)) continue;
    for (const match of comment.text.matchAll(regInComment)) {
      const typed = match[1];
      if (typed === undefined || !/0[xX]/.test(typed)) continue;
      const numbers = typed.split(/[\s,]+/).map(BigInt);
      const addressCells = numbers.length === 2 ? 1 : 2;
      const sizeCells = numbers.length - addressCells;
      const start = joined(numbers.slice(0, addressCells));
      const size = joined(numbers.slice(addressCells));
      if (size === 0n) continue;
      const at = comment.textStart + match.index + match[0].indexOf(typed);
      found.push({ range: { start, size }, addressCells, sizeCells, start: at, end: at + typed.length });
    }
  }
  return found;
}

function joined(numbers: readonly bigint[]): bigint {
  return numbers.reduce((all, number) => (all << 32n) | number, 0n);
}
