import type { Board } from '../../board/board.ts';
import { reservationsUnread, reservedMemoryNode } from '../../board/reserved-memory.ts';
import { type AddressRange, Coverage, overlaps } from '../../config/address-window.ts';
import type { RelatedPlace } from '../../source/finding.ts';
import { higher, lower } from '../../system/paint.ts';
import type { BoardContext, Reporter } from '../rule.ts';
import { cellName, rangeText, sentenceStart } from '../wording.ts';
import type { Claim } from './claims.ts';
import { linuxOwns } from './linux-owns.ts';
import { reserveFixes } from './reserve-fixes.ts';
import { missingRam } from './root-ram.ts';

/** Larger gaps are no rests. */
const mostBeside = 0x200000n;

/** Reports memory of Jailhouse or of a cell that Linux takes for its own. `effect` goes behind a colon. */
export function reportNotReserved(context: BoardContext, report: Reporter, claim: Claim, effect: string, nodeName: string): void {
  const { board, member, system } = context;
  const owns = linuxOwns(board, claim.ranges);
  if (owns === undefined) return;
  const { on, parts, severity, note } = owns;
  const [first] = parts;
  const whole = parts.length === claim.ranges.length && first?.start === claim.ranges[0]?.start && first?.size === claim.ranges[0]?.size;
  const where = whole ? '' : `, in ${parts.slice(0, 3).map(rangeText).join(', ')}`;
  const name = member === system ? claim.name : `${claim.name} of ${cellName(member)}`;
  const hull = hullOf(claim.ranges);
  report({
    span: claim.span,
    severity,
    message: `${sentenceStart(name)} is ${whole ? '' : 'partly '}memory that Linux uses${on.text}${where}: ${effect}. ${stateOf(board, claim.ranges)} Reserve it in the board's device tree, with no-map.${note}`,
    related: reservationsAt(board, claim.ranges),
    fixes: () => reserveFixes(context, withGapsBeside(context, hull), nodeName).map((fix) => ({ ...fix, needsChoice: true })),
  });
}

/** From the lowest to the highest address. */
export function hullOf(ranges: readonly AddressRange[]): AddressRange {
  const start = ranges.reduce((lowest, range) => lower(range.start, lowest), ranges[0]?.start ?? 0n);
  const end = ranges.reduce((highest, range) => higher(range.start + range.size, highest), start);
  return { start, size: end - start };
}

/** With the RAM right before and behind it that the root cell leaves out: the rest of the last 2 MiB, as a rule, is of no use to Linux either. */
function withGapsBeside({ board, system }: BoardContext, range: AddressRange): AddressRange {
  let { start, size } = range;
  for (const gap of new Coverage(board.variants.flatMap((variant) => missingRam(system, board, variant))).ranges) {
    const end = start + size;
    const gapEnd = gap.start + gap.size;
    if (gap.start > end || gapEnd < start || gap.size > mostBeside) continue;
    start = lower(start, gap.start);
    size = higher(end, gapEnd) - start;
  }
  return { start, size };
}

/** What the tree says instead. */
function stateOf(board: Board, ranges: readonly AddressRange[]): string {
  const node = board.tree && reservedMemoryNode(board.tree.root);
  const unread = node && reservationsUnread(node);
  if (unread === 'ranges') return 'Linux passes over all of /reserved-memory, which has no "ranges".';
  if (unread !== undefined) return `Linux passes over all of /reserved-memory, whose ${unread} is not that of the root node.`;
  const near = touching(board, ranges);
  const mapped = near.find(({ noMap }) => !noMap);
  if (mapped !== undefined) return `${mapped.name} reserves it without no-map, so that Linux still has it as System RAM.`;
  const [part] = near;
  if (part !== undefined) return `${part.name} reserves ${rangeText(part)} only.`;
  return 'No node of /reserved-memory has it.';
}

function touching(board: Board, ranges: readonly AddressRange[]) {
  return (board.reserved ?? []).filter((reserved) => ranges.some((range) => overlaps(reserved, range)));
}

function reservationsAt(board: Board, ranges: readonly AddressRange[]): readonly RelatedPlace[] {
  const near = touching(board, ranges).map((reserved) => ({
    span: reserved.span,
    message: `${reserved.name} reserves ${rangeText(reserved)}${reserved.noMap ? '' : ' without no-map'}`,
  }));
  if (near.length > 0) return near;
  const node = board.tree && reservedMemoryNode(board.tree.root);
  const place = node ?? board.tree?.root;
  return [
    {
      span: place?.span ?? board.span,
      message: node === undefined ? 'the board, which reserves no memory' : '/reserved-memory of the board',
    },
  ];
}
