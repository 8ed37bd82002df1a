import { randomBytes } from 'node:crypto';
import type { Check } from '@jailhouse-cells/deploy/doctor/check.ts';
import type { Place } from '@jailhouse-cells/deploy/from-message.ts';
import type { MapPlace } from '@jailhouse-cells/protocol/map-messages.ts';
import { type Disposable, ProgressLocation, Uri, ViewColumn, type WebviewPanel, window } from 'vscode';
import { doctorPage, summaryOf } from './doctor-page.ts';
import type { KnownTarget } from './known-targets.ts';
import type { ProblemReport } from './problem-report.ts';
import { nameOf } from './prompt.ts';
import type { DeploymentServices } from './services.ts';
import type { WantedSystem } from './wanted-system.ts';

const commandsOfPage = ['jailhouseCells.revealPlace', 'jailhouseCells.checkTarget', 'jailhouseCells.saveSnapshot'];

/** `Jailhouse: Check Target (Doctor)`: a page for each target. */
export class Doctor implements Disposable {
  private readonly panels = new Map<string, WebviewPanel>();

  constructor(
    private readonly services: DeploymentServices,
    private readonly report: ProblemReport,
    private readonly acted: (target: string) => void,
  ) {}

  async check(target: KnownTarget, { deployment, rootUri }: WantedSystem): Promise<void> {
    const title = `Checking ${nameOf(target)} for ${deployment.system}`;
    const checks = await window.withProgress(
      { location: ProgressLocation.Notification, title, cancellable: true },
      (_, token): Promise<readonly Check[] | string> => {
        const stop = new AbortController();
        token.onCancellationRequested(() => stop.abort());
        return this.services.sessions.attend(target, async (session) => {
          const facts = await session.facts(deployment.system, stop.signal);
          if (!('kind' in facts)) return session.checks(facts, deployment);
          return facts.reason === 'cancelled' ? '' : facts.message;
        });
      },
    );
    this.acted(target.name);
    if (typeof checks === 'string') {
      if (checks !== '') await this.report.refuse(title, checks, undefined);
      return;
    }
    this.services.log.info(`${title}: ${summaryOf(checks)}`);
    const argument = { targetName: target.name, uri: rootUri };
    const { webview } = this.panel(target);
    webview.html = doctorPage({
      where: nameOf(target),
      system: deployment.system,
      checks,
      time: new Date().toLocaleTimeString(),
      nonce: randomBytes(16).toString('hex'),
      again: commandUri('jailhouseCells.checkTarget', argument),
      snapshot: commandUri('jailhouseCells.saveSnapshot', argument),
      linkTo: (place) => commandUri('jailhouseCells.revealPlace', mapPlace(place)),
    });
  }

  private panel(target: KnownTarget): WebviewPanel {
    const there = this.panels.get(target.name);
    if (there !== undefined) {
      there.reveal();
      return there;
    }
    const panel = window.createWebviewPanel('jailhouseCells.doctor', `Target: ${nameOf(target)}`, ViewColumn.Active, {
      enableScripts: false,
      enableCommandUris: commandsOfPage,
      localResourceRoots: [],
    });
    this.panels.set(target.name, panel);
    panel.onDidDispose(() => this.panels.delete(target.name));
    return panel;
  }

  dispose(): void {
    for (const panel of [...this.panels.values()]) panel.dispose();
  }
}

function commandUri(command: string, argument: unknown): string {
  return `command:${command}?${encodeURIComponent(JSON.stringify([argument]))}`;
}

function mapPlace({ file, line, column, endLine, endColumn }: Place): MapPlace {
  return { uri: Uri.file(file).toString(), line, character: column, endLine, endCharacter: endColumn };
}
