import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Deployment } from '@jailhouse-cells/core/deployment/deployment.ts';
import { meaningsOf } from '@jailhouse-cells/core/workspace/meanings.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import type { ApplyEvent, ApplyResult } from '@jailhouse-cells/deploy/apply/apply.ts';
import type { Goal, Plan } from '@jailhouse-cells/deploy/plan/plan.ts';
import type { ConnectionOptions } from '@jailhouse-cells/deploy/ssh/open-connection.ts';
import type { Target } from '@jailhouse-cells/deploy/target.ts';
import { type ApplySettings, type Proposal, TargetSession } from '@jailhouse-cells/deploy/target-session.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';
import {
  type SimulatedBoardOptions,
  type SimulatedBoardServer,
  startSimulatedBoard,
} from '@jailhouse-cells/simulator/server/simulated-board.ts';
import type { TargetFaults } from '@jailhouse-cells/simulator/target/target.ts';

const example = resolve(import.meta.dirname, '../../../examples/rpi4');

/** A copy of the example that a test may edit. */
export class Project {
  readonly root: string;

  constructor(
    readonly folder = mkdtempSync(join(tmpdir(), 'jhc-project-')),
    from = example,
  ) {
    this.root = join(folder, 'configs/rpi4.c');
    cpSync(from, folder, { recursive: true });
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  read(file: string): string {
    return readFileSync(this.path(file), 'utf8');
  }

  write(file: string, content: string | Uint8Array): void {
    writeFileSync(this.path(file), content);
  }

  /** Replaces a text that has to be there. */
  edit(file: string, from: string, to: string): void {
    const text = this.read(file);
    if (!text.includes(from)) throw new Error(`${file} has no ${JSON.stringify(from)}`);
    this.write(
      file,
      text.replace(from, () => to),
    );
  }

  /** As a fresh editor sees it. */
  deployment(): { readonly deployment: Deployment; readonly workspace: Workspace } {
    const workspace = new Workspace(nodeFileSystem);
    const deployment = workspace.deployment(this.root);
    if (deployment === undefined) throw new Error('the project is no system');
    return { deployment, workspace };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Done {
  readonly plan: Plan;
  readonly proposal: Proposal;
  readonly result: ApplyResult;
  readonly events: readonly ApplyEvent[];
  readonly roundTrips: number;
}

/** A simulated board, and what deploys to it. */
export class Bench {
  private readonly sessions = new Set<TargetSession>();

  private constructor(
    readonly board: SimulatedBoardServer,
    readonly faults: TargetFaults,
  ) {}

  static async start(options: Partial<SimulatedBoardOptions> = {}): Promise<Bench> {
    const faults: TargetFaults = {};
    const folder = mkdtempSync(join(tmpdir(), 'jhc-board-'));
    return new Bench(await startSimulatedBoard({ board: 'rpi4-8gb', folder, faults, bootTime: 0, ...options }), faults);
  }

  /** Off and on, with an empty home folder and without faults. */
  async reset(): Promise<void> {
    await this.closeSessions();
    for (const name of Object.keys(this.faults)) delete this.faults[name as keyof TargetFaults];
    await this.board.powerCycle();
    this.removeTree('/home/pi/.jailhouse-cells');
  }

  async stop(): Promise<void> {
    await this.closeSessions();
    await this.board.stop();
    rmSync(this.board.folder, { recursive: true, force: true });
  }

  target(more: Partial<Target> = {}): Target {
    return { name: 'simulated', host: this.board.host, sudo: true, simulated: true, sshConfig: this.board.sshConfig, ...more };
  }

  session(options: Partial<ConnectionOptions> = {}, target = this.target()): TargetSession {
    const session = new TargetSession(target, { log: () => undefined, ...options });
    this.sessions.add(session);
    return session;
  }

  private async closeSessions(): Promise<void> {
    await Promise.all([...this.sessions].map((session) => session.close()));
    this.sessions.clear();
  }

  /** What the target has to show for itself: read from its sysfs. */
  cells(): readonly { readonly id: number; readonly name: string; readonly state: string; readonly cpus: string }[] {
    const folder = '/sys/devices/jailhouse/cells';
    if (this.files.stat(folder) === undefined) return [];
    const text = (id: string, file: string) => this.text(`${folder}/${id}/${file}`).replace(/\n$/, '');
    return [...this.files.list(folder)]
      .sort()
      .map((id) => ({ id: Number(id), name: text(id, 'name'), state: text(id, 'state'), cpus: text(id, 'cpus_assigned_list') }));
  }

  get enabled(): boolean {
    const file = '/sys/devices/jailhouse/enabled';
    return this.files.stat(file) !== undefined && this.text(file) === '1\n';
  }

  /** Everything below the folder of deployments, sorted. */
  deployed(folder = '/home/pi/.jailhouse-cells'): readonly string[] {
    if (this.files.stat(folder) === undefined) return [];
    return [...this.files.list(folder)].sort().flatMap((name) => {
      const path = `${folder}/${name}`;
      return this.files.stat(path)?.kind === 'directory' ? [`${path}/`, ...this.deployed(path)] : [path];
    });
  }

  get files() {
    return this.board.target.rootFiles;
  }

  text(path: string): string {
    return Buffer.from(this.files.read(path)).toString('utf8');
  }

  removeTree(path: string): void {
    const found = this.files.stat(path);
    if (found === undefined) return;
    if (found.kind === 'directory') for (const name of this.files.list(path)) this.removeTree(`${path}/${name}`);
    this.files.remove(path);
  }

  async propose(session: TargetSession, project: Project, goal: Goal = { kind: 'deploy' }): Promise<Proposal> {
    const proposed = await session.propose(project.deployment().deployment, goal);
    if (proposed.kind !== 'proposal') throw new Error(`no proposal: ${JSON.stringify(proposed)}`);
    return proposed;
  }

  async go(
    session: TargetSession,
    project: Project,
    goal: Goal = { kind: 'deploy' },
    settings: Partial<ApplySettings> = {},
  ): Promise<Done> {
    const { deployment, workspace } = project.deployment();
    const before = session.connection.roundTrips;
    const proposed = await session.propose(deployment, goal);
    if (proposed.kind !== 'proposal') throw new Error(`no proposal: ${JSON.stringify(proposed)}`);
    const events: ApplyEvent[] = [];
    const configs = [deployment.root.path, ...deployment.cells.map(({ path }) => path)];
    const result = await session.apply(proposed, {
      explain: async (text) => meaningsOf(workspace, configs, text),
      who: 'me@here',
      watch: 0,
      ...settings,
      report: (event) => {
        events.push(event);
        settings.report?.(event);
      },
    });
    return { plan: proposed.plan, proposal: proposed, result, events, roundTrips: session.connection.roundTrips - before };
  }
}

/** The commands of a plan, as a person would type them; files aside. */
export function commandsOf(plan: Plan): readonly string[] {
  return plan.steps.flatMap(({ commands }) => commands.map((command) => command.join(' ')));
}

/** What runs once the example is deployed. */
export const allRuns = [
  { id: 0, name: 'rpi4', state: 'running', cpus: '0' },
  { id: 1, name: 'rpi4-linux-demo', state: 'running', cpus: '2-3' },
  { id: 2, name: 'rpi4-inmate-demo', state: 'running', cpus: '1' },
];

/** Files of the example on the target once it is deployed: nothing else is left there. */
export const allFiles = [
  '/home/pi/.jailhouse-cells/record',
  '/home/pi/.jailhouse-cells/rpi4/',
  '/home/pi/.jailhouse-cells/rpi4/current/',
  ...[
    'Image',
    'Image.profile.json',
    'inmate-demo.bin',
    'inmate-demo.bin.profile.json',
    'inmate-rpi4.dtb',
    'rootfs.cpio',
    'rpi4-inmate-demo.cell',
    'rpi4-linux-demo.cell',
    'rpi4.cell',
  ].map((name) => `/home/pi/.jailhouse-cells/rpi4/current/${name}`),
];

/** A deployment that has to have failed. */
export function failed(result: ApplyResult): Extract<ApplyResult, { kind: 'failed' }> {
  if (result.kind !== 'failed') throw new Error('it was told as a success');
  return result;
}
