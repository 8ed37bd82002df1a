import type { ErrnoName } from './errno.ts';
import type { Operation } from './operation.ts';

/** Parts of a config that a message points at. */
export type ConfigPart =
  | 'architecture'
  | 'signature'
  | 'revision'
  | 'cpus'
  | 'cell-cpus'
  | 'gic'
  | 'hypervisor-memory'
  | 'debug-console'
  | 'mmconfig'
  | 'pci-domain'
  | 'system-flags'
  | 'iommu'
  | 'cell-ram'
  | 'reply-timeout'
  | 'pci-devices'
  | 'ivshmem'
  | 'irqchips';

export interface GeneralCause {
  readonly title: string;
  /** Why, and what to do. */
  readonly text: string;
  readonly points?: ConfigPart;
  readonly confidence?: 'likely' | 'possible';
  /** Rules look for exactly this: with the configs at hand it is either a finding or not so. */
  readonly checked?: true;
}

/** A message of the driver, the hypervisor, Linux or the command line tool, and what leads to it. */
export interface MessageKind {
  readonly id: string;
  /** A part that every such line holds, so that most lines need not be matched. */
  readonly needs: string;
  readonly shape: RegExp;
  /** `error`: an operation failed, or something does not work; `warning`: it went on. */
  readonly weight: 'error' | 'warning';
  /** Operations that it belongs to; left out: any, or none. */
  readonly operations?: readonly Operation[];
  readonly errno?: ErrnoName;
  /** What it means, in a sentence; `$1` is the first group. */
  readonly meaning: string;
  /** Rules whose findings would lead to it, most telling first. */
  readonly rules: readonly string[];
  readonly causes: readonly GeneralCause[];
}
