import type { Span } from '../source/span.ts';
import { placeOf, placeOfRun, type Token, TokenKind } from '../source/token.ts';
import { type Context, MAX_DEPTH } from './context.ts';
import { isOldDesignator, readDesignator } from './designator.ts';
import { readExpression } from './expression.ts';
import type { AggregateValue, InitialValue } from './initial-value.ts';
import {
  type Aggregate,
  advance,
  assign,
  atExcess,
  descend,
  enterFirst,
  noteEmpty,
  type Step,
  typeAt,
  widthAt,
} from './initialiser-path.ts';
import { isCharacterString, outerSpan, readStringValue, runSpan, scalar, typedSpan } from './scalar-value.ts';
import { arrayOf, type CType, describeType, isRecord } from './types.ts';
import type { Value } from './value.ts';

/** Reads what stands behind `name =`; an array without a length gets it here. */
export function readObjectInitialiser(context: Context, type: CType, name: Token): { initial: InitialValue | undefined; type: CType } {
  const initial = readInitialiser(context, type, name);
  return { initial, type: completed(type, initial) };
}

/** `(type){ … }`; the `(type)` has been read. */
export function readCompoundLiteral(context: Context, type: CType, start: number): Value {
  const initial = readInitialiser(context, type, context.tokens[start] as Token);
  const complete = completed(type, initial);
  const value = initial?.kind === 'scalar' ? initial.value : 0n;
  return { type: complete, value, constant: true, ...(initial ? { initial } : {}) };
}

function completed(type: CType, initial: InitialValue | undefined): CType {
  if (type.kind !== 'array' || type.length !== undefined) return type;
  let length = 0;
  if (initial?.kind === 'string') length = initial.units.length + 1;
  else if (initial?.kind === 'aggregate') for (const index of initial.parts.keys()) length = Math.max(length, index + 1);
  return arrayOf(type.element, length, type.dimension);
}

function readInitialiser(context: Context, type: CType, name: Token): InitialValue | undefined {
  if (context.is('{')) return readBraced(context, type);
  const start = context.at;
  if (type.kind === 'array' && isCharacterString(context, type)) return readStringValue(context, type);
  const value = readExpression(context);
  if (value.poisoned) return undefined;
  if (value.initial?.kind === 'aggregate' && (type.kind === 'array' || isRecord(type))) return value.initial;
  if (type.kind === 'array' || isRecord(type)) {
    context.damaged = true;
    context.report('c-type', 'error', `${name.text} is ${describeType(type)}: its initialiser needs braces.`, runSpan(context, start));
    return undefined;
  }
  return scalar(context, type, value, start);
}

/** Reads `{ … }` for a type. */
function readBraced(context: Context, type: CType): InitialValue | undefined {
  const start = context.at;
  const open = context.advance();
  if (context.depth >= MAX_DEPTH) {
    context.damaged = true;
    context.report('c-limit', 'error', 'These braces are nested too deeply to be read.', placeOf(open));
    context.skipBrackets('{', '}');
    return undefined;
  }
  context.depth++;
  const result = type.kind === 'array' || isRecord(type) ? readList(context, type, start, open) : readBracedScalar(context, type, open);
  context.depth--;
  return result;
}

/** `{ 5 }` for a single number: gcc takes the first value and warns of the others. */
function readBracedScalar(context: Context, type: CType, open: Token): InitialValue | undefined {
  if (context.accept('}')) {
    const span = placeOfRun(context.tokens, context.at - 2, context.at);
    context.damaged = true;
    context.report('c-type', 'error', `Empty braces cannot stand for a single ${describeType(type)}; write 0.`, span);
    return { kind: 'scalar', type, value: 0n, span, text: undefined };
  }
  // gcc says nothing of the outermost pair, as in `int x = { 1 };`.
  if (context.depth > 1) {
    context.report(
      'c-excess-elements',
      'warning',
      `These braces stand around a single ${describeType(type)}; the compiler ignores them.`,
      placeOf(open),
    );
  }
  const inner = context.is('{') ? readBraced(context, type) : readInitialiser(context, type, open);
  while (context.accept(',') && !context.is('}')) {
    const start = context.at;
    if (context.is('{')) readBraced(context, type);
    else readExpression(context);
    excess(context, start, `a single ${describeType(type)}`);
  }
  closeBraces(context, open);
  return inner;
}

function excess(context: Context, start: number, of: string): void {
  context.report(
    'c-excess-elements',
    'warning',
    `There is no place left for this value in ${of}; the compiler drops it.`,
    runSpan(context, start),
  );
}

function readList(context: Context, type: Aggregate, start: number, open: Token): InitialValue {
  const value: AggregateValue = {
    kind: 'aggregate',
    type,
    span: placeOf(open),
    label: placeOf(open),
    text: undefined,
    braced: true,
    parts: new Map(),
  };
  // `char name[] = { "text" }`
  if (type.kind === 'array' && isCharacterString(context, type)) {
    const string = readStringValue(context, type);
    context.accept(',');
    closeBraces(context, open);
    return string;
  }
  let path: Step[] = [{ type, index: 0, last: 0 }];
  enterFirst(path[0] as Step);
  while (!context.atEnd && !context.is('}')) {
    const before = context.at;
    let label: Span | undefined;
    if (context.is('.') || context.is('[') || isOldDesignator(context)) {
      const designated = readDesignator(context, type);
      if (!designated) {
        skipElement(context);
        context.accept(',');
        continue;
      }
      path = designated;
      label = placeOfRun(context.tokens, before, Math.max(before + 1, context.previous.text === '=' ? context.at - 1 : context.at));
    }
    readElement(context, value, path, open, label);
    if (context.at === before) context.advance();
    if (context.accept(',')) continue;
    if (context.is('}') || context.atEnd) break;
    // Where no value could be read that has been said already.
    if (context.previous.text !== '=') missingComma(context);
  }
  closeBraces(context, open);
  value.span = outerSpan(context, start);
  // Braces that come out of a macro are none that an edit could add to.
  value.text = open.expansion ? undefined : typedSpan(context, start);
  return value;
}

function closeBraces(context: Context, open: Token): void {
  if (context.accept('}')) return;
  context.syntaxError('This brace is not closed: "}" is missing.', open);
  while (!context.atEnd && !context.is('}') && !context.is(';')) context.advance();
  context.accept('}');
}

function missingComma(context: Context): void {
  const startsElement = context.is('.') || context.is('{') || context.is('[');
  if (startsElement) {
    const last = placeOf(context.previous);
    context.damaged = true;
    context.add({
      rule: 'c-syntax',
      severity: 'error',
      message: `A comma is missing behind "${context.previous.text}".`,
      span: last,
      related: [],
      fixes: context.previous.expansion ? [] : [{ title: 'Add the comma', edits: [{ span: { ...last, start: last.end }, newText: ',' }] }],
    });
    return;
  }
  context.syntaxError(`"${context.token.text}" is not expected here: a comma or "}" is missing before it.`);
  skipElement(context);
  context.accept(',');
}

/** Skips to the comma or brace that ends this element, brackets and all. */
function skipElement(context: Context): void {
  for (let depth = 0; !context.atEnd; context.advance()) {
    if (context.is('{') || context.is('(') || context.is('[')) depth++;
    else if (context.is('}') || context.is(')') || context.is(']')) {
      if (depth === 0) return;
      depth--;
    } else if (depth === 0 && (context.is(',') || context.is(';'))) return;
  }
}

/** Reads one value and puts it where the path points, stepping into aggregates that have no braces of their own. */
function readElement(context: Context, root: AggregateValue, path: Step[], open: Token, label: Span | undefined): void {
  const start = context.at;
  if (atExcess(path)) {
    const wasBraced = context.is('{');
    if (wasBraced) {
      context.advance();
      context.skipBrackets('{', '}');
    } else readExpression(context);
    excess(context, start, describeType(root.type));
    return;
  }
  let type = typeAt(path);
  if (context.is('{')) {
    const value = readBraced(context, type);
    if (label && value?.kind === 'aggregate') value.label = label;
    if (value) assign(context, root, path, value, label);
    advance(path);
    return;
  }
  if (type.kind === 'array' && isCharacterString(context, type)) {
    assign(context, root, path, readStringValue(context, type), label);
    advance(path);
    return;
  }
  // A string for a character array deeper inside must not be read as a number.
  while (context.token.kind === TokenKind.String && (type.kind === 'array' || isRecord(type))) {
    if (!descend(path)) break;
    type = typeAt(path);
    if (type.kind === 'array' && isCharacterString(context, type)) {
      assign(context, root, path, readStringValue(context, type), label);
      advance(path);
      return;
    }
  }
  const value = readExpression(context);
  const whole = value.initial?.kind === 'aggregate' ? value.initial : undefined;
  while ((type.kind === 'array' || isRecord(type)) && whole?.type !== type) {
    if (!descend(path)) {
      // Nothing inside can hold a value: an empty struct or an array of length zero.
      if (!value.poisoned) excess(context, start, describeType(type));
      advance(path);
      return;
    }
    type = typeAt(path);
  }
  if (whole && whole.type === type) assign(context, root, path, whole, label);
  else {
    const number = scalar(context, type, value, start, widthAt(path));
    if (number) assign(context, root, path, number, label);
    else noteEmpty(root, path, label ?? placeOf(open));
  }
  advance(path);
}
