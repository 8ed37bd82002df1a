import type { DeployedCell, Deployment, Place } from '@jailhouse-cells/core/deployment/deployment.ts';
import type { TargetRecord } from '../observe/target-state.ts';

/** What the user wants of a target. */
export type Goal =
  /** The hypervisor is enabled with the system config; cells stay as they are. */
  | { readonly kind: 'enable' }
  /** The system config, and these cells; left out: all of an explicit set, else none. */
  | { readonly kind: 'deploy'; readonly cells?: readonly string[] }
  /** These cells are shut down and stay created. */
  | { readonly kind: 'stop'; readonly cells: readonly string[] }
  /** These cells are loaded and started again. */
  | { readonly kind: 'restart'; readonly cells: readonly string[] }
  | { readonly kind: 'destroy'; readonly cells: readonly string[] }
  | { readonly kind: 'disable' };

/** A file as it will lie on the target. */
export interface PlannedFile {
  /** Name in the system's folder on the target: a safe one, made of that on the host. */
  readonly name: string;
  /** Bytes that were made here, or the file that is read when it is sent. */
  readonly content: { readonly bytes: Uint8Array } | { readonly path: string };
  /** sha256 in hex. */
  readonly digest: string;
  readonly size: number;
  /** What it is: `config of rpi4`, `kernel of rpi4-linux-demo`. */
  readonly title: string;
  readonly place: Place | undefined;
}

/** A cell with its files. */
export interface PlannedCell {
  readonly cell: DeployedCell;
  readonly config: PlannedFile;
  readonly kernel: PlannedFile | undefined;
  readonly initrd: PlannedFile | undefined;
  readonly deviceTree: PlannedFile | undefined;
  readonly images: readonly { readonly file: PlannedFile; readonly address: bigint }[];
  /** Files that go along and are no part of the guest: profiles for the simulated board. */
  readonly companions: readonly PlannedFile[];
  /** sha256 of everything that is loaded and how; undefined where nothing is loaded. */
  readonly guest: string | undefined;
}

/** A deployment with all its files read and digested. */
export interface Prepared {
  readonly deployment: Deployment;
  /** Name of the system's folder on the target. */
  readonly folder: string;
  readonly root: PlannedFile;
  readonly cells: readonly PlannedCell[];
}

export type StepKind =
  | 'upload'
  | 'module'
  | 'disable'
  | 'enable'
  | 'destroy'
  | 'create'
  | 'load'
  | 'start'
  | 'linux'
  | 'shutdown'
  | 'network'
  | 'finish';

/** What the target's record says once a step is done; inodes are read from the target. */
export type RecordEffect =
  | { readonly kind: 'root'; readonly config: string; readonly commands: readonly (readonly string[])[] }
  /** Created, and nothing loaded yet. */
  | { readonly kind: 'cell'; readonly name: string; readonly config: string; readonly commands: readonly (readonly string[])[] }
  /** What was loaded; an empty digest: loaded, and not started yet. */
  | { readonly kind: 'guest'; readonly name: string; readonly guest: string; readonly commands: readonly (readonly string[])[] }
  | { readonly kind: 'gone'; readonly name: string }
  /** The hypervisor is disabled. */
  | { readonly kind: 'nothing' };

/** One thing to do. Steps are done in order; each is one round trip. */
export interface Step {
  readonly kind: StepKind;
  /** `create cell rpi4-linux-demo`; for progress, the plan, the log. */
  readonly title: string;
  /** Why it has to be done: `its config changed`. Empty where it is the natural next step. */
  readonly reason: string;
  /** Ends something that runs, or can hang the board: the plan is shown before the first of these. */
  readonly dangerous: boolean;
  /** Commands as a person would type them on the target, in the system's folder; program and arguments, unquoted. Empty for uploads. */
  readonly commands: readonly (readonly string[])[];
  /** Cell that it is about. */
  readonly cell: string | undefined;
  /** Uploads: the file. */
  readonly file: PlannedFile | undefined;
  /** The config to blame when it fails. */
  readonly config: string | undefined;
  /** Text to show first when it fails. */
  readonly place: Place | undefined;
  /** In order. */
  readonly effects: readonly RecordEffect[];
}

/** What has to be done to get from a state to a goal; nothing where it is reached. */
export interface Plan {
  readonly system: string;
  readonly goal: Goal;
  readonly folder: string;
  readonly steps: readonly Step[];
  /** What is known to run now; the steps' effects change it. */
  readonly record: TargetRecord | undefined;
  /** Files that are there already and are taken over, and all files that belong to the system, by name. */
  readonly reuse: readonly string[];
  readonly files: readonly string[];
  /** Things that the user should know and that stop nothing: `CPU 3 of rpi4-linux-demo is held by cell other, which is destroyed`. */
  readonly notes: readonly string[];
}

/** Why there can be no plan, in a sentence with the remedy. */
export interface NoPlan {
  readonly reason: string;
  readonly place: Place | undefined;
}
