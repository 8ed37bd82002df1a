import { bareDeployment } from '@jailhouse-cells/deploy/plan/bare-deployment.ts';
import type { Goal } from '@jailhouse-cells/deploy/plan/plan.ts';
import { type KnownSystem, type KnownSystems, systemsRequest } from '@jailhouse-cells/protocol/messages.ts';
import { commands, Uri, window } from 'vscode';
import { resourceUri } from '../resource-uri.ts';
import type { Deployer } from './deployer.ts';
import type { Doctor } from './doctor.ts';
import type { KnownTarget } from './known-targets.ts';
import { nameOf } from './prompt.ts';
import type { DeploymentServices } from './services.ts';
import type { Snapshots } from './snapshot.ts';
import type { TargetChoice } from './target-choice.ts';
import { type WantedSystem, wantedSystem } from './wanted-system.ts';

/** What a command gets from a menu, a page, a code lens; all of it may be missing. */
interface Argument {
  readonly uri: string | undefined;
  readonly target: KnownTarget | undefined;
  readonly cell: string | undefined;
}

/** What a command is about. */
interface Subject {
  readonly wanted: WantedSystem;
  readonly target: KnownTarget;
}

type CellGoal = 'stop' | 'restart' | 'destroy';

/** The commands that do something with a target; each is given what stood in the menu. */
export class DeploymentCommands {
  constructor(
    private readonly services: DeploymentServices,
    private readonly choice: TargetChoice,
    private readonly deployer: Deployer,
    private readonly doctor: Doctor,
    private readonly snapshots: Snapshots,
  ) {}

  readonly handlers: Readonly<Record<string, (argument?: unknown) => Promise<void>>> = {
    'jailhouseCells.deploy': (argument) => this.deploy(argument),
    'jailhouseCells.deployCell': (argument) => this.deployCell(argument),
    'jailhouseCells.showPlan': (argument) => this.showPlan(argument),
    'jailhouseCells.stopCell': (argument) => this.withCell(argument, 'stop'),
    'jailhouseCells.restartCell': (argument) => this.withCell(argument, 'restart'),
    'jailhouseCells.destroyCell': (argument) => this.withCell(argument, 'destroy'),
    'jailhouseCells.disableHypervisor': (argument) => this.disable(argument),
    'jailhouseCells.checkTarget': async (argument) => {
      const subject = await this.subject(await this.read(argument));
      if (subject !== undefined) await this.doctor.check(subject.target, subject.wanted);
    },
    'jailhouseCells.saveSnapshot': async (argument) => {
      const subject = await this.subject(await this.read(argument));
      if (subject !== undefined) await this.snapshots.save(subject.target, subject.wanted);
    },
    'jailhouseCells.chooseTarget': (argument) => this.chooseTarget(argument),
    'jailhouseCells.addTarget': async () => {
      await this.choice.add();
    },
  };

  private async deploy(argument: unknown): Promise<void> {
    const subject = await this.subject(await this.read(argument));
    if (subject === undefined || !(await this.takesErrors(subject.wanted))) return;
    await this.deployer.run(subject.target, subject.wanted, { kind: 'deploy' });
  }

  private async deployCell(argument: unknown): Promise<void> {
    const read = await this.read(argument);
    const subject = await this.subject(read);
    if (subject === undefined) return;
    const cell = await cellOf(subject.wanted, read, 'Cell to deploy');
    if (cell === undefined || !(await this.takesErrors(subject.wanted))) return;
    await this.deployer.run(subject.target, subject.wanted, { kind: 'deploy', cells: [cell] });
  }

  private async showPlan(argument: unknown): Promise<void> {
    const subject = await this.subject(await this.read(argument));
    if (subject !== undefined) await this.deployer.plan(subject.target, subject.wanted, { kind: 'deploy' });
  }

  private async withCell(argument: unknown, kind: CellGoal): Promise<void> {
    const read = await this.read(argument);
    const subject = kind === 'restart' ? await this.subject(read) : await this.endingSubject(read);
    if (subject === undefined) return;
    const cell = await cellOf(subject.wanted, read, `Cell to ${kind}`);
    if (cell === undefined) return;
    const goal: Goal = { kind, cells: [cell] };
    await this.deployer.run(subject.target, subject.wanted, goal);
  }

  private async disable(argument: unknown): Promise<void> {
    const subject = await this.endingSubject(await this.read(argument));
    if (subject !== undefined) await this.deployer.run(subject.target, subject.wanted, { kind: 'disable' });
  }

  private async chooseTarget(argument: unknown): Promise<void> {
    const { uri, target } = await this.read(argument);
    if (target !== undefined) {
      // Chosen in the tree: for a system of this workspace.
      const system = await this.systemFor(undefined);
      const wanted = system === undefined ? undefined : await wantedSystem(this.services.server, system.rootUri);
      if (wanted === undefined) await this.choice.remember(target.name);
      else {
        await this.choice.set(choosing(wanted), target);
        void window.showInformationMessage(`${wanted.deployment.system} is deployed to ${nameOf(target)} now.`);
      }
      return;
    }
    const root = uri === undefined ? undefined : await this.systemFor(undefined, uri);
    const wanted = root === undefined ? undefined : await wantedSystem(this.services.server, root.rootUri);
    await this.choice.choose(wanted === undefined ? undefined : choosing(wanted));
  }

  /** System and target of a command; undefined: the user was told what is missing, or chose nothing. */
  private async subject({ uri, target }: Argument): Promise<Subject | undefined> {
    const rootUri = uri ?? (await this.systemFor(target))?.rootUri;
    if (rootUri === undefined) {
      await window.showInformationMessage('Open a Jailhouse config first: its system is the one that is deployed.');
      return undefined;
    }
    const wanted = await wantedSystem(this.services.server, rootUri);
    if (wanted === undefined) return undefined;
    const chosen = target ?? (await this.choice.of(choosing(wanted)));
    if (chosen === undefined) return undefined;
    await this.choice.remember(chosen.name);
    return { wanted, target: chosen };
  }

  /** As `subject`; with a target, the system need not be known: it is not needed for ending something. */
  private async endingSubject(argument: Argument): Promise<Subject | undefined> {
    const { target } = argument;
    if (target === undefined) return this.subject(argument);
    const system = await this.systemFor(target, undefined, true);
    if (system !== undefined) return this.subject({ ...argument, uri: system.rootUri });
    return { target, wanted: { deployment: bareDeployment('cells'), rootUri: '', explain: async () => [] } };
  }

  /**
   * The system that belongs to a file or to a target: asks where there are several.
   *
   * @param silent Rather none than a question.
   */
  private async systemFor(target: KnownTarget | undefined, uri?: string, silent = false): Promise<KnownSystem | undefined> {
    const systems = await this.systems();
    if (uri !== undefined) return systems.find(({ configs }) => configs.some((config) => config.uri === uri));
    const active = window.activeTextEditor?.document.uri.toString();
    const inFront = systems.find(({ configs }) => configs.some((config) => config.uri === active));
    if (inFront !== undefined) return inFront;
    const fitting = target === undefined ? systems : systems.filter(({ rootUri }) => this.choice.chosenFor(rootUri) === target.name);
    const candidates = fitting.length > 0 ? fitting : systems;
    if (candidates.length <= 1 || silent) return candidates.length === 1 ? candidates[0] : undefined;
    const items = candidates.map((system) => ({ label: system.name, description: Uri.parse(system.rootUri).fsPath, system }));
    const title = target === undefined ? 'System' : `System for ${nameOf(target)}`;
    return (await window.showQuickPick(items, { title, placeHolder: 'Which system is it about?' }))?.system;
  }

  private async systems(): Promise<readonly KnownSystem[]> {
    try {
      const connection = await this.services.server.start();
      return (await connection.request<KnownSystems>(systemsRequest, null)).systems;
    } catch {
      // Without a server there are no systems; what needs one says so.
      return [];
    }
  }

  /** Findings of error level freeze boards: the user has to insist. */
  private async takesErrors({ deployment }: WantedSystem): Promise<boolean> {
    const errors = deployment.findings.filter(({ severity }) => severity === 'error');
    if (errors.length === 0) return true;
    const [show, anyway] = ['Show Problems', 'Deploy Anyway'];
    const shown = errors.slice(0, 5).map(({ message, place }) => `• ${place.file.split(/[\\/]/).at(-1)}:${place.line + 1}: ${message}`);
    const more = errors.length > shown.length ? [`and ${errors.length - shown.length} more`] : [];
    const choice = await window.showWarningMessage(
      `${deployment.system} has ${errors.length} ${errors.length === 1 ? 'error' : 'errors'}: deployed like this, the board can freeze.`,
      { modal: true, detail: [...shown, ...more].join('\n') },
      show,
      anyway,
    );
    if (choice === show) await commands.executeCommand('workbench.actions.view.problems');
    return choice === anyway;
  }

  private async read(argument: unknown): Promise<Argument> {
    const members: Readonly<Record<string, unknown>> = typeof argument === 'object' && argument !== null ? { ...argument } : {};
    const { target, targetName, cell, uri } = members;
    const known = isTarget(target) ? target : typeof targetName === 'string' ? await this.services.targets.named(targetName) : undefined;
    const fromEditor = known === undefined && uri === undefined;
    return {
      uri: typeof uri === 'string' ? uri : fromEditor ? this.configOf(resourceUri(argument)) : undefined,
      target: known,
      cell: typeof cell === 'string' ? cell : undefined,
    };
  }

  /** In another document than a config, the system is asked for. */
  private configOf(uri: Uri | undefined): string | undefined {
    return uri !== undefined && /\.(?:c|h|dts|dtsi|dtso|overlay|json|txt)$/.test(uri.path) ? uri.toString() : undefined;
  }
}

/** The cell that a command is about: of the tree, of the config that is named or open, else one that is chosen. */
async function cellOf({ deployment }: WantedSystem, { cell, uri }: Argument, title: string): Promise<string | undefined> {
  if (cell !== undefined) return cell;
  const named = uri ?? window.activeTextEditor?.document.uri.toString();
  const open = deployment.cells.find(({ path }) => named !== undefined && Uri.file(path).toString() === Uri.parse(named).toString());
  if (open !== undefined) return open.name;
  const names = deployment.cells.map(({ name }) => name);
  if (names.length <= 1) return names[0];
  return window.showQuickPick(names, { title });
}

function choosing({ deployment: { system, target }, rootUri }: WantedSystem) {
  return { system, rootUri, target };
}

function isTarget(value: unknown): value is KnownTarget {
  return typeof value === 'object' && value !== null && 'name' in value && 'host' in value && 'sudo' in value;
}
