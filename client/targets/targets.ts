import { Disposable, EventEmitter, type TreeDataProvider, type TreeItem, type TreeView } from 'vscode';
import type { DeploymentServices } from '../deployment/services.ts';
import type { TargetStates } from '../deployment/status-item.ts';

/** The view of targets, as the rest of deployment knows it. */
export interface TargetsPart extends Disposable {
  readonly provider: TreeDataProvider<TreeItem>;
  /** By id of the command. */
  readonly commands: Readonly<Record<string, (argument?: unknown) => unknown>>;
  readonly states: TargetStates;
}

/** Stands in until the view is written. */
export function provideTargets(_services: DeploymentServices, _view: TreeView<TreeItem>): TargetsPart {
  const changed = new EventEmitter<void>();
  return Object.assign(Disposable.from(changed), {
    provider: { getTreeItem: (item: TreeItem) => item, getChildren: () => [] },
    commands: {},
    states: { onDidChange: changed.event, of: () => undefined },
  });
}
