/** A comment of a text: what stands between its marks, and where. */
export interface Comment {
  readonly start: number;
  readonly end: number;
  /** Without `//`, `#` or the enclosing marks. */
  readonly text: string;
  /** Offset of `text`. */
  readonly textStart: number;
}

/** String and character literals are skipped; a literal ends at the end of its line at the latest, as gcc takes it. */
const pieces = /\/\/(?:\\\r?\n|[^\n])*|\/\*[\s\S]*?(?:\*\/|$)|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?/g;

/** All comments of a text, in order. */
export function commentsOf(text: string): readonly Comment[] {
  const comments: Comment[] = [];
  for (const match of text.matchAll(pieces)) {
    const piece = match[0];
    if (!piece.startsWith('/')) continue;
    const closed = piece.startsWith('/*') && piece.endsWith('*/') && piece.length >= 4;
    const start = match.index;
    comments.push({ start, end: start + piece.length, text: piece.slice(2, closed ? -2 : undefined), textStart: start + 2 });
  }
  return comments;
}

/** The comments of config.txt: from a `#` at the beginning of a line to its end. */
export function hashCommentsOf(text: string): readonly Comment[] {
  return [...text.matchAll(/^[ \t]*#[^\n]*/gm)].map((match) => {
    const start = match.index + match[0].indexOf('#');
    const end = match.index + match[0].replace(/\r$/, '').length;
    return { start, end, text: text.slice(start + 1, end), textStart: start + 1 };
  });
}
