import { endOfCharacter, endOfString } from './string-literals.ts';
import type { TreeText } from './tree-text.ts';
import { LexerState, TreeTokenKind } from './tree-token.ts';

/** Told of what is wrong with a single token, and of `/include/`. */
export interface LexerEvents {
  problem(message: string, text: TreeText, start: number, end: number): void;
  /** The text of the file, or undefined when there is none (the listener has said so). */
  include(name: string, text: TreeText, start: number, end: number): TreeText | undefined;
}

const NAME = 1;
const LABEL_START = 2;
const LABEL_PART = 4;
const SPACE = 8;
const HEX = 16;
const DIGIT = 32;
const classes = new Uint8Array(128);
for (let c = 0; c < 128; c++) {
  const digit = c >= 48 && c <= 57;
  const letter = (c >= 65 && c <= 90) || (c >= 97 && c <= 122);
  const hex = digit || (c >= 65 && c <= 70) || (c >= 97 && c <= 102);
  classes[c] =
    (digit || letter || ',._+*#?@-'.includes(String.fromCharCode(c)) ? NAME : 0) |
    (letter || c === 95 ? LABEL_START | LABEL_PART : 0) |
    (digit ? LABEL_PART | DIGIT : 0) |
    (hex ? HEX : 0) |
    (c === 32 || (c >= 9 && c <= 13) ? SPACE : 0);
}
const classOf = (c: number): number => (c < 128 ? (classes[c] as number) : 0);

const keywords = new Set([
  '/dts-v1/',
  '/plugin/',
  '/memreserve/',
  '/bits/',
  '/delete-property/',
  '/delete-node/',
  '/omit-if-no-ref/',
  '/incbin/',
]);
const operators = new Set(['<<', '>>', '<=', '>=', '==', '!=', '&&', '||']);
const lineMarker = /#(?:line)?[ \t]+[0-9]+[ \t]+"(?:[^\\"]|\\.)*"(?:[ \t]+[0-9]+)*/y;
const pathReference = /&\{(\/[a-zA-Z0-9,._+*#?@/-]*)\}/y;
const includeDirective = /\/include\/\s*(?=")/y;
const MAX_UNSIGNED = (1n << 64n) - 1n;

/** dtc's own limit for `/include/` in `/include/`. */
const MAX_DEPTH = 200;
const MAX_INCLUDES = 2000;

/** Cuts a text into the tokens of dtc's language (dtc 1.6.1, dtc-lexer.l). Holds one token: the current one. */
export class TreeLexer {
  kind: TreeTokenKind = TreeTokenKind.End;
  /** The character of a `Char`. */
  code = 0;
  /** Of a name, label, reference, keyword or operator. */
  text = '';
  /** Of an integer, as a number where it fits one exactly. */
  value: number | bigint = 0;
  /** Where the token stands. */
  source: TreeText;
  start = 0;
  end = 0;
  /** Where the token before it ended, and in which text. */
  lastSource: TreeText;
  lastStart = 0;
  lastEnd = 0;
  private state: LexerState = LexerState.Initial;
  private readonly outer: { readonly source: TreeText; readonly at: number }[] = [];
  private includes = 0;
  /** A text in which no comment ends any more. */
  private unclosedComment: TreeText | undefined;
  private at = 0;

  constructor(
    text: TreeText,
    private readonly events: LexerEvents,
  ) {
    this.source = text;
    this.lastSource = text;
  }

  /** Reads the current token again, and what follows it, as what stands in that state. */
  again(state: LexerState): void {
    this.at = this.start;
    this.state = state;
    this.scan();
  }

  /** True when the current token is the first on its line. */
  startsLine(): boolean {
    if (this.lastSource !== this.source || this.kind === TreeTokenKind.End) return true;
    const lineBreak = this.source.text.indexOf('\n', this.lastEnd);
    return lineBreak >= 0 && lineBreak < this.start;
  }

  next(): void {
    this.lastSource = this.source;
    this.lastStart = this.start;
    this.lastEnd = this.end;
    this.at = this.end;
    this.scan();
  }

  private scan(): void {
    for (;;) {
      const { text } = this.source;
      let at = this.at;
      let c = text.charCodeAt(at);
      while (classOf(c) & SPACE) c = text.charCodeAt(++at);
      if (at >= text.length) {
        const outer = this.outer.pop();
        if (outer === undefined) {
          this.set(TreeTokenKind.End, text.length, text.length);
          return;
        }
        this.source = outer.source;
        this.at = outer.at;
        continue;
      }
      if (c === 47) {
        const after = this.slash(text, at);
        if (after < 0) return;
        this.at = after;
        continue;
      }
      if (c === 35 && (at === 0 || text.charCodeAt(at - 1) === 10)) {
        lineMarker.lastIndex = at;
        if (lineMarker.test(text)) {
          this.at = lineMarker.lastIndex;
          continue;
        }
      }
      this.token(text, at, c);
      return;
    }
  }

  /** A comment, `/include/`, a keyword or the character alone; where to go on, or -1 when a token is found. */
  private slash(text: string, at: number): number {
    const next = text.charCodeAt(at + 1);
    if (next === 42) {
      const end = this.unclosedComment === this.source ? -1 : text.indexOf('*/', at + 2);
      if (end >= 0) return end + 2;
      this.unclosedComment = this.source;
    } else if (next === 47) {
      const end = text.indexOf('\n', at);
      return end < 0 ? text.length : end + 1;
    } else if (next >= 97 && next <= 122) {
      includeDirective.lastIndex = at;
      if (includeDirective.test(text)) {
        const end = endOfString(text, includeDirective.lastIndex);
        if (end !== undefined) return this.enter(text, at, includeDirective.lastIndex, end);
      }
      const close = text.indexOf('/', at + 1) + 1;
      const word = close > 0 && close - at <= 20 ? text.slice(at, close) : '';
      if (keywords.has(word) && (word !== '/incbin/' || this.state === LexerState.Value || this.state === LexerState.Initial)) {
        this.text = word;
        this.set(TreeTokenKind.Keyword, at, close);
        if (word === '/dts-v1/' || word === '/memreserve/' || word === '/bits/') this.state = LexerState.Value;
        else if (word.startsWith('/delete') || word === '/omit-if-no-ref/') this.state = LexerState.Name;
        return -1;
      }
    }
    this.char(at, 47);
    return -1;
  }

  /** Goes into an included file; returns where to go on, there or here. */
  private enter(text: string, at: number, quote: number, end: number): number {
    const name = text.slice(quote + 1, end - 1);
    if (this.outer.length >= MAX_DEPTH || ++this.includes > MAX_INCLUDES) {
      if (this.includes <= MAX_INCLUDES + 1) {
        this.events.problem(`${name} is not read: files that include each other must come to an end.`, this.source, at, end);
        this.includes = MAX_INCLUDES + 1;
      }
      return end;
    }
    const included = this.events.include(name, this.source, at, end);
    if (included === undefined) return end;
    this.outer.push({ source: this.source, at: end });
    this.source = included;
    return 0;
  }

  private token(text: string, at: number, c: number): void {
    if (c === 34) {
      const end = endOfString(text, at);
      if (end === undefined) this.char(at, c);
      else this.set(TreeTokenKind.String, at, end);
      return;
    }
    if (c === 39) {
      const end = endOfCharacter(text, at);
      if (end === undefined) this.char(at, c);
      else this.set(TreeTokenKind.Character, at, end);
      return;
    }
    if (c === 38 && this.reference(text, at)) return;
    const kind = classOf(c);
    if (kind & LABEL_START) {
      let end = at + 1;
      while (classOf(text.charCodeAt(end)) & LABEL_PART) end++;
      if (text.charCodeAt(end) === 58) {
        this.text = text.slice(at, end);
        this.set(TreeTokenKind.Label, at, end + 1);
        return;
      }
    }
    if (this.state === LexerState.Name && (kind & NAME || c === 95 || c === 92)) {
      const from = c === 92 ? at + 1 : at;
      let end = from;
      for (let d = text.charCodeAt(end); classOf(d) & (NAME | LABEL_PART); d = text.charCodeAt(end)) end++;
      if (end > from) {
        this.text = text.slice(from, end);
        this.set(TreeTokenKind.Name, at, end);
        this.state = LexerState.Value;
        return;
      }
    }
    if (this.state === LexerState.Value && kind & DIGIT) {
      this.integer(text, at);
      return;
    }
    if (this.state === LexerState.Bytes && kind & HEX && classOf(text.charCodeAt(at + 1)) & HEX) {
      this.value = Number.parseInt(text.slice(at, at + 2), 16);
      this.set(TreeTokenKind.Byte, at, at + 2);
      return;
    }
    const two = c < 128 && (c === 60 || c === 62 || c === 61 || c === 33 || c === 38 || c === 124) ? text.slice(at, at + 2) : '';
    if (operators.has(two)) {
      this.text = two;
      this.set(TreeTokenKind.Operator, at, at + 2);
      return;
    }
    this.char(at, c);
    if (c === 91) this.state = LexerState.Bytes;
    else if (c === 93 && this.state === LexerState.Bytes) this.state = LexerState.Value;
    else if (c === 123 || c === 59) this.state = LexerState.Name;
  }

  private reference(text: string, at: number): boolean {
    const next = text.charCodeAt(at + 1);
    if (next === 123) {
      pathReference.lastIndex = at;
      const match = pathReference.exec(text);
      if (match === null) return false;
      this.text = match[1] as string;
      this.set(TreeTokenKind.Reference, at, pathReference.lastIndex);
      return true;
    }
    if (!(classOf(next) & LABEL_START)) return false;
    let end = at + 2;
    while (classOf(text.charCodeAt(end)) & LABEL_PART) end++;
    this.text = text.slice(at + 1, end);
    this.set(TreeTokenKind.Reference, at, end);
    return true;
  }

  private integer(text: string, at: number): void {
    const second = text.charCodeAt(at + 1);
    const hex = text.charCodeAt(at) === 48 && (second === 120 || second === 88) && classOf(text.charCodeAt(at + 2)) & HEX;
    let end = hex ? at + 2 : at;
    while (classOf(text.charCodeAt(end)) & (hex ? HEX : DIGIT)) end++;
    const digitsEnd = end;
    const suffix = text.charCodeAt(end) === 85 || text.charCodeAt(end) === 76 ? text.slice(end, end + 3) : '';
    if (suffix !== '') end += suffix.startsWith('ULL') ? 3 : suffix.startsWith('UL') || suffix.startsWith('LL') ? 2 : 1;
    this.set(TreeTokenKind.Integer, at, end);
    const digits = text.slice(at, digitsEnd);
    if (!hex && digits.length > 1 && text.charCodeAt(at) === 48) {
      this.value = this.octal(digits, at, end);
      return;
    }
    this.value = digits.length <= 15 ? Number(digits) : this.large(BigInt(digits), at, end);
  }

  private octal(digits: string, start: number, end: number): number | bigint {
    const valid = /^[0-7]+/.exec(digits)?.[0] ?? '0';
    if (valid.length < digits.length) {
      const problem = `"${digits}" starts with 0, which makes it octal, but has a digit above 7. Leave the 0 out, or write 0x for hexadecimal.`;
      this.events.problem(problem, this.source, start, end);
    }
    return this.large(BigInt(`0o${valid}`), start, end);
  }

  private large(value: bigint, start: number, end: number): number | bigint {
    if (value > MAX_UNSIGNED) {
      this.events.problem('This number needs more than 64 bits; write it as several cells.', this.source, start, end);
      return MAX_UNSIGNED;
    }
    return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  }

  private char(at: number, code: number): void {
    this.code = code;
    this.set(TreeTokenKind.Char, at, at + 1);
  }

  private set(kind: TreeTokenKind, start: number, end: number): void {
    this.kind = kind;
    this.start = start;
    this.end = end;
  }
}
