import type { Span } from '@jailhouse-cells/core/source/span.ts';

/** A stretch of the old text, kept or replaced, at its place in the new one. */
interface Piece {
  readonly start: number;
  readonly end: number;
  /** Stands in for the old text; left out: the text stays. */
  readonly text?: string;
}

/** A text made from another one piece by piece, which knows where each old stretch went. */
export class Rewriting {
  readonly text: string;
  private readonly placed: readonly (Piece & { readonly at: number; readonly length: number })[];

  constructor(old: string, pieces: readonly Piece[]) {
    let text = '';
    this.placed = pieces.map((piece) => {
      const content = piece.text ?? old.slice(piece.start, piece.end);
      const at = text.length;
      text += content;
      return { ...piece, at, length: content.length };
    });
    this.text = text;
  }

  /** Where a span of the old text is now. */
  map(span: Span): Span {
    if (span.end <= span.start) return { ...span, start: this.place(span.start, 'start'), end: this.place(span.start, 'start') };
    return { ...span, start: this.place(span.start, 'start'), end: this.place(span.end - 1, 'end') };
  }

  /** True for a span of the new text that lies in what was added to the old one. */
  added(span: Span): boolean {
    return this.placed.some(({ start, end, at, length }) => start === end && span.start >= at && span.end <= at + length);
  }

  private place(offset: number, side: 'start' | 'end'): number {
    const piece = this.placed.find(({ start, end }) => offset >= start && offset < end);
    if (piece === undefined) return side === 'start' ? 0 : this.text.length;
    if (piece.text !== undefined) return side === 'start' ? piece.at : piece.at + piece.length;
    return piece.at + (offset - piece.start) + (side === 'end' ? 1 : 0);
  }
}

/** Edits of one text that do not overlap, in any order. */
export function edited(old: string, edits: readonly Required<Piece>[]): Rewriting {
  const pieces: Piece[] = [];
  let from = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (edit.start > from) pieces.push({ start: from, end: edit.start });
    pieces.push(edit);
    from = edit.end;
  }
  pieces.push({ start: from, end: old.length });
  return new Rewriting(old, pieces);
}

interface Group {
  readonly items: readonly Item[];
}

interface Item {
  readonly start: number;
  readonly end: number;
  readonly designator: string | undefined;
  readonly groups: readonly Group[];
}

/** Turns round the order of designated members in every initialiser that has nothing but such. */
export function reversedMembers(old: string): Rewriting {
  const begin = /\b\w+ = \{/.exec(old);
  if (begin === null || old.slice(begin.index).includes('\n#')) return edited(old, []);
  const pieces: Piece[] = [];
  const open = begin.index + begin[0].length - 1;
  const { group, end } = readGroup(old, open);
  pieces.push({ start: 0, end: open + 1 });
  write(group, open + 1, end - 1, pieces);
  pieces.push({ start: end - 1, end: old.length });
  return new Rewriting(old, pieces);
}

/** Writes the content of a group, `from` and `to` being the places behind its `{` and at its `}`. */
function write(group: Group, from: number, to: number, pieces: Piece[]): void {
  const { items } = group;
  const names = items.map(({ designator }) => designator);
  const turn = items.length > 1 && !names.includes(undefined) && new Set(names).size === names.length;
  let at = from;
  for (const [index, place] of items.entries()) {
    pieces.push({ start: at, end: place.start });
    writeItem((turn ? items[items.length - 1 - index] : place) as Item, pieces);
    at = place.end;
  }
  pieces.push({ start: at, end: to });
}

function writeItem(item: Item, pieces: Piece[]): void {
  let at = item.start;
  for (const group of item.groups) {
    const { from, to } = group as Group & { from: number; to: number };
    pieces.push({ start: at, end: from });
    write(group, from, to, pieces);
    at = to;
  }
  pieces.push({ start: at, end: item.end });
}

/** Reads `{ … }` from its opening brace. An item ends before its comma and begins behind white space and comments. */
function readGroup(text: string, open: number): { readonly group: Group & { from: number; to: number }; readonly end: number } {
  const items: Item[] = [];
  let at = open + 1;
  let start: number | undefined;
  let last = at;
  let depth = 0;
  let groups: Group[] = [];
  const close = (): void => {
    if (start === undefined) return;
    const designator = /^\.([\w.[\]]+)\s*=/.exec(text.slice(start, last))?.[1];
    items.push({ start, end: last, designator, groups });
    start = undefined;
    groups = [];
  };
  while (at < text.length) {
    const skipped = skipBlank(text, at);
    if (skipped > at) {
      at = skipped;
      continue;
    }
    const character = text[at] as string;
    if (character === ',' && depth === 0) {
      close();
      at++;
      continue;
    }
    if (character === '}') {
      close();
      return { group: { items, from: open + 1, to: at }, end: at + 1 };
    }
    start ??= at;
    if (character === '{') {
      const inner = readGroup(text, at);
      groups.push(inner.group);
      at = inner.end;
    } else if (character === '"') {
      at = text.indexOf('"', at + 1) + 1;
    } else {
      if (character === '(') depth++;
      if (character === ')') depth--;
      at++;
    }
    last = at;
  }
  throw new Error('an initialiser that does not end');
}

function skipBlank(text: string, at: number): number {
  if (/\s/.test(text[at] as string)) return at + 1;
  if (text.startsWith('/*', at)) return text.indexOf('*/', at) + 2;
  if (text.startsWith('//', at)) return text.indexOf('\n', at);
  return at;
}
