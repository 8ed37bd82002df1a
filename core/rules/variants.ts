import type { Board, BoardVariant } from '../board/board.ts';

/** The RAM sizes that a finding holds for. */
export interface OnVariants {
  readonly variants: readonly BoardVariant[];
  /** It holds for every size that the configs are checked for. */
  readonly all: boolean;
  /** Goes behind a statement: ` on boards with 4 GB and 8 GB of RAM`, ` on a board with 8 GB of RAM` where the size is stated; empty where there is but one size, without a name. */
  readonly text: string;
}

/** The variants of the board that a test holds for; undefined when it holds for none. */
export function variantsWhere(board: Board, test: (variant: BoardVariant) => boolean): OnVariants | undefined {
  const variants = board.variants.filter(test);
  if (variants.length === 0) return undefined;
  const all = variants.length === board.variants.length;
  return { variants, all, text: textOf(variants, all) };
}

function textOf(variants: readonly BoardVariant[], all: boolean): string {
  const names = variants.map(({ name }) => name).filter((name) => name !== '');
  if (names.length === 0) return '';
  if (names.length === 1) return ` on ${all ? 'a board' : 'boards'} with ${names[0]} of RAM`;
  return all ? ' whatever the RAM size' : ` on boards with ${names.slice(0, -1).join(', ')} and ${names.at(-1)} of RAM`;
}
