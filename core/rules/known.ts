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
