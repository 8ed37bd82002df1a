import { evaluateCondition } from './condition.ts';
import { IncludeReader } from './include-reader.ts';
import { includeTarget, spell } from './include-target.ts';
import { type Macro, sameDefinition } from './macro.ts';
import type { IncludeHost, Prelude, Preprocessed } from './preprocessor-result.ts';
import type { SourceFile } from './source-file.ts';
import { placeOf, Token, TokenFlag, TokenKind } from './token.ts';
import { type Conditional, endOf, MAX_TOKENS, type OpenFile } from './token-reader.ts';
import type { Dialect } from './tokenizer.ts';

/** Runs the preprocessor over a source. Never throws: what is wrong becomes a finding, and the reading goes on. */
export function preprocess(file: SourceFile, start: Prelude, host: IncludeHost, dialect: Dialect = 'c'): Preprocessed {
  return new Preprocessor(start, host, dialect).run(file);
}

/** The starting point: predefined macros, nothing read yet. */
export function emptyPrelude(macros: ReadonlyMap<string, Macro>): Prelude {
  return { parent: undefined, macros, once: new Set(), tokens: [], findings: [], includes: [], next: new Map() };
}

class Preprocessor extends IncludeReader {
  private output: Token[] = [];

  run(file: SourceFile): Preprocessed {
    this.enter(file);
    let end: Token;
    for (;;) {
      const token = this.next();
      if (token.kind === TokenKind.End) {
        end = token;
        break;
      }
      this.closePrelude();
      this.output.push(token);
      if (++this.produced > MAX_TOKENS) {
        this.reportLimit(token);
        end = endOf(file);
        break;
      }
    }
    this.closePrelude();
    this.output.push(end);
    return {
      prelude: this.prelude,
      tokens: this.output,
      macros: this.macros,
      findings: this.prelude.findings.length ? [...this.prelude.findings, ...this.findings] : this.findings,
      includes: [...this.prelude.includes, ...this.includes],
    };
  }

  // --- directives ------------------------------------------------------------------------------------------------

  protected override directive(open: OpenFile, hash: Token): Token | undefined {
    const line: Token[] = [];
    const begin = open.at;
    while (open.at < open.tokens.length) {
      const token = open.tokens[open.at] as Token;
      if (token.flags & TokenFlag.LineStart) break;
      line.push(token);
      open.at++;
    }
    const name = line[0];
    if (!name) return undefined;
    const rest = line.slice(1);
    switch (name.text) {
      case 'include':
      case 'include_next':
      case 'import':
        this.include(open, name, rest);
        return undefined;
      case 'define':
        this.closePrelude();
        this.define(name, rest);
        return undefined;
      case 'undef':
        this.closePrelude();
        if (rest[0]?.kind === TokenKind.Identifier) this.writableMacros().delete(rest[0].text);
        else this.report('c-preprocessor', 'error', rest[0] ?? name, '#undef needs the name of a macro.');
        return undefined;
      case 'if':
      case 'ifdef':
      case 'ifndef':
        this.closePrelude();
        open.conditionals.push({ directive: name, active: true, taken: true, sawElse: false });
        (open.conditionals.at(-1) as Conditional).active = this.holds(name, rest);
        (open.conditionals.at(-1) as Conditional).taken = (open.conditionals.at(-1) as Conditional).active;
        this.skipInactive(open);
        return undefined;
      case 'elif':
      case 'elifdef':
      case 'elifndef':
      case 'else':
      case 'endif':
        this.closePrelude();
        this.branch(open, name, rest);
        this.skipInactive(open);
        return undefined;
      case 'error':
        this.closePrelude();
        this.report('c-error-directive', 'error', name, `#error ${spell(rest)}`.trimEnd(), rest.at(-1));
        return undefined;
      case 'warning':
        this.closePrelude();
        this.report('c-error-directive', 'warning', name, `#warning ${spell(rest)}`.trimEnd(), rest.at(-1));
        return undefined;
      case 'pragma':
        if (rest[0]?.text === 'once') {
          this.once.add(open.file);
          return undefined;
        }
        this.closePrelude();
        if (rest[0]?.text === 'pack') {
          const { file, start, end, flags } = rest[0];
          return new Token(TokenKind.PragmaPack, spell(rest.slice(1)), file, start, rest.at(-1)?.end ?? end, flags, undefined);
        }
        return undefined;
      case 'line':
      case 'ident':
      case 'sccs':
      case 'assert':
      case 'unassert':
        return undefined;
      default:
        // Assembler and device trees may write `#` as they like.
        if (this.dialect === 'assembler') {
          open.at = begin;
          return hash;
        }
        // `# 1 "file"` is a line marker of an already preprocessed source.
        if (name.kind !== TokenKind.Number) {
          this.report('c-preprocessor', 'error', name, `#${name.text} is no preprocessor directive.`, undefined, hash);
        }
        return undefined;
    }
  }

  private holds(name: Token, rest: readonly Token[]): boolean {
    if (name.text === 'if' || name.text === 'elif') return this.condition(name, rest);
    const macro = rest[0];
    if (macro?.kind !== TokenKind.Identifier) {
      this.report('c-preprocessor', 'error', macro ?? name, `#${name.text} needs the name of a macro.`);
      return false;
    }
    return this.macros.has(macro.text) === !name.text.endsWith('ndef');
  }

  private condition(name: Token, rest: readonly Token[]): boolean {
    const prepared: Token[] = [];
    for (let i = 0; i < rest.length; i++) {
      const token = rest[i] as Token;
      const asks = token.kind === TokenKind.Identifier ? token.text : '';
      if (asks === 'defined') {
        const paren = rest[i + 1]?.text === '(';
        const macro = rest[i + (paren ? 2 : 1)];
        if (macro?.kind !== TokenKind.Identifier || (paren && rest[i + 3]?.text !== ')')) {
          this.report('c-preprocessor', 'error', token, '"defined" needs the name of a macro.');
          return false;
        }
        prepared.push(this.answer(token, this.macros.has(macro.text)));
        i += paren ? 3 : 1;
      } else if (/^__has_/.test(asks) && rest[i + 1]?.text === '(') {
        const close = rest.findIndex((other, k) => k > i && other.text === ')');
        const inner = rest.slice(i + 2, close < 0 ? undefined : close);
        prepared.push(this.answer(token, asks === '__has_include' && this.canInclude(inner)));
        i = close < 0 ? rest.length : close;
      } else prepared.push(token);
    }
    const expanded = this.expandArgument(prepared);
    const result = evaluateCondition(expanded);
    if (!result.ok) {
      this.report('c-preprocessor', 'error', result.token ?? name, result.message);
      return false;
    }
    return result.value !== 0n;
  }

  private answer(token: Token, yes: boolean): Token {
    return new Token(TokenKind.Number, yes ? '1' : '0', token.file, token.start, token.end, token.flags, token.expansion);
  }

  private canInclude(tokens: readonly Token[]): boolean {
    const target = includeTarget(tokens);
    return target !== undefined && this.host.resolve(target.name, target.quoted, (this.files.at(-1) as OpenFile).file) !== undefined;
  }

  private branch(open: OpenFile, name: Token, rest: readonly Token[]): void {
    const conditional = open.conditionals.at(-1);
    if (!conditional) {
      this.report('c-preprocessor', 'error', name, `#${name.text} without #if.`);
      return;
    }
    const extra = name.text === 'endif' || name.text === 'else' ? rest[0] : undefined;
    if (extra)
      this.report(
        'c-preprocessor',
        'warning',
        extra,
        `The compiler ignores what stands behind #${name.text}. Make it a comment.`,
        rest.at(-1),
      );
    if (name.text === 'endif') {
      open.conditionals.pop();
      return;
    }
    if (conditional.sawElse) {
      this.report('c-preprocessor', 'error', name, `#${name.text} after #else.`, undefined, undefined, [
        { span: placeOf(conditional.directive), message: 'the conditional begins here' },
      ]);
    }
    if (name.text === 'else') conditional.sawElse = true;
    conditional.active = !conditional.taken && (name.text === 'else' || this.holds(name, rest));
    conditional.taken ||= conditional.active;
  }

  /** Skips to the directive that ends an inactive branch, counting the conditionals nested in it. */
  private skipInactive(open: OpenFile): void {
    const conditional = open.conditionals.at(-1);
    if (!conditional || conditional.active) return;
    let depth = 0;
    const { tokens } = open;
    for (; open.at < tokens.length; open.at++) {
      const token = tokens[open.at] as Token;
      if (!(token.flags & TokenFlag.LineStart) || token.text !== '#') continue;
      const name = tokens[open.at + 1];
      if (!name || name.flags & TokenFlag.LineStart) continue;
      if (name.text === 'if' || name.text === 'ifdef' || name.text === 'ifndef') depth++;
      else if (name.text === 'endif') {
        if (depth === 0) return;
        depth--;
      } else if (depth === 0 && (name.text === 'else' || name.text.startsWith('elif'))) return;
    }
  }

  private define(directive: Token, rest: readonly Token[]): void {
    const name = rest[0];
    if (name?.kind !== TokenKind.Identifier || name.text === 'defined') {
      this.report('c-preprocessor', 'error', name ?? directive, '#define needs a name.');
      return;
    }
    let at = 1;
    let parameters: string[] | undefined;
    let variadic = false;
    if (rest[1]?.text === '(' && !(rest[1].flags & TokenFlag.SpaceBefore)) {
      const close = rest.findIndex((token) => token.text === ')');
      const inner = rest.slice(2, close);
      if (close < 0) {
        this.report('c-preprocessor', 'error', name, `The parameter list of ${name.text} has no closing parenthesis.`);
        return;
      }
      parameters = [];
      for (const token of inner) {
        if (token.text === '...') {
          variadic = true;
          if (inner[inner.indexOf(token) - 1]?.kind !== TokenKind.Identifier) parameters.push('__VA_ARGS__');
        } else if (token.kind === TokenKind.Identifier) {
          if (parameters.includes(token.text)) {
            this.report('c-preprocessor', 'error', token, `${name.text} has two parameters of the name ${token.text}.`);
          }
          parameters.push(token.text);
        }
      }
      at = close + 1;
    }
    this.checkOperators(rest.slice(at), parameters);
    const macro: Macro = { name: name.text, parameters, variadic, body: rest.slice(at), definition: name };
    const before = this.macros.get(name.text);
    if (before?.definition && !sameDefinition(before, macro)) {
      this.report(
        'c-macro-redefined',
        'warning',
        name,
        `${name.text} is defined again with another meaning; from here on the new one counts.`,
        undefined,
        undefined,
        [{ span: placeOf(before.definition), message: 'the earlier definition' }],
      );
    }
    this.writableMacros().set(name.text, macro);
  }

  /** `#` needs a parameter behind it, and `##` something on both sides. */
  private checkOperators(body: readonly Token[], parameters: readonly string[] | undefined): void {
    body.forEach((token, i) => {
      if (token.kind !== TokenKind.Punctuator) return;
      const next = body[i + 1];
      if (token.text === '##' && (i === 0 || !next)) {
        this.report('c-preprocessor', 'error', token, '## needs something on both sides.');
      } else if (
        this.dialect === 'c' &&
        token.text === '#' &&
        parameters &&
        !(next && (parameters.includes(next.text) || next.text === '__VA_OPT__'))
      ) {
        this.report('c-preprocessor', 'error', token, '# needs the name of a parameter behind it.');
      }
    });
  }
}
