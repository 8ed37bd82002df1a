import type { ByteText } from '../byte-text.ts';
import { type List, ShellSyntaxError, type Word, type WordPart } from './syntax.ts';

const special = '@*#?$!-';

/** Reads words with their quotes and expansions. */
export class WordReader {
  position = 0;

  constructor(
    readonly text: ByteText,
    public line: number,
    private readonly parseScript: (script: ByteText, line: number) => List,
  ) {}

  protected atEnd(): boolean {
    return this.position >= this.text.length;
  }

  protected peek(ahead = 0): string {
    return this.text[this.position + ahead] ?? '';
  }

  /** Skips spaces, continued lines and comments. */
  protected blanks(): void {
    for (;;) {
      const next = this.peek();
      if (next === ' ' || next === '\t') this.position += 1;
      else if (next === '\\' && this.peek(1) === '\n') {
        this.position += 2;
        this.line += 1;
      } else if (next === '#' && (this.position === 0 || /[\s;&|()]/.test(this.text[this.position - 1] as string))) {
        const end = this.text.indexOf('\n', this.position);
        this.position = end < 0 ? this.text.length : end;
      } else return;
    }
  }

  protected skipNewlines(): void {
    for (;;) {
      this.blanks();
      if (this.peek() !== '\n') return;
      this.newline();
    }
  }

  protected newline(): void {
    this.position += 1;
    this.line += 1;
  }

  protected error(message: string, unfinished = false): ShellSyntaxError {
    return new ShellSyntaxError(`Syntax error: ${message}`, this.line, unfinished);
  }

  /** @param assignment Whether `~` counts behind each colon. */
  protected readWord(assignment: boolean): Word {
    const parts: WordPart[] = [];
    this.tilde(parts);
    while (!this.atEnd()) {
      const next = this.peek();
      if (' \t\n;&|()<>'.includes(next)) break;
      this.readPart(parts, next);
      if (assignment && next === ':') this.tilde(parts);
    }
    return parts;
  }

  private tilde(parts: WordPart[], inBraces = false): void {
    const match = (inBraces ? /^~([A-Za-z0-9._-]*)(?=[/}])/ : /^~([A-Za-z0-9._-]*)(?=$|[\s/:;&|()])/).exec(
      this.text.slice(this.position, this.position + 64),
    );
    if (match === null) return;
    this.position += match[0].length;
    parts.push({ kind: 'tilde', user: match[1] as ByteText });
  }

  private readPart(parts: WordPart[], next: string): void {
    switch (next) {
      case '\\':
        if (this.peek(1) === '\n') {
          this.position += 2;
          this.line += 1;
          return;
        }
        parts.push({ kind: 'text', text: this.peek(1) === '' ? '\\' : this.peek(1), quoted: true });
        this.position += 2;
        return;
      case "'": {
        const end = this.text.indexOf("'", this.position + 1);
        if (end < 0) throw this.error('Unterminated quoted string', true);
        const text = this.text.slice(this.position + 1, end);
        this.line += count(text, '\n');
        parts.push({ kind: 'text', text, quoted: true });
        this.position = end + 1;
        return;
      }
      case '"': {
        this.position += 1;
        const before = parts.length;
        this.doubleQuoted(parts, '"');
        this.position += 1;
        // `""` is an argument; what stands for it says so of itself, but for "$@" without any.
        if (parts.length === before) parts.push({ kind: 'text', text: '', quoted: true });
        return;
      }
      case '$':
        this.dollar(parts, false);
        return;
      case '`':
        this.backquoted(parts, false);
        return;
    }
    const run = /^[^\\'"$`\s;&|()<>:]+|^:/.exec(this.text.slice(this.position, this.position + 4096))?.[0] ?? next;
    parts.push({ kind: 'text', text: run, quoted: false });
    this.position += run.length;
  }

  /** Up to, not including, the closing character; '' reads to the end (a here-document). */
  private doubleQuoted(parts: WordPart[], close: string): void {
    let text = '';
    const flush = (): void => {
      if (text !== '') parts.push({ kind: 'text', text, quoted: true });
      text = '';
    };
    for (;;) {
      if (this.atEnd()) {
        if (close === '') break;
        throw this.error('Unterminated quoted string', true);
      }
      const next = this.peek();
      if (close !== '' && next === close) break;
      if (next === '\\') {
        const escaped = this.peek(1);
        if (escaped === '\n') this.line += 1;
        else if (escaped !== '' && (`$\`\\${close}`.includes(escaped) || (close === '}' && escaped === '"'))) text += escaped;
        else text += `\\${escaped}`;
        this.position += 2;
      } else if (next === '$') {
        flush();
        this.dollar(parts, true);
      } else if (next === '`') {
        flush();
        this.backquoted(parts, true);
      } else if (close === '}' && next === '"') {
        // Quotes inside of "${name:-…}".
        flush();
        this.position += 1;
        this.doubleQuoted(parts, '"');
        this.position += 1;
      } else {
        if (next === '\n') this.line += 1;
        text += next;
        this.position += 1;
      }
    }
    flush();
  }

  private dollar(parts: WordPart[], quoted: boolean): void {
    const next = this.peek(1);
    if (next === '(' && this.peek(2) === '(') {
      const end = this.arithmeticEnd(this.position + 3);
      if (end !== undefined) {
        const inner = this.text.slice(this.position + 3, end);
        this.position = end + 2;
        parts.push({ kind: 'arithmetic', expression: this.documentWord(inner, this.line), quoted });
        return;
      }
    }
    if (next === '(') {
      const start = this.position + 2;
      const end = this.closingParenthesis(start);
      const script = this.parseScript(this.text.slice(start, end), this.line);
      this.line += count(this.text.slice(start, end), '\n');
      this.position = end + 1;
      parts.push({ kind: 'command', script, quoted });
      return;
    }
    if (next === '{') {
      this.position += 2;
      parts.push(this.braced(quoted));
      return;
    }
    const name = /^[A-Za-z_][A-Za-z0-9_]*|^[0-9]/.exec(this.text.slice(this.position + 1, this.position + 200))?.[0];
    if (name !== undefined || (next !== '' && special.includes(next))) {
      const parameter = name ?? next;
      this.position += 1 + parameter.length;
      parts.push({ kind: 'parameter', name: parameter, quoted, operator: undefined, word: [] });
      return;
    }
    this.position += 1;
    parts.push({ kind: 'text', text: '$', quoted });
  }

  private braced(quoted: boolean): WordPart {
    const rest = this.text.slice(this.position, this.position + 200);
    const length = /^#([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*?$!-])\}/.exec(rest);
    if (length !== null) {
      this.position += length[0].length;
      return { kind: 'parameter', name: length[1] as ByteText, quoted, operator: 'length', word: [] };
    }
    const name = /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])/.exec(rest)?.[0];
    if (name === undefined) throw this.error('Bad substitution');
    this.position += name.length;
    if (this.peek() === '}') {
      this.position += 1;
      return { kind: 'parameter', name, quoted, operator: undefined, word: [] };
    }
    const operator = /^(?::[-=?+]|[-=?+]|%%|##|%|#)/.exec(this.text.slice(this.position, this.position + 2))?.[0];
    if (operator === undefined) {
      if (this.atEnd()) throw this.error('end of file unexpected (expecting "}")', true);
      throw this.error('Bad substitution');
    }
    this.position += operator.length;
    const parts: WordPart[] = [];
    const pattern = operator.startsWith('%') || operator.startsWith('#');
    if (quoted && !pattern) this.doubleQuoted(parts, '}');
    else {
      this.tilde(parts, true);
      while (this.peek() !== '}') {
        if (this.atEnd()) throw this.error('end of file unexpected (expecting "}")', true);
        if (' \t\n;&|()<>'.includes(this.peek())) {
          parts.push({ kind: 'text', text: this.peek(), quoted: false });
          this.position += 1;
        } else this.readBracedPart(parts);
      }
    }
    this.position += 1;
    return { kind: 'parameter', name, quoted, operator, word: parts };
  }

  private readBracedPart(parts: WordPart[]): void {
    const next = this.peek();
    if ('\\\'"$`'.includes(next)) {
      this.readPart(parts, next);
      return;
    }
    const run = /^[^\\'"$`\s;&|()<>}]+/.exec(this.text.slice(this.position, this.position + 4096))?.[0] ?? next;
    parts.push({ kind: 'text', text: run, quoted: false });
    this.position += run.length;
  }

  private backquoted(parts: WordPart[], quoted: boolean): void {
    let script = '';
    let at = this.position + 1;
    while (this.text[at] !== '`') {
      if (at >= this.text.length) throw this.error('EOF in backquote substitution', true);
      if (this.text[at] === '\\' && '$`\\'.includes(this.text[at + 1] ?? ' ')) at += 1;
      script += this.text[at];
      at += 1;
    }
    parts.push({ kind: 'command', script: this.parseScript(script, this.line), quoted });
    this.line += count(script, '\n');
    this.position = at + 1;
  }

  /** Text with expansions, but without quotes: a here-document, an arithmetic expression. */
  protected documentWord(text: ByteText, line: number): Word {
    const reader = new WordReader(text, line, this.parseScript);
    const parts: WordPart[] = [];
    reader.doubleQuoted(parts, '');
    return parts;
  }

  /** The delimiter of a here-document. */
  protected delimiter(): { readonly text: ByteText; readonly quoted: boolean } {
    const word = this.readWord(false);
    const quoted = word.some((part) => part.kind === 'text' && part.quoted);
    return { text: word.map((part) => (part.kind === 'text' ? part.text : '')).join(''), quoted };
  }

  /** Where `))` closes an arithmetic expression; undefined when it is a subshell inside of a substitution. */
  private arithmeticEnd(start: number): number | undefined {
    let depth = 0;
    for (let at = start; at < this.text.length; at += 1) {
      const next = this.text[at];
      if (next === '(') depth += 1;
      else if (next === ')') {
        if (depth === 0) return this.text[at + 1] === ')' ? at : undefined;
        depth -= 1;
      }
    }
    return undefined;
  }

  /** Where the `)` of `$(…)` stands: quotes, comments, nested substitutions and the patterns of `case` are passed over. */
  private closingParenthesis(start: number): number {
    const scanner = new ParenthesisScanner(this.text, start);
    const end = scanner.close();
    if (end === undefined) throw this.error('end of file unexpected (expecting ")")', true);
    return end;
  }
}

class ParenthesisScanner {
  constructor(
    private readonly text: ByteText,
    private at: number,
  ) {}

  close(): number | undefined {
    let cases = 0;
    let depth = 0;
    while (this.at < this.text.length) {
      const next = this.text[this.at] as string;
      const before = this.text[this.at - 1] ?? ' ';
      if (next === '\\') this.at += 2;
      else if (next === "'") this.at = this.after(this.text.indexOf("'", this.at + 1));
      else if (next === '"') this.double();
      else if (next === '`') this.at = this.after(this.text.indexOf('`', this.at + 1));
      else if (next === '#' && /[\s;&|(]/.test(before)) {
        const end = this.text.indexOf('\n', this.at);
        this.at = end < 0 ? this.text.length : end;
      } else if (next === '$' && this.text[this.at + 1] === '{') this.brace();
      else if (/[A-Za-z]/.test(next) && /[\s;&|(]/.test(before)) {
        const word = /^[A-Za-z]+(?=$|[\s;&|()<>])/.exec(this.text.slice(this.at, this.at + 12))?.[0];
        if (word === 'case') cases += 1;
        else if (word === 'esac') cases -= 1;
        this.at += word?.length ?? 1;
      } else if (next === '(') {
        depth += 1;
        this.at += 1;
      } else if (next === ')') {
        if (depth > 0) depth -= 1;
        else if (cases <= 0) return this.at;
        this.at += 1;
      } else this.at += 1;
    }
    return undefined;
  }

  private after(end: number): number {
    return end < 0 ? this.text.length : end + 1;
  }

  private double(): void {
    this.at += 1;
    while (this.at < this.text.length && this.text[this.at] !== '"') {
      if (this.text[this.at] === '\\') this.at += 2;
      else if (this.text[this.at] === '$' && this.text[this.at + 1] === '(') {
        this.at += 2;
        const end = this.close();
        this.at = end === undefined ? this.text.length : end + 1;
      } else if (this.text[this.at] === '$' && this.text[this.at + 1] === '{') this.brace();
      else this.at += 1;
    }
    this.at += 1;
  }

  private brace(): void {
    this.at += 2;
    while (this.at < this.text.length && this.text[this.at] !== '}') {
      const next = this.text[this.at];
      if (next === '\\') this.at += 2;
      else if (next === '"') this.double();
      else if (next === "'") this.at = this.after(this.text.indexOf("'", this.at + 1));
      else if (next === '$' && this.text[this.at + 1] === '{') this.brace();
      else if (next === '$' && this.text[this.at + 1] === '(') {
        this.at += 2;
        const end = this.close();
        this.at = end === undefined ? this.text.length : end + 1;
      } else this.at += 1;
    }
    this.at += 1;
  }
}

function count(text: ByteText, character: string): number {
  let found = 0;
  for (const each of text) if (each === character) found += 1;
  return found;
}
