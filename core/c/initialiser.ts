import { hex } from '../source/numbers.ts';
import type { Span } from '../source/span.ts';
import { placeOf, placeOfRun, type Token, TokenKind } from '../source/token.ts';
import { type Context, MAX_DEPTH, MAX_OBJECT_SIZE } from './context.ts';
import { readExpression, readInteger, readString, reportUnknownMember } from './expression.ts';
import type { AggregateValue, InitialValue, ScalarValue } from './initial-value.ts';
import {
  type ArrayType,
  arrayOf,
  type CType,
  describeType,
  fieldAt,
  findMember,
  type IntegerType,
  isCharacter,
  isRecord,
  type RecordType,
} from './types.ts';
import { type Value, wrap } from './value.ts';

/** Assignments through range designators, all ranges of a source together. */
const MAX_RANGE_ELEMENTS = 1_000_000;

type Aggregate = ArrayType | RecordType;

/** A place inside the braces being read: which part of which aggregate comes next. */
interface Step {
  readonly type: Aggregate;
  index: number;
  /** Last index of a range designator `[a ... b]`. */
  last: number;
}

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

function runSpan(context: Context, start: number): Span {
  return placeOfRun(context.tokens, start, Math.max(context.at, start + 1));
}

/** The run as the author typed it, if what stands before and behind it is no part of a macro either. */
function typedSpan(context: Context, start: number): Span | undefined {
  const before = context.tokens[start - 1];
  const behind = context.tokens[context.at];
  if (!before || !behind || before.expansion || behind.expansion) return undefined;
  const span = outerSpan(context, start);
  return span.file === before.file.path && before.end <= span.start && (behind.file !== before.file || span.end <= behind.start)
    ? span
    : undefined;
}

/** From the first token to the last, macro uses whole. */
function outerSpan(context: Context, start: number): Span {
  const first = placeOf(context.tokens[start] as Token);
  const last = placeOf(context.tokens[Math.max(start, context.at - 1)] as Token);
  return last.file === first.file && last.end > first.start
    ? { ...first, start: Math.min(first.start, last.start), end: Math.max(first.end, last.end) }
    : first;
}

function isCharacterString(context: Context, type: ArrayType): boolean {
  const { element } = type;
  if (element.kind !== 'integer') return false;
  let at = context.at;
  while (context.tokens[at]?.text === '(' && context.tokens[at]?.kind === TokenKind.Punctuator) at++;
  const token = context.tokens[at];
  if (token?.kind !== TokenKind.String) return false;
  const wide = /^(?:L|U)R?"/.test(token.text) ? 4 : /^uR?"/.test(token.text) ? 2 : 1;
  if (wide === 1 ? !isCharacter(element) : element.size !== wide) return false;
  // `"abc"[0]` and the like are expressions.
  while (context.tokens[at]?.kind === TokenKind.String) at++;
  const behind = context.tokens[at]?.text;
  return (
    behind === ',' ||
    behind === '}' ||
    behind === ';' ||
    behind === ')' ||
    at === context.tokens.length - 1 ||
    context.tokens[at]?.kind === TokenKind.Identifier ||
    behind === '.'
  );
}

function readStringValue(context: Context, type: ArrayType): InitialValue {
  const start = context.at;
  let parentheses = 0;
  while (context.accept('(')) parentheses++;
  const { units } = readString(context);
  while (parentheses-- > 0) context.expect(')', 'behind the string');
  const span = runSpan(context, start);
  let kept: readonly number[] = units;
  if (type.length !== undefined && units.length > type.length) {
    const bytes = type.length === 1 ? '1 character' : `${type.length} characters`;
    context.report(
      'c-string-too-long',
      'warning',
      `This string has ${units.length} characters, but there is room for ${bytes}; the rest is cut off.`,
      span,
    );
    kept = units.slice(0, type.length);
  }
  return { kind: 'string', type, units: kept, span, text: typedSpan(context, start) };
}

/** Converts a value to the type of what it initialises, as an assignment would (C17 6.7.9). */
function scalar(context: Context, type: CType, value: Value, start: number, width?: number): ScalarValue | undefined {
  if (value.poisoned) return undefined;
  const span = runSpan(context, start);
  const text = typedSpan(context, start);
  if (!value.constant || (value.type.kind !== 'integer' && value.type.kind !== 'pointer')) {
    context.damaged = true;
    const why = value.units
      ? 'A string cannot stand here'
      : value.object
        ? `${value.object.name} is a variable, and its value is not known when the config is compiled`
        : 'This is not a constant';
    context.report('c-not-constant', 'error', `${why}; a number is needed.`, span);
    return undefined;
  }
  if (type.kind === 'pointer') return { kind: 'scalar', type, value: BigInt.asUintN(type.size * 8, value.value), span, text };
  if (type.kind !== 'integer') return undefined;
  if (type.name === 'float' || type.name === 'double') {
    if (value.value !== 0n) {
      context.damaged = true;
      context.report('c-type', 'error', `Floating-point members such as this ${type.name} cannot be read.`, span);
    }
    return { kind: 'scalar', type, value: 0n, span, text };
  }
  const held = width === undefined ? wrap(value.value, type) : wrapBits(value.value, type, width);
  if (held !== value.value) warnIfCut(context, type, width, value.value, held, span);
  return { kind: 'scalar', type, value: held, span, text };
}

function wrapBits(value: bigint, type: IntegerType, width: number): bigint {
  if (type.rank === 0) return value === 0n ? 0n : 1n;
  return type.signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);
}

/** As gcc: a value that fits the type with either sign (-1 in a u8) passes silently (c-common: warnings_for_convert_and_check). */
function warnIfCut(context: Context, type: IntegerType, width: number | undefined, value: bigint, held: bigint, span: Span): void {
  const bits = width ?? type.size * 8;
  if (type.rank === 0 || BigInt.asIntN(bits, value) === value || BigInt.asUintN(bits, value) === value) return;
  const room = width === undefined ? `${bits}-bit ${describeType(type)}` : `bit-field of ${width} bit${width === 1 ? '' : 's'}`;
  context.report('c-value-overflow', 'warning', `${hex(value)} does not fit this ${room}; ${hex(held)} is stored.`, span);
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

/** GNU's old `name: value`. */
function isOldDesignator(context: Context): boolean {
  return context.token.kind === TokenKind.Identifier && context.ahead().text === ':' && context.ahead().kind === TokenKind.Punctuator;
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
    context.findings.push({
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

/** Reads `.a.b[2] =` from the braced type on. Undefined when a name or index is wrong (reported). */
function readDesignator(context: Context, type: Aggregate): Step[] | undefined {
  const path: Step[] = [];
  let current: CType = type;
  for (;;) {
    if (context.accept('[')) {
      const step = readIndex(context, current);
      if (!step) return undefined;
      path.push(step);
      current = (step.type as ArrayType).element;
    } else if (context.is('.') || (path.length === 0 && isOldDesignator(context))) {
      const old = !context.accept('.');
      const name = context.token;
      if (name.kind !== TokenKind.Identifier) {
        context.syntaxError('The name of a member is missing behind the dot.', context.previous);
        return undefined;
      }
      context.advance();
      const steps: readonly number[] | undefined = isRecord(current) ? findMember(current, name.text) : undefined;
      if (!isRecord(current) || !steps) {
        reportUnknownMember(context, current, name);
        return undefined;
      }
      for (const index of steps) {
        path.push({ type: current as RecordType, index, last: index });
        current = fieldAt(current as RecordType, index).type;
      }
      if (old) {
        context.advance();
        return path;
      }
    } else break;
  }
  // gcc lets the "=" be left out behind an index.
  if (!context.accept('=') && (path.at(-1)?.type.kind !== 'array' || context.is(',') || context.is('}'))) {
    context.syntaxError('"=" and a value are missing behind this designator.', context.previous);
    return undefined;
  }
  return path;
}

function readIndex(context: Context, type: CType): Step | undefined {
  const start = context.at;
  const first = readInteger(context, 'An array index');
  const last = context.accept('...') ? readInteger(context, 'An array index') : first;
  const span = runSpan(context, start);
  context.expect(']', 'behind the index');
  if (first === undefined || last === undefined) return undefined;
  if (type.kind !== 'array') {
    context.damaged = true;
    context.report('c-type', 'error', `${describeType(type)} is no array, so an index cannot stand here.`, span);
    return undefined;
  }
  const problem =
    first < 0n || last < 0n
      ? 'An array index cannot be negative.'
      : last < first
        ? `This range is empty: ${last} is below ${first}.`
        : type.length !== undefined && last >= BigInt(type.length)
          ? `The array has ${type.length} element${type.length === 1 ? '' : 's'} (0 to ${type.length - 1}); there is no element ${last}.`
          : last * BigInt(type.element.size) > BigInt(MAX_OBJECT_SIZE) || last - first > BigInt(MAX_RANGE_ELEMENTS)
            ? 'This array would become too large to be a config.'
            : undefined;
  if (problem) {
    context.damaged = true;
    context.report('c-type', 'error', problem, span);
    return undefined;
  }
  return { type, index: Number(first), last: Number(last) };
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

/** A value that could not be read still marks its place as written by the author. */
function noteEmpty(root: AggregateValue, path: readonly Step[], span: Span): void {
  if (path.length < 2) return;
  const step = path[0] as Step;
  if (!root.parts.has(step.index)) {
    const type = partType(step);
    if (type.kind === 'array' || isRecord(type))
      root.parts.set(step.index, { kind: 'aggregate', type, span, label: span, text: undefined, braced: false, parts: new Map() });
  }
}

function partType(step: Step): CType {
  return step.type.kind === 'array' ? step.type.element : fieldAt(step.type, step.index).type;
}

function typeAt(path: readonly Step[]): CType {
  return partType(path.at(-1) as Step);
}

function widthAt(path: readonly Step[]): number | undefined {
  const step = path.at(-1) as Step;
  return step.type.kind === 'array' ? undefined : step.type.fields?.[step.index]?.bit?.width;
}

function partCount(type: Aggregate): number {
  return type.kind === 'array' ? (type.length ?? Number.POSITIVE_INFINITY) : (type.fields?.length ?? 0);
}

/** Positional initialisation passes over unnamed bit-fields. */
function skipUnnamed(step: Step): void {
  if (step.type.kind === 'array') return;
  const { fields } = step.type;
  while (fields && step.index < fields.length && fields[step.index]?.name === undefined && fields[step.index]?.bit) step.index++;
  step.last = step.index;
}

function enterFirst(step: Step): void {
  skipUnnamed(step);
}

/** Steps into the aggregate that the path points at; false when it has no parts. */
function descend(path: Step[]): boolean {
  const type = typeAt(path);
  if (type.kind !== 'array' && !isRecord(type)) return false;
  const step: Step = { type, index: 0, last: 0 };
  skipUnnamed(step);
  if (step.index >= partCount(type)) return false;
  path.push(step);
  return true;
}

function atExcess(path: readonly Step[]): boolean {
  const step = path.at(-1) as Step;
  return step.index >= partCount(step.type);
}

/** Moves to the next part, leaving aggregates that are full. Of a union only one member is taken. */
function advance(path: Step[]): void {
  // Behind a range designator gcc goes on in the last element of the range only.
  for (const step of path) step.index = step.last;
  for (;;) {
    const step = path.at(-1) as Step;
    step.index = step.type.kind === 'union' ? partCount(step.type) : step.last + 1;
    step.last = step.index;
    skipUnnamed(step);
    if (step.index < partCount(step.type) || path.length === 1) return;
    path.pop();
  }
}

/** Puts a value in place, for every combination of the path's ranges. */
function assign(context: Context, root: AggregateValue, path: readonly Step[], value: InitialValue, label: Span | undefined): void {
  let elements = 1;
  for (const step of path) elements *= step.last - step.index + 1;
  if (elements > MAX_RANGE_ELEMENTS) {
    context.damaged = true;
    context.report('c-limit', 'error', `This range designator sets ${elements} elements; that is too many to be a config.`, value.span);
    return;
  }
  place(root, path, 0, value, label ?? value.span, elements > 1);
}

function place(target: AggregateValue, path: readonly Step[], depth: number, value: InitialValue, label: Span, copies: boolean): void {
  const step = path[depth] as Step;
  const { parts } = target;
  // gcc lets a member without any bytes leave the union as it is.
  if (target.type.kind === 'union' && partType(step).size === 0) return;
  if (!target.braced) target.span = cover(target.span, value.span);
  if (target.type.kind === 'union') for (const other of [...parts.keys()]) if (other !== step.index) parts.delete(other);
  for (let index = step.index; index <= step.last; index++) {
    if (depth === path.length - 1) {
      parts.set(index, copies ? clone(value) : value);
      continue;
    }
    let part = parts.get(index);
    const next = path[depth + 1] as Step;
    if (part?.kind === 'string') {
      part = characters(part);
      parts.set(index, part);
    }
    if (part?.kind !== 'aggregate') {
      part = { kind: 'aggregate', type: next.type, span: value.span, label, text: undefined, braced: false, parts: new Map() };
      parts.set(index, part);
    }
    place(part, path, depth + 1, value, label, copies);
  }
}

/** A string as an array of characters, so that one of them can be replaced. */
function characters(value: InitialValue & { kind: 'string' }): AggregateValue {
  const parts = new Map<number, InitialValue>();
  const { element } = value.type;
  value.units.forEach((unit, i) => {
    parts.set(i, {
      kind: 'scalar',
      type: element,
      value: element.kind === 'integer' ? wrap(BigInt(unit), element) : BigInt(unit),
      span: value.span,
      text: undefined,
    });
  });
  return { kind: 'aggregate', type: value.type, span: value.span, label: value.span, text: undefined, braced: true, parts };
}

function clone(value: InitialValue): InitialValue {
  if (value.kind !== 'aggregate') return value;
  return { ...value, parts: new Map([...value.parts].map(([index, part]) => [index, clone(part)])) };
}

function cover(a: Span, b: Span): Span {
  return a.file === b.file ? { file: a.file, start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) } : a;
}
