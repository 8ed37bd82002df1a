import { boardDiagnostics } from '../board/diagnostics-catalogue.ts';
import { frontEndDiagnostics } from '../c/diagnostics-catalogue.ts';
import { treeDiagnostics } from '../devicetree/diagnostics-catalogue.ts';
import type { DiagnosticText } from '../source/diagnostic-text.ts';
import { findRule, rules } from './index.ts';
import { suppressionDiagnostics } from './suppression-catalogue.ts';

/** Everything beside the rules that a finding may be called: what is said while files are read, and of suppressions. */
export const diagnosticTexts: readonly DiagnosticText[] = [
  ...frontEndDiagnostics,
  ...treeDiagnostics,
  ...boardDiagnostics,
  ...suppressionDiagnostics,
];

const diagnosticIds: ReadonlySet<string> = new Set(diagnosticTexts.map(({ id }) => id));

/** Every id that a finding can have and that a level can be set for. */
export const knownIds: readonly string[] = [...rules.map(({ id }) => id), ...diagnosticIds];

/** True for what is said while a file is read: its level is not set where it arises. */
export function isReadingDiagnostic(id: string): boolean {
  return diagnosticIds.has(id) && !id.startsWith('suppression-');
}

export function isKnownRule(id: string): boolean {
  return findRule(id) !== undefined || diagnosticIds.has(id);
}

/** What a config was checked with besides itself. */
export interface CheckedWith {
  readonly system: boolean;
  /** The cells are said to run together. */
  readonly set: boolean;
  readonly board: boolean;
  /** A device tree of its guest. */
  readonly guest: boolean;
}

/** Whether a rule had what it needs to speak up: its system config, an explicit set, a board, a guest tree. */
export function isReportable(id: string, checked: CheckedWith): boolean {
  switch (findRule(id)?.scope) {
    case 'cell':
      return checked.system;
    case 'set':
      return checked.set;
    case 'board':
      return checked.board;
    case 'guest':
      return checked.guest;
    default:
      return true;
  }
}
