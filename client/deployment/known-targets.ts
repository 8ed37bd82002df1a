import { join } from 'node:path';
import type { Target } from '@jailhouse-cells/deploy/target.ts';
import { addTarget, readTargets, removeTarget, targetProblem, targetsFile } from '@jailhouse-cells/deploy/targets-file.ts';
import { type NamedTarget, targetsRequest } from '@jailhouse-cells/protocol/deployment-messages.ts';
import { Disposable, EventEmitter, RelativePattern, Uri, workspace } from 'vscode';
import type { Server } from '../server.ts';

/** A target and who names it. */
export interface KnownTarget extends Target {
  readonly from: 'jailhouse.json' | 'user';
  /** Where jailhouse.json names it. */
  readonly place: { readonly uri: string; readonly line: number } | undefined;
}

/** The targets of the workspace's jailhouse.json files and those of the user's own list, with running simulated boards. */
export class KnownTargets implements Disposable {
  private readonly changed = new EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly file = targetsFile(process.env);
  private readonly ends: Disposable;
  /** Of the user's list, when it cannot be read. */
  problem: string | undefined;

  constructor(private readonly server: Server) {
    const own = workspace.createFileSystemWatcher(new RelativePattern(Uri.file(join(this.file, '..')), 'targets.json'));
    const projects = workspace.createFileSystemWatcher('**/jailhouse.json');
    const tell = () => this.changed.fire();
    this.ends = Disposable.from(
      own,
      projects,
      ...[own, projects].flatMap((watcher) => [watcher.onDidChange(tell), watcher.onDidCreate(tell), watcher.onDidDelete(tell)]),
      server.onDidChangeState((state) => state === 'running' && tell()),
    );
  }

  /** By name, each once: jailhouse.json goes before the user's list, simulated boards last. */
  async list(): Promise<readonly KnownTarget[]> {
    const known = new Map<string, KnownTarget>();
    for (const target of await this.ofProjects()) known.set(target.name, target);
    const stored = readTargets(this.file);
    this.problem = stored.ok ? undefined : stored.message;
    for (const target of stored.ok ? stored.targets : []) {
      const { process: _, ...plain } = target;
      if (!known.has(target.name)) known.set(target.name, { ...plain, from: 'user', place: undefined });
    }
    return [...known.values()].sort((a, b) => Number(a.simulated === true) - Number(b.simulated === true));
  }

  /** Undefined where nobody names it. */
  async named(name: string): Promise<KnownTarget | undefined> {
    return (await this.list()).find((target) => target.name === name);
  }

  /** What is wrong with a target that is being typed. */
  problemOf(target: Target): string | undefined {
    return targetProblem(target);
  }

  /** Writes a target into the user's list. @returns What keeps it from being there; undefined: nothing. */
  async add(target: Target): Promise<string | undefined> {
    const problem = targetProblem(target);
    if (problem !== undefined) return problem;
    const result = await addTarget(this.file, target);
    this.changed.fire();
    return result.ok ? undefined : result.message;
  }

  /** Takes a target off the user's list. */
  async remove(name: string): Promise<string | undefined> {
    const result = await removeTarget(this.file, name);
    this.changed.fire();
    return result.ok ? undefined : result.message;
  }

  private async ofProjects(): Promise<readonly KnownTarget[]> {
    const { connection } = this.server;
    if (connection === undefined) return [];
    try {
      const targets = await connection.request<readonly NamedTarget[]>(targetsRequest, null);
      return targets.map(({ name, host, sudo, uri, line }) => ({ name, host, sudo, from: 'jailhouse.json', place: { uri, line } }));
    } catch {
      // A server that stops just now: `onDidChange` tells when another one runs.
      return [];
    }
  }

  dispose(): void {
    this.ends.dispose();
    this.changed.dispose();
  }
}
