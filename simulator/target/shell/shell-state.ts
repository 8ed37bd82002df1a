import type { ByteText } from '../byte-text.ts';
import type { Process } from '../kernel/process.ts';
import { complain } from '../kernel/streams.ts';
import { evaluate } from './arithmetic.ts';
import { ExpansionError, type ExpansionHost } from './expansion.ts';
import type { Command, List } from './syntax.ts';

/** What a shell knows: variables, parameters, options, traps, jobs. */
export abstract class ShellState implements ExpansionHost {
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
  /** `$$`: subshells keep that of the main shell. */
  mainPid = 0;
  interactive = false;
  /** Where `getopts` is within an argument. */
  optionOffset = 1;
  /** A failure here is asked for: `set -e` leaves it alone. */
  tolerated = 0;
  substitutionStatus: number | undefined;

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

  abstract substitute(script: List): Promise<ByteText>;

  complain(message: ByteText, line = this.line): Promise<void> {
    return complain(this.process, `${this.name}: ${line}: ${message}`);
  }

  /** A subshell begins with all that its parent knows. Traps that ignore stay, the others are reset. */
  takeOver(parent: ShellState): void {
    this.variables.clear();
    for (const [name, value] of parent.variables) this.variables.set(name, value);
    this.exported.clear();
    for (const name of parent.exported) this.exported.add(name);
    for (const name of parent.readOnly) this.readOnly.add(name);
    for (const option of parent.options) this.options.add(option);
    this.functions = new Map(parent.functions);
    this.positional = parent.positional;
    this.status = parent.status;
    this.lastJob = parent.lastJob;
    this.line = parent.line;
    this.loops = parent.loops;
    this.mainPid = parent.mainPid;
    this.tolerated = parent.tolerated;
    for (const [signal, action] of parent.traps) if (action === '') this.traps.set(signal, action);
  }
}
