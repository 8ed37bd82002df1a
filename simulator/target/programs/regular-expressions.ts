import type { ByteText } from '../byte-text.ts';
import { bracketExpression } from '../shell/patterns.ts';

/** A mistake in a regular expression, in GNU's words. */
export class ExpressionError extends Error {}

/** A POSIX regular expression, basic or extended, with GNU's additions, for JavaScript. Throws ExpressionError. */
export function toRegExp(expression: ByteText, extended: boolean, flags: string): RegExp {
  let source = '';
  let atStart = true;
  let depth = 0;
  for (let at = 0; at < expression.length; at += 1) {
    const next = expression[at] as string;
    const starts: boolean = atStart;
    atStart = false;
    if (next === '[') {
      const bracket =
        bracketExpression(expression.replaceAll('[!', '[\\!'), 0, false) === undefined ? undefined : bracketOf(expression, at + 1);
      if (bracket === undefined) throw new ExpressionError('Unmatched [, [^, [:, [., or [=');
      source += bracket.source;
      at = bracket.end - 1;
      continue;
    }
    if (next === '\\') {
      const escaped = expression[at + 1];
      if (escaped === undefined) throw new ExpressionError('Trailing backslash');
      at += 1;
      if (/[wWsSbB]/.test(escaped)) source += `\\${escaped}`;
      else if (escaped === '<') source += '\\b(?=\\w)';
      else if (escaped === '>') source += '\\b(?<=\\w)';
      else if (escaped === '`') source += '(?<![^])';
      else if (escaped === "'") source += '(?![^])';
      else if (escaped === 'n') source += '\\n';
      else if (escaped === 't') source += '\\t';
      else if (/[1-9]/.test(escaped)) source += `(?:\\${escaped})`;
      else if (!extended && '(){}|+?'.includes(escaped)) {
        source += escaped;
        if (escaped === '(') depth += 1;
        if (escaped === ')') depth -= 1;
        atStart = escaped === '(' || escaped === '|';
      } else source += literal(escaped);
      continue;
    }
    if (next === '*') source += starts ? '\\*' : '*';
    else if (next === '.') source += '.';
    else if (next === '^') {
      source += extended || starts ? '^' : '\\^';
      atStart = true;
    } else if (next === '$') {
      const last =
        at + 1 === expression.length ||
        (!extended && /^\\[|)]/.test(expression.slice(at + 1))) ||
        (extended && /^[|)]/.test(expression.slice(at + 1)));
      source += last || extended ? '$' : '\\$';
    } else if (extended && '(|'.includes(next)) {
      source += next;
      if (next === '(') depth += 1;
      atStart = true;
    } else if (extended && next === ')') {
      source += depth > 0 ? ')' : '\\)';
      if (depth > 0) depth -= 1;
    } else if (extended && '+?'.includes(next)) source += starts ? `\\${next}` : next;
    else if (extended && next === '{') source += /^\{[0-9]*,?[0-9]*\}/.test(expression.slice(at)) && !starts ? '{' : '\\{';
    else if (extended && next === '}') source += /\{[0-9]*,?[0-9]*$/.test(source) ? '}' : '\\}';
    else source += literal(next);
  }
  if (depth > 0) throw new ExpressionError(extended ? 'Unmatched ( or \\(' : 'Unmatched ( or \\(');
  try {
    return new RegExp(source.replaceAll('{,', '{0,'), flags);
  } catch {
    throw new ExpressionError('Invalid preceding regular expression');
  }
}

function bracketOf(expression: ByteText, start: number): { readonly source: string; readonly end: number } | undefined {
  // In a regular expression `!` is no negation.
  if (expression[start] !== '!') return bracketExpression(expression, start, false);
  const rest = bracketExpression(`${expression.slice(0, start)}\x00${expression.slice(start + 1)}`, start, false);
  return rest === undefined ? undefined : { source: rest.source.replace('\x00', '!'), end: rest.end };
}

function literal(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}
