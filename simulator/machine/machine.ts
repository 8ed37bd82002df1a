/**
 * What the simulated hypervisor answers and does, seen from the driver. An implementation replays the steps of hypervisor and driver on the bytes of
 * configs; it knows no rule of ours. Texts are as recorded in `target-behaviour.md`.
 */

/** Linux error numbers that the driver returns. */
export type Errno =
  | 'EPERM'
  | 'ENOENT'
  | 'EINTR'
  | 'E2BIG'
  | 'ENOMEM'
  | 'EFAULT'
  | 'EBUSY'
  | 'EEXIST'
  | 'ENODEV'
  | 'EINVAL'
  | 'ENOSYS'
  | 'ERANGE'
  | 'EIO';

/** How a driver call ends for its caller. */
export type CallEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'error'; readonly errno: Errno }
  /** The kernel oopses in the call: the caller dies with status 139, and the driver's lock stays taken for ever. */
  | { readonly kind: 'oops' }
  /** The call never returns, while the rest of Linux lives on; the driver's lock stays taken. */
  | { readonly kind: 'hang' }
  /** A CPU of the root cell is parked: as `hang`, and it shows in the root cell's failed CPUs. */
  | { readonly kind: 'root-cpu-parked'; readonly cpu: number }
  /** All of the board stands still: nothing answers any more. */
  | { readonly kind: 'freeze' };

export interface CallResult {
  readonly end: CallEnd;
  /** Lines for the kernel's log, without time stamp: `jailhouse: Configuration revision mismatch`. */
  readonly kernelLog: readonly string[];
  /** What the hypervisor prints, and what inmates print on the UART that they share with it. Lines end with `\n`. */
  readonly console: string;
  /** What goes into the ring buffer of the virtual console: the hypervisor's own text (not what inmates print on the UART), for sysfs and `jailhouse console`. */
  readonly virtualConsole?: string;
}

export interface MachineCell {
  /** Number of its directory in sysfs. */
  readonly id: number;
  readonly name: string;
  readonly state: 'running' | 'running/locked' | 'shut down' | 'failed' | 'invalid';
  readonly cpus: readonly number[];
  readonly failedCpus: readonly number[];
  readonly statistics: { readonly [counter: string]: { readonly [cpu: number]: number } };
}

/** What a guest does once it runs: the stand-in for its code. A file `IMAGE.profile.json` beside an image on the target says it. */
export interface GuestProfile {
  /** What it prints on its console, in order, before its accesses. */
  readonly prints?: readonly string[];
  /** Accesses in order: guest address, bytes (1, 2, 4, 8), read or write, executed from where. The first that traps and is not allowed crashes the cell. */
  readonly touches?: readonly { readonly address: string; readonly width: 1 | 2 | 4 | 8; readonly access: 'read' | 'write' | 'execute' }[];
  /** Answers the messages of the comm region (shutdown request, reconfiguration). */
  readonly answersMessages?: boolean;
  /** Initialises every ivshmem device and waits for its peer, as the ivshmem demo does. */
  readonly ivshmem?: boolean;
  /** Linked with the inmate library: begins by reading the comm region at 0x80000000, prints on the console that is told there. */
  readonly inmateLibrary?: boolean;
  /** Hands over to the kernel that was loaded into the same cell, as the Linux loader does. */
  readonly bootsLinux?: boolean;
  /** Starts the virtual timer and prints when it fires, as the GIC demo does. */
  readonly timer?: boolean;
}

export interface LoadedBytes {
  readonly bytes: Uint8Array;
  /** Guest address. */
  readonly address: bigint;
  readonly profile: GuestProfile | undefined;
}

/** A cell by number or by name, as the driver takes it. */
export type CellReference = { readonly id: number } | { readonly name: string };

/** The hypervisor with its driver on one board. Calls are made one after the other. */
export interface Machine {
  readonly enabled: boolean;
  /** The root cell first; empty while disabled. */
  readonly cells: readonly MachineCell[];
  /** Pages; all 0 while disabled. */
  readonly pools: { readonly memSize: number; readonly memUsed: number; readonly remapSize: number; readonly remapUsed: number };
  /** Physical range of the hypervisor's memory since the first enable; Linux shows it in /proc/iomem until the module is unloaded. */
  readonly claimed: { readonly start: bigint; readonly size: bigint } | undefined;
  /** Windows and functions of the virtual PCI host that Linux sees while enabled. */
  readonly virtualPci:
    | {
        readonly domain: number;
        readonly ecam: { readonly start: bigint; readonly size: bigint };
        readonly functions: readonly { readonly bdf: number; readonly protocol: number }[];
      }
    | undefined;
  /** CPUs that Linux has online now. */
  readonly onlineCpus: readonly number[];
  enable(config: Uint8Array): CallResult;
  disable(): CallResult;
  create(config: Uint8Array): CallResult;
  load(cell: CellReference, images: readonly LoadedBytes[]): CallResult;
  start(cell: CellReference): CallResult;
  destroy(cell: CellReference): CallResult;
  /** Linux takes a CPU on or off line. */
  setOnline(cpu: number, online: boolean): boolean;
  /** What guests print and counters count since the last call. Left out: time stands still between calls. */
  idle?(): CallResult;
  /** The module is unloaded and loaded again: `claimed` goes. */
  unload(): void;
}

/** Physical facts of a simulated board. Addresses in bytes. */
export interface SimulatedBoard {
  readonly id: string;
  /** `Raspberry Pi 4 Model B Rev 1.4`. */
  readonly model: string;
  readonly compatible: readonly string[];
  readonly cpus: number;
  /** All RAM that Linux has, ascending, before reservations. */
  readonly linuxRam: readonly { readonly start: bigint; readonly size: bigint }[];
  /** no-map reservations of its device tree. */
  readonly reserved: readonly { readonly start: bigint; readonly size: bigint; readonly name: string }[];
  /** Memory and device windows that exist: anything else answers with an external abort. */
  readonly present: readonly { readonly start: bigint; readonly size: bigint; readonly kind: 'ram' | 'device' }[];
  readonly gic: {
    readonly version: 2 | 3;
    readonly gicd: bigint;
    readonly gicc?: bigint;
    readonly gich?: bigint;
    readonly gicv?: bigint;
    readonly gicr?: bigint;
  };
  readonly maintenanceIntid: number;
  /** UARTs; `distance`: bytes from one register to the next. */
  readonly uarts?: readonly { readonly address: bigint; readonly kind: 'pl011' | '8250'; readonly distance: 1 | 4 }[];
  /** Devices without which Linux of the root cell does not live, with the access that it makes again and again. */
  readonly vitalDevices?: readonly {
    readonly name: string;
    readonly start: bigint;
    readonly size: bigint;
    readonly intids: readonly number[];
    readonly access: { readonly offset: bigint; readonly width: 1 | 2 | 4 | 8; readonly access: 'read' | 'write' };
  }[];
  /** PCI domains that real hosts of the board have. */
  readonly pciDomains?: readonly number[];
  /** The kernel loses a fixed PCI domain when its host goes, as the recorded 6.1: every later enable gets no virtual host. */
  readonly losesPciDomain?: boolean;
  /** Physical address bits of the CPUs; 44 (A57, A72) when not said. */
  readonly addressBits?: number;
  /** Main ID register of the CPUs, as the kernel's log shows it: `0x410fd083`. */
  readonly midr?: string;
}
