import { cpuBack, cpuGone } from '../../machine/kernel-texts.ts';
import type { Machine, SimulatedBoard } from '../../machine/machine.ts';
import type { BoardFacts } from '../boards/board-facts.ts';
import type { ByteText } from '../byte-text.ts';
import type { FileSystem } from '../files/file-system.ts';
import type { Inode } from '../files/inode.ts';
import { FileError, type TargetFaults } from '../target.ts';
import { Bell, type OpenFile } from './descriptors.ts';
import { Driver } from './driver.ts';
import { startProgram } from './execute.ts';
import { KernelLog } from './kernel-log.ts';
import { Network } from './network.ts';
import { Killed, Process } from './process.ts';
import { SerialLine } from './serial-line.ts';

export type Program = (process: Process, args: readonly ByteText[]) => Promise<number>;

export interface LinuxOptions {
  readonly machine: Machine;
  readonly board: SimulatedBoard;
  readonly facts: BoardFacts;
  readonly faults: TargetFaults;
  readonly hostname: ByteText;
  readonly user: { readonly name: ByteText; readonly uid: number; readonly sudo: boolean };
  /** dmesg is for root alone, as Debian has it. */
  readonly restrictedLog: boolean;
  /** The blob that the kernel was started with. */
  readonly deviceTree: Uint8Array;
  /** The whole board stands still from now on. */
  readonly freeze: () => void;
  readonly reboot: () => void;
}

/** Linux from one boot to the next: its processes, its log, its driver. Files outlive it. */
export class Linux {
  readonly processes = new Map<number, Process>();
  readonly log: KernelLog;
  readonly driver: Driver;
  /** What came out of the UART of the hypervisor since boot. */
  readonly serial: SerialLine;
  readonly network: Network;
  readonly bootId = crypto.randomUUID();
  readonly booted: number;
  halted = false;
  private lastPid = 300;
  private readonly locks = new Map<Inode, { readonly owner: OpenFile; readonly kind: 'shared' | 'exclusive' }[]>();
  private readonly lockBell = new Bell();

  constructor(
    readonly files: FileSystem,
    readonly options: LinuxOptions,
    readonly programs: ReadonlyMap<ByteText, Program>,
  ) {
    // A board that has just booted is a few seconds old when sshd answers.
    this.booted = Date.now() - 18_000;
    this.serial = new SerialLine();
    this.log = new KernelLog(() => this.secondsUp());
    this.driver = new Driver(this);
    this.network = new Network(this);
    // Interfaces that go with a disable take their addresses along.
    this.driver.onChange(() => this.network.interfaces());
  }

  now(): number {
    return Date.now();
  }

  secondsUp(): number {
    return (Date.now() - this.booted) / 1000;
  }

  takePid(): number {
    this.lastPid += 1;
    return this.lastPid;
  }

  /** Nothing moves any more, and nothing that was started comes to an end. */
  halt(): void {
    this.halted = true;
  }

  /** Starts a process. What its body throws becomes its exit status. */
  spawn(process: Process, body: (process: Process) => Promise<number>): Process {
    const run = async (): Promise<void> => {
      let status: number;
      try {
        status = await body(process);
      } catch (error) {
        if (error instanceof Killed) {
          status = error.status;
          process.diedOf = error.signal;
        } else if (error instanceof FileError && error.errno === 'EPIPE') status = 141;
        else {
          process.ended(70);
          throw error;
        }
      }
      if (!this.halted) process.ended(status & 0xff);
    };
    run().catch((error: unknown) => {
      this.log.add(
        `simulator: mistake in ${process.argv[0] ?? 'a process'}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    });
    return process;
  }

  /** Runs a program as a child with the descriptors of its parent. @returns Its status; undefined when there is none of that name. */
  async run(parent: Process, words: readonly ByteText[]): Promise<number | undefined> {
    const child = new Process(this, parent, words);
    for (const [number, file] of parent.descriptors) child.descriptors.set(number, file.retain());
    if (startProgram(parent, words, child).kind === 'found') return parent.wait(child.finished);
    child.ended(127);
    return undefined;
  }

  /** Takes a CPU off line or back, as writing to its file `online` does. Throws FileError. */
  setOnline(cpu: number, online: boolean): void {
    const { machine, board } = this.options;
    const was = machine.onlineCpus.includes(cpu);
    if (was === online) return;
    if (!machine.setOnline(cpu, online)) throw new FileError(online ? 'EIO' : 'EBUSY', '');
    for (const line of online ? cpuBack(board, cpu) : [cpuGone(cpu)]) this.log.add(line);
  }

  /** All functions of the PCI hosts, real and virtual. */
  pciFunctions(): BoardFacts['pciFunctions'] {
    const { machine, facts } = this.options;
    const host = machine.enabled ? machine.virtualPci : undefined;
    const virtual = (host?.functions ?? []).map(({ bdf, protocol }) => ({
      name: `${(host?.domain ?? 0).toString(16).padStart(4, '0')}:${(bdf >> 8).toString(16).padStart(2, '0')}:${((bdf >> 3) & 0x1f).toString(16).padStart(2, '0')}.${bdf & 7}`,
      vendor: 0x110a,
      device: 0x4106,
      class: 0xff0000 | (protocol & 0xffff),
    }));
    return [...facts.pciFunctions, ...virtual];
  }

  /** Signals a process, or a group of them when negative. */
  kill(pid: number, signal: ByteText, actor: { readonly uid: number }): void {
    const reached = [...this.processes.values()].filter((process) => (pid < 0 ? process.group === -pid : process.pid === pid));
    if (reached.length === 0) throw new FileError('ESRCH', '');
    const allowed = reached.filter((process) => actor.uid === 0 || process.actor.uid === actor.uid);
    if (allowed.length === 0) throw new FileError('EPERM', '');
    if (signal !== '0') for (const process of allowed) process.signal(signal);
  }

  /** flock(2) without waiting: whether the lock is held now. */
  tryLock(file: OpenFile, kind: 'shared' | 'exclusive'): boolean {
    const { inode } = file;
    if (inode === undefined) throw new FileError('EBADF', file.path);
    const held = this.locks.get(inode) ?? [];
    const others = held.filter(({ owner }) => owner !== file);
    if (others.some((other) => other.kind === 'exclusive' || kind === 'exclusive')) return false;
    this.locks.set(inode, [...others, { owner: file, kind }]);
    return true;
  }

  /** Called when an open file is closed for good, too. */
  unlock(file: OpenFile): void {
    for (const [inode, held] of this.locks) {
      const rest = held.filter(({ owner }) => owner !== file);
      if (rest.length === held.length) continue;
      if (rest.length === 0) this.locks.delete(inode);
      else this.locks.set(inode, rest);
    }
    this.lockBell.ring();
  }

  unlocked(): Promise<void> {
    return this.lockBell.next();
  }
}
