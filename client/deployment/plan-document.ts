import type { Proposal } from '@jailhouse-cells/deploy/target-session.ts';
import { commands, Disposable, EventEmitter, Uri, window, workspace } from 'vscode';
import { planText } from './plan-text.ts';

/** Scheme of the read-only documents that show plans. */
const planScheme = 'jailhouse-plan';

interface ShownPlan {
  readonly text: string;
  readonly script: string;
}

/** Plans as read-only documents, which can be saved as scripts. */
export class PlanDocuments implements Disposable {
  private readonly plans = new Map<string, ShownPlan>();
  private readonly changed = new EventEmitter<Uri>();
  private readonly ends: Disposable;

  constructor() {
    this.ends = Disposable.from(
      this.changed,
      workspace.registerTextDocumentContentProvider(planScheme, {
        onDidChange: this.changed.event,
        provideTextDocumentContent: (uri) =>
          this.plans.get(uri.toString())?.text ?? 'This plan is of an earlier session. Run “Jailhouse: Show Deployment Plan” again.\n',
      }),
      workspace.onDidCloseTextDocument(({ uri }) => this.plans.delete(uri.toString())),
    );
  }

  /** @param script The plan as a shell script for a person. @param where The target as messages name it. */
  async show({ plan, checks }: Proposal, script: string, where: string): Promise<void> {
    const uri = Uri.from({ scheme: planScheme, path: `/${fileName(plan.system)} on ${fileName(where)}.plan` });
    this.plans.set(uri.toString(), { text: planText(plan, checks, where), script });
    this.changed.fire(uri);
    await window.showTextDocument(uri, { preview: true });
    if (plan.steps.every((step) => step.commands.length === 0)) return;
    const save = 'Save as Script…';
    void window.showInformationMessage('The commands of this plan can be saved as a shell script.', save).then(async (choice) => {
      if (choice === save) await this.save(uri);
    });
  }

  /** `Save as Script…`: of the plan in the active editor, or of the one that a menu names. */
  async save(resource: unknown): Promise<void> {
    const uri = resource instanceof Uri ? resource : window.activeTextEditor?.document.uri;
    const plan = uri === undefined ? undefined : this.plans.get(uri.toString());
    if (uri === undefined || plan === undefined) {
      await window.showInformationMessage('Run “Jailhouse: Show Deployment Plan” first: the script is that of the plan in the editor.');
      return;
    }
    const folder = workspace.workspaceFolders?.[0]?.uri;
    const name = uri.path
      .slice(1)
      .replace(/\.plan$/, '')
      .replaceAll(' ', '-');
    const target = await window.showSaveDialog({
      title: 'Save Plan as Script',
      ...(folder !== undefined && { defaultUri: Uri.joinPath(folder, `${name}.sh`) }),
      filters: { 'Shell script': ['sh'] },
    });
    if (target === undefined) return;
    await workspace.fs.writeFile(target, new TextEncoder().encode(plan.script));
    const choice = await window.showInformationMessage(`Wrote ${target.fsPath}.`, 'Open');
    if (choice !== undefined) await commands.executeCommand('vscode.open', target);
  }

  dispose(): void {
    this.ends.dispose();
  }
}

/** A system may be named as its author likes. */
function fileName(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}._ ()-]+/gu, '-').replace(/^[.-]+/, '') || 'plan';
}
