import { type Access, type AccessEnd, access } from './access.ts';
import { bringUp } from './bring-up.ts';
import { createCell, destroyCell, leave, setLoadable, startCell } from './cells.ts';
import { ConfigBytes } from './config-bytes.ts';
import { cutName, type DriverCell, driverCell, findCell, freeId, regionFor } from './driver-cells.ts';
import { coreSize, fileSize, perCpuSize } from './firmware.ts';
import { Halt } from './halt.ts';
import * as text from './kernel-texts.ts';
import { arm64, cellFlags, cellSize, memory, pciTypes, readDescription, readSystem, revision } from './layout.ts';
import { overlaps, systemRam } from './linux-memory.ts';
import type { CallEnd, CallResult, CellReference, Errno, LoadedBytes, Machine, MachineCell, SimulatedBoard } from './machine.ts';
import { passTime } from './passing-time.ts';
import { linuxCopies, linuxGoesOn, linuxReadsHypervisor, linuxStarves } from './root-linux.ts';
import { type Hypervisor, isPresent, type Output, rootOf } from './state.ts';
import { statisticsOf } from './statistics.ts';
import { reportAbort } from './trap-report.ts';
import { addVirtualHost } from './virtual-pci.ts';

/** The machine, with a way to let Linux of the root cell access memory by itself, as `devmem` does. */
export interface SimulatedMachine extends Machine {
  rootAccess(wanted: Access): CallResult & { readonly value: number | undefined };
  /** What guests print and counters count since the last call, by the clock that the machine was given. */
  idle(): CallResult;
  /** True when the driver has taken the function with this number from Linux's drivers, for a cell. */
  claimedByStub(bdf: number): boolean;
}

/** `now`: milliseconds of a clock that only goes forward. Without one, time stands still between calls. */
export function createMachine(board: SimulatedBoard, now: () => number = () => 0): SimulatedMachine {
  return new DrivenMachine(board, now);
}

const done: CallEnd = { kind: 'done' };
const error = (errno: Errno): CallEnd => ({ kind: 'error', errno });

/** The kernel driver with the hypervisor that it loads. */
class DrivenMachine implements SimulatedMachine {
  #hypervisor: Hypervisor | undefined;
  #cells: DriverCell[] = [];
  #claimed: { readonly start: bigint; readonly size: bigint } | undefined;
  #virtualPci: Machine['virtualPci'];
  readonly #online: Set<number>;
  /** CPUs that the driver took off line for cells. */
  readonly #offlined = new Set<number>();
  readonly #lostDomains = new Set<number>();
  /** A call that did not come back: what every later one meets. */
  #dead: 'hang' | 'freeze' | undefined;
  #starves = false;
  #output: Output = { uart: '', ring: '' };
  #log: string[] = [];

  /** Until when time has passed for the guests. */
  #passed: number;

  constructor(
    readonly board: SimulatedBoard,
    readonly now: () => number,
  ) {
    this.#passed = now();
    this.#online = new Set(Array.from({ length: board.cpus }, (_, cpu) => cpu));
  }

  get enabled(): boolean {
    return this.#hypervisor !== undefined;
  }

  get claimed(): Machine['claimed'] {
    return this.#claimed;
  }

  get virtualPci(): Machine['virtualPci'] {
    return this.#virtualPci;
  }

  get onlineCpus(): readonly number[] {
    return [...this.#online].sort((a, b) => a - b);
  }

  get pools(): Machine['pools'] {
    const { pool, remap } = this.#hypervisor ?? {};
    return {
      memSize: pool?.pages ?? 0,
      memUsed: pool?.usedPages ?? 0,
      remapSize: remap?.pages ?? 0,
      remapUsed: remap?.usedPages ?? 0,
    };
  }

  get cells(): readonly MachineCell[] {
    const hypervisor = this.#hypervisor;
    if (hypervisor === undefined) return [];
    return this.#cells.map(({ id, name, cpus }) => {
      const state = hypervisor.cells.find((cell) => cell.id === id)?.commState;
      const own = [...cpus].sort((a, b) => a - b);
      return {
        id,
        name,
        state: state === undefined || state === 'comm revision' ? 'invalid' : state,
        cpus: own,
        failedCpus: own.filter((cpu) => hypervisor.cpus.get(cpu)?.failed),
        statistics: statisticsOf(hypervisor, own),
      };
    });
  }

  enable(config: Uint8Array): CallResult {
    return this.#call(true, () => this.#enable(config));
  }

  disable(): CallResult {
    return this.#call(true, () => (this.#hypervisor === undefined ? error('EINVAL') : this.#disable(this.#hypervisor)));
  }

  create(config: Uint8Array): CallResult {
    return this.#call(true, () => this.#create(config));
  }

  load(cell: CellReference, images: readonly LoadedBytes[]): CallResult {
    return this.#call(true, () => this.#managed(cell, (hypervisor, found) => this.#load(hypervisor, found, images)));
  }

  start(cell: CellReference): CallResult {
    return this.#call(true, () =>
      this.#managed(cell, (hypervisor, { id }) => {
        const errno = startCell(hypervisor, id);
        return errno === undefined ? this.#linuxGoesOn(hypervisor) : error(errno);
      }),
    );
  }

  destroy(cell: CellReference): CallResult {
    return this.#call(true, () =>
      this.#managed(cell, (hypervisor, found) => this.#destroy(hypervisor, found) ?? this.#linuxGoesOn(hypervisor)),
    );
  }

  setOnline(cpu: number, online: boolean): boolean {
    if (cpu < 0 || cpu >= this.board.cpus || this.#dead !== undefined) return false;
    if (!online) {
      if (this.#online.has(cpu) && this.#online.size === 1) return false;
      this.#online.delete(cpu);
      return true;
    }
    const hypervisor = this.#hypervisor;
    // A CPU of another cell does not answer.
    if (hypervisor !== undefined && !rootOf(hypervisor).cpus.has(cpu)) return false;
    this.#online.add(cpu);
    return true;
  }

  unload(): void {
    if (!this.enabled) this.#claimed = undefined;
  }

  rootAccess(wanted: Access): CallResult & { readonly value: number | undefined } {
    let value: number | undefined;
    const result = this.#call(false, () => {
      const hypervisor = this.#hypervisor;
      if (hypervisor === undefined) return done;
      const end: AccessEnd = access(hypervisor, rootOf(hypervisor), hypervisor.caller, wanted);
      if (end.kind === 'value') value = end.value;
      if (end.kind === 'parked') return { kind: 'root-cpu-parked', cpu: hypervisor.caller };
      return end.kind === 'value' ? done : { kind: 'oops' };
    });
    return { ...result, value };
  }

  idle(): CallResult {
    return this.#call(false, () => {
      const [from, to] = [this.#passed, this.now()];
      this.#passed = to;
      if (this.#hypervisor !== undefined) passTime(this.#hypervisor, Math.max(0, to - from));
      return done;
    });
  }

  claimedByStub(bdf: number): boolean {
    const cells = this.#hypervisor?.cells.slice(1) ?? [];
    return cells.some(({ config }) => config.pci.some((info) => info.type === pciTypes.device && info.bdf === bdf));
  }

  /** Runs a call and takes what it says; what ends the board stays, and what ends the driver when the call `locks` it. */
  #call(locks: boolean, work: () => CallEnd): CallResult {
    if (this.#dead !== undefined) return { end: { kind: this.#dead }, kernelLog: [], console: '' };
    if (this.#starves) {
      this.#dead = 'freeze';
      return { end: { kind: 'freeze' }, kernelLog: [], console: '' };
    }
    this.#output = { uart: '', ring: '' };
    this.#log = [];
    const hypervisor = this.#hypervisor;
    if (hypervisor !== undefined) {
      hypervisor.caller = this.#callerOf(hypervisor);
      hypervisor.output.uart = '';
      hypervisor.output.ring = '';
      this.#output = hypervisor.output;
    }
    let end: CallEnd;
    try {
      end = work();
    } catch (thrown) {
      if (!(thrown instanceof Halt)) throw thrown;
      const running = this.#hypervisor ?? hypervisor;
      if (thrown.kind === 'abort' && running !== undefined) reportAbort(running, running.caller);
      end = { kind: 'freeze' };
    }
    if (end.kind === 'freeze') this.#dead = 'freeze';
    else if (locks && (end.kind === 'oops' || end.kind === 'hang' || end.kind === 'root-cpu-parked')) this.#dead = 'hang';
    return { end, kernelLog: this.#log, console: this.#output.uart, virtualConsole: this.#output.ring };
  }

  /** The first CPU of Linux that still runs. */
  #callerOf({ cpus }: Hypervisor): number {
    return this.onlineCpus.find((cpu) => cpus.get(cpu)?.failed !== true) ?? 0;
  }

  #enable(bytes: Uint8Array): CallEnd {
    const config = new ConfigBytes(bytes);
    if (config.text(0, 5) !== 'JHSYS') return this.#refuse(text.notASystem);
    if (config.u16(6) !== revision) return this.#refuse(text.wrongRevision);
    if (config.u8(5) !== arm64) return this.#refuse(text.wrongArchitecture);
    const system = readSystem(config);
    const { root, hypervisorMemory: memoryOf } = system;
    if (root.cpus.length === 0) return error(root.cpuSetSize > 0x100000 ? 'EFAULT' : 'EINVAL');
    if (this.enabled) return error('EBUSY');
    this.#log.push(text.firmwareLoaded);
    const fixed = BigInt(coreSize + (Math.max(...root.cpus) + 1) * perCpuSize);
    const { phys: start, size } = memoryOf;
    if (BigInt(fileSize) >= size || fixed >= size || BigInt(system.totalSize) >= size - fixed) return error('EINVAL');
    this.#claimed = undefined;
    if (systemRam(this.board).some((ram) => overlaps(ram, { start, size }))) {
      this.#log.push(...text.notReserved);
      return error('EINVAL');
    }
    this.#claimed = { start, size };
    for (let page = start & ~0xfffn; page < start + size; page += 0x1000n) {
      if (isPresent(this.board, page)) continue;
      this.#log.push(...text.noRam);
      return { kind: 'oops' };
    }
    const rootCell = driverCell(root, 0, this.board.cpus);
    if (rootCell === undefined) {
      this.#claimed = undefined;
      return error('ENOMEM');
    }
    const result = bringUp(this.board, bytes, this.onlineCpus, this.#output);
    if ('frozen' in result) return { kind: 'freeze' };
    if ('errno' in result) {
      this.#claimed = undefined;
      return error(result.errno);
    }
    const { hypervisor } = result;
    this.#hypervisor = hypervisor;
    this.#cells = [rootCell];
    const end = linuxGoesOn(hypervisor, true);
    if (end !== undefined) return end;
    const virtual = addVirtualHost(hypervisor, this.#lostDomains);
    this.#log.push(...virtual.kernelLog);
    if (virtual.end !== undefined) return virtual.end;
    this.#virtualPci = virtual.host;
    this.#log.push(text.opening);
    return done;
  }

  #refuse(line: string): CallEnd {
    this.#log.push(line);
    return error('EINVAL');
  }

  #disable(hypervisor: Hypervisor): CallEnd {
    for (const cell of this.#cells.slice(1)) {
      const end = this.#destroy(hypervisor, cell);
      if (end === undefined) continue;
      this.#log.push(`Jailhouse: failed to destroy cell "${cell.name}"`);
      return end;
    }
    const { virtualPci } = this;
    this.#virtualPci = undefined;
    const { pciDomain } = hypervisor.system;
    if (virtualPci !== undefined) {
      if (this.board.losesPciDomain && virtualPci.domain === pciDomain) {
        this.#lostDomains.add(pciDomain);
        this.#log.push(...text.domainWarning(pciDomain, hypervisor.caller));
      }
      this.#log.push(text.busReleased(virtualPci.domain));
    }
    const [root] = this.#cells;
    if (root === undefined || root.cpus.size !== this.#online.size) return error('EBUSY');
    // A parked CPU does not come to leave the hypervisor, and the others wait for it.
    if (this.onlineCpus.some((cpu) => hypervisor.cpus.get(cpu)?.failed)) return { kind: 'hang' };
    const fixed = coreSize + (Math.max(...hypervisor.system.root.cpus) + 1) * perCpuSize;
    const end = linuxReadsHypervisor(hypervisor, BigInt(fixed));
    if (end !== undefined) return end;
    if (!leave(hypervisor, this.onlineCpus)) return error('EBUSY');
    this.#hypervisor = undefined;
    this.#cells = [];
    this.#log.push(text.closed);
    return done;
  }

  #create(bytes: Uint8Array): CallEnd {
    const config = new ConfigBytes(bytes);
    if (bytes.length < cellSize || config.text(0, 5) !== 'JHCLL') return this.#refuse(text.notACell);
    if (config.u16(6) !== revision) return this.#refuse(text.wrongRevision);
    if (config.u8(5) !== arm64) {
      // The driver forgets to return an error.
      this.#log.push(text.wrongArchitecture);
      return done;
    }
    const hypervisor = this.#hypervisor;
    if (hypervisor === undefined) return error('EINVAL');
    const read = readDescription(config, 0);
    const name = cutName(read.name);
    if (findCell(this.#cells, { name }) !== undefined) return error('EEXIST');
    const id = freeId(this.#cells);
    const cell = driverCell(read, id, this.board.cpus);
    const [root] = this.#cells;
    if (cell === undefined || root === undefined) return error('ENOMEM');
    if ([...cell.cpus].some((cpu) => !root.cpus.has(cpu))) return error('EBUSY');
    const back = (errno: Errno): CallEnd => {
      for (const cpu of cell.cpus) {
        if (!this.#online.has(cpu)) this.#bringBack(cpu);
        root.cpus.add(cpu);
      }
      return error(errno);
    };
    for (const cpu of [...cell.cpus].sort((a, b) => a - b)) {
      if (this.#online.has(cpu)) {
        if (this.#online.size === 1) return back('EBUSY');
        this.#online.delete(cpu);
        this.#offlined.add(cpu);
        this.#log.push(text.cpuGone(cpu));
      }
      root.cpus.delete(cpu);
    }
    hypervisor.caller = this.#callerOf(hypervisor);
    const active = (read.flags & cellFlags.virtualConsoleActive) !== 0;
    const flags = active ? (read.flags | cellFlags.virtualConsolePermitted) >>> 0 : read.flags;
    const errno = createCell(hypervisor, { ...read, id, name, flags });
    if (errno !== undefined) {
      const end = back(errno);
      return linuxGoesOn(hypervisor, false) ?? end;
    }
    this.#cells.push(cell);
    this.#log.push(`Created Jailhouse cell "${name}"`);
    this.#starves = linuxStarves(hypervisor);
    return this.#linuxGoesOn(hypervisor);
  }

  #bringBack(cpu: number): void {
    this.#online.add(cpu);
    this.#offlined.delete(cpu);
    this.#log.push(...text.cpuBack(this.board, cpu));
  }

  #managed(reference: CellReference, work: (hypervisor: Hypervisor, cell: DriverCell) => CallEnd): CallEnd {
    const hypervisor = this.#hypervisor;
    if (hypervisor === undefined) return error('EINVAL');
    const cell = findCell(this.#cells, reference);
    return cell === undefined ? error('ENOENT') : work(hypervisor, cell);
  }

  #load(hypervisor: Hypervisor, cell: DriverCell, images: readonly LoadedBytes[]): CallEnd {
    const errno = setLoadable(hypervisor, cell.id);
    if (errno !== undefined) return error(errno);
    for (const { bytes, address, profile } of images) {
      if (bytes.length === 0) continue;
      const size = BigInt(bytes.length);
      const region = regionFor(cell, address, size, memory.write | memory.loadable);
      if (region === undefined) return error('EINVAL');
      const offset = address - region.virt;
      const start = ((region.phys + offset) & ~0xfffn) + (offset & 0xfffn);
      const end = linuxCopies(hypervisor, start, size);
      if (end !== undefined) return end;
      hypervisor.images.push({ start, size, profile });
    }
    return this.#linuxGoesOn(hypervisor);
  }

  #destroy(hypervisor: Hypervisor, cell: DriverCell): CallEnd | undefined {
    const errno = destroyCell(hypervisor, cell.id);
    if (errno !== undefined) return error(errno);
    const [root] = this.#cells;
    for (const cpu of [...cell.cpus].sort((a, b) => a - b)) {
      if (this.#offlined.has(cpu)) this.#bringBack(cpu);
      root?.cpus.add(cpu);
    }
    this.#log.push(`Destroyed Jailhouse cell "${cell.name}"`);
    this.#cells = this.#cells.filter((other) => other !== cell);
    this.#starves = linuxStarves(hypervisor);
    return undefined;
  }

  #linuxGoesOn(hypervisor: Hypervisor): CallEnd {
    return linuxGoesOn(hypervisor, false) ?? done;
  }
}
