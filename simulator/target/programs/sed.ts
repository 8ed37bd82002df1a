import { type ByteText, fromBytes, toBytes } from '../byte-text.ts';
import { absolute, openFile } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';
import { complain, linesOf, print, readAll, reasonOf } from '../kernel/streams.ts';
import { readArguments } from './arguments.ts';
import { eachInput } from './inputs.ts';
import { ExpressionError, toRegExp } from './regular-expressions.ts';

type Address =
  | { readonly kind: 'line'; readonly line: number }
  | { readonly kind: 'last' }
  | { readonly kind: 'match'; readonly expression: RegExp };

interface Command {
  readonly from: Address | undefined;
  readonly to: Address | undefined;
  readonly negated: boolean;
  readonly name: string;
  readonly expression?: RegExp;
  readonly replacement?: ByteText;
  readonly flags?: string;
  readonly text?: ByteText;
  readonly from256?: ReadonlyMap<string, string>;
  /** For `{`: where its `}` stands. */
  end?: number;
  /** A range has begun; with a line number, the line at which it ends. */
  active: boolean;
}

class SedError extends Error {}

/** `sed` with s, p, d, q, y, a, i, c, =, n, N and blocks; -n, -e, -f, -E, -i. */
export async function sed(process: Process, args: readonly ByteText[]): Promise<number> {
  const inPlace = args.some((arg) => /^-i/.test(arg) || arg.startsWith('--in-place'));
  const rest = args.filter((arg) => !/^-i/.test(arg) && !arg.startsWith('--in-place'));
  const { flags, values, operands, unknown } = readArguments(
    rest,
    ['-n', '-E', '-r', '-s', '-u', '-z', '--quiet', '--posix'],
    ['-e', '-f', '--expression'],
  );
  if (unknown !== undefined) {
    await complain(process, `sed: invalid option -- '${unknown.slice(0, 1)}'`);
    return 1;
  }
  const scripts = rest.flatMap((arg, index) =>
    arg === '-e' ? [rest[index + 1] ?? ''] : arg.startsWith('-e') && arg.length > 2 ? [arg.slice(2)] : [],
  );
  const paths = [...operands];
  let commands: Command[];
  try {
    if (values.has('-f')) {
      const file = openFile(process, values.get('-f') ?? '', 'read');
      scripts.push(fromBytes(await readAll(process, file)));
      file.release();
    }
    const text = scripts.length > 0 ? scripts.join('\n') : paths.shift();
    if (text === undefined) throw new SedError('no script specified');
    commands = new SedParser(text, flags.has('-E') || flags.has('-r')).all();
  } catch (error) {
    const message =
      error instanceof SedError || error instanceof ExpressionError ? `-e expression #1, char 0: ${error.message}` : reasonOf(error);
    await complain(process, `sed: ${message}`);
    return 1;
  }
  const quiet = flags.has('-n') || flags.has('--quiet');
  if (!inPlace) {
    const lines: { text: ByteText; ends: boolean }[] = [];
    const run = new SedRun(commands, quiet, (text) => print(process, text));
    const status = await eachInput(
      process,
      'sed',
      paths,
      async (file) => {
        for await (const line of linesOf(process, file)) {
          // The last line is known as such only when the next one is not there.
          const before = lines.shift();
          if (before !== undefined && !(await run.line(before.text, before.ends, false))) return;
          lines.push({ text: line.replace(/\n$/, ''), ends: line.endsWith('\n') });
        }
      },
      (path, reason) => `sed: can't read ${path}: ${reason}`,
    );
    const last = lines.shift();
    if (last !== undefined && !run.ended) await run.line(last.text, last.ends, true);
    return status === 0 ? run.status : 2;
  }
  for (const path of paths) {
    try {
      const file = openFile(process, path, 'read');
      const text = fromBytes(await readAll(process, file));
      file.release();
      let result = '';
      const run = new SedRun(commands, quiet, async (piece) => {
        result += piece;
      });
      const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
      for (const [index, line] of lines.entries())
        if (!(await run.line(line.replace(/\n$/, ''), line.endsWith('\n'), index === lines.length - 1))) break;
      const { files } = process.linux;
      const full = absolute(process, path);
      const inode = files.inode(full, process.actor);
      const made = files.createFile(`${full}.sed-new`, inode.mode, process.actor);
      files.writeAt(made, 0, toBytes(result), path);
      files.rename(`${full}.sed-new`, full, process.actor);
    } catch (error) {
      await complain(process, `sed: can't read ${path}: ${reasonOf(error)}`);
      return 4;
    }
  }
  return 0;
}

class SedRun {
  status = 0;
  ended = false;
  private number = 0;

  constructor(
    private readonly commands: readonly Command[],
    private readonly quiet: boolean,
    private readonly print: (text: ByteText) => Promise<void>,
  ) {}

  /** @returns False when `q` ended the run. */
  async line(text: ByteText, ends: boolean, last: boolean): Promise<boolean> {
    this.number += 1;
    let space = text;
    let deleted = false;
    const newline = ends ? '\n' : '';
    let after = '';
    for (let at = 0; at < this.commands.length; at += 1) {
      const command = this.commands[at] as Command;
      if (!this.applies(command, space, last)) {
        if (command.name === '{') at = command.end ?? at;
        continue;
      }
      switch (command.name) {
        case 's': {
          const changed = substitute(space, command);
          if (changed === undefined) break;
          space = changed;
          if (command.flags?.includes('p')) await this.print(`${space}\n`);
          break;
        }
        case 'y':
          space = [...space].map((character) => command.from256?.get(character) ?? character).join('');
          break;
        case 'p':
          await this.print(`${space}\n`);
          break;
        case '=':
          await this.print(`${this.number}\n`);
          break;
        case 'i':
          await this.print(`${command.text}\n`);
          break;
        case 'a':
          after += `${command.text}\n`;
          break;
        case 'c':
          if (command.to === undefined || !command.active) await this.print(`${command.text}\n`);
          deleted = true;
          break;
        case 'd':
          deleted = true;
          break;
        case 'q':
        case 'Q':
          this.ended = true;
          this.status = Number(command.text || 0);
          deleted = command.name === 'Q';
          break;
      }
      if (deleted || this.ended) break;
    }
    if (!deleted && !this.quiet) await this.print(space + newline);
    if (after !== '') await this.print(newline === '' && !deleted ? `\n${after}` : after);
    return !this.ended;
  }

  private applies(command: Command, space: ByteText, last: boolean): boolean {
    return this.selected(command, space, last) !== command.negated;
  }

  private selected(command: Command, space: ByteText, last: boolean): boolean {
    const { from, to } = command;
    if (from === undefined) return true;
    const hits = (address: Address): boolean =>
      address.kind === 'last' ? last : address.kind === 'line' ? this.number === address.line : address.expression.test(space);
    if (to === undefined) return hits(from);
    if (command.active) {
      if (to.kind === 'line' ? this.number >= to.line : hits(to)) command.active = false;
      return to.kind !== 'line' || this.number <= to.line;
    }
    if (!hits(from)) return false;
    command.active = !(to.kind === 'line' && to.line <= this.number) && !(to.kind === 'last' && last);
    return true;
  }
}

function substitute(space: ByteText, { expression, replacement = '', flags = '' }: Command): ByteText | undefined {
  if (expression === undefined) return undefined;
  const nth = Number(/[0-9]+/.exec(flags)?.[0] ?? '1');
  const everywhere = flags.includes('g');
  let count = 0;
  let changed = false;
  const text = space.replace(new RegExp(expression.source, `${expression.flags.replace('g', '')}g`), (...found: unknown[]) => {
    count += 1;
    const whole = found[0] as string;
    if (count < nth || (count > nth && !everywhere)) return whole;
    changed = true;
    return expanded(replacement, found as string[]);
  });
  return changed ? text : undefined;
}

function expanded(replacement: ByteText, groups: readonly string[]): ByteText {
  let upper: 'U' | 'L' | undefined;
  return replacement.replace(
    /\\([0-9])|\\n|\\t|\\([ULE])|\\([\s\S])|&|[^\\&]+/g,
    (piece, digit?: string, mode?: string, other?: string) => {
      if (mode !== undefined) {
        upper = mode === 'E' ? undefined : (mode as 'U' | 'L');
        return '';
      }
      const text =
        digit !== undefined
          ? (groups[Number(digit)] ?? '')
          : piece === '&'
            ? (groups[0] ?? '')
            : piece === '\\n'
              ? '\n'
              : piece === '\\t'
                ? '\t'
                : (other ?? piece);
      return upper === 'U' ? text.toUpperCase() : upper === 'L' ? text.toLowerCase() : text;
    },
  );
}

class SedParser {
  private at = 0;

  constructor(
    private readonly text: ByteText,
    private readonly extended: boolean,
  ) {}

  all(): Command[] {
    const commands: Command[] = [];
    const open: number[] = [];
    for (;;) {
      while (/[\s;]/.test(this.text[this.at] ?? 'x')) this.at += 1;
      if (this.at >= this.text.length) break;
      if (this.text[this.at] === '#') {
        const end = this.text.indexOf('\n', this.at);
        this.at = end < 0 ? this.text.length : end;
        continue;
      }
      if (this.text[this.at] === '}') {
        this.at += 1;
        const start = open.pop();
        const block = start === undefined ? undefined : commands[start];
        if (block === undefined) throw new SedError("unexpected `}'");
        block.end = commands.length - 1;
        continue;
      }
      const command = this.command();
      if (command.name === '{') open.push(commands.length);
      commands.push(command);
    }
    if (open.length > 0) throw new SedError("unmatched `{'");
    return commands;
  }

  private address(): Address | undefined {
    const number = /^[0-9]+/.exec(this.text.slice(this.at))?.[0];
    if (number !== undefined) {
      this.at += number.length;
      return { kind: 'line', line: Number(number) };
    }
    if (this.text[this.at] === '$') {
      this.at += 1;
      return { kind: 'last' };
    }
    if (this.text[this.at] !== '/' && this.text[this.at] !== '\\') return undefined;
    if (this.text[this.at] === '\\') this.at += 1;
    const delimiter = this.text[this.at] as string;
    this.at += 1;
    const source = this.upTo(delimiter, true);
    const insensitive = this.text[this.at] === 'I';
    if (insensitive) this.at += 1;
    return { kind: 'match', expression: toRegExp(source, this.extended, insensitive ? 'i' : '') };
  }

  private command(): Command {
    const from = this.address();
    let to: Address | undefined;
    if (from !== undefined && this.text[this.at] === ',') {
      this.at += 1;
      to = this.address();
      if (to === undefined) throw new SedError("unexpected `,'");
    }
    while (/[ \t]/.test(this.text[this.at] ?? 'x')) this.at += 1;
    const negated = this.text[this.at] === '!';
    if (negated) this.at += 1;
    while (/[ \t]/.test(this.text[this.at] ?? 'x')) this.at += 1;
    const name = this.text[this.at] ?? '';
    this.at += 1;
    const base = { from, to, negated, name, active: false };
    switch (name) {
      case 's': {
        const delimiter = this.text[this.at] as string;
        this.at += 1;
        const source = this.upTo(delimiter, true);
        const replacement = this.upTo(delimiter, false);
        const flags = /^[gpiIme0-9]*/.exec(this.text.slice(this.at))?.[0] ?? '';
        this.at += flags.length;
        return { ...base, expression: toRegExp(source, this.extended, /[iI]/.test(flags) ? 'i' : ''), replacement, flags };
      }
      case 'y': {
        const delimiter = this.text[this.at] as string;
        this.at += 1;
        const [source, target] = [this.upTo(delimiter, false), this.upTo(delimiter, false)];
        return { ...base, from256: new Map([...source].map((character, index) => [character, target[index] ?? character])) };
      }
      case 'a':
      case 'i':
      case 'c': {
        const end = this.text.indexOf('\n', this.at);
        const first = this.text.slice(this.at, end < 0 ? undefined : end);
        this.at = end < 0 ? this.text.length : end + 1;
        if (!/^\s*\\$/.test(first)) return { ...base, text: first.replace(/^\s*\\?/, '') };
        const next = this.text.indexOf('\n', this.at);
        const text = this.text.slice(this.at, next < 0 ? undefined : next);
        this.at = next < 0 ? this.text.length : next + 1;
        return { ...base, text };
      }
      case 'q':
      case 'Q': {
        const status = /^\s*[0-9]*/.exec(this.text.slice(this.at))?.[0] ?? '';
        this.at += status.length;
        return { ...base, text: status.trim() };
      }
      case 'p':
      case 'd':
      case '=':
      case '{':
        return base;
    }
    throw new SedError(name === '' ? 'missing command' : `unknown command: \`${name}'`);
  }

  private upTo(delimiter: string, expression: boolean): ByteText {
    let result = '';
    let bracket = false;
    while (this.at < this.text.length) {
      const next = this.text[this.at] as string;
      if (next === '\\' && this.at + 1 < this.text.length) {
        const escaped = this.text[this.at + 1] as string;
        result +=
          escaped === delimiter && delimiter !== '&' && !/[0-9]/.test(delimiter)
            ? expression && '|+?(){}.*[]^$'.includes(delimiter)
              ? `\\${delimiter}`
              : delimiter
            : `\\${escaped}`;
        this.at += 2;
        continue;
      }
      if (expression && next === '[' && !bracket) bracket = this.text.indexOf(']', this.at + 2) >= 0;
      else if (next === ']' && bracket && !/\[\^?$/.test(result)) bracket = false;
      if (next === delimiter && !bracket) {
        this.at += 1;
        return result;
      }
      result += next;
      this.at += 1;
    }
    throw new SedError('unterminated command');
  }
}
