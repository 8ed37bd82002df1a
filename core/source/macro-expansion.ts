import type { Macro } from './macro.ts';
import { SourceFile } from './source-file.ts';
import { type Expansion, Token, TokenFlag, TokenKind } from './token.ts';
import { tokenize } from './tokenizer.ts';

/** Longer tokens come only from macros that double what they join or make a string of, and those would fill the memory. */
const MAX_TOKEN_LENGTH = 1_000_000;

type Expand = (tokens: readonly Token[]) => readonly Token[];
/** Told of a `##` whose result is no token. */
type InvalidPaste = (left: Token, right: Token) => void;

/** The body of a macro with its arguments put in (C17 6.10.3, GNU's `, ## __VA_ARGS__`, C23's `__VA_OPT__`), before rescanning. */
export function expandBody(
  macro: Macro,
  expansion: Expansion,
  args: readonly (readonly Token[])[],
  expand: Expand,
  invalidPaste: InvalidPaste,
): Token[] {
  const call = expansion.call;
  const result: Token[] = [];
  if (!macro.parameters) {
    for (const token of macro.body) result.push(token.with(token.flags & TokenFlag.SpaceBefore, expansion));
    if (result.some((token) => token.text === '##')) return keepSpace(pasteAll(macro.body, expansion, invalidPaste), call);
    return keepSpace(result, call);
  }
  return keepSpace(new Substitution(macro, expansion, args, expand, invalidPaste).run(macro.body), call);
}

/** The first token of an expansion has the white space (and line start) of the macro's name. */
function keepSpace(tokens: Token[], call: Token): Token[] {
  const first = tokens[0];
  if (first) tokens[0] = first.with((first.flags & TokenFlag.NoExpand) | (call.flags & TokenFlag.SpaceBefore), first.expansion);
  return tokens;
}

function pasteAll(body: readonly Token[], expansion: Expansion, invalidPaste: InvalidPaste): Token[] {
  const result: Token[] = [];
  for (let i = 0; i < body.length; i++) {
    const token = body[i] as Token;
    const right = body[i + 1];
    if (token.text === '##' && result.length > 0 && right) {
      result.push(...paste(result.pop() as Token, right.with(right.flags, expansion), expansion, invalidPaste));
      i++;
    } else result.push(token.with(token.flags & TokenFlag.SpaceBefore, expansion));
  }
  return result;
}

class Substitution {
  private readonly parameters: readonly string[];
  private readonly expanded: (readonly Token[] | undefined)[] = [];

  constructor(
    private readonly macro: Macro,
    private readonly expansion: Expansion,
    private readonly args: readonly (readonly Token[])[],
    private readonly expand: Expand,
    private readonly invalidPaste: InvalidPaste,
  ) {
    this.parameters = macro.parameters as readonly string[];
  }

  run(body: readonly Token[]): Token[] {
    const result: Token[] = [];
    /** Set while the left operand of a `##` turned out empty. */
    let leftEmpty = false;
    /** Where an empty argument stood behind white space: that white space goes to what follows. It shows when it is made a string. */
    let spaceAt = -1;
    for (let i = 0; i < body.length; i++) {
      if (spaceAt >= 0 && spaceAt < result.length) {
        result[spaceAt] = withSpace(result[spaceAt] as Token);
        spaceAt = -1;
      }
      const token = body[i] as Token;
      const pasted = body[i + 1]?.text === '##';
      if (token.text === '#' && body[i + 1] && this.indexOf(body[i + 1] as Token) >= 0) {
        i++;
        result.push(this.stringize(body[i] as Token, token));
        continue;
      }
      if (token.text === '##' && i > 0 && body[i + 1]) {
        i++;
        const [right, next] = this.pasteOperand(body, i);
        const argument = next === i ? this.args[this.indexOf(body[i] as Token)]?.[0] : undefined;
        i = next;
        const comma = result.at(-1);
        if (this.isVariadic(body[i] as Token) && comma?.text === ',' && !leftEmpty) {
          // GNU, for any comma wherever it comes from: it goes when the variable arguments are left out (an empty one behind a comma
          // is one), and is never pasted.
          if (this.args.length < this.parameters.length || (this.args.length === 1 && this.args[0]?.length === 0)) result.pop();
          else append(result, this.rawArgument(this.parameters.length - 1, body[i] as Token));
          continue;
        }
        if (right.length === 0) continue;
        if (leftEmpty || result.length === 0) append(result, right);
        else {
          // Where joining fails, an argument keeps the white space that it has in the call.
          append(result, paste(result.pop() as Token, argument ?? (right[0] as Token), this.expansion, this.invalidPaste));
          append(result, right.slice(1));
        }
        leftEmpty = false;
        continue;
      }
      if (token.text === '__VA_OPT__' && this.macro.variadic && body[i + 1]?.text === '(') {
        const close = closing(body, i + 1);
        if (this.expandedArgument(this.parameters.length - 1).length > 0) append(result, this.run(body.slice(i + 2, close)));
        i = close;
        continue;
      }
      const index = this.indexOf(token);
      if (index < 0) {
        result.push(token.with(token.flags & TokenFlag.SpaceBefore, this.expansion));
        leftEmpty = false;
        continue;
      }
      const replacement = pasted ? this.rawArgument(index, token) : this.argument(index, token);
      if (pasted) leftEmpty = replacement.length === 0;
      if (replacement.length === 0 && token.flags & TokenFlag.SpaceBefore && spaceAt < 0) spaceAt = result.length;
      append(result, replacement);
    }
    if (spaceAt >= 0 && spaceAt < result.length) result[spaceAt] = withSpace(result[spaceAt] as Token);
    return result;
  }

  /** The right operand of `##`, not expanded, and where the body goes on. */
  private pasteOperand(body: readonly Token[], at: number): [readonly Token[], number] {
    const token = body[at] as Token;
    if (token.text === '#' && body[at + 1] && this.indexOf(body[at + 1] as Token) >= 0) {
      return [[this.stringize(body[at + 1] as Token, token)], at + 1];
    }
    const index = this.indexOf(token);
    return [index < 0 ? [token.with(token.flags & TokenFlag.SpaceBefore, this.expansion)] : this.rawArgument(index, token), at];
  }

  private isVariadic(token: Token): boolean {
    return this.macro.variadic && this.indexOf(token) === this.parameters.length - 1;
  }

  private indexOf(token: Token): number {
    return token.kind === TokenKind.Identifier ? this.parameters.indexOf(token.text) : -1;
  }

  private rawArgument(index: number, at: Token): readonly Token[] {
    return spaced(this.args[index] ?? [], at);
  }

  private argument(index: number, at: Token): readonly Token[] {
    return spaced(this.expandedArgument(index), at);
  }

  private expandedArgument(index: number): readonly Token[] {
    const known = this.expanded[index];
    if (known) return known;
    const result = this.expand(this.args[index] ?? []);
    this.expanded[index] = result;
    return result;
  }

  private stringize(parameter: Token, hash: Token): Token {
    const tokens = this.args[this.indexOf(parameter)] ?? [];
    const whole = tokens
      .map((token, i) => {
        const space = i > 0 && token.flags & (TokenFlag.SpaceBefore | TokenFlag.LineStart) ? ' ' : '';
        const literal = token.kind === TokenKind.String || token.kind === TokenKind.Character;
        return space + (literal ? token.text.replace(/[\\"]/g, '\\$&') : token.text);
      })
      .join('');
    const text = whole.slice(0, MAX_TOKEN_LENGTH);
    const first = tokens[0];
    const last = tokens.at(-1);
    // A string made of an argument is placed at that argument.
    if (first && last && first.file === last.file && !first.expansion && !last.expansion) {
      return new Token(TokenKind.String, `"${text}"`, first.file, first.start, last.end, hash.flags & TokenFlag.SpaceBefore, undefined);
    }
    return new Token(
      TokenKind.String,
      `"${text}"`,
      hash.file,
      hash.start,
      parameter.end,
      hash.flags & TokenFlag.SpaceBefore,
      this.expansion,
    );
  }
}

/** `push(...from)` would put every token on the stack, and an argument can have more than fit there. */
function append(to: Token[], from: readonly Token[]): void {
  for (const token of from) to.push(token);
}

function withSpace(token: Token): Token {
  return token.with(token.flags | TokenFlag.SpaceBefore, token.expansion);
}

function spaced(tokens: readonly Token[], at: Token): readonly Token[] {
  const first = tokens[0];
  if (!first) return tokens;
  const flags = (first.flags & TokenFlag.NoExpand) | (at.flags & TokenFlag.SpaceBefore);
  if (tokens.length === 1) return [first.with(flags, first.expansion)];
  return [first.with(flags, first.expansion), ...tokens.slice(1)];
}

function closing(body: readonly Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < body.length; i++) {
    if (body[i]?.text === '(') depth++;
    else if (body[i]?.text === ')' && --depth === 0) return i;
  }
  return body.length;
}

/** `left ## right`: one token, or both as they are when they make none (gcc reports that too; the outcome is the same). */
function paste(left: Token, right: Token, expansion: Expansion, invalidPaste: InvalidPaste): Token[] {
  const text = left.text.length + right.text.length > MAX_TOKEN_LENGTH ? '' : left.text + right.text;
  const made = tokenize(new SourceFile('', text)).tokens;
  const token = made[0];
  if (made.length !== 1 || !token || token.text !== text) {
    invalidPaste(left, right);
    return [left, right];
  }
  return [new Token(token.kind, text, left.file, left.start, left.end, left.flags & TokenFlag.SpaceBefore, left.expansion ?? expansion)];
}

/** A text as a C string literal. */
export function stringLiteral(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
