import { characterValue, numberProblem, parseNumber } from './literals.ts';
import { precedence } from './operator-precedence.ts';
import { type Token, TokenKind } from './token.ts';

export type ConditionResult =
  | { readonly ok: true; readonly value: bigint }
  | { readonly ok: false; readonly message: string; readonly token: Token | undefined };

/** In `#if` all arithmetic is done in 64 bits (C17 6.10.1: intmax_t and uintmax_t). */
interface Value {
  readonly value: bigint;
  readonly unsigned: boolean;
}

const MAX_DEPTH = 200;

/** Evaluates the expression of an `#if` whose macros are expanded and whose `defined` are answered. Names left over are 0. */
export function evaluateCondition(tokens: readonly Token[]): ConditionResult {
  const evaluation = new Evaluation(tokens);
  const value = evaluation.ternary(true);
  if (evaluation.problem) return { ok: false, ...evaluation.problem };
  const left = tokens[evaluation.at];
  if (left) return { ok: false, message: `The condition ends before "${left.text}".`, token: left };
  return { ok: true, value: value.value };
}

class Evaluation {
  at = 0;
  problem: { message: string; token: Token | undefined } | undefined;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  ternary(live: boolean): Value {
    const condition = this.binary(1, live);
    if (this.peek() !== '?') return condition;
    this.at++;
    const yes = this.ternary(live && condition.value !== 0n);
    if (!this.accept(':')) return this.fail('The "?" of this condition has no ":".');
    const no = this.ternary(live && condition.value === 0n);
    const unsigned = yes.unsigned || no.unsigned;
    return make((condition.value !== 0n ? yes : no).value, unsigned);
  }

  private binary(level: number, live: boolean): Value {
    let left = this.unary(live);
    for (;;) {
      const operator = this.peek();
      const own = precedence[operator];
      if (own === undefined || own < level) return left;
      const token = this.tokens[this.at++];
      const rightLive = live && !(operator === '&&' && left.value === 0n) && !(operator === '||' && left.value !== 0n);
      const right = this.binary(own + 1, rightLive);
      if (this.problem) return left;
      if ((operator === '/' || operator === '%') && right.value === 0n) {
        if (rightLive) return this.fail('Division by zero in this condition.', token);
        left = make(0n, false);
      } else left = apply(operator, left, right);
    }
  }

  private unary(live: boolean): Value {
    if (++this.depth > MAX_DEPTH) return this.fail('This condition is nested too deeply.');
    const result = this.operand(live);
    this.depth--;
    return result;
  }

  private operand(live: boolean): Value {
    const token = this.tokens[this.at++];
    if (!token) return this.fail('This condition ends too early.', this.tokens.at(-1));
    if (token.kind === TokenKind.Number) {
      const literal = parseNumber(token.text);
      if (!literal) return this.fail(numberProblem(token.text), token);
      return make(literal.value, literal.unsigned || literal.value >= 1n << 63n);
    }
    if (token.kind === TokenKind.Character) return make(characterValue(token.text, false).value, false);
    if (token.kind === TokenKind.Identifier) return make(0n, false);
    switch (token.text) {
      case '(': {
        const value = this.ternary(live);
        return this.accept(')') ? value : this.fail('This parenthesis is not closed.', token);
      }
      case '!':
        return make(this.unary(live).value === 0n ? 1n : 0n, false);
      case '-': {
        const { value, unsigned } = this.unary(live);
        return make(-value, unsigned);
      }
      case '+':
        return this.unary(live);
      case '~': {
        const { value, unsigned } = this.unary(live);
        return make(~value, unsigned);
      }
      default:
        return this.fail(`"${token.text}" cannot stand in a condition.`, token);
    }
  }

  private peek(): string {
    const token = this.tokens[this.at];
    return token?.kind === TokenKind.Punctuator ? token.text : '';
  }

  private accept(text: string): boolean {
    if (this.peek() !== text) return false;
    this.at++;
    return true;
  }

  private fail(message: string, token: Token | undefined = this.tokens[this.at] ?? this.tokens.at(-1)): Value {
    this.problem ??= { message, token };
    this.at = this.tokens.length;
    return make(0n, false);
  }
}

function make(value: bigint, unsigned: boolean): Value {
  return { value: unsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value), unsigned };
}

function apply(operator: string, a: Value, b: Value): Value {
  const unsigned = a.unsigned || b.unsigned;
  const x = unsigned ? BigInt.asUintN(64, a.value) : a.value;
  const y = unsigned ? BigInt.asUintN(64, b.value) : b.value;
  const truth = (yes: boolean): Value => make(yes ? 1n : 0n, false);
  switch (operator) {
    case '||':
      return truth(a.value !== 0n || b.value !== 0n);
    case '&&':
      return truth(a.value !== 0n && b.value !== 0n);
    case '|':
      return make(x | y, unsigned);
    case '^':
      return make(x ^ y, unsigned);
    case '&':
      return make(x & y, unsigned);
    case '==':
      return truth(x === y);
    case '!=':
      return truth(x !== y);
    case '<':
      return truth(x < y);
    case '>':
      return truth(x > y);
    case '<=':
      return truth(x <= y);
    case '>=':
      return truth(x >= y);
    case '<<':
      return shift(a, b.value);
    case '>>':
      return shift(a, -b.value);
    case '+':
      return make(x + y, unsigned);
    case '-':
      return make(x - y, unsigned);
    case '*':
      return make(x * y, unsigned);
    case '/':
      return make(x / y, unsigned);
    default:
      return make(x % y, unsigned);
  }
}

function shift(a: Value, by: bigint): Value {
  if (by >= 64n) return make(0n, a.unsigned);
  if (by <= -64n) return make(a.value < 0n ? -1n : 0n, a.unsigned);
  return make(by >= 0n ? a.value << by : a.value >> -by, a.unsigned);
}
