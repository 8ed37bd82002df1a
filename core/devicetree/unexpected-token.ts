import type { SourceProblems } from './source-problems.ts';
import type { TreeLexer } from './tree-lexer.ts';
import { TreeTokenKind } from './tree-token.ts';

const word = /[A-Za-z_][A-Za-z0-9_]*/y;
const operators = '+-*/%|^~!?=';

/** Says what stands where `what` must stand, and what to do. */
export function reportUnexpected(lexer: TreeLexer, problems: SourceProblems, what: string, more = ''): void {
  const { source, start } = lexer;
  if (lexer.kind === TreeTokenKind.End) {
    const { lastSource, lastStart, lastEnd } = lexer;
    problems.report('dts-syntax', `The text ends where ${what} must stand.`, lastSource.spanOf(lastStart, lastEnd));
    return;
  }
  const name = lexer.kind === TreeTokenKind.Char ? wordAt(source.text, start) : undefined;
  const end = name === undefined ? lexer.end : start + name.length;
  problems.report('dts-syntax', messageFor(lexer, what, name) + more, source.spanOf(start, end));
}

function messageFor({ kind, code, source, start, end }: TreeLexer, what: string, name: string | undefined): string {
  if (kind === TreeTokenKind.Char && code === 34) return 'This string has no closing quote. Add it.';
  const wanted = what.charAt(0).toUpperCase() + what.slice(1);
  if (name !== undefined) return `${wanted} must stand here, not "${name}". If ${name} is a macro, include the header that defines it.`;
  const whole = source.text.slice(start, end);
  const [line = ''] = whole.slice(0, 40).split(/[\r\n]/, 1);
  const spelled = line === whole ? whole : `${line}…`;
  const message = `${wanted} must stand here, not ${spelled.includes('"') ? spelled : `"${spelled}"`}.`;
  const isOperator = kind === TreeTokenKind.Char && operators.includes(spelled) && what.startsWith('a number');
  return isOperator ? `${message} Put an expression in parentheses: <(1 + 2)>.` : message;
}

function wordAt(text: string, at: number): string | undefined {
  word.lastIndex = at;
  return word.exec(text)?.[0];
}
