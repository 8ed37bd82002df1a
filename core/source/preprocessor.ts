import { evaluateCondition } from './condition.ts';
import type { Finding, Severity } from './finding.ts';
import { type Macro, sameDefinition } from './macro.ts';
import { expandBody, stringLiteral } from './macro-expansion.ts';
import type { Include, IncludeHost, Prelude, Preprocessed } from './preprocessor-result.ts';
import type { SourceFile } from './source-file.ts';
import { placeOf, placeOfRun, Token, TokenFlag, TokenKind } from './token.ts';

/** gcc's own limit for nested includes. */
const MAX_INCLUDE_DEPTH = 200;
/** More than any config comes near; keeps a macro that doubles itself from eating the memory. */
const MAX_TOKENS = 2_000_000;
/** Nesting of macro arguments in macro arguments. */
const MAX_ARGUMENT_DEPTH = 200;
/** So many calls without a closing parenthesis are recovered from; each reads to the end of the text. */
const MAX_UNCLOSED_CALLS = 10;
/** A file that includes itself this often will not stop by itself. */
const MAX_SELF_INCLUDES = 20;

interface Conditional {
  readonly directive: Token;
  /** This branch is read. */
  active: boolean;
  /** Some branch has been read, or the whole conditional is skipped. */
  taken: boolean;
  sawElse: boolean;
}

interface OpenFile {
  readonly file: SourceFile;
  readonly tokens: readonly Token[];
  at: number;
  readonly conditionals: Conditional[];
}

/** Tokens to be read before the file goes on. */
interface Context {
  readonly tokens: readonly Token[];
  at: number;
  /** Painted blue while its expansion is read. */
  readonly macro: Macro | undefined;
  /** The end of a macro argument that is expanded on its own: reading stops here. */
  readonly boundary: boolean;
}

/** Runs the preprocessor over a source. Never throws: what is wrong becomes a finding, and the reading goes on. */
export function preprocess(file: SourceFile, start: Prelude, host: IncludeHost): Preprocessed {
  return new Preprocessor(start, host).run(file);
}

/** The starting point: predefined macros, nothing read yet. */
export function emptyPrelude(macros: ReadonlyMap<string, Macro>): Prelude {
  return { parent: undefined, macros, once: new Set(), tokens: [], findings: [], includes: [], next: new Map() };
}

class Preprocessor {
  private macros: Map<string, Macro>;
  private once: Set<SourceFile>;
  private output: Token[] = [];
  private findings: Finding[] = [];
  private includes: Include[] = [];
  private prelude: Prelude;
  /** Macros cannot be shared any more once the source itself has defined something. */
  private preludeOpen = true;
  private readonly files: OpenFile[] = [];
  private readonly contexts: Context[] = [];
  private readonly painted = new Set<Macro>();
  private argumentDepth = 0;
  private produced = 0;
  private counter = 0;
  private limitReported = false;
  private unclosedCalls = 0;

  constructor(
    start: Prelude,
    private readonly host: IncludeHost,
  ) {
    this.prelude = start;
    this.macros = new Map(start.macros);
    this.once = new Set(start.once);
  }

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

  // --- reading ---------------------------------------------------------------------------------------------------

  /** The next token with macros expanded. */
  private next(): Token {
    for (;;) {
      const token = this.raw();
      if (token.kind !== TokenKind.Identifier || token.flags & TokenFlag.NoExpand) return token;
      const macro = this.macros.get(token.text);
      if (!macro) {
        if (token.text === '_Pragma' && this.skipPragmaOperator()) continue;
        return token;
      }
      if (this.painted.has(macro)) return token.with(token.flags | TokenFlag.NoExpand, token.expansion);
      if (macro.dynamic) return this.dynamic(macro, token);
      if (this.produced > MAX_TOKENS) return token;
      if (!this.expand(macro, token)) return token;
    }
  }

  /** The next token before macro expansion: of the innermost context, else of the file. */
  private raw(): Token {
    for (;;) {
      const context = this.contexts.at(-1);
      if (!context) return this.fromFile();
      if (context.at < context.tokens.length) return context.tokens[context.at++] as Token;
      if (context.boundary) return endOf(this.mainFile());
      this.contexts.pop();
      if (context.macro) this.painted.delete(context.macro);
    }
  }

  private fromFile(): Token {
    for (;;) {
      const open = this.files.at(-1) as OpenFile;
      const token = open.tokens[open.at];
      if (!token) {
        for (const conditional of open.conditionals) {
          this.report('c-preprocessor', 'error', conditional.directive, 'This conditional has no #endif.');
        }
        open.conditionals.length = 0;
        if (this.files.length === 1) return endOf(open.file);
        this.files.pop();
        continue;
      }
      open.at++;
      if (token.text === '#' && token.flags & TokenFlag.LineStart && token.kind === TokenKind.Punctuator) {
        const pragma = this.directive(open, token);
        if (pragma) return pragma;
        continue;
      }
      return token;
    }
  }

  private mainFile(): SourceFile {
    return (this.files[0] as OpenFile).file;
  }

  private enter(file: SourceFile): void {
    const { tokens, problems } = this.host.tokens(file);
    for (const problem of problems) {
      this.add('c-syntax', 'error', problem.message, { file: file.path, start: problem.start, end: problem.end });
    }
    this.files.push({ file, tokens, at: 0, conditionals: [] });
  }

  // --- macros ----------------------------------------------------------------------------------------------------

  /** Puts the expansion of a macro in front of what is read next; false when it is not one here and stays as it is. */
  private expand(macro: Macro, name: Token): boolean {
    let callEnd = name;
    let args: Token[][] = [];
    if (macro.parameters) {
      const open = this.peekParenthesis();
      if (!open) return false;
      const collected = this.collectArguments(macro, name);
      if (!collected) return false;
      ({ args, callEnd } = collected);
      if (!this.argumentCountFits(macro, name, callEnd, args)) return false;
    }
    const body = expandBody(
      macro,
      { macro, call: name, callEnd },
      args,
      (tokens) => this.expandArgument(tokens),
      (left, right) =>
        this.report(
          'c-preprocessor',
          'error',
          name,
          `In ${macro.name}, ## joins "${left.text}" and "${right.text}", which makes no token; the compiler stops here.`,
        ),
    );
    this.produced += body.length >> 2;
    this.painted.add(macro);
    this.contexts.push({ tokens: body, at: 0, macro, boundary: false });
    return true;
  }

  /** Reads the `(` of a macro use, or puts back what stands there instead. */
  private peekParenthesis(): boolean {
    const token = this.raw();
    if (token.text === '(' && token.kind === TokenKind.Punctuator) return true;
    if (token.kind !== TokenKind.End) this.putBack([token]);
    return false;
  }

  private putBack(tokens: readonly Token[]): void {
    this.contexts.push({ tokens, at: 0, macro: undefined, boundary: false });
  }

  private collectArguments(macro: Macro, name: Token): { args: Token[][]; callEnd: Token } | undefined {
    const parameters = macro.parameters as readonly string[];
    const args: Token[][] = [[]];
    let depth = 0;
    const read: Token[] = [];
    for (;;) {
      const token = this.raw();
      if (token.kind === TokenKind.End) {
        const where = `The call of ${macro.name} has no closing parenthesis.`;
        this.report('c-macro-arguments', 'error', name, `${where} Add it; up to there nothing behind the call is read as intended.`);
        // The text may be half typed: read on behind the call as if it were closed at the end of its line.
        if (++this.unclosedCalls <= MAX_UNCLOSED_CALLS) this.putBack(this.afterLine(read, name));
        return undefined;
      }
      read.push(token);
      if (token.kind === TokenKind.Punctuator) {
        if (token.text === '(') depth++;
        else if (token.text === ')') {
          if (depth === 0) return { args, callEnd: token };
          depth--;
        } else if (token.text === ',' && depth === 0 && !(macro.variadic && args.length >= parameters.length)) {
          args.push([]);
          continue;
        }
      }
      (args.at(-1) as Token[]).push(token);
    }
  }

  /** Of the tokens read for an unclosed call, those that start on a later line than the call. */
  private afterLine(read: readonly Token[], name: Token): readonly Token[] {
    const at = read.findIndex((token) => token.file === name.file && token.flags & TokenFlag.LineStart);
    return at < 0 ? [] : read.slice(at);
  }

  private argumentCountFits(macro: Macro, name: Token, callEnd: Token, args: Token[][]): boolean {
    const wanted = (macro.parameters as readonly string[]).length;
    const given = wanted === 0 && args.length === 1 && args[0]?.length === 0 ? 0 : args.length;
    if (given === wanted) {
      if (wanted === 0) args.length = 0;
      return true;
    }
    if (macro.variadic && given === wanted - 1) return true;
    const place = placeOf(callEnd === name ? name : callEnd);
    const span = { ...placeOf(name), end: place.file === placeOf(name).file ? place.end : placeOf(name).end };
    this.add(
      'c-macro-arguments',
      'error',
      `${macro.name} takes ${wanted} argument${wanted === 1 ? '' : 's'}${macro.variadic ? ' or more' : ''} (${(macro.parameters ?? []).join(', ')}), but ${given} ${given === 1 ? 'is' : 'are'} given.`,
      span,
      macro.definition ? [{ span: placeOf(macro.definition), message: `${macro.name} is defined here` }] : [],
    );
    if (given > wanted) {
      args.length = wanted;
      return true;
    }
    // A 0 in place of what is missing: one error is enough, and an empty argument would cause more.
    while (args.length < wanted) args.push([new Token(TokenKind.Number, '0', callEnd.file, callEnd.start, callEnd.end, 0, undefined)]);
    return true;
  }

  /** Fully expands one macro argument on its own, as if it were the rest of the file. */
  private expandArgument(tokens: readonly Token[]): readonly Token[] {
    if (!tokens.some((token) => token.kind === TokenKind.Identifier && this.macros.has(token.text))) return tokens;
    if (this.argumentDepth >= MAX_ARGUMENT_DEPTH) {
      this.reportLimit(tokens[0] as Token);
      return tokens;
    }
    this.argumentDepth++;
    const depth = this.contexts.length;
    this.contexts.push({ tokens, at: 0, macro: undefined, boundary: true });
    const result: Token[] = [];
    while (result.length < MAX_TOKENS) {
      const token = this.next();
      if (token.kind === TokenKind.End) break;
      result.push(token);
    }
    for (const context of this.contexts.splice(depth)) if (context.macro) this.painted.delete(context.macro);
    this.argumentDepth--;
    this.produced += result.length >> 2;
    return result;
  }

  private dynamic(macro: Macro, token: Token): Token {
    let call = token;
    while (call.expansion) call = call.expansion.call;
    const text = (): string => {
      switch (macro.dynamic) {
        case 'line':
          return String(call.file.lines.positionAt(call.start).line + 1);
        case 'counter':
          return String(this.counter++);
        case 'level':
          return String(this.files.length - 1);
        default:
          return stringLiteral(call.file.path);
      }
    };
    const kind = macro.dynamic === 'file' ? TokenKind.String : TokenKind.Number;
    return new Token(kind, text(), token.file, token.start, token.end, token.flags, token.expansion);
  }

  private skipPragmaOperator(): boolean {
    if (!this.peekParenthesis()) return false;
    for (let depth = 1; depth > 0; ) {
      const token = this.raw();
      if (token.kind === TokenKind.End) return true;
      if (token.text === '(') depth++;
      else if (token.text === ')') depth--;
    }
    return true;
  }

  // --- directives ------------------------------------------------------------------------------------------------

  /** Carries out the directive behind `hash`; returns a token only for a pragma that the parser has to see. */
  private directive(open: OpenFile, hash: Token): Token | undefined {
    const line: Token[] = [];
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
        if (rest[0]?.kind === TokenKind.Identifier) this.macros.delete(rest[0].text);
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
    this.macros.set(name.text, macro);
  }

  /** `#` needs a parameter behind it, and `##` something on both sides. */
  private checkOperators(body: readonly Token[], parameters: readonly string[] | undefined): void {
    body.forEach((token, i) => {
      if (token.kind !== TokenKind.Punctuator) return;
      const next = body[i + 1];
      if (token.text === '##' && (i === 0 || !next)) {
        this.report('c-preprocessor', 'error', token, '## needs something on both sides.');
      } else if (token.text === '#' && parameters && !(next && (parameters.includes(next.text) || next.text === '__VA_OPT__'))) {
        this.report('c-preprocessor', 'error', token, '# needs the name of a parameter behind it.');
      }
    });
  }

  // --- includes --------------------------------------------------------------------------------------------------

  private include(open: OpenFile, directive: Token, rest: readonly Token[]): void {
    let target = includeTarget(rest);
    if (!target) {
      this.closePrelude();
      target = includeTarget(this.expandArgument(rest));
    }
    if (!target) {
      this.report('c-include', 'error', rest[0] ?? directive, '#include needs "FILE" or <FILE>.');
      return;
    }
    const { name, quoted } = target;
    const shared = this.preludeOpen && this.files.length === 1;
    if (shared && this.continuePrelude(name, quoted, open.file)) return;
    const file = this.host.resolve(name, quoted, open.file);
    this.includes.push({ name, quoted, from: open.file, file });
    if (!file) {
      const looked = this.host.searched(name, quoted, open.file);
      this.report(
        'c-include',
        'error',
        rest[0] ?? directive,
        `${name} is not found (looked in ${looked.length ? looked.join(', ') : 'no folder'}). Add its folder to the include paths (-I, or "includePaths" in jailhouse.json).`,
        rest.at(-1),
      );
      this.closePrelude();
      return;
    }
    if (this.once.has(file)) return;
    const again = this.files.filter((entry) => entry.file === file).length;
    if (again >= MAX_SELF_INCLUDES || this.files.length >= MAX_INCLUDE_DEPTH) {
      const chain = [...new Set(this.files.map((entry) => entry.file.path))].join(' includes ');
      this.report(
        'c-include',
        'error',
        rest[0] ?? directive,
        `${name} is included in a circle (${chain}). It needs an include guard (#ifndef) or #pragma once.`,
        rest.at(-1),
      );
      return;
    }
    if (shared) this.readIntoPrelude(file, name, quoted, open.file);
    else this.enter(file);
  }

  /** Takes over what an earlier source found for the same include at this point, if that still holds. */
  private continuePrelude(name: string, quoted: boolean, from: SourceFile): boolean {
    const known = this.prelude.next.get(preludeKey(name, quoted, from));
    if (!known) return false;
    const own = known.includes.slice(this.prelude.includes.length);
    for (const include of own) {
      const asker = include.from === (own[0] as Include).from ? from : include.from;
      const now = this.host.resolve(include.name, include.quoted, asker);
      if (now !== include.file || (now && !this.host.isCurrent(now))) return false;
    }
    this.prelude = known;
    this.macros = new Map(known.macros);
    this.once = new Set(known.once);
    return true;
  }

  /** Reads a header at the top of the source to its end and keeps the outcome for the next source that starts so. */
  private readIntoPrelude(file: SourceFile, name: string, quoted: boolean, from: SourceFile): void {
    const parent = this.prelude;
    this.preludeOpen = false;
    const outer = this.files.splice(0);
    const output: Token[] = [];
    this.enter(file);
    for (;;) {
      const token = this.next();
      if (token.kind === TokenKind.End) break;
      output.push(token);
      if (++this.produced > MAX_TOKENS) {
        this.reportLimit(token);
        break;
      }
    }
    this.files.splice(0, this.files.length, ...outer);
    this.prelude = {
      parent,
      macros: new Map(this.macros),
      once: new Set(this.once),
      tokens: [...parent.tokens, ...output],
      findings: [...parent.findings, ...this.findings],
      includes: [...parent.includes, ...this.includes],
      next: new Map(),
    };
    parent.next.set(preludeKey(name, quoted, from), this.prelude);
    this.findings = [];
    this.includes = [];
    this.preludeOpen = true;
  }

  private closePrelude(): void {
    this.preludeOpen = false;
  }

  // --- findings --------------------------------------------------------------------------------------------------

  private reportLimit(token: Token): void {
    if (this.limitReported) return;
    this.limitReported = true;
    this.report(
      'c-limit',
      'error',
      token,
      'Macros expand here without end, or to millions of tokens; the rest is not read. Look for a macro that repeats itself.',
    );
  }

  private report(
    rule: string,
    severity: Severity,
    token: Token,
    message: string,
    last?: Token,
    first: Token = token,
    related: Finding['related'] = [],
  ): void {
    const run =
      last && last !== token ? placeOfRun([first, last], 0, 2) : first === token ? placeOf(token) : placeOfRun([first, token], 0, 2);
    this.add(rule, severity, message, run, related);
  }

  private add(rule: string, severity: Severity, message: string, span: Finding['span'], related: Finding['related'] = []): void {
    this.findings.push({ rule, severity, message, span, related, fixes: [] });
  }
}

function preludeKey(name: string, quoted: boolean, from: SourceFile): string {
  // Only a quoted include looks beside the file that asks.
  return quoted ? `"${name}" ${from.path.slice(0, from.path.lastIndexOf('/'))}` : `<${name}>`;
}

function endOf(file: SourceFile): Token {
  return new Token(TokenKind.End, '', file, file.text.length, file.text.length, TokenFlag.LineStart, undefined);
}

function includeTarget(tokens: readonly Token[]): { name: string; quoted: boolean } | undefined {
  const first = tokens[0];
  if (!first) return undefined;
  if (first.kind === TokenKind.String && first.text.startsWith('"')) return { name: first.text.slice(1, -1), quoted: true };
  if (first.text !== '<') return undefined;
  const close = tokens.findIndex((token) => token.text === '>');
  if (close < 0) return undefined;
  const last = tokens[close] as Token;
  // The name is taken as it is spelled: it may hold what are no tokens, such as `//`.
  if (!first.expansion && last.file === first.file) return { name: first.file.text.slice(first.end, last.start).trim(), quoted: false };
  return { name: spell(tokens.slice(1, close)), quoted: false };
}

/** The tokens as text, a blank wherever there was white space. */
function spell(tokens: readonly Token[]): string {
  return tokens.map((token, i) => (i > 0 && token.flags & TokenFlag.SpaceBefore ? ' ' : '') + token.text).join('');
}
