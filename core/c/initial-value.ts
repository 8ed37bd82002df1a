import type { Span } from '../source/span.ts';
import type { ArrayType, CType, RecordType } from './types.ts';

/** The value of an object or of one of its parts, as its initialiser gives it. What is not mentioned is zero. */
export type InitialValue = ScalarValue | StringValue | AggregateValue;

export interface ScalarValue {
  readonly kind: 'scalar';
  readonly type: CType;
  /** Already converted to the type. */
  readonly value: bigint;
  /** The text of the expression. */
  readonly span: Span;
}

/** A string literal in a character array; without its NUL where the array has no room for it. */
export interface StringValue {
  readonly kind: 'string';
  readonly type: ArrayType;
  /** Code units. */
  readonly units: readonly number[];
  readonly span: Span;
}

export interface AggregateValue {
  readonly kind: 'aggregate';
  readonly type: ArrayType | RecordType;
  /** The braces and what is between them; without braces, the values. */
  span: Span;
  /** A short text that stands for it: its designator, else its opening brace or first value. */
  label: Span;
  readonly braced: boolean;
  /** By field or element index. In a union only the member written last counts. */
  readonly parts: Map<number, InitialValue>;
}
