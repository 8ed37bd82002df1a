import { sshHosts } from '@jailhouse-cells/deploy/ssh/ssh-hosts.ts';
import type { Target } from '@jailhouse-cells/deploy/target.ts';
import { commands, EventEmitter, type QuickPickItem, QuickPickItemKind, window } from 'vscode';
import type { KnownTarget } from './known-targets.ts';
import { nameOf } from './prompt.ts';
import type { DeploymentServices } from './services.ts';

/** A system, as far as the choice of its target goes. */
export interface ChoosingSystem {
  readonly system: string;
  readonly rootUri: string;
  /** That jailhouse.json names for it. */
  readonly target: string | undefined;
}

interface Item extends QuickPickItem {
  readonly pick?: () => Promise<KnownTarget | undefined>;
}

const chosenKey = 'jailhouseCells.chosenTargets';
const latestKey = 'jailhouseCells.latestTarget';

/** Which target a system goes to: that of jailhouse.json, unless the user chose another one in this workspace. */
export class TargetChoice {
  private readonly changed = new EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  constructor(private readonly services: DeploymentServices) {}

  /** The target for a system; asks where none is known. Undefined: the user chose none. */
  async of(system: ChoosingSystem): Promise<KnownTarget | undefined> {
    const name = this.nameFor(system);
    const named = name === undefined ? undefined : await this.services.targets.named(name);
    if (named !== undefined) await this.remember(named.name);
    return named ?? this.choose(system);
  }

  /** Name of a system's target as things stand; undefined where it would be asked for. */
  nameFor({ rootUri, target }: ChoosingSystem): string | undefined {
    return this.chosen()[rootUri] ?? target;
  }

  /** The target that was used last in this workspace. */
  get latest(): string | undefined {
    return this.services.context.workspaceState.get<string>(latestKey);
  }

  async remember(name: string): Promise<void> {
    if (name === this.latest) return;
    await this.services.context.workspaceState.update(latestKey, name);
    this.changed.fire();
  }

  /** Lets the user choose. @param system What it is chosen for; left out: for the status bar alone. */
  async choose(system?: ChoosingSystem): Promise<KnownTarget | undefined> {
    const { targets } = this.services;
    const known = await targets.list();
    if (targets.problem !== undefined) void window.showWarningMessage(targets.problem);
    const now = system === undefined ? this.latest : this.nameFor(system);
    const item = (target: KnownTarget): Item => ({
      label: `$(${target.simulated === true ? 'vm' : 'server'}) ${nameOf(target)}`,
      description: [target.host, target.name === now ? 'chosen' : ''].filter((part) => part !== '').join(' · '),
      pick: async () => target,
    });
    const separator = (label: string): Item => ({ label, kind: QuickPickItemKind.Separator });
    const project = known.filter(({ from }) => from === 'jailhouse.json');
    const user = known.filter(({ from }) => from === 'user');
    const hosts = (await sshHosts()).hosts.map((host) => host.name).filter((host) => !known.some((target) => target.host === host));
    const items: Item[] = [
      ...(project.length > 0 ? [separator('jailhouse.json'), ...project.map(item)] : []),
      ...(user.length > 0 ? [separator('your targets'), ...user.map(item)] : []),
      ...(hosts.length > 0 ? [separator('hosts of ~/.ssh/config')] : []),
      ...hosts.map((host): Item => ({ label: `$(remote) ${host}`, pick: () => this.adopt(host, host) })),
      separator(''),
      { label: '$(add) Add a Target by Hand …', pick: () => this.add() },
      {
        label: '$(vm-running) Start Simulated Board …',
        description: 'no hardware needed',
        pick: async () => {
          await commands.executeCommand('jailhouseCells.startSimulatedBoard');
          return undefined;
        },
      },
    ];
    const picked = await window.showQuickPick(items, {
      title: system === undefined ? 'Choose Target' : `Choose Target of ${system.system}`,
      placeHolder: 'The board that it is deployed to',
      matchOnDescription: true,
    });
    const target = await picked?.pick?.();
    if (target === undefined) return undefined;
    if (system === undefined) await this.remember(target.name);
    else await this.set(system, target);
    return target;
  }

  /** From now on in this workspace. */
  async set({ rootUri }: ChoosingSystem, { name }: Target): Promise<void> {
    await this.services.context.workspaceState.update(chosenKey, { ...this.chosen(), [rootUri]: name });
    await this.remember(name);
    this.changed.fire();
  }

  /** Name of the target that the user chose for a system; undefined: that of jailhouse.json counts. */
  chosenFor(rootUri: string): string | undefined {
    return this.chosen()[rootUri];
  }

  /** Asks for a target that is not in any list yet, and puts it into the user's. */
  async add(): Promise<KnownTarget | undefined> {
    const host = await window.showInputBox({
      title: 'Add Target',
      prompt: 'A host of your ssh configuration, or user@host',
      placeHolder: 'pi@raspberrypi.local',
      ignoreFocusOut: true,
      validateInput: (text) => this.services.targets.problemOf({ name: 'new', host: text.trim(), sudo: true }),
    });
    if (host === undefined) return undefined;
    const name = await window.showInputBox({
      title: 'Add Target',
      prompt: 'Name of the target',
      value: host.trim().replace(/^.*@/, ''),
      ignoreFocusOut: true,
      validateInput: (text) => this.services.targets.problemOf({ name: text.trim(), host: host.trim(), sudo: true }),
    });
    return name === undefined ? undefined : this.adopt(name.trim(), host.trim());
  }

  private async adopt(name: string, host: string): Promise<KnownTarget | undefined> {
    const yes = { label: 'By sudo', description: 'the login is a plain user that may run sudo without a password' };
    const no = { label: 'The login is root' };
    const root = await window.showQuickPick([yes, no], { title: `Root on ${name}`, placeHolder: 'jailhouse has to be run as root' });
    if (root === undefined) return undefined;
    const target: Target = { name, host, sudo: root === yes };
    const problem = await this.services.targets.add(target);
    if (problem === undefined) return { ...target, from: 'user', place: undefined };
    await window.showErrorMessage(`The target was not added: ${problem}`);
    return undefined;
  }

  private chosen(): Readonly<Record<string, string>> {
    return this.services.context.workspaceState.get<Readonly<Record<string, string>>>(chosenKey) ?? {};
  }
}
