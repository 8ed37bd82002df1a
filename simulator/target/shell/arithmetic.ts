import type { ByteText } from '../byte-text.ts';

/** Reads and sets the variables of an expression. */
export interface Variables {
  get(name: ByteText): ByteText | undefined;
  set(name: ByteText, value: ByteText): void;
}

export class ArithmeticError extends Error {}

const binary: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** Evaluates `$((…))` in 64-bit two's complement, as dash does. Throws ArithmeticError. */
export function evaluate(text: ByteText, variables: Variables): bigint {
  return new Evaluation(text, variables).value();
}

class Evaluation {
  private at = 0;

  constructor(
    private readonly text: ByteText,
    private readonly variables: Variables,
  ) {}

  value(): bigint {
    if (this.text.trim() === '') return 0n;
    const value = this.assignment();
    this.spaces();
    if (this.at < this.text.length) throw this.expected('EOF');
    return value;
  }

  private expected(what: string): ArithmeticError {
    return new ArithmeticError(`arithmetic expression: expecting ${what}: "${this.text}"`);
  }

  private spaces(): void {
    while (/\s/.test(this.text[this.at] ?? 'x')) this.at += 1;
  }

  private assignment(): bigint {
    this.spaces();
    const match = /^([A-Za-z_][A-Za-z0-9_]*)\s*(<<|>>|[-+*/%&|^])?=(?!=)/.exec(this.text.slice(this.at));
    if (match === null) return this.conditional();
    this.at += match[0].length;
    const [, name, operator] = match as unknown as [string, string, string | undefined];
    const right = this.assignment();
    const value = operator === undefined ? right : this.apply(operator, this.variable(name), right);
    this.variables.set(name, String(value));
    return value;
  }

  private conditional(): bigint {
    const condition = this.level(0);
    this.spaces();
    if (this.text[this.at] !== '?') return condition;
    this.at += 1;
    const yes = this.assignment();
    this.spaces();
    if (this.text[this.at] !== ':') throw this.expected("':'");
    this.at += 1;
    const no = this.assignment();
    return condition !== 0n ? yes : no;
  }

  private level(depth: number): bigint {
    const operators = binary[depth];
    if (operators === undefined) return this.unary();
    let left = this.level(depth + 1);
    for (;;) {
      this.spaces();
      const operator = operators.find((each) => this.isOperator(each));
      if (operator === undefined) return left;
      this.at += operator.length;
      left = this.apply(operator, left, this.level(depth + 1));
    }
  }

  private isOperator(operator: string): boolean {
    if (!this.text.startsWith(operator, this.at)) return false;
    const next = this.text[this.at + operator.length] ?? '';
    if (operator.length === 1 && '&|<>'.includes(operator)) return next !== operator && !('<>'.includes(operator) && next === '=');
    return true;
  }

  private apply(operator: string, left: bigint, right: bigint): bigint {
    return BigInt.asIntN(64, this.exact(operator, left, right));
  }

  private exact(operator: string, left: bigint, right: bigint): bigint {
    switch (operator) {
      case '||':
        return truth(left !== 0n || right !== 0n);
      case '&&':
        return truth(left !== 0n && right !== 0n);
      case '|':
        return left | right;
      case '^':
        return left ^ right;
      case '&':
        return left & right;
      case '==':
        return truth(left === right);
      case '!=':
        return truth(left !== right);
      case '<=':
        return truth(left <= right);
      case '>=':
        return truth(left >= right);
      case '<':
        return truth(left < right);
      case '>':
        return truth(left > right);
      case '<<':
        return left << (right & 63n);
      case '>>':
        return left >> (right & 63n);
      case '+':
        return left + right;
      case '-':
        return left - right;
      case '*':
        return left * right;
    }
    if (right === 0n) throw new ArithmeticError('arithmetic expression: division by zero');
    return operator === '/' ? left / right : left % right;
  }

  private unary(): bigint {
    this.spaces();
    const next = this.text[this.at] ?? '';
    if (next === '!' || next === '~' || next === '-' || next === '+') {
      this.at += 1;
      const value = this.unary();
      return next === '!' ? truth(value === 0n) : next === '~' ? ~value : next === '-' ? -value : value;
    }
    if (next === '(') {
      this.at += 1;
      const value = this.assignment();
      this.spaces();
      if (this.text[this.at] !== ')') throw this.expected("')'");
      this.at += 1;
      return value;
    }
    const number = /^(?:0[xX][0-9A-Fa-f]+|[0-9]+)/.exec(this.text.slice(this.at))?.[0];
    if (number !== undefined) {
      this.at += number.length;
      return numberOf(number);
    }
    const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(this.text.slice(this.at))?.[0];
    if (name === undefined) throw this.expected('primary');
    this.at += name.length;
    return this.variable(name);
  }

  private variable(name: ByteText): bigint {
    const text = (this.variables.get(name) ?? '').trim();
    if (text === '') return 0n;
    const match = /^([-+]?)(0[xX][0-9A-Fa-f]+|[0-9]+)$/.exec(text);
    if (match === null) throw new ArithmeticError(`Illegal number: ${text}`);
    const value = numberOf(match[2] as string);
    return match[1] === '-' ? -value : value;
  }
}

function numberOf(digits: string): bigint {
  const octal = /^0[0-7]+$/.test(digits);
  return BigInt.asIntN(64, BigInt(octal ? `0o${digits.slice(1)}` : digits));
}

function truth(value: boolean): bigint {
  return value ? 1n : 0n;
}
