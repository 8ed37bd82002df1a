import type { Config, HeaderOrigin } from '../config/model.ts';
import type { Finding } from '../source/finding.ts';

/** Everything there is to say about one config file. */
export interface FileReport {
  readonly path: string;
  /** Sorted by place. A finding's span may lie in an included file. */
  readonly findings: readonly Finding[];
  /** Undefined when the file holds no readable config. While the text is half typed: the last good one. */
  readonly config: Config | undefined;
  /** False when `config` is the last good one, not that of the present text. */
  readonly current: boolean;
  readonly header: HeaderOrigin | undefined;
  /** The system that it was checked against. */
  readonly system: SystemMembership | undefined;
}

/** Which system a config belongs to, and how that is known. */
export interface SystemMembership {
  readonly name: string;
  /** Path of the system config. */
  readonly rootCell: string;
  /** Paths of the cells that belong to it, sorted. */
  readonly cells: readonly string[];
  readonly from: 'naming' | 'jailhouse.json';
  /** True when the cells are said to run together, so that rules between two cells apply. */
  readonly explicitSet: boolean;
}
