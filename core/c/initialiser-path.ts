import type { Span } from '../source/span.ts';
import type { Context } from './context.ts';
import type { AggregateValue, InitialValue } from './initial-value.ts';
import { type ArrayType, type CType, fieldAt, isRecord, type RecordType } from './types.ts';
import { wrap } from './value.ts';

/** Assignments through range designators, all ranges of a source together. */
export const MAX_RANGE_ELEMENTS = 1_000_000;

export type Aggregate = ArrayType | RecordType;

/** A place inside the braces being read: which part of which aggregate comes next. */
export interface Step {
  readonly type: Aggregate;
  index: number;
  /** Last index of a range designator `[a ... b]`. */
  last: number;
}

/** A value that could not be read still marks its place as written by the author. */
export function noteEmpty(root: AggregateValue, path: readonly Step[], span: Span): void {
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

export function typeAt(path: readonly Step[]): CType {
  return partType(path.at(-1) as Step);
}

export function widthAt(path: readonly Step[]): number | undefined {
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

export function enterFirst(step: Step): void {
  skipUnnamed(step);
}

/** Steps into the aggregate that the path points at; false when it has no parts. */
export function descend(path: Step[]): boolean {
  const type = typeAt(path);
  if (type.kind !== 'array' && !isRecord(type)) return false;
  const step: Step = { type, index: 0, last: 0 };
  skipUnnamed(step);
  if (step.index >= partCount(type)) return false;
  path.push(step);
  return true;
}

export function atExcess(path: readonly Step[]): boolean {
  const step = path.at(-1) as Step;
  return step.index >= partCount(step.type);
}

/** Moves to the next part, leaving aggregates that are full. Of a union only one member is taken. */
export function advance(path: Step[]): void {
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
export function assign(context: Context, root: AggregateValue, path: readonly Step[], value: InitialValue, label: Span | undefined): void {
  let elements = 1;
  for (const step of path) elements *= step.last - step.index + 1;
  if (elements > MAX_RANGE_ELEMENTS) {
    context.damaged = true;
    context.report('c-limit', 'error', `This range designator sets ${elements} elements; that is too many to be a config.`, value.span);
    return;
  }
  place(root, path, 0, value, label ?? value.span, elements > 1);
}

/**
 * gcc passes over a member without any bytes unless it is the last one (c-typeck.c:output_init_element), and over an array of no elements always
 * (pop_init_level); any other member takes the place of the one before.
 */
function leavesUnionAlone(step: Step): boolean {
  const type = partType(step);
  if (type.size !== 0) return false;
  return step.index < partCount(step.type) - 1 || (type.kind === 'array' && type.length === 0);
}

export function place(
  target: AggregateValue,
  path: readonly Step[],
  depth: number,
  value: InitialValue,
  label: Span,
  copies: boolean,
): void {
  const step = path[depth] as Step;
  const { parts } = target;
  if (target.type.kind === 'union' && leavesUnionAlone(step)) return;
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
export function characters(value: InitialValue & { kind: 'string' }): AggregateValue {
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
