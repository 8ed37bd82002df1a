import type { ByteText } from '../byte-text.ts';
import {
  type AndOr,
  type Assignment,
  type Command,
  type List,
  type Pipeline,
  type Redirection,
  ShellSyntaxError,
  type Word,
} from './syntax.ts';
import { WordReader } from './word-reader.ts';

const reserved = new Set(['if', 'then', 'elif', 'else', 'fi', 'for', 'in', 'while', 'until', 'do', 'done', 'case', 'esac', '{', '}', '!']);
const nameShape = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Reads a script command by command, as a shell does: a mistake further down does not keep what stands before it from running. */
export class Parser extends WordReader {
  private pendingDocuments: {
    readonly redirection: Redirection;
    readonly end: ByteText;
    readonly strip: boolean;
    readonly quoted: boolean;
  }[] = [];

  constructor(text: ByteText, firstLine = 1) {
    super(text, firstLine, (script, line) => {
      const parser = new Parser(script, line);
      return parser.all();
    });
  }

  /** The next complete command with all that stands on its line; undefined at the end. */
  next(): List | undefined {
    this.skipNewlines();
    if (this.atEnd()) return undefined;
    const list: AndOr[] = [];
    for (;;) {
      list.push(this.andOr());
      this.blanks();
      if (this.atEnd()) break;
      if (this.peek() === '\n') {
        this.newline();
        break;
      }
      if (this.lastWasSeparator()) {
        if (this.peek() === '\n') continue;
        if (this.startsCommand()) continue;
      }
      this.unexpected();
    }
    return list;
  }

  all(): List {
    const list: AndOr[] = [];
    for (let part = this.next(); part !== undefined; part = this.next()) list.push(...part);
    return list;
  }

  private separated = false;

  private lastWasSeparator(): boolean {
    return this.separated;
  }

  private startsCommand(): boolean {
    return !this.atEnd() && this.peek() !== '\n';
  }

  private andOr(): AndOr {
    this.separated = false;
    const start = this.position;
    const first = this.pipeline();
    const rest: { operator: '&&' | '||'; pipeline: Pipeline }[] = [];
    for (;;) {
      this.blanks();
      const operator = this.text.startsWith('&&', this.position) ? '&&' : this.text.startsWith('||', this.position) ? '||' : undefined;
      if (operator === undefined) break;
      this.position += 2;
      this.skipNewlines();
      rest.push({ operator, pipeline: this.pipeline() });
    }
    const source = this.text.slice(start, this.position).trim();
    this.blanks();
    let background = false;
    if (this.peek() === '&') {
      this.position += 1;
      background = true;
      this.separated = true;
    } else if (this.peek() === ';' && this.peek(1) !== ';') {
      this.position += 1;
      this.separated = true;
    }
    return { first, rest, background, source };
  }

  private pipeline(): Pipeline {
    let negated = false;
    this.blanks();
    while (this.word() === '!') {
      this.takeWord('!');
      negated = !negated;
      this.blanks();
    }
    const commands = [this.command()];
    for (;;) {
      this.blanks();
      if (this.peek() !== '|' || this.peek(1) === '|') break;
      this.position += 1;
      this.skipNewlines();
      commands.push(this.command());
    }
    return { negated, commands };
  }

  private command(): Command {
    this.blanks();
    const word = this.word();
    if (this.peek() === '(') return this.compound(this.subshell());
    switch (word) {
      case '{':
        return this.compound(this.group());
      case 'if':
        return this.compound(this.conditional());
      case 'for':
        return this.compound(this.forLoop());
      case 'while':
      case 'until':
        return this.compound(this.loop(word));
      case 'case':
        return this.compound(this.caseOf());
    }
    if (word !== undefined && reserved.has(word)) this.unexpected();
    const name = /^([A-Za-z_][A-Za-z0-9_]*)[ \t]*\([ \t]*\)/.exec(this.text.slice(this.position, this.position + 200));
    if (name !== null) {
      this.position += name[0].length;
      this.skipNewlines();
      return { kind: 'function', name: name[1] as ByteText, body: this.command() };
    }
    return this.simple();
  }

  private compound<T extends Command & { readonly redirections: readonly Redirection[] }>(command: T): T {
    const redirections: Redirection[] = [];
    for (;;) {
      this.blanks();
      const redirection = this.redirection();
      if (redirection === undefined) break;
      redirections.push(redirection);
    }
    return redirections.length === 0 ? command : { ...command, redirections };
  }

  private simple(): Command {
    const line = this.line;
    const assignments: Assignment[] = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    for (;;) {
      this.blanks();
      const redirection = this.redirection();
      if (redirection !== undefined) {
        redirections.push(redirection);
        continue;
      }
      if (this.atEnd() || '\n;&|()'.includes(this.peek())) break;
      const assigned = words.length === 0 ? /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(this.text.slice(this.position, this.position + 200)) : null;
      if (assigned !== null) {
        this.position += assigned[0].length;
        assignments.push({ name: assigned[1] as ByteText, value: this.readWord(true) });
        continue;
      }
      words.push(this.readWord(false));
    }
    if (words.length === 0 && assignments.length === 0 && redirections.length === 0) this.unexpected();
    return { kind: 'simple', line, assignments, words, redirections };
  }

  private redirection(): Redirection | undefined {
    const match = /^(\d*)(<<-|<<|<&|>&|>>|>\||<>|<|>)/.exec(this.text.slice(this.position, this.position + 12));
    if (match === null) return undefined;
    const [all, digits, operator] = match as unknown as [string, string, string];
    this.position += all.length;
    this.blanks();
    const descriptor = digits === '' ? undefined : Number(digits);
    if (operator === '<<' || operator === '<<-') {
      const { text, quoted } = this.delimiter();
      const redirection: Redirection = { descriptor, operator: '<<', word: [] };
      this.pendingDocuments.push({ redirection, end: text, strip: operator === '<<-', quoted });
      return redirection;
    }
    if (this.atEnd() || '\n;&|()<>'.includes(this.peek())) this.unexpected();
    return { descriptor, operator: operator as Redirection['operator'], word: this.readWord(false) };
  }

  /** The end of a line; the texts of its here-documents follow it. */
  protected override newline(): void {
    super.newline();
    const pending = this.pendingDocuments;
    this.pendingDocuments = [];
    for (const { redirection, end, strip, quoted } of pending) {
      let body = '';
      const line = this.line;
      for (;;) {
        if (this.atEnd()) break;
        const stop = this.text.indexOf('\n', this.position);
        const raw = this.text.slice(this.position, stop < 0 ? undefined : stop);
        this.position = stop < 0 ? this.text.length : stop + 1;
        this.line += 1;
        const text = strip ? raw.replace(/^\t+/, '') : raw;
        if (text === end) break;
        body += stop < 0 ? text : `${text}\n`;
      }
      redirection.word = quoted ? [{ kind: 'text', text: body, quoted: true }] : this.documentWord(body, line);
    }
  }

  private group(): Command & { redirections: readonly Redirection[] } {
    this.takeWord('{');
    const body = this.listUntil('}');
    this.takeWord('}');
    return { kind: 'group', body, redirections: [] };
  }

  private subshell(): Command & { redirections: readonly Redirection[] } {
    this.position += 1;
    const body = this.listUntil(')');
    this.blanks();
    if (this.peek() !== ')') this.unexpected(')');
    this.position += 1;
    return { kind: 'subshell', body, redirections: [] };
  }

  private conditional(): Command & { redirections: readonly Redirection[] } {
    const branches: { condition: List; body: List }[] = [];
    this.takeWord('if');
    let otherwise: List | undefined;
    for (;;) {
      const condition = this.listUntil('then');
      this.takeWord('then');
      branches.push({ condition, body: this.listUntil('elif', 'else', 'fi') });
      if (this.word() === 'elif') {
        this.takeWord('elif');
        continue;
      }
      if (this.word() === 'else') {
        this.takeWord('else');
        otherwise = this.listUntil('fi');
      }
      this.takeWord('fi');
      return { kind: 'if', branches, otherwise, redirections: [] };
    }
  }

  private loop(kind: 'while' | 'until'): Command & { redirections: readonly Redirection[] } {
    this.takeWord(kind);
    const condition = this.listUntil('do');
    this.takeWord('do');
    const body = this.listUntil('done');
    this.takeWord('done');
    return { kind, condition, body, redirections: [] };
  }

  private forLoop(): Command & { redirections: readonly Redirection[] } {
    this.takeWord('for');
    this.blanks();
    const name = this.word();
    if (name === undefined || !nameShape.test(name)) throw this.error('Bad for loop variable');
    this.position += name.length;
    this.skipNewlines();
    let words: Word[] | undefined;
    if (this.word() === 'in') {
      this.takeWord('in');
      words = [];
      for (;;) {
        this.blanks();
        if (this.atEnd() || '\n;'.includes(this.peek())) break;
        words.push(this.readWord(false));
      }
    }
    this.blanks();
    if (this.peek() === ';') this.position += 1;
    this.skipNewlines();
    this.takeWord('do');
    const body = this.listUntil('done');
    this.takeWord('done');
    return { kind: 'for', name, words, body, redirections: [] };
  }

  private caseOf(): Command & { redirections: readonly Redirection[] } {
    this.takeWord('case');
    this.blanks();
    const word = this.readWord(false);
    this.skipNewlines();
    this.takeWord('in');
    this.skipNewlines();
    const arms: { patterns: Word[]; body: List }[] = [];
    while (this.word() !== 'esac') {
      if (this.atEnd()) this.unexpected('esac');
      if (this.peek() === '(') this.position += 1;
      const patterns: Word[] = [];
      for (;;) {
        this.blanks();
        patterns.push(this.readWord(false));
        this.blanks();
        if (this.peek() !== '|') break;
        this.position += 1;
      }
      if (this.peek() !== ')') this.unexpected(')');
      this.position += 1;
      const body = this.listUntil(';;', 'esac');
      arms.push({ patterns, body });
      if (this.text.startsWith(';;', this.position)) this.position += 2;
      this.skipNewlines();
    }
    this.takeWord('esac');
    return { kind: 'case', word, arms, redirections: [] };
  }

  /** Commands up to one of the words or operators that end them. */
  private listUntil(...ends: readonly string[]): List {
    const list: AndOr[] = [];
    for (;;) {
      this.skipNewlines();
      if (this.atEnd()) this.unexpected(ends.at(-1));
      if (ends.some((end) => this.isAt(end))) {
        if (list.length === 0 && !ends.includes(';;')) this.unexpected();
        return list;
      }
      list.push(this.andOr());
      this.blanks();
      if (ends.some((end) => this.isAt(end)) && (this.separated || ends.includes(')') || ends.includes(';;') || this.afterCompound()))
        continue;
      if (!this.separated && !this.atEnd() && this.peek() !== '\n') this.unexpected();
    }
  }

  /** `done fi`: a reserved word is known as such behind a compound command. */
  private afterCompound(): boolean {
    return /(?:\b(?:fi|done|esac)|[)}])[ \t]*$/.test(this.text.slice(Math.max(0, this.position - 20), this.position));
  }

  private isAt(end: string): boolean {
    if (end === ')' || end === ';;') return this.text.startsWith(end, this.position);
    return this.word() === end;
  }

  /** An unquoted word at this place, when it holds nothing but plain characters. */
  private word(): ByteText | undefined {
    this.blanks();
    return /^[A-Za-z0-9_!{}]+(?=$|[\s;&|()<>])/.exec(this.text.slice(this.position, this.position + 100))?.[0];
  }

  private takeWord(word: string): void {
    this.blanks();
    if (this.word() !== word) this.unexpected(word);
    this.position += word.length;
  }

  private unexpected(expected?: string): never {
    this.blanks();
    const suffix = expected === undefined ? '' : ` (expecting "${expected}")`;
    if (this.atEnd()) throw new ShellSyntaxError(`Syntax error: end of file unexpected${suffix}`, this.line, true);
    const what =
      this.peek() === '\n'
        ? 'newline'
        : (/^(?:&&|\|\||;;|[;&|()<>]|[^\s;&|()<>]+)/.exec(this.text.slice(this.position, this.position + 100))?.[0] ?? this.peek());
    throw this.error(what === 'newline' ? `newline unexpected${suffix}` : `"${what}" unexpected${suffix}`);
  }
}
