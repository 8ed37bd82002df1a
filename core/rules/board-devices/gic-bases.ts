import type { BoardGic } from '../../board/board.ts';
import type { AddressWindow } from '../../config/address-window.ts';
import type { Field, Gic } from '../../config/model.ts';
import { numberLike } from '../../fixes/number-style.ts';
import { type Edits, edit, textAt } from '../../fixes/source-text.ts';
import { memberName, writeNumber } from '../../fixes/values.ts';
import type { BoardContext } from '../rule.ts';

/** A GIC-400 whose pages stand 64 KiB apart shows each page 16 times: the last copy of one stands right before the first of the next. */
export const lastCopy = 0xf000n;
const spacedSize = 0x20000n;

/** A base of the config, and the registers of the board that it names. */
export interface GicUnit {
  readonly field: Field<bigint>;
  readonly window: AddressWindow | undefined;
}

/** The bases that a controller of the board's version needs, as far as the board tells their addresses. */
export function gicUnits(gic: Gic, board: BoardGic): readonly GicUnit[] {
  const gicd = { field: gic.gicdBase, window: board.gicd };
  return board.version === 3
    ? [gicd, { field: gic.gicrBase, window: board.gicr[0] }]
    : [
        gicd,
        { field: gic.giccBase, window: board.gicc },
        { field: gic.gichBase, window: board.gich },
        { field: gic.gicvBase, window: board.gicv },
      ];
}

/** True where the two register pages of GICC or GICV stand 64 KiB apart. */
export function isSpaced({ name, size }: AddressWindow): boolean {
  return size === spacedSize && (name === 'GICC' || name === 'GICV');
}

/** The base that shows the hypervisor both register pages in a row. */
export function wantedBase(window: AddressWindow): bigint {
  return isSpaced(window) ? window.start + lastCopy : window.start;
}

/** Writes a base; that of GICD also in the irqchips of root and cells that name it. */
export function baseEdits({ system, cells }: BoardContext, gic: Gic, field: Field<bigint>, value: bigint): Edits {
  const own = writeNumber(system, gic, field, value);
  if (own === undefined) return undefined;
  const edits = [...own];
  if (memberName(field) !== 'gicd_base') return edits;
  for (const config of new Set([system, ...cells])) {
    for (const { address } of config.irqchips) {
      if (address.value !== field.value) continue;
      const typed = textAt(config, address.text);
      // A macro gives it: it may be the same that gives gicd_base.
      if (typed === undefined || address.text === undefined) return undefined;
      edits.push(edit(config, address.text.start, address.text.end, numberLike(typed, value)));
    }
  }
  return edits;
}
