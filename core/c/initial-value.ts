import type { Span } from '../source/span.ts';
import type { ArrayType, CType, RecordType } from './types.ts';

/** The value of an object or of one of its parts, as its initialiser gives it. What is not mentioned is zero. */
export type InitialValue = ScalarValue | StringValue | AggregateValue;

/** What an author typed outside of any macro may be replaced by an edit. */
interface Typed {
  /** The whole text of the value, its macro uses included; undefined where it comes out of a macro's body or arguments. */
  text: Span | undefined;
}

export interface ScalarValue extends Typed {
  readonly kind: 'scalar';
  readonly type: CType;
  /** Already converted to the type. */
  readonly value: bigint;
  /** The text of the expression. */
  readonly span: Span;
}

/** A string literal in a character array; without its NUL where the array has no room for it. */
export interface StringValue extends Typed {
  readonly kind: 'string';
  readonly type: ArrayType;
  /** Code units. */
  readonly units: readonly number[];
  readonly span: Span;
}

export interface AggregateValue extends Typed {
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
