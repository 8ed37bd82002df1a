import type { Finding } from '@jailhouse-cells/core/source/finding.ts';
import { recreate, strongest } from './recreate.ts';
import { agrees, type Row, readRows, type Wanted, wantedOf } from './rows.ts';

/** What we say of a row, beside what happened. */
export interface Verdict {
  readonly row: Row;
  readonly wanted: Wanted;
  readonly findings: readonly Finding[];
  readonly agrees: boolean;
}

export interface Tally {
  readonly verdicts: readonly Verdict[];
  /** Rows that the configs and the board decide. */
  readonly decided: readonly Verdict[];
  /** Of those: rows where an error or a warning is due, and how many have it. */
  readonly due: number;
  readonly said: number;
  /** Errors or warnings on a row that is harmless and holds no hazard. */
  readonly falseErrors: readonly Verdict[];
  readonly falseWarnings: readonly Verdict[];
  readonly disagreements: readonly Verdict[];
}

export function judge(row: Row): Verdict {
  const { findings } = recreate(row);
  const wanted = wantedOf(row);
  return { row, wanted, findings, agrees: agrees(wanted, strongest(findings)) };
}

export function tally(rows: readonly Row[] = readRows()): Tally {
  const verdicts = rows.map(judge);
  const decided = verdicts.filter(({ row }) => row.undecided === undefined);
  const due = decided.filter(({ wanted }) => wanted !== 'quiet');
  const quiet = verdicts.filter(({ wanted }) => wanted === 'quiet');
  return {
    verdicts,
    decided,
    due: due.length,
    said: due.filter((verdict) => verdict.agrees).length,
    falseErrors: quiet.filter(({ findings }) => strongest(findings) === 'error'),
    falseWarnings: quiet.filter(({ findings }) => strongest(findings) === 'warning'),
    disagreements: decided.filter((verdict) => !verdict.agrees),
  };
}
