import { ConfigBytes } from '../../machine/config-bytes.ts';
import { firmwareLoaded } from '../../machine/kernel-texts.ts';
import { arm64, readSystem, revision, type SystemDescription } from '../../machine/layout.ts';
import type { CallResult, CellReference, LoadedBytes, Machine } from '../../machine/machine.ts';
import { type ByteText, fromBytes, fromMachine } from '../byte-text.ts';
import { contentOf, superuser } from '../files/inode.ts';
import { FileError } from '../target.ts';
import { ConsoleRing } from './console-ring.ts';
import { Bell, OpenFile } from './descriptors.ts';
import type { Linux } from './linux.ts';
import { Killed, type Process } from './process.ts';

/** Milliseconds after a call in which a board that was ruined by it stops. */
const afterwards = 100;
const firmwarePath = '/lib/firmware/jailhouse.bin';
/** Bytes of struct jailhouse_header, the least that a hypervisor image has. */
const firmwareHeader = 0x60;

/** The kernel module `jailhouse`: its device, its lock, and what Linux does around a call of the hypervisor. */
export class Driver {
  loaded = false;
  /** Open handles of /dev/jailhouse. */
  opened = 0;
  /** Cells that are just made or unmade: sysfs shows them as `invalid`. */
  readonly unsettled = new Set<number>();
  /** The config that the hypervisor runs with. */
  system: SystemDescription | undefined;
  private ring = new ConsoleRing();
  private lastRing: ConsoleRing | undefined;
  private everLoaded = false;
  private lockOwner: Process | undefined;
  private readonly lockBell = new Bell();
  private readonly listeners: (() => void)[] = [];

  constructor(private readonly linux: Linux) {}

  private get machine(): Machine {
    return this.linux.options.machine;
  }

  /** Called after anything that sysfs shows has changed. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }

  /** How often the module is in use, as /proc/modules shows it. */
  get references(): number {
    return this.opened + (this.machine.enabled ? 1 : 0);
  }

  /** Lets the guests go on until now: before anybody looks at consoles or counters. */
  catchUp(): void {
    const result = this.machine.idle?.();
    if (result === undefined) return;
    this.print(result);
    if (result.end.kind === 'freeze') this.linux.options.freeze();
  }

  /** What /sys/devices/jailhouse/console shows. */
  get console(): ByteText {
    this.catchUp();
    return this.machine.enabled ? this.ring.text : '';
  }

  load(): void {
    if (this.loaded) return;
    this.loaded = true;
    if (!this.everLoaded) this.linux.log.add('jailhouse: loading out-of-tree module taints kernel.');
    this.everLoaded = true;
    this.changed();
  }

  /** @returns Whether it was unloaded; not while it is in use. */
  unload(): boolean {
    if (!this.loaded || this.references > 0) return false;
    this.loaded = false;
    this.ring = new ConsoleRing();
    this.lastRing = undefined;
    this.machine.unload();
    this.changed();
    return true;
  }

  /** Takes the driver's lock; a signal ends the wait. */
  async lock(process: Process): Promise<void> {
    while (this.lockOwner !== undefined) await process.wait(this.lockBell.next());
    this.catchUp();
    this.lockOwner = process;
  }

  unlock(): void {
    this.lockOwner = undefined;
    this.lockBell.ring();
  }

  get isLocked(): boolean {
    return this.lockOwner !== undefined;
  }

  lockReleased(): Promise<void> {
    return this.lockBell.next();
  }

  /** @returns Error number, or undefined when all went well. Never returns when the call hangs. */
  async enable(process: Process, config: Uint8Array): Promise<string | undefined> {
    await this.lock(process);
    const firmware = isSystemConfig(config) && !this.machine.enabled ? this.firmware() : 'unread';
    if (firmware === 'missing') {
      const { log } = this.linux;
      log.add(' jailhouse: firmware: failed to load jailhouse.bin (-2)');
      log.add('firmware_class: See https://wiki.debian.org/Firmware for information about missing firmware');
      log.add(' jailhouse: Direct firmware load for jailhouse.bin failed with error -2');
      log.add('jailhouse: Missing hypervisor image jailhouse.bin');
      return this.leave('ENOENT');
    }
    if (firmware === 'unsigned') {
      this.linux.log.add(firmwareLoaded);
      return this.leave('EINVAL');
    }
    if (firmware === 'cut') {
      this.linux.log.add(firmwareLoaded);
      this.linux.options.freeze();
      return process.stuck('R');
    }
    const before = this.ring;
    this.ring = new ConsoleRing();
    const result = this.machine.enable(config);
    // The hypervisor's memory is cleared only when the call comes that far.
    if (result.end.kind === 'error' && (result.virtualConsole ?? result.console) === '') this.ring = before;
    else this.lastRing = undefined;
    if (this.machine.enabled && result.end.kind !== 'error') this.system = readSystem(new ConfigBytes(config));
    const errno = await this.end(process, result);
    // A log of an enable that failed can be read like that of a run that is over.
    if (errno !== undefined && this.ring !== before) this.lastRing = this.ring;
    return errno;
  }

  async disable(process: Process): Promise<string | undefined> {
    await this.lock(process);
    const result = this.machine.disable();
    if (!this.machine.enabled) this.system = undefined;
    const errno = await this.end(process, result);
    if (errno === undefined && !this.machine.enabled) this.lastRing = this.ring;
    return errno;
  }

  async create(process: Process, config: Uint8Array): Promise<string | undefined> {
    await this.lock(process);
    const known = new Set(this.machine.cells.map(({ id }) => id));
    const result = this.machine.create(config);
    for (const { id } of this.machine.cells) if (!known.has(id)) this.unsettled.add(id);
    this.changed();
    await settle();
    this.unsettled.clear();
    return this.end(process, result);
  }

  async loadImages(process: Process, cell: CellReference, images: readonly LoadedBytes[]): Promise<string | undefined> {
    await this.lock(process);
    return this.end(process, this.machine.load(cell, images));
  }

  async start(process: Process, cell: CellReference): Promise<string | undefined> {
    await this.lock(process);
    return this.end(process, this.machine.start(cell));
  }

  async destroy(process: Process, cell: CellReference): Promise<string | undefined> {
    await this.lock(process);
    await settle();
    return this.end(process, this.machine.destroy(cell));
  }

  private async end(process: Process, result: CallResult): Promise<string | undefined> {
    for (const line of result.kernelLog) this.linux.log.add(fromMachine(line));
    this.print(result);
    this.changed();
    // What this call has done to Linux of the root cell shows soon after.
    setTimeout(() => {
      if (!this.linux.halted) this.catchUp();
    }, afterwards).unref();
    const { end } = result;
    switch (end.kind) {
      case 'done':
        return this.leave(undefined);
      case 'error':
        return this.leave(end.errno);
      case 'oops':
        throw new Killed('SEGV');
      case 'hang':
      case 'root-cpu-parked':
        return process.stuck('R');
      case 'freeze':
        this.linux.options.freeze();
        return process.stuck('R');
    }
  }

  private print({ console, virtualConsole }: CallResult): void {
    this.ring.add(fromMachine(virtualConsole ?? console));
    this.linux.serial.add(fromMachine(console));
  }

  private leave(errno: string | undefined): string | undefined {
    this.unlock();
    return errno;
  }

  private firmware(): 'missing' | 'unsigned' | 'cut' | 'good' {
    let bytes: Uint8Array;
    try {
      const inode = this.linux.files.inode(firmwarePath, superuser);
      if (inode.kind !== 'file') return 'missing';
      bytes = contentOf(inode);
    } catch {
      return 'missing';
    }
    if (fromBytes(bytes.subarray(0, 8)) !== 'JAILHOUS') return 'unsigned';
    return bytes.length < firmwareHeader + 8 ? 'cut' : this.isWhole(bytes) ? 'good' : 'cut';
  }

  /** The page of the console lies behind the image: the header states where, at offset 32. */
  private isWhole(bytes: Uint8Array): boolean {
    return BigInt(bytes.length) >= new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(32, true);
  }

  /** Opens /dev/jailhouse. */
  open(path: ByteText): OpenFile {
    if (!this.loaded) throw new FileError('ENOENT', path);
    this.opened += 1;
    return new ConsoleHandle(path, this, () => {
      this.opened -= 1;
    });
  }

  /** One step of reading the device: text, nothing new, or the error of a console that never was. */
  readConsole(state: ConsolePosition): ByteText | 'EAGAIN' | '' {
    this.catchUp();
    const ended = this.lastRing;
    const useLast = ended !== undefined && ended !== state.done;
    const ring = useLast ? ended : this.ring;
    if (!useLast && !this.machine.enabled) {
      state.at = 0;
      return 'EAGAIN';
    }
    const { text, missed } = ring.since(state.at);
    if (missed > 0) {
      state.at += missed;
      return `<missed ${missed} bytes of console log>\n`;
    }
    if (text === '') {
      if (useLast) {
        state.done = ended;
        return '';
      }
      return '';
    }
    const piece = text.slice(0, 128);
    state.at += piece.length;
    return piece;
  }
}

export interface ConsolePosition {
  at: number;
  done: ConsoleRing | undefined;
}

/** A handle of /dev/jailhouse. The reader asks ten times a second, as the driver does. */
export class ConsoleHandle extends OpenFile {
  nonBlocking = false;
  private readonly position: ConsolePosition = { at: 0, done: undefined };

  constructor(
    path: ByteText,
    private readonly driver: Driver,
    private readonly onClose: () => void,
  ) {
    super(path, undefined);
  }

  /** '' is the end for a reader that does not wait. Throws FileError EAGAIN. */
  async next(process: Process): Promise<ByteText> {
    for (;;) {
      await this.driver.lock(process);
      const text = this.driver.readConsole(this.position);
      this.driver.unlock();
      if (text === 'EAGAIN') {
        if (this.nonBlocking) throw new FileError('EAGAIN', this.path);
      } else if (text !== '' || this.nonBlocking) return text;
      await process.sleep(100, 'D');
    }
  }

  protected override closed(): void {
    this.onClose();
  }
}

/** CPUs go and come: a call of the driver takes its time, in which others look on. No signal ends it. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

/** What the driver looks at before it asks for the hypervisor's image. */
function isSystemConfig(config: Uint8Array): boolean {
  return (
    fromBytes(config.subarray(0, 5)) === 'JHSYS' && config[5] === arm64 && config[6] === (revision & 0xff) && config[7] === revision >> 8
  );
}
