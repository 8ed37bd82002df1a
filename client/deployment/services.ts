import type { Event, ExtensionContext, LogOutputChannel } from 'vscode';
import type { LiveSystems } from '../live-systems.ts';
import type { Server } from '../server.ts';
import type { KnownTargets } from './known-targets.ts';
import type { Sessions } from './sessions.ts';

/** What the parts of deployment share: one of each for the window. */
export interface DeploymentServices {
  readonly server: Server;
  readonly sessions: Sessions;
  readonly targets: KnownTargets;
  /** `Jailhouse Deployment`: every command with its time. */
  readonly log: LogOutputChannel;
  readonly context: ExtensionContext;
  /** What runs on targets, for the memory maps. */
  readonly live: LiveSystems;
  /** Something was done with a target, whose state may be another one: its name. */
  readonly onDidAct: Event<string>;
}
