import type { MapBlock, MapPlace, MemoryMapResult } from '@jailhouse-cells/protocol/map-messages.ts';

/** A place in a text, as the editor counts: from 0. */
export interface Caret {
  readonly uri: string;
  readonly line: number;
  readonly character: number;
}

/** The blocks that the text around a caret is the source of; where texts lie in each other, those of the innermost one. */
export function blocksAtCaret({ lanes }: Pick<MemoryMapResult, 'lanes'>, caret: Caret): string[] {
  let best: { lines: number; characters: number } | undefined;
  let found: string[] = [];
  for (const { blocks } of lanes) {
    for (const block of blocks) {
      const place = [block.place, block.whole].find((candidate) => candidate !== undefined && holds(candidate, caret));
      if (place === undefined) continue;
      const size = { lines: place.endLine - place.line, characters: place.endCharacter - place.character };
      const order = best === undefined ? -1 : size.lines - best.lines || (size.lines === 0 ? size.characters - best.characters : 0);
      if (order < 0) {
        best = size;
        found = [];
      }
      if (order <= 0) found.push(block.id);
    }
  }
  return found;
}

function holds({ uri, line, character, endLine, endCharacter }: MapPlace, caret: Caret): boolean {
  if (uri !== caret.uri || caret.line < line || caret.line > endLine) return false;
  return (caret.line > line || caret.character >= character) && (caret.line < endLine || caret.character <= endCharacter);
}

/** The C file that most blocks of a lane are written in; undefined where none is. */
export function configOf(blocks: readonly MapBlock[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { place, whole } of blocks) {
    const uri = (whole ?? place)?.uri;
    if (uri?.endsWith('.c')) counts.set(uri, (counts.get(uri) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
