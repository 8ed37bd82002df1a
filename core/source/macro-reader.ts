import type { Macro } from './macro.ts';
import { expandBody, stringLiteral } from './macro-expansion.ts';
import { placeOf, Token, TokenFlag, TokenKind } from './token.ts';
import { MAX_TOKENS, TokenReader } from './token-reader.ts';

/** Nesting of macro arguments in macro arguments. */
const MAX_ARGUMENT_DEPTH = 200;
/** So many calls without a closing parenthesis are recovered from; each reads to the end of the text. */
const MAX_UNCLOSED_CALLS = 10;

/** Reads tokens with macros expanded. */
export abstract class MacroReader extends TokenReader {
  /** Shared with the prelude until something is defined. */
  protected macros: ReadonlyMap<string, Macro> = new Map();
  private argumentDepth = 0;
  private counter = 0;
  private unclosedCalls = 0;

  /** The next token with macros expanded. */
  protected next(): Token {
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
      (left, right) => {
        if (this.dialect === 'assembler') return;
        this.report(
          'c-preprocessor',
          'error',
          name,
          `In ${macro.name}, ## joins "${left.text}" and "${right.text}", which makes no token; the compiler stops here.`,
        );
      },
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
  protected expandArgument(tokens: readonly Token[]): readonly Token[] {
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
    if (result.length >= MAX_TOKENS) this.reportLimit(tokens[0] as Token);
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
}
