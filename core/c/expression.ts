import { precedence } from '../source/operator-precedence.ts';
import { placeOfRun, TokenKind } from '../source/token.ts';
import type { Context } from './context.ts';
import { readUnary, tooDeep } from './operand.ts';
import { applyBinary, branch, isTrue, notConstant } from './operators.ts';
import { commonType, poison, type Value, wrap } from './value.ts';

const assignments = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>=']);

/** Reads an assignment-expression, which is what stands between two commas. */
export function readExpression(context: Context): Value {
  const start = context.at;
  const value = readConditional(context);
  if (context.token.kind === TokenKind.Punctuator && assignments.has(context.token.text)) {
    const operator = context.advance();
    readExpression(context);
    return notConstant(context, start, `"${operator.text}" assigns; an initialiser must be constant.`);
  }
  return value;
}

/** Reads an expression that must be an integer constant: an array dimension, a bit-field's width, an enumerator. */
export function readInteger(context: Context, what: string): bigint | undefined {
  const start = context.at;
  const value = readExpression(context);
  if (value.poisoned) return undefined;
  if (!value.constant || value.type.kind !== 'integer') {
    context.damaged = true;
    context.report(
      'c-not-constant',
      'error',
      `${what} must be an integer constant.`,
      placeOfRun(context.tokens, start, Math.max(context.at, start + 1)),
    );
    return undefined;
  }
  return value.value;
}

function readConditional(context: Context): Value {
  const condition = readBinary(context, 1);
  if (!context.is('?')) return condition;
  if (tooDeep(context)) return poison(context.types);
  context.advance();
  context.depth++;
  const truth = isTrue(condition);
  const live = condition.constant && !condition.poisoned;
  // GNU: `a ?: b` gives a when it is not zero.
  const yes = context.is(':') ? condition : branch(context, live && !truth, () => readComma(context));
  const complete = context.expect(':', 'in this conditional expression');
  const no = complete ? branch(context, live && truth, () => readConditional(context)) : poison(context.types);
  context.depth--;
  if (condition.poisoned || yes.poisoned || no.poisoned) return poison(context.types);
  const chosen = truth ? yes : no;
  if (yes.type.kind === 'integer' && no.type.kind === 'integer') {
    const type = commonType(yes.type, no.type, context.types);
    return { type, value: wrap(chosen.value, type), constant: condition.constant && chosen.constant };
  }
  return { ...chosen, type: chosen.type, constant: condition.constant && chosen.constant };
}

export function readComma(context: Context): Value {
  let value = readExpression(context);
  while (context.accept(',')) value = readExpression(context);
  return value;
}

function readBinary(context: Context, level: number): Value {
  const start = context.at;
  let left = readUnary(context);
  for (;;) {
    const token = context.token;
    const own = token.kind === TokenKind.Punctuator ? precedence[token.text] : undefined;
    if (own === undefined || own < level) return left;
    context.advance();
    const decided = left.constant && ((token.text === '&&' && !isTrue(left)) || (token.text === '||' && isTrue(left)));
    const right = branch(context, decided, () => readBinary(context, own + 1));
    left = applyBinary(context, token, start, left, right);
  }
}
