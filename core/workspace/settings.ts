import type { Revision } from '../abi/entry.ts';
import type { Architecture } from '../config/model.ts';
import type { Severity } from '../source/finding.ts';

/** What a user may set, from the editor's settings, `jailhouse.json` or the command line. Paths are absolute. */
export interface WorkspaceSettings {
  /** A Jailhouse tree whose headers to use; undefined: search upwards from each config. */
  readonly headers?: string;
  /** Built-in ABI revision where no tree is found. */
  readonly revision?: Revision;
  readonly includePaths: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  /** Files included before the first line, as gcc's `-include`. */
  readonly forcedIncludes: readonly string[];
  /** Overrides what folder and `.architecture` say. */
  readonly arch?: Architecture;
  readonly severity: Readonly<Record<string, Severity | 'off'>>;
}

export type { Revision };

export const defaultSettings: WorkspaceSettings = { includePaths: [], defines: {}, forcedIncludes: [], severity: {} };
