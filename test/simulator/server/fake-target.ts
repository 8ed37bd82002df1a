import { createHash } from 'node:crypto';
import type { Machine } from '@jailhouse-cells/simulator/machine/machine.ts';
import {
  FileError,
  type RemoteCommand,
  type SimulatedTarget,
  type TargetFaults,
  type TargetFiles,
} from '@jailhouse-cells/simulator/target/target.ts';

type Power = SimulatedTarget['power'];

/** A target that is all about streams: it knows a few words, and says any other command back as it came. */
export class FakeTarget implements SimulatedTarget {
  readonly faults: TargetFaults = {};
  readonly files = new FakeFiles();
  power: Power = 'up';
  /** Every command with how it went. */
  readonly ran: { command: RemoteCommand; lost: boolean; read: number; ended: boolean }[] = [];
  private readonly listeners: ((power: Power) => void)[] = [];

  get machine(): Machine {
    throw new Error('the fake target has no hypervisor');
  }

  onPower(listener: (power: Power) => void): void {
    this.listeners.push(listener);
  }

  setPower(power: Power): void {
    this.power = power;
    for (const listener of this.listeners) listener(power);
  }

  powerCycle(): void {
    this.setPower('off');
    this.setPower('up');
  }

  async run(command: RemoteCommand): Promise<number> {
    const record = { command, lost: false, read: 0, ended: false };
    this.ran.push(record);
    command.lost.addEventListener('abort', () => {
      record.lost = true;
    });
    const say = (text: string) => command.stdout(new TextEncoder().encode(text));
    const [word = '', value = ''] = (command.command ?? 'shell').split(' ');
    const hash = createHash('sha256');
    switch (word) {
      case 'exit':
        return Number(value);
      case 'err':
        command.stderr(new TextEncoder().encode(`${value}\n`));
        return 1;
      case 'reboot':
        setTimeout(() => this.powerCycle(), 20);
        return new Promise(() => undefined);
      case 'freeze':
        this.setPower('frozen');
        return new Promise(() => undefined);
      case 'hang':
        say('hanging\n');
        return new Promise(() => undefined);
      case 'send':
        for (const piece of pseudoRandom(Number(value))) command.stdout(piece);
        return 0;
      case 'environment':
        say(JSON.stringify({ ...command.environment, terminal: command.terminal }));
        return 0;
      case 'digest':
      case 'cat':
      case 'shell':
        if (word === 'shell') say('jailhouse-simulated$ ');
        for await (const bytes of command.stdin) {
          record.read += bytes.length;
          hash.update(bytes);
          if (word !== 'digest') command.stdout(bytes);
          if (word === 'shell' && bytes.includes(4)) return 0;
        }
        record.ended = true;
        if (word === 'digest') say(hash.digest('hex'));
        return 0;
      default:
        say(command.command ?? '');
        return 0;
    }
  }
}

/** The same bytes for the same length, in pieces. */
export function pseudoRandom(length: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let state = 0x12345678;
  for (let left = length; left > 0; left -= 65_536) {
    const piece = new Uint8Array(Math.min(left, 65_536));
    for (let at = 0; at < piece.length; at++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
      piece[at] = state >>> 24;
    }
    pieces.push(piece);
  }
  return pieces;
}

/** Files by path; folders are made by hand. */
export class FakeFiles implements TargetFiles {
  private readonly entries = new Map<string, { bytes: Uint8Array | undefined; mode: number; inode: number }>();
  private nextInode = 1;
  readOnly = false;
  space = Number.POSITIVE_INFINITY;

  constructor() {
    this.set('/', undefined, 0o755);
    this.set('/home', undefined, 0o755);
    this.set('/home/pi', undefined, 0o755);
  }

  read(path: string): Uint8Array {
    const entry = this.entry(path);
    if (entry.bytes === undefined) throw new FileError('EISDIR', path);
    return entry.bytes;
  }

  write(path: string, bytes: Uint8Array, mode?: number): void {
    this.room(path, bytes.length);
    this.set(path, bytes.slice(), mode ?? this.entries.get(path)?.mode ?? 0o644);
  }

  append(path: string, bytes: Uint8Array): void {
    const before = this.read(path);
    this.room(path, bytes.length);
    this.set(path, Buffer.concat([before, bytes]), this.entry(path).mode);
  }

  list(path: string): readonly string[] {
    const folder = path === '/' ? '/' : `${path}/`;
    return [...this.entries.keys()]
      .filter((name) => name !== '/' && name.startsWith(folder) && !name.slice(folder.length).includes('/'))
      .map((name) => name.slice(folder.length));
  }

  stat(path: string): ReturnType<TargetFiles['stat']> {
    const entry = this.entries.get(path);
    if (entry === undefined) return undefined;
    return {
      kind: entry.bytes === undefined ? 'directory' : 'file',
      size: entry.bytes?.length ?? 0,
      mode: entry.mode,
      inode: entry.inode,
      modified: 1_700_000_000_000,
    };
  }

  makeDirectory(path: string): void {
    if (this.entries.has(path)) throw new FileError('EEXIST', path);
    this.room(path, 0);
    this.set(path, undefined, 0o755);
  }

  changeMode(path: string, mode: number): void {
    this.entry(path).mode = mode;
  }

  rename(from: string, to: string): void {
    const entry = this.entry(from);
    this.entries.delete(from);
    this.entries.set(to, entry);
  }

  remove(path: string): void {
    this.entry(path);
    if (this.list(path).length > 0) throw new FileError('ENOTEMPTY', path);
    this.entries.delete(path);
  }

  private entry(path: string) {
    const entry = this.entries.get(path);
    if (entry === undefined) throw new FileError('ENOENT', path);
    return entry;
  }

  private set(path: string, bytes: Uint8Array | undefined, mode: number): void {
    const parent = path.slice(0, path.lastIndexOf('/')) || '/';
    if (path !== '/' && !this.entries.has(parent)) throw new FileError('ENOENT', path);
    this.entries.set(path, { bytes, mode, inode: this.entries.get(path)?.inode ?? this.nextInode++ });
  }

  private room(path: string, length: number): void {
    if (this.readOnly) throw new FileError('EROFS', path);
    if (length > this.space) throw new FileError('ENOSPC', path);
    this.space -= length;
  }
}
