import { type ByteText, fromBytes } from '../byte-text.ts';
import { makePipe, type OpenFile } from '../kernel/descriptors.ts';
import { errorText } from '../kernel/errno.ts';
import { execute, findProgram } from '../kernel/execute.ts';
import { absolute, openFile } from '../kernel/opening.ts';
import { Process } from '../kernel/process.ts';
import { complain, readAll } from '../kernel/streams.ts';
import { FileError } from '../target.ts';
import { ArithmeticError, evaluate } from './arithmetic.ts';
import { type Builtin, builtins, specialBuiltins } from './builtins.ts';
import { ExpansionError, type ExpansionHost, expandPattern, expandText, expandWords } from './expansion.ts';
import { ExitJump, LoopJump, ReturnJump } from './jumps.ts';
import { Parser } from './parser.ts';
import { matches } from './patterns.ts';
import { type AndOr, type Command, type List, type Pipeline, type Redirection, ShellSyntaxError } from './syntax.ts';

/** What dash says of a program that a signal ended. */
const deaths: Readonly<Record<string, string>> = {
  HUP: 'Hangup',
  KILL: 'Killed',
  SEGV: 'Segmentation fault',
  TERM: 'Terminated',
  ABRT: 'Aborted',
  QUIT: 'Quit',
};

/** One shell, or subshell, in its process. */
export class Shell implements ExpansionHost {
  /** Values; exported names are in the environment of the process, too. */
  readonly variables = new Map<ByteText, ByteText>();
  readonly exported = new Set<ByteText>();
  readonly readOnly = new Set<ByteText>();
  functions = new Map<ByteText, Command>();
  positional: readonly ByteText[] = [];
  readonly options = new Set<string>();
  readonly traps = new Map<string, ByteText>();
  /** Values that `local` put aside, innermost function last. */
  readonly locals: Map<ByteText, ByteText | undefined>[] = [];
  readonly jobs: Process[] = [];
  status = 0;
  lastJob: number | undefined;
  line = 1;
  loops = 0;
  interactive = false;
  /** Where `getopts` is within an argument. */
  optionOffset = 1;
  /** A failure here is asked for: `set -e` leaves it alone. */
  private tolerated = 0;
  private substitutionStatus: number | undefined;

  constructor(
    readonly process: Process,
    /** `$0`. */
    readonly name: ByteText,
  ) {
    for (const [key, value] of process.environment) {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) continue;
      this.variables.set(key, value);
      this.exported.add(key);
    }
    this.variables.set('PWD', process.cwd);
    this.variables.set('IFS', ' \t\n');
    this.variables.set('OPTIND', '1');
    if (!this.variables.has('PATH')) this.variables.set('PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
  }

  get strict(): boolean {
    return this.options.has('u');
  }
  get literalPaths(): boolean {
    return this.options.has('f');
  }
  get files() {
    return this.process.linux.files;
  }
  get actor() {
    return this.process.actor;
  }
  get cwd(): ByteText {
    return this.process.cwd;
  }

  parameter(name: ByteText): ByteText | undefined {
    switch (name) {
      case '?':
        return String(this.status);
      case '#':
        return String(this.positional.length);
      case '$':
        return String(this.mainPid);
      case '!':
        return this.lastJob === undefined ? undefined : String(this.lastJob);
      case '-':
        return [...this.options].filter((option) => option.length === 1).join('') + (this.interactive ? 'i' : '');
      case '0':
        return this.name;
      case 'PPID':
        return String(this.process.parent?.pid ?? 1);
      case 'LINENO':
        return String(this.line);
    }
    if (/^[0-9]+$/.test(name)) return this.positional[Number(name) - 1];
    return this.variables.get(name);
  }

  mainPid = 0;

  assign(name: ByteText, value: ByteText): void {
    if (this.readOnly.has(name)) throw new ExpansionError(`${name}: is read only`);
    this.variables.set(name, value);
    if (this.exported.has(name) || this.options.has('a')) {
      this.exported.add(name);
      this.process.environment.set(name, value);
    }
  }

  unset(name: ByteText): void {
    if (this.readOnly.has(name)) throw new ExpansionError(`${name}: is read only`);
    this.variables.delete(name);
    this.exported.delete(name);
    this.process.environment.delete(name);
  }

  export(name: ByteText): void {
    this.exported.add(name);
    const value = this.variables.get(name);
    if (value !== undefined) this.process.environment.set(name, value);
  }

  home(user: ByteText): ByteText | undefined {
    if (user === '') return this.variables.get('HOME');
    const { user: login } = this.process.linux.options;
    return user === 'root' ? '/root' : user === login.name ? `/home/${user}` : undefined;
  }

  arithmetic(expression: ByteText): ByteText {
    const variables = { get: (name: ByteText) => this.parameter(name), set: (name: ByteText, value: ByteText) => this.assign(name, value) };
    return String(evaluate(expression, variables));
  }

  async substitute(script: List): Promise<ByteText> {
    const { input, output } = makePipe();
    const child = this.fork((shell) => {
      shell.process.install(1, output);
      return shell.list(script);
    });
    try {
      const text = fromBytes(await readAll(this.process, input)).replaceAll('\0', '');
      this.substitutionStatus = await this.process.wait(child.finished);
      this.status = this.substitutionStatus;
      return text;
    } finally {
      input.release();
    }
  }

  /** Runs a text to its end, with its EXIT trap. @returns The exit status. */
  async run(text: ByteText): Promise<number> {
    return this.atExit(() => this.script(text));
  }

  /** Runs commands and, at the end, the EXIT trap. */
  async atExit(body: () => Promise<number>): Promise<number> {
    let status = await this.caught(body);
    const trap = this.traps.get('EXIT');
    if (trap !== undefined) {
      this.traps.delete('EXIT');
      this.status = status;
      const after = await this.caught(async () => {
        await this.script(trap);
        return status;
      });
      status = after;
    }
    return status;
  }

  private async caught(body: () => Promise<number>): Promise<number> {
    try {
      return await body();
    } catch (error) {
      if (error instanceof ExitJump || error instanceof ReturnJump) return error.status;
      if (error instanceof LoopJump) return this.status;
      if (error instanceof ShellSyntaxError) {
        await this.complain(error.message, error.line);
        return 2;
      }
      if (error instanceof ExpansionError || error instanceof ArithmeticError) {
        await this.complain(error.message);
        return 2;
      }
      throw error;
    }
  }

  /** Commands of a text in this shell. Throws ShellSyntaxError and the jumps. */
  async script(text: ByteText): Promise<number> {
    const parser = new Parser(text);
    for (let list = parser.next(); list !== undefined; list = parser.next()) await this.list(list);
    return this.status;
  }

  complain(message: ByteText, line = this.line): Promise<void> {
    return complain(this.process, `${this.name}: ${line}: ${message}`);
  }

  async list(list: List): Promise<number> {
    for (const part of list) {
      if (part.background) this.background(part);
      else await this.andOr(part);
      await this.arrivedSignals();
    }
    return this.status;
  }

  /** Runs the traps of signals that have come meanwhile. */
  async arrivedSignals(): Promise<void> {
    for (let signal = this.process.arrived.shift(); signal !== undefined; signal = this.process.arrived.shift()) {
      const trap = this.traps.get(signal);
      if (trap === undefined) continue;
      const { status } = this;
      await this.script(trap);
      this.status = status;
    }
  }

  private background(part: AndOr): void {
    const child = this.fork((shell) => {
      if (!this.interactive) {
        shell.process.ignored.add('INT');
        shell.process.ignored.add('QUIT');
      }
      shell.process.install(0, openFile(shell.process, '/dev/null', 'read'));
      const [only] = part.first.commands;
      // A single command takes over the process, so that a signal reaches it.
      if (only !== undefined && part.rest.length === 0 && part.first.commands.length === 1 && !part.first.negated)
        return shell.command(only, true);
      return shell.andOr({ ...part, background: false });
    }, part.source);
    this.lastJob = child.pid;
    this.jobs.push(child);
    this.status = 0;
  }

  private async andOr(part: AndOr): Promise<number> {
    const last = part.rest.length - 1;
    await this.pipeline(part.first, part.rest.length > 0);
    for (const [index, { operator, pipeline }] of part.rest.entries()) {
      if ((operator === '&&') === (this.status === 0)) await this.pipeline(pipeline, index !== last);
    }
    return this.status;
  }

  private async pipeline(pipeline: Pipeline, tolerated: boolean): Promise<void> {
    if (tolerated || pipeline.negated) this.tolerated += 1;
    try {
      const [only] = pipeline.commands;
      if (pipeline.commands.length === 1 && only !== undefined) await this.command(only);
      else this.status = await this.piped(pipeline.commands);
    } finally {
      if (tolerated || pipeline.negated) this.tolerated -= 1;
    }
    if (pipeline.negated) this.status = this.status === 0 ? 1 : 0;
    else if (this.status !== 0 && this.tolerated === 0 && !tolerated && this.options.has('e')) throw new ExitJump(this.status);
  }

  private async piped(commands: readonly Command[]): Promise<number> {
    let input: OpenFile | undefined;
    const children: Process[] = [];
    for (const [index, command] of commands.entries()) {
      const pipe = index < commands.length - 1 ? makePipe() : undefined;
      const before = input;
      children.push(
        this.fork((shell) => {
          if (before !== undefined) shell.process.install(0, before);
          if (pipe !== undefined) shell.process.install(1, pipe.output);
          return shell.command(command, true);
        }),
      );
      input = pipe?.input;
    }
    const statuses: number[] = [];
    for (const child of children) statuses.push(await this.process.wait(child.finished));
    return (this.options.has('pipefail') ? statuses.findLast((status) => status !== 0) : statuses.at(-1)) ?? 0;
  }

  /** A subshell in a process of its own. The body runs from the next turn on, with the descriptors as they are now. */
  fork(body: (shell: Shell) => Promise<number>, title?: ByteText): Process {
    const child = new Process(this.process.linux, this.process, title === undefined ? this.process.argv : ['sh', '-c', title]);
    for (const [number, file] of this.process.descriptors) child.descriptors.set(number, file.retain());
    const shell = new Shell(child, this.name);
    shell.variables.clear();
    for (const [name, value] of this.variables) shell.variables.set(name, value);
    shell.exported.clear();
    for (const name of this.exported) shell.exported.add(name);
    for (const name of this.readOnly) shell.readOnly.add(name);
    for (const option of this.options) shell.options.add(option);
    shell.functions = new Map(this.functions);
    shell.positional = this.positional;
    shell.status = this.status;
    shell.lastJob = this.lastJob;
    shell.line = this.line;
    shell.loops = this.loops;
    shell.mainPid = this.mainPid;
    shell.tolerated = this.tolerated;
    // Traps that ignore stay; the others are reset.
    for (const [signal, action] of this.traps) if (action === '') shell.traps.set(signal, action);
    // Installed before the parent goes on, so that pipes have their ends.
    let started: Promise<number> | undefined;
    this.process.linux.spawn(child, () => {
      started = shell.atExit(() => body(shell));
      return started;
    });
    return child;
  }

  /** @param alone The command is all that this process does: a program needs no child. */
  async command(command: Command, alone = false): Promise<number> {
    if (command.kind === 'simple') return this.simple(command, alone);
    if (command.kind === 'function') {
      this.functions.set(command.name, command.body);
      this.status = 0;
      return 0;
    }
    const saved = await this.redirect(command.redirections);
    if (saved === undefined) return this.status;
    try {
      return await this.compound(command);
    } finally {
      this.restore(saved);
    }
  }

  private async compound(command: Exclude<Command, { kind: 'simple' | 'function' }>): Promise<number> {
    switch (command.kind) {
      case 'group':
        return this.list(command.body);
      case 'subshell':
        this.status = await this.process.wait(this.fork((shell) => shell.list(command.body)).finished);
        await this.afterFailure();
        return this.status;
      case 'if':
        for (const { condition, body } of command.branches) if ((await this.condition(condition)) === 0) return this.list(body);
        this.status = 0;
        return command.otherwise === undefined ? 0 : this.list(command.otherwise);
      case 'for': {
        const words = command.words === undefined ? this.positional : await expandWords(command.words, this);
        this.status = 0;
        return this.looped(words, async (word) => {
          this.assign(command.name, word);
          await this.list(command.body);
        });
      }
      case 'while':
      case 'until': {
        let status = 0;
        const turns = async function* (shell: Shell): AsyncGenerator<undefined> {
          while (((await shell.condition(command.condition)) === 0) === (command.kind === 'while')) yield undefined;
        };
        await this.looped(turns(this), async () => {
          status = await this.list(command.body);
        });
        this.status = status;
        return status;
      }
      case 'case':
        return this.caseOf(command);
    }
  }

  private async afterFailure(): Promise<void> {
    if (this.status !== 0 && this.tolerated === 0 && this.options.has('e')) throw new ExitJump(this.status);
  }

  private async condition(list: List): Promise<number> {
    this.tolerated += 1;
    try {
      return await this.list(list);
    } finally {
      this.tolerated -= 1;
    }
  }

  private async looped<T>(turns: Iterable<T> | AsyncIterable<T>, body: (turn: T) => Promise<void>): Promise<number> {
    this.loops += 1;
    let turn = 0;
    try {
      for await (const each of turns) {
        // A loop of builtins alone lets the others go on, too.
        turn += 1;
        if (turn % 32 === 0) await this.process.step();
        try {
          await body(each);
        } catch (error) {
          if (!(error instanceof LoopJump)) throw error;
          if (error.levels > 1) {
            error.levels -= 1;
            throw error;
          }
          if (error.kind === 'break') break;
        }
      }
    } finally {
      this.loops -= 1;
    }
    return this.status;
  }

  private async caseOf(command: Extract<Command, { kind: 'case' }>): Promise<number> {
    const text = await expandText(command.word, this);
    for (const { patterns, body } of command.arms) {
      for (const pattern of patterns) {
        if (!matches(await expandPattern(pattern, this), text)) continue;
        this.status = 0;
        return this.list(body);
      }
    }
    this.status = 0;
    return 0;
  }

  private async simple(command: Extract<Command, { kind: 'simple' }>, alone: boolean): Promise<number> {
    this.line = command.line;
    this.process.check();
    this.substitutionStatus = undefined;
    const words = await expandWords(command.words, this);
    const [name] = words;
    if (this.options.has('x') && name !== undefined) await complain(this.process, `+ ${words.join(' ')}`);
    const assigned: [ByteText, ByteText][] = [];
    if (name === undefined) {
      for (const { name: variable, value } of command.assignments) this.assign(variable, await expandText(value, this));
      const saved = await this.redirect(command.redirections);
      if (saved === undefined) return this.status;
      this.restore(saved);
      this.status = this.substitutionStatus ?? 0;
      await this.afterFailure();
      return this.status;
    }
    for (const { name: variable, value } of command.assignments) assigned.push([variable, await expandText(value, this)]);
    const body = this.functions.get(name);
    const builtin = builtins.get(name);
    const special = specialBuiltins.has(name);
    if (name === 'exec') {
      return this.exec(words.slice(1), command.redirections, assigned);
    }
    if (special || body !== undefined || builtin !== undefined) {
      const saved = await this.redirect(command.redirections);
      if (saved === undefined) {
        if (special && !this.interactive) throw new ExitJump(2);
        return this.status;
      }
      try {
        return await this.inShell(words, assigned, special ? builtin : undefined, body, builtin);
      } finally {
        this.restore(saved);
      }
    }
    return this.external(words, command.redirections, assigned, alone);
  }

  private async inShell(
    words: readonly ByteText[],
    assigned: readonly (readonly [ByteText, ByteText])[],
    special: Builtin | undefined,
    body: Command | undefined,
    builtin: Builtin | undefined,
  ): Promise<number> {
    const before = new Map<ByteText, ByteText | undefined>();
    for (const [variable, value] of assigned) {
      if (special === undefined) before.set(variable, this.variables.get(variable));
      this.assign(variable, value);
    }
    try {
      if (special === undefined && body !== undefined) return await this.call(body, words.slice(1));
      const used = special ?? builtin;
      this.status = used === undefined ? 127 : await this.guarded(words[0] as ByteText, () => used(this, words.slice(1)));
      await this.afterFailure();
      return this.status;
    } finally {
      for (const [variable, value] of before) {
        if (value === undefined) this.unset(variable);
        else this.assign(variable, value);
      }
    }
  }

  private async guarded(name: ByteText, body: () => Promise<number>): Promise<number> {
    try {
      return await body();
    } catch (error) {
      if (!(error instanceof FileError) || error.errno === 'EPIPE') throw error;
      await this.complain(`${name}: I/O error`);
      return 1;
    }
  }

  async call(body: Command, positional: readonly ByteText[]): Promise<number> {
    const before = this.positional;
    const loops = this.loops;
    this.positional = positional;
    this.loops = 0;
    this.locals.push(new Map());
    try {
      await this.command(body);
    } catch (error) {
      if (!(error instanceof ReturnJump)) throw error;
      this.status = error.status;
    } finally {
      this.positional = before;
      this.loops = loops;
      for (const [name, value] of this.locals.pop() ?? []) {
        if (value === undefined) this.unset(name);
        else this.assign(name, value);
      }
    }
    await this.afterFailure();
    return this.status;
  }

  private async external(
    words: readonly ByteText[],
    redirections: readonly Redirection[],
    assigned: readonly (readonly [ByteText, ByteText])[],
    alone: boolean,
  ): Promise<number> {
    if (alone) {
      const saved = await this.redirect(redirections);
      if (saved === undefined) return this.status;
      letGo(saved);
      for (const [variable, value] of assigned) this.process.environment.set(variable, value);
      this.status = await this.program(this.process, words);
      return this.status;
    }
    const child = this.fork(async (shell) => {
      const saved = await shell.redirect(redirections);
      if (saved === undefined) return shell.status;
      letGo(saved);
      for (const [variable, value] of assigned) shell.process.environment.set(variable, value);
      return shell.program(shell.process, words);
    });
    this.status = await this.process.wait(child.finished);
    const death = child.diedOf === undefined ? undefined : deaths[child.diedOf];
    if (death !== undefined) await complain(this.process, death);
    await this.afterFailure();
    return this.status;
  }

  /** `command NAME …`: the program, past functions of that name. */
  async runExternal(words: readonly ByteText[]): Promise<number> {
    const child = this.fork((shell) => shell.program(shell.process, words));
    return this.process.wait(child.finished);
  }

  /** Runs a program in place of this process' shell. */
  private async program(process: Process, words: readonly ByteText[]): Promise<number> {
    process.handled.clear();
    const [name = ''] = words;
    const found = findProgram(process, name, this.variables.get('PATH') ?? '');
    if (found.kind === 'found') return execute(process, found.path, words);
    if (found.kind === 'denied') {
      await this.complain(`${name}: ${errorText(found.errno)}`);
      return 126;
    }
    await this.complain(`${name}: not found`);
    return 127;
  }

  private async exec(
    words: readonly ByteText[],
    redirections: readonly Redirection[],
    assigned: readonly (readonly [ByteText, ByteText])[],
  ): Promise<number> {
    const saved = await this.redirect(redirections);
    if (saved === undefined) throw new ExitJump(2);
    letGo(saved);
    if (words.length === 0) {
      this.status = 0;
      return 0;
    }
    for (const [variable, value] of assigned) this.process.environment.set(variable, value);
    this.traps.delete('EXIT');
    throw new ExitJump(await this.program(this.process, words));
  }

  /** Redirects descriptors of this process. @returns What was there before, or undefined after a message. */
  private async redirect(redirections: readonly Redirection[]): Promise<Map<number, OpenFile | undefined> | undefined> {
    const saved = new Map<number, OpenFile | undefined>();
    for (const redirection of redirections) {
      const number = redirection.descriptor ?? (redirection.operator.startsWith('<') ? 0 : 1);
      try {
        const file = await this.redirected(redirection);
        if (!saved.has(number)) saved.set(number, this.process.descriptors.get(number)?.retain());
        if (file === undefined) this.process.close(number);
        else this.process.install(number, file);
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        this.restore(saved);
        await this.complain(redirectionMessage(redirection, error));
        this.status = 2;
        await this.afterFailure();
        return undefined;
      }
    }
    return saved;
  }

  private async redirected(redirection: Redirection): Promise<OpenFile | undefined> {
    const text = await expandText(redirection.word, this);
    switch (redirection.operator) {
      case '<<': {
        const { input, output } = makePipe();
        await output.write(Buffer.from(text, 'latin1'), this.process);
        output.release();
        return input;
      }
      case '<&':
      case '>&': {
        if (text === '-') return undefined;
        const file = /^[0-9]+$/.test(text) ? this.process.descriptors.get(Number(text)) : undefined;
        if (file === undefined) throw new FileError('EBADF', text);
        return file.retain();
      }
      case '<':
        return openFile(this.process, text, 'read');
      case '<>':
        return openFile(this.process, text, 'read-write');
      case '>>':
        return openFile(this.process, text, 'append');
      case '>':
        if (this.options.has('C') && this.files.exists(absolute(this.process, text), this.actor)) throw new FileError('EEXIST', text);
        return openFile(this.process, text, 'write');
      case '>|':
        return openFile(this.process, text, 'write');
    }
  }

  private restore(saved: ReadonlyMap<number, OpenFile | undefined>): void {
    for (const [number, file] of saved) {
      if (file === undefined) this.process.close(number);
      else this.process.install(number, file);
    }
  }
}

/** The process becomes the program: nothing is put back. Kept open, a copy of stdout would keep the session open. */
function letGo(saved: ReadonlyMap<number, OpenFile | undefined>): void {
  for (const file of saved.values()) file?.release();
}

function redirectionMessage(redirection: Redirection, error: FileError): ByteText {
  const creates = redirection.operator.startsWith('>') && redirection.operator !== '>&';
  if (error.errno === 'EBADF') return `${error.path}: Bad file descriptor`;
  if (error.errno === 'ENOENT')
    return creates ? `cannot create ${error.path}: Directory nonexistent` : `cannot open ${error.path}: No such file`;
  return `cannot ${creates ? 'create' : 'open'} ${error.path}: ${errorText(error.errno)}`;
}
