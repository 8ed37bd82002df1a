import type { Board, BoardVariant } from '../../board/board.ts';
import { linuxUse } from '../../board/linux-use.ts';
import { type AddressRange, Coverage } from '../../config/address-window.ts';
import type { Severity } from '../../source/finding.ts';
import { type OnVariants, variantsWhere } from '../variants.ts';

/** What Linux keeps of ranges that are not to be its own. */
export interface LinuxOwns {
  readonly on: OnVariants;
  /** On whichever board, ascending. */
  readonly parts: readonly AddressRange[];
  readonly severity: Severity;
  /** What is not known and would make it well; empty where it is sure. With a space in front. */
  readonly note: string;
}

/**
 * Undefined where Linux has nothing of the ranges, and where that cannot be said: no tree of the board is known, or it is QEMU's board, whose memory for
 * Jailhouse is cut off by `mem=`, and the command line is not known.
 */
export function linuxOwns(board: Board, ranges: readonly AddressRange[]): LinuxOwns | undefined {
  if (board.reserved === undefined) return undefined;
  const use = linuxUse(board);
  if (!use.sure && board.kind === 'qemu-arm64') return undefined;
  const kept = (variant: BoardVariant) => ranges.flatMap((range) => use.inUse(variant, range));
  const on = variantsWhere(board, (variant) => kept(variant).length > 0);
  if (on === undefined) return undefined;
  return {
    on,
    parts: new Coverage(on.variants.flatMap(kept)).ranges,
    severity: use.sure ? 'error' : 'warning',
    note: use.sure
      ? ''
      : ' Only a mem= on the command line could have cut it away, which is not known: name the file as "cmdlineTxt" in jailhouse.json.',
  };
}
