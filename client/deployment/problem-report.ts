import type { Undone } from '@jailhouse-cells/deploy/apply/apply.ts';
import type { Problem } from '@jailhouse-cells/deploy/apply/problem.ts';
import type { Place } from '@jailhouse-cells/deploy/from-message.ts';
import {
  Diagnostic,
  type DiagnosticCollection,
  DiagnosticRelatedInformation,
  DiagnosticSeverity,
  Location,
  type LogOutputChannel,
  Range,
  Uri,
  window,
} from 'vscode';
import { likelyCause, problemText, undoneText } from './problem-text.ts';

/** How problems of deployments reach the user: a message, the line to blame, everything else in the output channel. */
export class ProblemReport {
  constructor(
    private readonly log: LogOutputChannel,
    private readonly diagnostics: DiagnosticCollection,
  ) {}

  /** What an earlier deployment found is not true any more, or will be found again. */
  clear(): void {
    this.diagnostics.clear();
  }

  /** @param what `Deploy rpi4 to board`. @param more Another button and what it does. */
  async show(what: string, problem: Problem, undone: Undone, more?: { readonly title: string; run(): Promise<void> }): Promise<void> {
    this.log.error(`${what}: failed\n${problemText(problem, undone)}`);
    const cause = likelyCause(problem);
    const sentences = [problem.message, ...(cause === undefined ? [] : [cause]), undoneText(undone)];
    if (problem.place !== undefined) {
      const others = problem.meanings.flatMap(({ causes }) => causes.slice(0, 2)).flatMap(({ places }) => places);
      this.blame(problem.place, cause === undefined ? problem.message : `${problem.message} ${cause}`, problem.kind, others);
    }
    if (problem.kind === 'cancelled') void window.showInformationMessage(sentences.join(' '));
    else await this.tell(sentences.join(' '), problem.place, more);
  }

  /** There is no plan: why, and where. */
  async refuse(what: string, reason: string, place: Place | undefined): Promise<void> {
    this.log.error(`${what}: ${reason}`);
    if (place !== undefined) this.blame(place, reason, 'no-plan', []);
    await this.tell(reason, place);
  }

  private async tell(message: string, place: Place | undefined, more?: { readonly title: string; run(): Promise<void> }): Promise<void> {
    const [source, output] = ['Show Source', 'Show Output'];
    const buttons = [...(place === undefined ? [] : [source]), ...(more === undefined ? [] : [more.title]), output];
    const choice = await window.showErrorMessage(message, ...buttons);
    if (choice === output) this.log.show();
    if (choice === source && place !== undefined) await window.showTextDocument(Uri.file(place.file), { selection: rangeOf(place) });
    if (choice !== undefined && choice === more?.title) await more.run();
  }

  private blame(
    place: Place,
    message: string,
    code: string,
    related: readonly { readonly message: string; readonly place: Place }[],
  ): void {
    const diagnostic = new Diagnostic(rangeOf(place), message, DiagnosticSeverity.Error);
    diagnostic.source = 'jailhouse-deploy';
    diagnostic.code = code;
    diagnostic.relatedInformation = related
      .filter((other) => other.place.file !== place.file || other.place.line !== place.line)
      .map((other) => new DiagnosticRelatedInformation(new Location(Uri.file(other.place.file), rangeOf(other.place)), other.message));
    this.diagnostics.set(Uri.file(place.file), [diagnostic]);
  }
}

export function rangeOf({ line, column, endLine, endColumn }: Place): Range {
  return new Range(line, column, endLine, endColumn);
}
