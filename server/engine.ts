import type { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';

/** What the server asks of the engine. */
export type Engine = Pick<
  Workspace,
  | 'adopt'
  | 'configure'
  | 'open'
  | 'close'
  | 'invalidate'
  | 'isConfig'
  | 'configsIn'
  | 'configsWith'
  | 'filesWith'
  | 'board'
  | 'guest'
  | 'check'
  | 'memoryMap'
  | 'deployment'
  | 'targets'
  | 'text'
>;
