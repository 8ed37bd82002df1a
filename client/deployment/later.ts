import {
  commands,
  Disposable,
  EventEmitter,
  type ExtensionContext,
  type LogOutputChannel,
  type TreeDataProvider,
  type TreeItem,
  type TreeView,
  tasks,
  window,
  workspace,
} from 'vscode';
import type { LiveSystems } from '../live-systems.ts';
import type { Server } from '../server.ts';
import type { Parts } from './parts.ts';
import { isTrusted } from './trust.ts';

/** Commands that are known before the code behind them is loaded. */
const names = [
  'deploy',
  'deployCell',
  'showPlan',
  'savePlan',
  'stopCell',
  'restartCell',
  'destroyCell',
  'disableHypervisor',
  'checkTarget',
  'saveSnapshot',
  'chooseTarget',
  'addTarget',
  'showDeploymentOutput',
  'openConsole',
  'openTargetTerminal',
  'refreshTargets',
  'removeTarget',
  'startSimulatedBoard',
  'stopSimulatedBoard',
];

/** Deployment and targets: light stand-ins that load the rest at first need, and never in an untrusted workspace. */
export class Deployments implements Disposable {
  private readonly changed = new EventEmitter<undefined>();
  private readonly ends: Disposable;
  private readonly view: TreeView<TreeItem>;
  private loading: Promise<Parts> | undefined;

  constructor(
    private readonly server: Server,
    private readonly context: ExtensionContext,
    private readonly output: LogOutputChannel,
    private readonly live: LiveSystems,
  ) {
    const provider: TreeDataProvider<TreeItem> = {
      onDidChangeTreeData: this.changed.event,
      getTreeItem: (item) => item,
      getChildren: async (item) => (workspace.isTrusted ? (await this.load()).provider.getChildren(item) : []),
    };
    this.view = window.createTreeView('jailhouseCells.targets', { treeDataProvider: provider });
    const loadSoon = () => {
      if (workspace.isTrusted && server.state === 'running') void this.load().catch(() => undefined);
    };
    this.ends = Disposable.from(
      this.view,
      ...names.map((name) => commands.registerCommand(`jailhouseCells.${name}`, (argument?: unknown) => this.run(name, argument))),
      tasks.registerTaskProvider('jailhouse', {
        provideTasks: async (token) => (workspace.isTrusted ? (await this.load()).tasks.provideTasks(token) : []),
        resolveTask: async (task, token) => (workspace.isTrusted ? (await this.load()).tasks.resolveTask(task, token) : undefined),
      }),
      server.onDidChangeState(loadSoon),
      workspace.onDidGrantWorkspaceTrust(() => {
        this.changed.fire(undefined);
        loadSoon();
      }),
    );
  }

  private async run(name: string, argument: unknown): Promise<void> {
    if (!(await isTrusted())) return;
    try {
      await (await this.load()).commands[`jailhouseCells.${name}`]?.(argument);
    } catch (error) {
      this.output.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
      await window.showErrorMessage(`That failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private load(): Promise<Parts> {
    this.loading ??= import('./parts.ts').then(({ startParts }) => {
      const parts = startParts(this.server, this.context, this.view, this.live);
      parts.provider.onDidChangeTreeData?.(() => this.changed.fire(undefined));
      return parts;
    });
    return this.loading;
  }

  /** Ends all connections to targets. */
  async close(): Promise<void> {
    const parts = await this.loading?.catch(() => undefined);
    await parts?.close();
  }

  dispose(): void {
    this.ends.dispose();
    this.changed.dispose();
  }
}
