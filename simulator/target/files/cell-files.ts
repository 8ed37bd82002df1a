import type { MachineCell } from '../../machine/machine.ts';
import { type ByteText, fromMachine, toBytes } from '../byte-text.ts';
import type { Linux } from '../kernel/linux.ts';
import { FileError } from '../target.ts';
import { type Directory, type GeneratedFile, makeDirectoryInode, nextNumber, superuser, type Waiter } from './inode.ts';

/** Size that stat says of a file in sysfs. */
const sysfsSize = 4096;

export function generated(
  now: number,
  mode: number,
  read: GeneratedFile['read'] | (() => ByteText),
  write?: (bytes: Uint8Array) => void,
  statedSize = sysfsSize,
): GeneratedFile {
  const content: GeneratedFile['read'] = (reader, wait) => {
    const made = read(reader, wait);
    return typeof made === 'string' ? toBytes(made) : made;
  };
  return {
    kind: 'generated',
    number: nextNumber(),
    storage: 'kernel',
    mode,
    uid: 0,
    gid: 0,
    modified: now,
    statedSize,
    read: content,
    write,
  };
}

export function kernelDirectory(now: number): Directory {
  return makeDirectoryInode('kernel', 0o755, superuser, now);
}

/** `0,2-15`. */
export function cpuList(cpus: readonly number[]): ByteText {
  const runs: [number, number][] = [];
  for (const cpu of [...cpus].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === cpu - 1) last[1] = cpu;
    else runs.push([cpu, cpu]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',');
}

/** A hex mask as wide as the CPUs that are possible. */
function cpuMask(cpus: readonly number[], possible: number): ByteText {
  const mask = cpus.reduce((sum, cpu) => sum | (1n << BigInt(cpu)), 0n);
  return mask.toString(16).padStart(Math.ceil(possible / 4), '0');
}

/** /sys/devices/jailhouse, as recorded. Directories of cells and CPUs come and go with them, each time with new inodes. */
export class JailhouseSysfs {
  private directory: Directory | undefined;
  private readonly cells = new Map<number, Directory>();
  private cellsDirectory: Directory | undefined;

  constructor(
    private readonly linux: Linux,
    /** /sys/devices */
    private readonly parent: Directory,
  ) {
    linux.driver.onChange(() => this.update());
    this.update();
  }

  private get now(): number {
    return this.linux.now();
  }

  private update(): void {
    const { driver, options } = this.linux;
    const { machine } = options;
    if (!driver.loaded) {
      this.parent.entries.delete('jailhouse');
      this.directory = undefined;
      this.cellsDirectory = undefined;
      this.cells.clear();
      return;
    }
    this.directory ??= this.make();
    if (machine.claimed !== undefined && machine.enabled) {
      if (!this.directory.entries.has('core'))
        this.directory.entries.set(
          'core',
          generated(this.now, 0o400, () => this.core()),
        );
    } else this.directory.entries.delete('core');
    const present = new Map(machine.cells.map((cell) => [cell.id, cell]));
    for (const id of [...this.cells.keys()]) {
      if (present.has(id)) continue;
      this.cells.delete(id);
      this.cellsDirectory?.entries.delete(String(id));
    }
    for (const cell of machine.cells) {
      let directory = this.cells.get(cell.id);
      if (directory === undefined) {
        directory = this.cell(cell.id);
        this.cells.set(cell.id, directory);
        this.cellsDirectory?.entries.set(String(cell.id), directory);
      }
      this.processors(directory, cell);
    }
  }

  private make(): Directory {
    const { now } = this;
    const directory = kernelDirectory(now);
    const { driver, options } = this.linux;
    const { machine } = options;
    const locked = (text: () => ByteText): GeneratedFile => ({
      ...generated(now, 0o444, (_, wait) => this.underLock(wait, text)),
      readNow: () => {
        if (driver.isLocked) throw new FileError('EBUSY', '');
        return toBytes(text());
      },
    });
    const pool = (count: () => number): GeneratedFile => locked(() => `${count()}\n`);
    this.cellsDirectory = kernelDirectory(now);
    directory.entries.set('cells', this.cellsDirectory);
    directory.entries.set(
      'console',
      locked(() => driver.console),
    );
    directory.entries.set(
      'enabled',
      generated(now, 0o444, () => `${machine.enabled ? 1 : 0}\n`),
    );
    directory.entries.set(
      'mem_pool_size',
      pool(() => machine.pools.memSize),
    );
    directory.entries.set(
      'mem_pool_used',
      pool(() => machine.pools.memUsed),
    );
    directory.entries.set('module', {
      kind: 'link',
      number: nextNumber(),
      storage: 'kernel',
      mode: 0o777,
      uid: 0,
      gid: 0,
      modified: now,
      target: '../../module/jailhouse',
    });
    directory.entries.set(
      'remap_pool_size',
      pool(() => machine.pools.remapSize),
    );
    directory.entries.set(
      'remap_pool_used',
      pool(() => machine.pools.remapUsed),
    );
    directory.entries.set(
      'uevent',
      generated(
        now,
        0o644,
        () => '',
        () => undefined,
      ),
    );
    this.parent.entries.set('jailhouse', directory);
    return directory;
  }

  /** These files take the driver's lock: behind a call that never returns they block until a signal comes. */
  private async underLock(wait: Waiter, text: () => ByteText): Promise<Uint8Array> {
    const { driver } = this.linux;
    while (driver.isLocked) await wait.wait(driver.lockReleased());
    return toBytes(text());
  }

  private core(): Uint8Array {
    return new Uint8Array(4096);
  }

  /** As `find`, with counters that stand where they are now. */
  private counting(id: number): MachineCell | undefined {
    this.linux.driver.catchUp();
    return this.find(id);
  }

  private find(id: number): MachineCell | undefined {
    return this.linux.options.machine.cells.find((cell) => cell.id === id);
  }

  private cell(id: number): Directory {
    const { now } = this;
    const { driver, options } = this.linux;
    const directory = kernelDirectory(now);
    const file = (text: (cell: MachineCell) => ByteText): GeneratedFile =>
      generated(now, 0o444, () => {
        const cell = this.find(id);
        return cell === undefined ? '' : `${text(cell)}\n`;
      });
    const { entries } = directory;
    entries.set(
      'cpus_assigned',
      file(({ cpus }) => cpuMask(cpus, options.board.cpus)),
    );
    entries.set(
      'cpus_assigned_list',
      file(({ cpus }) => cpuList(cpus)),
    );
    entries.set(
      'cpus_failed',
      file(({ failedCpus }) => cpuMask(failedCpus, options.board.cpus)),
    );
    entries.set(
      'cpus_failed_list',
      file(({ failedCpus }) => cpuList(failedCpus)),
    );
    entries.set(
      'name',
      file(({ name }) => fromMachine(name)),
    );
    entries.set(
      'state',
      file(({ state }) => (driver.unsettled.has(id) ? 'invalid' : state)),
    );
    const statistics = kernelDirectory(now);
    entries.set('statistics', statistics);
    for (const counter of Object.keys(this.find(id)?.statistics ?? {})) {
      statistics.entries.set(
        counter,
        file(() => String(Object.values(this.counting(id)?.statistics[counter] ?? {}).reduce((sum, value) => sum + value, 0))),
      );
    }
    return directory;
  }

  private processors(directory: Directory, { id, cpus, statistics }: MachineCell): void {
    const parent = directory.entries.get('statistics');
    if (parent?.kind !== 'directory') return;
    const wanted = new Set(cpus.map((cpu) => `cpu${cpu}`));
    for (const name of [...parent.entries.keys()]) if (name.startsWith('cpu') && !wanted.has(name)) parent.entries.delete(name);
    for (const cpu of cpus) {
      if (parent.entries.has(`cpu${cpu}`)) continue;
      const own = kernelDirectory(this.now);
      for (const counter of Object.keys(statistics)) {
        own.entries.set(
          counter,
          generated(this.now, 0o444, () => `${this.counting(id)?.statistics[counter]?.[cpu] ?? 0}\n`),
        );
      }
      parent.entries.set(`cpu${cpu}`, own);
    }
  }
}
