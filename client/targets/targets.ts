import { poll } from '@jailhouse-cells/deploy/observe/poll.ts';
import { commands, Disposable, EventEmitter, type TreeDataProvider, type TreeItem, type TreeView, window } from 'vscode';
import type { KnownTarget } from '../deployment/known-targets.ts';
import { nameOf } from '../deployment/prompt.ts';
import type { DeploymentServices } from '../deployment/services.ts';
import type { TargetStates } from '../deployment/status-item.ts';
import { Consoles } from './consoles.ts';
import { systemOn } from './running-system.ts';
import { SimulatedBoards } from './simulated-boards.ts';
import { TargetPoller } from './target-poller.ts';
import { openTargetTerminal } from './target-terminal.ts';
import { stateText } from './target-words.ts';
import { TargetsTree } from './targets-tree.ts';

/** The view of targets, as the rest of deployment knows it. */
export interface TargetsPart extends Disposable {
  readonly provider: TreeDataProvider<TreeItem>;
  /** By id of the command. */
  readonly commands: Readonly<Record<string, (argument?: unknown) => unknown>>;
  readonly states: TargetStates;
}

/** What runs on targets: the view, the consoles, terminals and simulated boards. */
export function provideTargets(services: DeploymentServices, view: TreeView<TreeItem>): TargetsPart {
  const targets = new Targets(services, view);
  return {
    provider: targets.tree,
    commands: {
      'jailhouseCells.openConsole': (argument) => targets.openConsole(argument),
      'jailhouseCells.openTargetTerminal': (argument) => targets.openTerminal(argument),
      'jailhouseCells.refreshTargets': (argument) => targets.lookAgain(argument),
      'jailhouseCells.removeTarget': (argument) => targets.remove(argument),
      'jailhouseCells.startSimulatedBoard': () => targets.startBoard(),
      'jailhouseCells.stopSimulatedBoard': (argument) => targets.stopBoard(argument),
    },
    states: { onDidChange: targets.onDidChange, of: (name) => stateText(targets.poller.health(name)) },
    dispose: () => targets.dispose(),
  };
}

class Targets implements Disposable {
  private readonly changed = new EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  readonly poller: TargetPoller;
  readonly tree: TargetsTree;
  private readonly boards: SimulatedBoards;
  private readonly consoles: Consoles;
  private readonly ends: Disposable;
  private listed: Promise<readonly KnownTarget[]> | undefined;

  constructor(
    private readonly services: DeploymentServices,
    private readonly view: TreeView<TreeItem>,
  ) {
    const { sessions, targets, live } = services;
    this.poller = new TargetPoller({
      look: (target, before, asked) =>
        asked ? sessions.attend(target, ({ connection }) => poll(connection, before)) : poll(sessions.of(target).connection, before),
      onChange: () => void this.show(),
    });
    this.tree = new TargetsTree({ targets: () => this.list(), health: (name) => this.poller.health(name) });
    this.boards = new SimulatedBoards(services);
    this.consoles = new Consoles(services, async (target) => (await this.systemOn(target))?.rootUri);
    const attend = () => this.poller.setActive(window.state.focused && (view.visible || live.isWatched));
    this.ends = Disposable.from(
      this.changed,
      this.tree,
      this.boards,
      this.consoles,
      { dispose: () => this.poller.dispose() },
      view.onDidChangeVisibility(attend),
      window.onDidChangeWindowState(attend),
      live.onDidChangeWatch(attend),
      targets.onDidChange(() => void this.listAgain()),
      services.onDidAct((name) => void this.poller.now(name)),
    );
    attend();
    void this.list();
  }

  async openConsole(argument: unknown): Promise<void> {
    const target = await this.chosen(argument, 'Open Hypervisor Console');
    if (target === undefined) return;
    // Which system it is tells what the text means.
    void this.poller.now(target.name);
    this.consoles.show(target);
  }

  async openTerminal(argument: unknown): Promise<void> {
    const target = await this.chosen(argument, 'Open Terminal on Target');
    if (target !== undefined) openTargetTerminal(target);
  }

  /** Of one target: the user waits for it, and ssh may ask. Of all: it may not, or questions would come from everywhere. */
  async lookAgain(argument: unknown): Promise<void> {
    const target = await this.targetOf(argument);
    if (target !== undefined) return this.poller.now(target.name, true);
    await this.listAgain();
    await Promise.all((await this.list()).map(({ name }) => this.poller.now(name)));
  }

  async remove(argument: unknown): Promise<void> {
    const own = (await this.list()).filter(({ from, simulated }) => from === 'user' && simulated !== true);
    const target = await this.chosen(argument, 'Remove Target', own);
    if (target === undefined) return;
    const remove = 'Remove';
    const detail = 'It is taken off your list. Nothing on the board changes: what runs there goes on.';
    if ((await window.showWarningMessage(`Remove the target ${target.name}?`, { modal: true, detail }, remove)) !== remove) return;
    const problem = await this.services.targets.remove(target.name);
    if (problem !== undefined) await window.showErrorMessage(`The target was not removed: ${problem}`);
  }

  async startBoard(): Promise<void> {
    const name = await this.boards.start();
    if (name === undefined) return;
    await this.listAgain();
    void this.poller.now(name);
    const [show, console] = ['Show Targets', 'Open Console'];
    const message = `The simulated board ${name} runs: it is a target now. No hardware is behind it.`;
    void window.showInformationMessage(message, show, console).then(async (choice) => {
      if (choice === console) await this.openConsole({ targetName: name });
      if (choice === show) await this.reveal();
    });
  }

  async stopBoard(argument: unknown): Promise<void> {
    const target = await this.targetOf(argument);
    if ((await this.boards.stop(target?.name)) !== undefined) await this.listAgain();
  }

  dispose(): void {
    this.services.live.set([]);
    this.ends.dispose();
  }

  private async reveal(): Promise<void> {
    await commands.executeCommand('jailhouseCells.targets.focus');
  }

  private list(): Promise<readonly KnownTarget[]> {
    this.listed ??= this.services.targets.list().then((targets) => {
      this.poller.setTargets(targets);
      const { problem } = this.services.targets;
      this.view.message = problem === undefined ? '' : problem;
      return targets;
    });
    return this.listed;
  }

  private async listAgain(): Promise<void> {
    this.listed = undefined;
    await this.list();
    await this.show();
  }

  /** Tells everybody what is known now. */
  private async show(): Promise<void> {
    await this.tree.refresh();
    this.changed.fire();
    const targets = await this.list();
    this.services.live.set(
      targets.flatMap((target) => {
        const health = this.poller.health(target.name);
        if (health.kind !== 'look' || health.look.cells.length === 0) return [];
        return [{ target: nameOf(target), cells: health.look.cells.map(({ name, state, failedCpus }) => ({ name, state, failedCpus })) }];
      }),
    );
  }

  private async systemOn({ name }: KnownTarget) {
    if (this.poller.health(name).kind !== 'look') await this.poller.now(name);
    const health = this.poller.health(name);
    return systemOn(this.services.server, health.kind === 'look' ? health.look : undefined);
  }

  /** The target of an item of the view, or one that is named. */
  private async targetOf(argument: unknown): Promise<KnownTarget | undefined> {
    if (typeof argument !== 'object' || argument === null) return undefined;
    const { target, targetName } = argument as Readonly<Record<string, unknown>>;
    const name =
      typeof targetName === 'string'
        ? targetName
        : typeof target === 'object' && target !== null && 'name' in target
          ? target.name
          : undefined;
    return (await this.list()).find((known) => known.name === name);
  }

  private async chosen(argument: unknown, title: string, among?: readonly KnownTarget[]): Promise<KnownTarget | undefined> {
    const named = await this.targetOf(argument);
    if (named !== undefined) return named;
    const targets = among ?? (await this.list());
    if (targets.length === 0) {
      await window.showInformationMessage('There is no target for it: add one first.');
      return undefined;
    }
    const items = targets.map((target) => ({
      label: nameOf(target),
      description: stateText(this.poller.health(target.name)) ?? target.host,
      target,
    }));
    return (await window.showQuickPick(items, { title }))?.target;
  }
}
