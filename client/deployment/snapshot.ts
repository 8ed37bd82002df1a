import { driftSince, snapshotText } from '@jailhouse-cells/deploy/doctor/snapshot.ts';
import { commands, Disposable, EventEmitter, ProgressLocation, Uri, window, workspace } from 'vscode';
import type { KnownTarget } from './known-targets.ts';
import type { ProblemReport } from './problem-report.ts';
import { nameOf } from './prompt.ts';
import type { DeploymentServices } from './services.ts';
import { nameSnapshot } from './snapshot-name.ts';
import type { WantedSystem } from './wanted-system.ts';

const earlierScheme = 'jailhouse-snapshot';

/** `Jailhouse: Save Board Snapshot`: the facts of the target's board in a file, which all checks then go by. */
export class Snapshots implements Disposable {
  private readonly earlier = new Map<string, string>();
  private readonly changed = new EventEmitter<Uri>();
  private readonly ends: Disposable;

  constructor(
    private readonly services: DeploymentServices,
    private readonly report: ProblemReport,
  ) {
    this.ends = Disposable.from(
      this.changed,
      workspace.registerTextDocumentContentProvider(earlierScheme, {
        onDidChange: this.changed.event,
        provideTextDocumentContent: (uri) => this.earlier.get(uri.path) ?? '',
      }),
    );
  }

  async save(target: KnownTarget, { deployment, rootUri }: WantedSystem): Promise<void> {
    const title = `Reading the board of ${nameOf(target)}`;
    const facts = await window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, (_, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      return this.services.sessions.attend(target, (session) => session.facts(deployment.system, stop.signal));
    });
    if ('kind' in facts) {
      if (facts.reason !== 'cancelled') await this.report.refuse(title, facts.message, undefined);
      return;
    }
    const { snapshot } = deployment.expected;
    const file = snapshot === undefined ? await askForFile(rootUri, target.name) : Uri.file(snapshot);
    if (file === undefined) return;
    const version: unknown = this.services.context.extension.packageJSON.version;
    const text = snapshotText(facts, `Jailhouse Cells ${String(version)}`, new Date());
    const before = await readText(file);
    try {
      await workspace.fs.writeFile(file, new TextEncoder().encode(text));
    } catch (error) {
      await window.showErrorMessage(`The snapshot was not written: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    const name = workspace.asRelativePath(file);
    const drift = before === undefined ? undefined : driftSince(before, text);
    if (before !== undefined && drift !== undefined && drift.length > 0) {
      await this.tellDrift(
        file,
        name,
        before,
        drift.map(({ fact }) => fact),
      );
    } else if (snapshot === undefined && (await nameSnapshot(rootUri, file))) {
      await window.showInformationMessage(`Wrote ${name}; jailhouse.json names it, and all checks go by it now.`);
    } else {
      const same = drift === undefined ? '' : ' Nothing has changed since the last one.';
      const choice = await window.showInformationMessage(`Wrote ${name}.${same}`, 'Open');
      if (choice !== undefined) await commands.executeCommand('vscode.open', file);
    }
  }

  private async tellDrift(file: Uri, name: string, before: string, facts: readonly string[]): Promise<void> {
    this.services.log.warn(`${name}: the board is not what it was: ${facts.join(', ')}`);
    const show = 'Show Changes';
    const choice = await window.showWarningMessage(
      `Wrote ${name}. The board has changed since the last snapshot: ${facts.join(', ')}.`,
      show,
    );
    if (choice !== show) return;
    const earlier = Uri.from({ scheme: earlierScheme, path: file.path });
    this.earlier.set(file.path, before);
    this.changed.fire(earlier);
    await commands.executeCommand('vscode.diff', earlier, file, `${name} (before ↔ now)`);
  }

  dispose(): void {
    this.ends.dispose();
  }
}

async function askForFile(rootUri: string, target: string): Promise<Uri | undefined> {
  const folder = Uri.joinPath(Uri.parse(rootUri), '..');
  return window.showSaveDialog({
    title: 'Save Board Snapshot',
    defaultUri: Uri.joinPath(folder, `${target.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+/, '') || 'board'}-board.json`),
    filters: { JSON: ['json'] },
  });
}

async function readText(file: Uri): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await workspace.fs.readFile(file));
  } catch {
    return undefined;
  }
}
