import { type AddressRange, Coverage, intersection, overlaps } from '../config/address-window.ts';
import type { Board, BoardVariant, ReservedRange } from './board.ts';
import { reservationsUnread, reservedMemoryNode } from './reserved-memory.ts';

/** Ranges that Linux neither maps nor uses; undefined where no tree of the board is known. */
export function noMapRanges(board: Board): readonly ReservedRange[] | undefined {
  if (board.reserved === undefined) return undefined;
  const node = board.tree && reservedMemoryNode(board.tree.root);
  const unread = node !== undefined && reservationsUnread(node) !== undefined;
  return board.reserved.filter(({ noMap, from }) => noMap && !(unread && from === 'node'));
}

/** What is known of the part of the RAM that Linux keeps. */
export interface LinuxUse {
  /**
   * False where a word on the command line may cut Linux' memory and nobody says what the line is. On a Raspberry Pi the memory of Jailhouse lies
   * in the first GiB, which no `mem=` that leaves Linux alive cuts away.
   */
  readonly sure: boolean;
  /** The parts of a range that Linux counts as its memory, ascending. */
  inUse(variant: BoardVariant, range: AddressRange): readonly AddressRange[];
  /** All of Linux' memory, ascending. */
  ranges(variant: BoardVariant): readonly AddressRange[];
}

const uses = new WeakMap<Board, LinuxUse>();

/** Linux' memory without what `no-map` keeps it out of; without a tree nothing counts as reserved. */
export function linuxUse(board: Board): LinuxUse {
  const known = uses.get(board);
  if (known !== undefined) return known;
  const reserved = new Coverage(noMapRanges(board) ?? []);
  const inUse = (variant: BoardVariant, range: AddressRange): readonly AddressRange[] =>
    variant.linux.filter((bank) => overlaps(bank, range)).flatMap((bank) => reserved.gaps(intersection(bank, range)));
  const use: LinuxUse = {
    sure: board.commandLine !== undefined || board.kind === 'raspberry-pi-4',
    inUse,
    ranges: (variant) => variant.linux.flatMap((bank) => reserved.gaps(bank)),
  };
  uses.set(board, use);
  return use;
}
