import type { Config } from '../config/model.ts';
import type { Span } from '../source/span.ts';
import type { Token } from '../source/token.ts';
import { type Edits, edit, indentationAt, lineBreakOf, lineStartBefore, sourceOf, tokensIn } from './source-text.ts';

/** One item of a braced initialiser. */
export interface Item {
  /** First character of the item, its designator included. */
  readonly start: number;
  /** Behind its last character, before the comma. */
  readonly end: number;
  /** Behind the comma that follows it. */
  readonly comma: number | undefined;
  /** `flags` of `.flags = …`; undefined where no simple designator stands. */
  readonly name: string | undefined;
  /** True for `[3] = …`. */
  readonly indexed: boolean;
}

export interface Braces {
  /** Behind the opening brace. */
  readonly open: number;
  /** Before the closing brace. */
  readonly close: number;
  readonly items: readonly Item[];
}

const opening = new Set(['{', '(', '[']);
const closing = new Set(['}', ')', ']']);

/** Many findings of one config ask for the same braces. */
const known = new WeakMap<Config, Map<number, Braces | undefined>>();

/** Takes a braced initialiser apart; undefined where the span is no pair of braces of the config's own file, or holds directives. */
export function bracesAt(config: Config, span: Span | undefined): Braces | undefined {
  if (span === undefined || span.file !== config.path) return undefined;
  let ofConfig = known.get(config);
  if (!ofConfig) {
    ofConfig = new Map();
    known.set(config, ofConfig);
  }
  if (!ofConfig.has(span.start)) ofConfig.set(span.start, takeApart(config, span));
  return ofConfig.get(span.start);
}

function takeApart(config: Config, span: Span): Braces | undefined {
  const tokens = tokensIn(config, span);
  const first = tokens?.[0];
  const last = tokens?.at(-1);
  if (!tokens || first?.text !== '{' || last?.text !== '}' || first === last) return undefined;
  const items: Item[] = [];
  let depth = 0;
  let run: Token[] = [];
  const finish = (comma: number | undefined): void => {
    const [head, second] = run;
    const tail = run.at(-1);
    if (!head || !tail) return;
    const name = head.text === '.' && run[2]?.text === '=' ? second?.text : undefined;
    items.push({ start: head.start, end: tail.end, comma, name, indexed: head.text === '[' });
    run = [];
  };
  for (const token of tokens.slice(1, -1)) {
    if (token.text === ',' && depth === 0) {
      finish(token.end);
      continue;
    }
    if (opening.has(token.text)) depth++;
    else if (closing.has(token.text)) depth--;
    if (depth < 0) return undefined;
    run.push(token);
  }
  finish(undefined);
  return { open: first.end, close: last.start, items };
}

/**
 * Adds `.name = value` to a braced initialiser: behind the item that ends at or before `after`, else at its end; on a line of its
 * own where the others have theirs.
 */
export function addMember(config: Config, span: Span | undefined, text: string, after?: number): Edits {
  const source = sourceOf(config);
  const braces = bracesAt(config, span);
  if (source === undefined || braces === undefined) return undefined;
  const { items } = braces;
  const at = after === undefined ? items.length - 1 : items.findLastIndex((item) => item.end <= after);
  const before = items[at];
  if (before === undefined) {
    const next = items[0];
    if (next === undefined) return [edit(config, braces.open, braces.close, ` ${text} `)];
    const own = lineStartBefore(source, next.start);
    return own === undefined
      ? [edit(config, next.start, next.start, `${text}, `)]
      : [edit(config, own, own, `${indentationAt(source, next.start)}${text},${lineBreakOf(source)}`)];
  }
  const ownLine = lineStartBefore(source, before.start) !== undefined;
  const comma = before.comma === undefined ? [edit(config, before.end, before.end, ',')] : [];
  const behind = before.comma ?? before.end;
  if (!ownLine || sameLine(source, braces.close, behind)) {
    return before.comma === undefined ? [edit(config, before.end, before.end, `, ${text}`)] : [edit(config, behind, behind, ` ${text},`)];
  }
  // A comment behind the item belongs to it.
  const line = endOfLine(source, behind);
  const end = /\/\*(?:(?!\*\/).)*$/.test(source.slice(behind, line)) ? behind : line;
  return [...comma, edit(config, end, end, `${lineBreakOf(source)}${indentationAt(source, before.start)}${text},`)];
}

/** Takes an item out, with its comma and, where it stands alone, its line. */
export function removeItem(config: Config, span: Span | undefined, at: number): Edits {
  const source = sourceOf(config);
  const braces = bracesAt(config, span);
  const item = braces?.items.find(({ start, end }) => start <= at && at < end);
  if (source === undefined || braces === undefined || item === undefined) return undefined;
  const end = item.comma ?? item.end;
  const lineStart = lineStartBefore(source, item.start);
  const lineEnd = endOfLine(source, end);
  if (lineStart !== undefined && source.slice(end, lineEnd).trim() === '')
    return [edit(config, lineStart, Math.min(source.length, afterLineBreak(source, lineEnd)), '')];
  let stop = end;
  while (source[stop] === ' ' || source[stop] === '\t') stop++;
  return [edit(config, item.start, stop, '')];
}

function sameLine(source: string, a: number, b: number): boolean {
  return !source.slice(Math.min(a, b), Math.max(a, b)).includes('\n');
}

/** End of the line, before its break. */
export function endOfLine(source: string, offset: number): number {
  const at = source.indexOf('\n', offset);
  if (at < 0) return source.length;
  return source[at - 1] === '\r' && at - 1 >= offset ? at - 1 : at;
}

export function afterLineBreak(source: string, lineEnd: number): number {
  if (source.startsWith('\r\n', lineEnd)) return lineEnd + 2;
  return source[lineEnd] === '\n' ? lineEnd + 1 : lineEnd;
}
