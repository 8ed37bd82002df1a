import { type Node, parseTree } from 'jsonc-parser';
import type { TextEdit } from '../source/finding.ts';
import type { Span } from '../source/span.ts';

/**
 * Names one more overlay at the end of `overlays` of a board in jailhouse.json. `at`: a place in that board. Undefined where the text has no such object.
 */
export function addOverlay(text: string, at: Span, overlay: string): TextEdit | undefined {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const board = root && boardAround(root, at.start);
  if (board === undefined) return undefined;
  const named = JSON.stringify(overlay);
  const insert = (offset: number, newText: string): TextEdit => ({ span: { file: at.file, start: offset, end: offset }, newText });
  const list = memberOf(board, 'overlays');
  if (list?.type === 'array') {
    const last = list.children?.at(-1);
    return last === undefined ? insert(list.offset + 1, named) : insert(last.offset + last.length, `, ${named}`);
  }
  if (list !== undefined) return undefined;
  const last = board.children?.at(-1);
  if (last === undefined) return insert(board.offset + 1, ` "overlays": [${named}] `);
  // On a line of its own where the others are.
  const lineStart = text.lastIndexOf('\n', last.offset - 1) + 1;
  const indentation = text.slice(lineStart, last.offset);
  const separator = indentation.trim() === '' ? `${text.includes('\r\n') ? '\r\n' : '\n'}${indentation}` : ' ';
  return insert(last.offset + last.length, `,${separator}"overlays": [${named}]`);
}

/** The object of the member "board" that holds the offset, its key included. */
function boardAround(root: Node, offset: number): Node | undefined {
  let found: Node | undefined;
  let at: Node | undefined = root;
  while (at !== undefined) {
    const [key, value]: readonly (Node | undefined)[] = at.type === 'property' ? (at.children ?? []) : [];
    if (key?.value === 'board' && value?.type === 'object') found = value;
    at = at.children?.find((inner) => inner.offset <= offset && offset < inner.offset + inner.length);
  }
  return found;
}

function memberOf(object: Node, name: string): Node | undefined {
  return object.children?.find(({ children }) => children?.[0]?.value === name)?.children?.[1];
}
