import type { Architecture } from '../config/model.ts';
import type { Finding } from '../source/finding.ts';

/** A place in a text, counted as editors do: lines and UTF-16 columns from 0, the end exclusive. */
export interface Place {
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A stated value and the text that states it. */
export interface Stated<T> {
  readonly value: T;
  readonly place: Place | undefined;
}

/** A range of addresses in bytes; `end` is the first address behind it. */
export interface StatedRange {
  readonly start: bigint;
  readonly end: bigint;
  readonly place: Place | undefined;
}

/** A system as it is to run on a target: all bytes made, all files found. `Workspace.deployment` makes it; deploy/ brings it there. */
export interface Deployment {
  /** Name of the system. */
  readonly system: string;
  /** Name in `targets` of jailhouse.json; undefined where the system names none. */
  readonly target: string | undefined;
  readonly root: DeployedConfig;
  /** In the order of jailhouse.json, else by path. */
  readonly cells: readonly DeployedCell[];
  /** True where jailhouse.json lists the cells, which then run together; false where they are alternatives that were found by their names. */
  readonly explicitSet: boolean;
  readonly expected: ExpectedTarget;
  /** Findings of all members and the board, errors first: with an error the deployment is refused unless the user insists. */
  readonly findings: readonly PlacedFinding[];
  /** What keeps the system from being deployed at all: a config that cannot be read, a guest tree with errors, a kernel that is not named or not there. */
  readonly obstacles: readonly Obstacle[];
}

export interface PlacedFinding extends Pick<Finding, 'rule' | 'severity' | 'message'> {
  readonly place: Place;
}

/** Names file and remedy. */
export interface Obstacle {
  /** Path of the config that cannot be deployed; undefined: the system as a whole. */
  readonly config: string | undefined;
  readonly message: string;
  readonly place: Place | undefined;
}

export interface DeployedConfig {
  /** Absolute path of its text. */
  readonly path: string;
  /** Name of the cell, as the hypervisor shows it (31 bytes at most). */
  readonly name: string;
  /** The `.cell` file, as gcc and objcopy would make it. Empty where an obstacle names this config. */
  readonly bytes: Uint8Array;
  /** Where the name stands; undefined when the config is a `.cell` file. */
  readonly place: Place | undefined;
}

export interface DeployedCell extends DeployedConfig {
  /** CPU numbers of its cpu set. */
  readonly cpus: readonly number[];
  /** Started by `jailhouse cell linux`. */
  readonly linux: LinuxGuest | undefined;
  /** Loaded by `jailhouse cell load`; empty for Linux cells, and for cells that are only created. */
  readonly images: readonly LoadedImage[];
  /** The root cell's end of its virtual network. */
  readonly network: { readonly device: string; readonly address: string; readonly place: Place | undefined } | undefined;
  /** The cell signs off messages of the hypervisor before it is stopped (no PASSIVE_COMMREG): a guest that does not answer can delay or hang a stop. */
  readonly answersMessages: boolean;
}

/** A file on the host; it is read when it is sent. */
export interface LocalFile {
  /** Absolute. */
  readonly path: string;
  readonly place: Place | undefined;
}

export interface LinuxGuest {
  readonly kernel: LocalFile;
  readonly initrd: LocalFile | undefined;
  /** Path of the tree's text and the blob that is made of it. */
  readonly deviceTree: { readonly path: string; readonly bytes: Uint8Array; readonly place: Place | undefined };
  readonly commandLine: string | undefined;
}

export interface LoadedImage extends LocalFile {
  /** Guest address. */
  readonly address: bigint;
}

/** What the configs take for granted about the board: the target is compared with it before the hypervisor is enabled. */
export interface ExpectedTarget {
  readonly architecture: Architecture;
  /** Config revision of the header that was used. */
  readonly revision: number;
  /** First compatible string, `raspberrypi,4-model-b`; undefined where nothing states the board. */
  readonly model: Stated<string> | undefined;
  /** RAM sizes in bytes that the configs are made for; empty where unknown. */
  readonly ram: readonly bigint[];
  readonly hypervisorMemory: StatedRange;
  /** CPUs of the system config. */
  readonly cpus: Stated<readonly number[]>;
  /** The virtual PCI configuration and MMIO window; undefined where PCI is not virtual. */
  readonly pciWindow: StatedRange | undefined;
  /** Memory that is handed to cells or shared and must not be Linux' own: each loadable or shared region that the root cell's Linux would have to keep clear of. */
  readonly cellMemory: readonly (StatedRange & { readonly cell: string; readonly name: string })[];
  /** Raspberry Pi: MiB of GPU memory that config.txt asks for; undefined where unknown. */
  readonly gpuMem: Stated<number> | undefined;
  /** Root cell and hypervisor log into the ring buffer that `jailhouse console` reads. */
  readonly virtualConsole: boolean;
  /** Path where a snapshot of the board belongs (jailhouse.json `board.snapshot`); undefined where none is named. */
  readonly snapshot: string | undefined;
}
