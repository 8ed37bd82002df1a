import type { Config } from '../config/model.ts';
import type { Fix, TextEdit } from '../source/finding.ts';
import { SourceFile } from '../source/source-file.ts';
import type { Span } from '../source/span.ts';
import { Token, TokenFlag } from '../source/token.ts';
import { tokenize } from '../source/tokenizer.ts';

/** The text of the config's own file; undefined for a binary, or where the object is defined in an included file. */
export function sourceOf(config: Config): string | undefined {
  return config.shape?.source?.text;
}

/** What the author typed there; undefined where it lies in another file than the config's own. */
export function textAt(config: Config, span: Span | undefined): string | undefined {
  return span?.file === config.path ? sourceOf(config)?.slice(span.start, span.end) : undefined;
}

/** The tokens of a stretch of the config's own file, with offsets into the file; undefined where directives stand in between. */
export function tokensIn(config: Config, span: Span | undefined): readonly Token[] | undefined {
  const text = textAt(config, span);
  if (text === undefined || span === undefined) return undefined;
  const { tokens } = tokenize(new SourceFile(config.path, text));
  if (tokens.some((token) => token.text === '#' && (token.flags & TokenFlag.LineStart) !== 0)) return undefined;
  return tokens
    .filter((token) => token.text !== '')
    .map(
      (token) => new Token(token.kind, token.text, token.file, token.start + span.start, token.end + span.start, token.flags, undefined),
    );
}

/** The white space that the line of an offset begins with. */
export function indentationAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

/** Where the line of an offset starts, if only white space stands before it there. */
export function lineStartBefore(text: string, offset: number): number | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return text.slice(start, offset).trim() === '' ? start : undefined;
}

/** The line break that the file uses. */
export function lineBreakOf(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n';
}

/** An edit of the config's own file. */
export function edit(config: Config, start: number, end: number, newText: string): TextEdit {
  return { span: { file: config.path, start, end }, newText };
}

export type Edits = readonly TextEdit[] | undefined;

/** A list of one fix, or of none where its edits cannot be made. */
export function fix(title: string, edits: Edits): readonly Fix[] {
  return edits === undefined || edits.length === 0 ? [] : [{ title, edits }];
}

/** A fix that is one of several ways, or guesses: offered in the editor, never applied by `check --fix`. */
export function choice(title: string, edits: Edits): readonly Fix[] {
  return edits === undefined || edits.length === 0 ? [] : [{ title, edits, needsChoice: true }];
}

/** All edits together; undefined when one of them cannot be made. */
export function together(...parts: readonly Edits[]): Edits {
  const all: TextEdit[] = [];
  for (const part of parts) {
    if (part === undefined) return undefined;
    all.push(...part);
  }
  return all;
}
