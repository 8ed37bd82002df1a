import { type FrontEndDiagnostic, frontEndDiagnostics } from '../c/diagnostics-catalogue.ts';
import { findRule, rules } from './index.ts';
import { suppressionDiagnostics } from './suppression-catalogue.ts';

/** Everything beside the rules that a finding may be called: the C front end, project files, suppressions. */
export const diagnosticTexts: readonly FrontEndDiagnostic[] = [...frontEndDiagnostics, ...suppressionDiagnostics];

const diagnosticIds: ReadonlySet<string> = new Set(diagnosticTexts.map(({ id }) => id));

/** Every id that a finding can have and that a level can be set for. */
export const knownIds: readonly string[] = [...rules.map(({ id }) => id), ...diagnosticIds];

export function isKnownRule(id: string): boolean {
  return findRule(id) !== undefined || diagnosticIds.has(id);
}

/** Whether a rule had what it needs to speak up: its system config, an explicit set. */
export function isReportable(id: string, hasSystem: boolean, hasSet: boolean): boolean {
  const scope = findRule(id)?.scope ?? 'file';
  return scope === 'file' || (scope === 'cell' ? hasSystem : hasSet);
}
