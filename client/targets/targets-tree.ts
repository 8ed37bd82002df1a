import type { LookedAtCell } from '@jailhouse-cells/deploy/observe/poll.ts';
import { EventEmitter, ThemeColor, ThemeIcon, type TreeDataProvider, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { KnownTarget } from '../deployment/known-targets.ts';
import { nameOf } from '../deployment/prompt.ts';
import type { TargetHealth } from './target-poller.ts';
import { cellWords, targetWords, type Words } from './target-words.ts';

/** A target, a cell on it, or why it does not answer. */
export class TargetItem extends TreeItem {
  /** Of a cell: what the commands take. */
  readonly cell: string | undefined;

  constructor(
    id: string,
    label: string,
    readonly target: KnownTarget,
    words: Words,
    state: TreeItemCollapsibleState,
    cell?: string,
  ) {
    super(label, state);
    this.id = id;
    this.cell = cell;
    this.description = words.description;
    this.iconPath = new ThemeIcon(words.icon, words.colour === undefined ? undefined : new ThemeColor(words.colour));
    this.contextValue = words.context;
    this.tooltip = words.tooltip.join('\n\n');
    // Without this, screen readers read out the whole tooltip instead.
    this.accessibilityInformation = { label: [label, words.description].filter((part) => part !== '').join(', ') };
  }
}

/** What the tree is made of. */
export interface TargetsModel {
  targets(): Promise<readonly KnownTarget[]>;
  health(name: string): TargetHealth;
}

/** The view `Targets`. */
export class TargetsTree implements TreeDataProvider<TreeItem> {
  private readonly changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private shown = '';

  constructor(private readonly model: TargetsModel) {}

  getTreeItem(item: TreeItem): TreeItem {
    return item;
  }

  async getChildren(item?: TreeItem): Promise<TreeItem[]> {
    if (item === undefined) return (await this.model.targets()).map((target) => targetItem(target, this.model.health(target.name)));
    if (!(item instanceof TargetItem) || item.cell !== undefined) return [];
    const health = this.model.health(item.target.name);
    if (health.kind === 'silent') return [silentItem(item.target, health.message)];
    return health.kind === 'look' ? health.look.cells.map((cell) => cellItem(item.target, cell)) : [];
  }

  /** Draws it anew if anything would look otherwise. */
  async refresh(): Promise<void> {
    const shown = JSON.stringify(
      (await this.model.targets()).map((target) => {
        const health = this.model.health(target.name);
        return [
          nameOf(target),
          targetWords(target, health, isOwn(target)),
          health.kind === 'look' ? health.look.cells.map((cell) => [cell.id, cell.name, cellWords(cell).description]) : [],
        ];
      }),
    );
    if (shown === this.shown) return;
    this.shown = shown;
    this.changed.fire(undefined);
  }

  dispose(): void {
    this.changed.dispose();
  }
}

function isOwn({ from }: KnownTarget): boolean {
  return from === 'user';
}

function targetItem(target: KnownTarget, health: TargetHealth): TargetItem {
  const { Expanded, None } = TreeItemCollapsibleState;
  const hasChildren = health.kind === 'silent' || (health.kind === 'look' && health.look.cells.length > 0);
  // VS Code leaves an item that it knows as it was: one that gets children would stay closed.
  const id = `${target.name}\n${hasChildren}`;
  return new TargetItem(id, nameOf(target), target, targetWords(target, health, isOwn(target)), hasChildren ? Expanded : None);
}

function cellItem(target: KnownTarget, cell: LookedAtCell): TargetItem {
  const isRoot = cell.id === 0;
  const words = cellWords(cell);
  return new TargetItem(
    `${target.name}\n${cell.id} ${cell.name}`,
    cell.name,
    target,
    isRoot ? { ...words, description: `root cell · ${words.description}` } : words,
    TreeItemCollapsibleState.None,
    isRoot ? undefined : cell.name,
  );
}

function silentItem(target: KnownTarget, message: string): TargetItem {
  const words: Words = {
    description: '',
    icon: 'info',
    context: 'target-message',
    tooltip: [message, 'A click tries again; ssh may then ask for a password.'],
  };
  const item = new TargetItem(`${target.name}\nmessage`, message, target, words, TreeItemCollapsibleState.None);
  item.command = { command: 'jailhouseCells.refreshTargets', title: 'Try Again', arguments: [item] };
  return item;
}
