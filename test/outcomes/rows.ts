import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Severity } from '@jailhouse-cells/core/source/finding.ts';
import { runTimeRows } from './run-time-rows.ts';

/** A row of outcomes.tsv: one mutation of working configs, and what the hypervisor did (QEMU arm64, Jailhouse e57d1eff). */
export interface Row {
  readonly id: string;
  readonly kind: 'root' | 'cell' | 'pair';
  readonly base: string;
  readonly mutation: string;
  readonly class: string;
  readonly keyMessage: string;
  readonly hazard: boolean;
  readonly note: string;
  /** What decides the row at run time, where neither configs nor board do. */
  readonly undecided: string | undefined;
}

/** What has to be said of a row: an error, at least a warning, or nothing above information. */
export type Wanted = 'error' | 'warning' | 'quiet';

export function readRows(): readonly Row[] {
  const [head = '', ...lines] = readFileSync(join(import.meta.dirname, 'outcomes.tsv'), 'utf8')
    .trimEnd()
    .split('\n');
  const names = head.split('\t');
  return lines.map((line) => {
    const cells = line.split('\t');
    const cell = (name: string): string => {
      const at = names.indexOf(name);
      if (at < 0) throw new Error(`outcomes.tsv has no column ${name}`);
      return cells[at] ?? '';
    };
    const id = cell('id');
    return {
      id,
      kind: cell('kind') as Row['kind'],
      base: cell('base'),
      mutation: cell('mutation'),
      class: cell('class'),
      keyMessage: cell('key_message'),
      hazard: cell('latent_hazard_judged') === 'yes',
      note: cell('note_judged'),
      undecided: runTimeRows[id],
    };
  });
}

export function wantedOf(row: Row): Wanted {
  if (row.class !== 'accepted-harmless') return 'error';
  return row.hazard ? 'warning' : 'quiet';
}

/** True when what is said fits what happened. */
export function agrees(wanted: Wanted, said: Severity | undefined): boolean {
  if (wanted === 'error') return said === 'error';
  if (wanted === 'warning') return said === 'error' || said === 'warning';
  return said !== 'error' && said !== 'warning';
}
