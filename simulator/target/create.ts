import { qemuTree } from '../board-tree/qemu-tree.ts';
import { rpi4Tree } from '../board-tree/rpi4-tree.ts';
import type { Machine, SimulatedBoard } from '../machine/machine.ts';
import { factsOf } from './boards/facts-of.ts';
import { fromUnicode, toUnicode } from './byte-text.ts';
import { FileSystem } from './files/file-system.ts';
import { superuser } from './files/inode.ts';
import { install } from './files/installed.ts';
import { mountSystemFiles } from './files/system-files.ts';
import { targetFiles } from './files/target-files.ts';
import { ChannelInput, ChannelOutput } from './kernel/channels.ts';
import { execute } from './kernel/execute.ts';
import { Linux, type Program } from './kernel/linux.ts';
import { Process } from './kernel/process.ts';
import { print } from './kernel/streams.ts';
import { Terminal } from './kernel/terminal.ts';
import { allPrograms } from './programs/registry.ts';
import { interact } from './shell/interactive.ts';
import type { RemoteCommand, SimulatedTarget, TargetFaults, TargetFiles } from './target.ts';

export interface TargetOptions {
  readonly board: SimulatedBoard;
  /** Makes the machine of a boot; called again for every power cycle. */
  readonly machine: (board: SimulatedBoard) => Machine;
  /** The login. A uid of 0 is root. `sudo`: may become root without a password. */
  readonly user: { readonly name: string; readonly uid: number; readonly sudo: boolean };
  /** Read at every use: tests may change them. */
  readonly faults?: TargetFaults;
  /** Files to begin with, by absolute path; they belong to the login below its home, else to root. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** The blob that Linux was started with; undefined: one that is made from the board's facts. */
  readonly deviceTree?: Uint8Array;
  /** Undefined: `jailhouse-simulated`. */
  readonly hostname?: string;
  /** The module is loaded at boot. Undefined: it is not. */
  readonly moduleLoaded?: boolean;
  /** dmesg is for root alone, as Debian has it; undefined: anybody reads it. */
  readonly restrictedLog?: boolean;
  /** Milliseconds that a reboot takes; undefined: 1000. */
  readonly rebootTime?: number;
  /** Programs besides the target's own, in /usr/bin. */
  readonly programs?: Readonly<Record<string, Program>>;
}

/** A simulated target, with what only a person at the board would see. */
export interface TargetAtHand extends SimulatedTarget {
  /** All files, as root. */
  readonly rootFiles: TargetFiles;
  /** Text that came out of the board's UART since its last boot: the hypervisor, and inmates that share it. */
  readonly serial: string;
  /** Lines of the kernel's log since boot, with time stamps. */
  readonly kernelLog: string;
}

/** A board with its Linux, all in memory. */
export function createTarget(options: TargetOptions): TargetAtHand {
  return new Target(options);
}

type Power = 'up' | 'frozen' | 'off';

class Target implements TargetAtHand {
  readonly faults: TargetFaults;
  readonly files: TargetFiles;
  readonly rootFiles: TargetFiles;
  power: Power = 'up';
  private readonly listeners: ((power: Power) => void)[] = [];
  private readonly tree: FileSystem;
  private linux: Linux;
  /** What ends each session when the power goes. */
  private readonly sessions = new Set<() => void>();

  constructor(private readonly options: TargetOptions) {
    this.faults = options.faults ?? {};
    // The disk is filled before its faults count.
    const filling: TargetFaults = {};
    this.tree = new FileSystem(this.guarded(filling), () => Date.now());
    install(this.tree, { facts: factsOf(options.board), hostname: this.hostname, user: this.user, programs: options.programs ?? {} });
    this.linux = this.boot();
    for (const [path, content] of Object.entries(options.files ?? {})) this.place(fromUnicode(path), content);
    this.filled = true;
    const login = { uid: options.user.uid, gid: options.user.uid };
    this.files = targetFiles(
      () => this.tree,
      () => login,
    );
    this.rootFiles = targetFiles(
      () => this.tree,
      () => superuser,
    );
  }

  private filled = false;

  /** The faults of the disk, from the moment on at which the board is ready. */
  private guarded(filling: TargetFaults): TargetFaults {
    const current = (): TargetFaults => (this.filled ? this.faults : filling);
    return {
      get diskLeft() {
        return current().diskLeft as number;
      },
      set diskLeft(value: number) {
        current().diskLeft = value;
      },
      get readOnly() {
        return current().readOnly === true;
      },
    };
  }

  get machine(): Machine {
    return this.linux.options.machine;
  }

  get serial(): string {
    this.linux.driver.catchUp();
    return toUnicode(this.linux.serial.since(0));
  }

  get kernelLog(): string {
    return toUnicode(this.linux.log.text());
  }

  private get hostname(): string {
    return fromUnicode(this.options.hostname ?? 'jailhouse-simulated');
  }

  private get user() {
    const { name, uid, sudo } = this.options.user;
    return { name: fromUnicode(name), uid, sudo };
  }

  private get home(): string {
    return this.user.uid === 0 ? '/root' : `/home/${this.user.name}`;
  }

  private place(path: string, content: string | Uint8Array): void {
    const owner = path.startsWith(`${this.home}/`) ? { uid: this.user.uid, gid: this.user.uid } : superuser;
    const parts = path.split('/').slice(1, -1);
    for (let end = 1; end <= parts.length; end += 1) {
      const folder = `/${parts.slice(0, end).join('/')}`;
      if (this.tree.exists(folder, superuser)) continue;
      this.tree.makeDirectory(folder, 0o755, superuser);
      this.tree.changeOwner(folder, owner, superuser);
    }
    const found = this.tree.find(path, superuser, true).inode;
    const file = found?.kind === 'file' ? found : this.tree.createFile(path, 0o644, superuser);
    this.tree.truncate(file, 0);
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    if (bytes.length > 0) this.tree.writeAt(file, 0, bytes, path);
    if (found === undefined) this.tree.changeOwner(path, owner, superuser);
  }

  private boot(): Linux {
    const { options } = this;
    const { board } = options;
    const facts = factsOf(board);
    const linux = new Linux(
      this.tree,
      {
        machine: options.machine(board),
        board,
        facts,
        faults: this.faults,
        hostname: this.hostname,
        user: this.user,
        restrictedLog: options.restrictedLog === true,
        deviceTree: options.deviceTree ?? (facts.gpuMem === undefined ? qemuTree : rpi4Tree)(board, facts.cmdline.trimEnd()),
        freeze: () => this.freeze(linux),
        reboot: () => this.reboot(linux),
      },
      allPrograms(options.programs),
    );
    for (const { seconds, text } of facts.bootLog) linux.log.add(text, seconds);
    mountSystemFiles(linux);
    if (options.moduleLoaded === true) linux.driver.load();
    return linux;
  }

  onPower(listener: (power: Power) => void): void {
    this.listeners.push(listener);
  }

  private turn(power: Power): void {
    this.power = power;
    for (const listener of this.listeners) listener(power);
  }

  private freeze(linux: Linux): void {
    if (linux !== this.linux || this.power !== 'up') return;
    linux.halt();
    this.turn('frozen');
  }

  private reboot(linux: Linux): void {
    if (linux !== this.linux) return;
    linux.halt();
    this.turn('off');
    for (const end of this.sessions) end();
    setTimeout(() => {
      if (linux === this.linux) this.start();
    }, this.options.rebootTime ?? 1000);
  }

  powerCycle(): void {
    this.linux.halt();
    this.turn('off');
    for (const end of this.sessions) end();
    this.start();
  }

  private start(): void {
    this.linux = this.boot();
    this.turn('up');
  }

  async run(command: RemoteCommand): Promise<number> {
    const { linux } = this;
    if (this.power === 'off') return 255;
    let powerless: () => void = () => undefined;
    const gone = new Promise<number>((resolve) => {
      powerless = () => resolve(255);
    });
    this.sessions.add(powerless);
    try {
      return await (this.power === 'frozen' ? gone : Promise.race([gone, this.session(linux, command)]));
    } finally {
      this.sessions.delete(powerless);
    }
  }

  private async session(linux: Linux, command: RemoteCommand): Promise<number> {
    const { delay = 0 } = this.faults;
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    const { user, home } = this;
    const shell = new Process(linux, undefined, command.command === undefined ? ['-sh'] : ['sh', '-c', fromUnicode(command.command)]);
    shell.actor = { uid: user.uid, gid: user.uid };
    shell.cwd = home;
    const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    const given = Object.entries(command.environment).map(([name, value]): [string, string] => [fromUnicode(name), fromUnicode(value)]);
    const name = user.uid === 0 ? 'root' : user.name;
    shell.environment = new Map([
      ['PATH', path],
      ['HOME', home],
      ['USER', name],
      ['LOGNAME', name],
      ['SHELL', '/bin/sh'],
      ['SSH_CONNECTION', '127.0.0.1 50000 127.0.0.1 22'],
      ...given,
    ]);
    if (command.terminal) return this.onTerminal(linux, command, shell);
    let open = 2;
    let allClosed: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => {
      allClosed = resolve;
    });
    const whenClosed = (): void => {
      open -= 1;
      if (open === 0) allClosed();
    };
    shell.descriptors.set(0, new ChannelInput(command));
    shell.descriptors.set(1, new ChannelOutput('stdout', command, command.stdout, whenClosed));
    shell.descriptors.set(2, new ChannelOutput('stderr', command, command.stderr, whenClosed));
    linux.spawn(shell, (process) =>
      command.command === undefined ? execute(process, '/bin/sh', ['sh']) : execute(process, '/bin/sh', process.argv),
    );
    const status = await shell.finished;
    // sshd waits for everybody who still holds the channel's ends, unless the client is gone.
    const lost = new Promise<void>((resolve) => {
      if (command.lost.aborted) resolve();
      command.lost.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([closed, lost]);
    return status;
  }

  private async onTerminal(linux: Linux, command: RemoteCommand, shell: Process): Promise<number> {
    const terminal = new Terminal(command);
    const inSession = (): Process[] => [...linux.processes.values()].filter(({ session }) => session === shell.session);
    terminal.onInterrupt = () => {
      for (const process of inSession()) process.signal('INT');
    };
    const hangUp = (): void => {
      for (const process of inSession()) process.signal('HUP');
    };
    if (command.lost.aborted) return 255;
    command.lost.addEventListener('abort', hangUp, { once: true });
    if (!shell.environment.has('TERM')) shell.environment.set('TERM', 'xterm');
    shell.descriptors.set(0, terminal);
    shell.descriptors.set(1, terminal.retain());
    shell.descriptors.set(2, terminal.retain());
    linux.spawn(shell, async (process) => {
      if (command.command !== undefined) return execute(process, '/bin/sh', process.argv);
      const motd = this.tree.inode('/etc/motd', superuser);
      if (motd.kind === 'file') await print(process, Buffer.from(motd.bytes.subarray(0, motd.size)).toString('latin1'));
      return interact(process);
    });
    const status = await shell.finished;
    hangUp();
    command.lost.removeEventListener('abort', hangUp);
    return status;
  }
}
