import { type ByteText, fromBytes } from '../byte-text.ts';
import { makePipe, type OpenFile } from '../kernel/descriptors.ts';
import { errorText } from '../kernel/errno.ts';
import { execute, findProgram } from '../kernel/execute.ts';
import { openFile } from '../kernel/opening.ts';
import { Process } from '../kernel/process.ts';
import { complain, readAll } from '../kernel/streams.ts';
import { FileError } from '../target.ts';
import { ArithmeticError } from './arithmetic.ts';
import { type Builtin, builtins, specialBuiltins } from './builtins.ts';
import { runCompound } from './compound.ts';
import { ExpansionError, expandText, expandWords } from './expansion.ts';
import { ExitJump, LoopJump, ReturnJump } from './jumps.ts';
import { Parser } from './parser.ts';
import { letGo, RedirectionError, redirect, restore, type SavedDescriptors } from './redirections.ts';
import { ShellState } from './shell-state.ts';
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
export class Shell extends ShellState {
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
    shell.takeOver(this);
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
      return await runCompound(this, command);
    } finally {
      restore(this.process, saved);
    }
  }

  /** `set -e`. */
  async afterFailure(): Promise<void> {
    if (this.status !== 0 && this.tolerated === 0 && this.options.has('e')) throw new ExitJump(this.status);
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
      restore(this.process, saved);
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
        restore(this.process, saved);
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
  private async redirect(redirections: readonly Redirection[]): Promise<SavedDescriptors | undefined> {
    try {
      return await redirect(this, redirections);
    } catch (error) {
      if (!(error instanceof RedirectionError)) throw error;
      await this.complain(error.message);
      this.status = 2;
      await this.afterFailure();
      return undefined;
    }
  }
}
