import { precedence } from '../source/operator-precedence.ts';
import type { SourceProblems } from './source-problems.ts';
import { stringBytes } from './string-literals.ts';
import type { TreeLexer } from './tree-lexer.ts';
import { TreeTokenKind } from './tree-token.ts';
import { reportUnexpected } from './unexpected-token.ts';

/** Deeper expressions come only from macros gone wild. */
const MAX_DEPTH = 500;
const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value);

const unary: Readonly<Record<string, (operand: bigint) => bigint>> = {
  '-': (a) => unsigned(-a),
  '~': (a) => unsigned(~a),
  '!': (a) => (a === 0n ? 1n : 0n),
};

/** All on unsigned numbers of 64 bits; both sides are always worked out (dtc 1.6.1, dtc-parser.y). */
const binary: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  '||': (a, b) => (a !== 0n || b !== 0n ? 1n : 0n),
  '&&': (a, b) => (a !== 0n && b !== 0n ? 1n : 0n),
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '&': (a, b) => a & b,
  '==': (a, b) => (a === b ? 1n : 0n),
  '!=': (a, b) => (a !== b ? 1n : 0n),
  '<': (a, b) => (a < b ? 1n : 0n),
  '>': (a, b) => (a > b ? 1n : 0n),
  '<=': (a, b) => (a <= b ? 1n : 0n),
  '>=': (a, b) => (a >= b ? 1n : 0n),
  '<<': (a, b) => (b < 64n ? unsigned(a << b) : 0n),
  '>>': (a, b) => (b < 64n ? a >> b : 0n),
  '+': (a, b) => unsigned(a + b),
  '-': (a, b) => unsigned(a - b),
  '*': (a, b) => unsigned(a * b),
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

/** The integers of cells, `/memreserve/` and `/incbin/`: a number, a character, or an expression in parentheses. */
export class CellExpression {
  private depth = 0;

  constructor(
    private readonly lexer: TreeLexer,
    private readonly problems: SourceProblems,
  ) {}

  /** True when the current token can start an integer. */
  starts(): boolean {
    const { kind, code } = this.lexer;
    return kind === TreeTokenKind.Integer || kind === TreeTokenKind.Character || (kind === TreeTokenKind.Char && code === 40);
  }

  /** Reads one integer; undefined where it is none, and that has been said. */
  read(): number | bigint | undefined {
    const { lexer } = this;
    switch (lexer.kind) {
      case TreeTokenKind.Integer: {
        const { value } = lexer;
        lexer.next();
        return value;
      }
      case TreeTokenKind.Character:
        return this.character();
      default:
        if (!this.isChar('(')) return this.expected('a number');
        return this.parenthesised();
    }
  }

  private parenthesised(): bigint | undefined {
    this.lexer.next();
    const value = this.ternary();
    if (value === undefined) return undefined;
    if (!this.isChar(')')) return this.expected('")"');
    this.lexer.next();
    return value;
  }

  private ternary(): bigint | undefined {
    if (++this.depth > MAX_DEPTH) {
      this.depth--;
      this.problem(`More than ${MAX_DEPTH} expressions inside each other are not read.`);
      return undefined;
    }
    try {
      const condition = this.operation(1);
      if (condition === undefined || !this.isChar('?')) return condition;
      this.lexer.next();
      const yes = this.ternary();
      if (yes === undefined) return undefined;
      if (!this.isChar(':')) return this.expected('":"');
      this.lexer.next();
      const no = this.ternary();
      return no === undefined ? undefined : condition !== 0n ? yes : no;
    } finally {
      this.depth--;
    }
  }

  /** Binary operators that bind at least as tightly as `least`. */
  private operation(least: number): bigint | undefined {
    let left = this.operand();
    for (;;) {
      const operator = this.operator();
      const strength = precedence[operator];
      if (left === undefined || strength === undefined || strength < least) return left;
      const { source, start, end } = this.lexer;
      this.lexer.next();
      const right = this.operation(strength + 1);
      if (right === undefined) return undefined;
      if (right === 0n && (operator === '/' || operator === '%')) {
        this.problems.report('dts-syntax', 'This divides by zero.', source.spanOf(start, end));
        left = 0n;
      } else left = (binary[operator] as (a: bigint, b: bigint) => bigint)(left, right);
    }
  }

  private operand(): bigint | undefined {
    const signs: string[] = [];
    for (let sign = this.operator(); unary[sign] !== undefined; sign = this.operator()) {
      signs.push(sign);
      this.lexer.next();
    }
    const value = this.read();
    if (value === undefined) return undefined;
    let result = BigInt(value);
    for (const sign of signs.reverse()) result = (unary[sign] as (operand: bigint) => bigint)(result);
    return result;
  }

  private character(): number {
    const { lexer } = this;
    const { bytes, problem } = stringBytes(lexer.source.text.slice(lexer.start + 1, lexer.end - 1));
    if (problem !== undefined) this.problem(problem);
    else if (bytes.length === 1) this.problem('This character constant is empty.');
    else if (bytes.length > 2) this.problem(`This character constant has ${bytes.length - 1} characters instead of one.`);
    lexer.next();
    return bytes.length === 1 ? 0 : (bytes[0] as number);
  }

  private operator(): string {
    const { kind, text, code } = this.lexer;
    return kind === TreeTokenKind.Operator ? text : kind === TreeTokenKind.Char ? String.fromCharCode(code) : '';
  }

  private isChar(character: string): boolean {
    return this.lexer.kind === TreeTokenKind.Char && this.lexer.code === character.charCodeAt(0);
  }

  private expected(what: string): undefined {
    reportUnexpected(this.lexer, this.problems, what);
  }

  private problem(message: string): void {
    const { source, start, end } = this.lexer;
    this.problems.report('dts-syntax', message, source.spanOf(start, end));
  }
}
