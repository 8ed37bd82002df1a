import type { Place } from '../deployment/deployment.ts';
import type { Meaning } from '../deployment/meaning.ts';
import { contextOf } from '../explain/context.ts';
import { explainError } from '../explain/explain.ts';
import type { Span } from '../source/span.ts';
import type { Workspace } from './workspace.ts';

/** What an output of a target means for the system that the configs belong to. */
export function meaningsOf(workspace: Pick<Workspace, 'check' | 'text'>, configs: readonly string[], text: string): readonly Meaning[] {
  const explanations = explainError(text, contextOf(workspace, configs)) ?? [];
  return explanations.map(({ summary, causes }) => ({
    summary,
    causes: causes.map(({ title, text, confidence, places, rule }) => ({
      title,
      text,
      confidence,
      places: places.map(({ message, span }) => ({ message, place: placeOf(workspace, span) })),
      rule,
    })),
  }));
}

/** A span in lines and columns of the present text. */
export function placeOf(workspace: Pick<Workspace, 'text'>, { file, start, end }: Span): Place {
  const lines = workspace.text(file);
  if (lines === undefined) return { file, line: 0, column: 0, endLine: 0, endColumn: 0 };
  const from = lines.positionAt(start);
  const to = lines.positionAt(end);
  return { file, line: from.line, column: from.character, endLine: to.line, endColumn: to.character };
}
