import type { CellDescription, PciInfo, Region, SystemDescription } from './layout.ts';
import type { GuestProfile, SimulatedBoard } from './machine.ts';
import type { MmioWindows } from './mmio-windows.ts';
import type { PagePool } from './page-pool.ts';
import type { PageTables } from './page-tables.ts';

/** A device as the hypervisor keeps it for a cell: `cell` undefined while somebody else has it. */
export interface PciDevice {
  readonly info: PciInfo;
  cell: Cell | undefined;
  endpoint: Endpoint | undefined;
  readonly bars: number[];
  /** Pages of the remap pool with the MSI-X table of a physical device. */
  msixMapping: { readonly page: number; readonly pages: number } | undefined;
}

/** One side of an ivshmem link. */
export interface Endpoint {
  readonly device: PciDevice;
  readonly link: Link;
  /** Region by its number from the state table on. */
  readonly section: (index: number) => Region;
  memoryEnabled: boolean;
  busMaster: boolean;
  intxMasked: boolean;
  windows: readonly bigint[];
  interruptsEnabled: boolean;
  /** INTID that the peers raise; 0: none. */
  intid: number;
  state: number;
}

export interface Link {
  readonly bdf: number;
  readonly endpoints: Map<number, Endpoint>;
  peers: number;
  readonly page: number;
}

export type CommState = 'running' | 'running/locked' | 'shut down' | 'failed' | 'comm revision';

export interface Cell {
  readonly config: CellDescription;
  /** Number by which hypercalls name it. */
  readonly id: number;
  readonly cpus: Set<number>;
  readonly stage2: PageTables;
  readonly rootPage: number;
  readonly windows: MmioWindows;
  readonly windowsPage: { readonly page: number; readonly pages: number };
  /** Its page in the hypervisor's memory: what a comm region is mapped to. */
  readonly commPhys: bigint;
  readonly pages: { readonly page: number; readonly pages: number };
  readonly cpuSetPage: number | undefined;
  /** Owned INTIDs by 32 (word 0: SGIs and PPIs). */
  readonly intids: Uint32Array;
  pci: PciDevice[];
  pciPages: { readonly page: number; readonly pages: number } | undefined;
  commState: CommState;
  loadable: boolean;
  /** The guest that runs; undefined: nothing is known of it, or it does not run. */
  guest: RunningGuest | undefined;
}

export interface RunningGuest {
  readonly profile: GuestProfile;
  /** INTIDs that it has enabled. */
  readonly enabled: Set<number>;
  /** Waits for its peers with an initialised ivshmem device. */
  readonly endpoint: Endpoint | undefined;
  /** Prints on the UART (or the virtual console); false: it has no console. */
  readonly print: (text: string) => void;
  interrupts: number;
  /** Nanoseconds that its timer fired late, at best and at worst. */
  jitter?: { readonly min: number; readonly max: number };
}

export type Counter = 'mmio' | 'management' | 'hypercall' | 'maintenance' | 'virt_irq' | 'virt_sgi' | 'psci' | 'smccc';

export interface Cpu {
  readonly id: number;
  failed: boolean;
  /** Stopped in EL2: it never answers again. */
  stopped: boolean;
  readonly counters: Map<Counter, number>;
}

/** What is printed: on the UART, and into the ring buffer of the virtual console. */
export interface Output {
  uart: string;
  ring: string;
}

/** The hypervisor while it runs. */
export interface Hypervisor {
  readonly board: SimulatedBoard;
  readonly system: SystemDescription;
  readonly output: Output;
  /** Whether the UART prints; false: no driver, or not mapped. */
  uart: boolean;
  readonly ring: boolean;
  readonly pool: PagePool;
  readonly remap: PagePool;
  readonly tables: PageTables;
  readonly addressBits: number;
  readonly cpus: Map<number, Cpu>;
  /** The root cell first. */
  readonly cells: Cell[];
  readonly links: Link[];
  /** Config space of a physical host is mapped; a virtual one has none. */
  physicalConfigSpace: boolean;
  /** Images in memory by their physical place; the last one loaded wins. */
  readonly images: { readonly start: bigint; readonly size: bigint; readonly profile: GuestProfile | undefined }[];
  /** 32-bit words that guests wrote, by physical address. */
  readonly words: Map<bigint, number>;
  /** CPU that executes the present call. */
  caller: number;
}

export function rootOf(hypervisor: Hypervisor): Cell {
  return hypervisor.cells[0] as Cell;
}

export function print(hypervisor: Hypervisor, text: string): void {
  if (hypervisor.uart) hypervisor.output.uart += text;
  if (hypervisor.ring) hypervisor.output.ring += text;
}

/** As hypervisors print that are built with CONFIG_TRACE_ERROR. */
export function trace<T extends string>(hypervisor: Hypervisor, place: string, errno: T): T {
  print(hypervisor, `${buildFolder}${place}: returning error -${errno}\n`);
  return errno;
}

/** Where the simulated hypervisor was built; the recorded one has another folder here. */
const buildFolder = '/build/hypervisor/';

export function count(hypervisor: Hypervisor, cpu: number, counter: Counter, by = 1): void {
  const counters = hypervisor.cpus.get(cpu)?.counters;
  counters?.set(counter, (counters.get(counter) ?? 0) + by);
}

export function poolText({ pool, remap }: Hypervisor): string {
  return `mem ${pool.usedPages}/${pool.pages}, remap ${remap.usedPages}/${remap.pages}`;
}

/** True when the address is RAM or a device of the board. */
export function isPresent({ present }: SimulatedBoard, address: bigint): boolean {
  return present.some(({ start, size }) => address >= start && address < start + size);
}
