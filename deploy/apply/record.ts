import { recordText } from '../observe/target-record.ts';
import type { TargetRecord } from '../observe/target-state.ts';
import type { Step } from '../plan/plan.ts';
import type { LaterRecord } from './step-script.ts';
import type { Seen } from './verify.ts';

/** The record once a step is done; inodes are those that the target shows now. */
export function recordAfter(record: TargetRecord | undefined, system: string, step: Step, seen: Seen): TargetRecord | undefined {
  let now = record;
  for (const effect of step.effects) {
    if (effect.kind === 'nothing') now = undefined;
    if (effect.kind === 'root') {
      const inode = seen.cells.find(({ id }) => id === 0)?.inode ?? '';
      now = { system, bootId: seen.bootId, root: { inode, config: effect.config, commands: effect.commands }, cells: [] };
    }
    if (now === undefined) continue;
    if (effect.kind === 'gone') now = { ...now, cells: now.cells.filter(({ name }) => name !== effect.name) };
    if (effect.kind === 'cell') {
      const inode = seen.cells.find(({ id, name }) => id !== 0 && name === effect.name)?.inode ?? '';
      const cell = { name: effect.name, inode, config: effect.config, guest: undefined, commands: effect.commands };
      now = { ...now, cells: [...now.cells.filter(({ name }) => name !== effect.name), cell] };
    }
    if (effect.kind === 'guest') {
      now = {
        ...now,
        cells: now.cells.map((cell) => (cell.name === effect.name ? { ...cell, guest: effect.guest, commands: effect.commands } : cell)),
      };
    }
  }
  return now;
}

/** The record that the target itself writes once the step's commands are done. Undefined: the step changes nothing in it. */
export function laterRecord(record: TargetRecord | undefined, system: string, step: Step, bootId: string): LaterRecord | undefined {
  if (step.effects.length === 0) return undefined;
  const placeholder = '@INODE@';
  const made = step.effects.find(({ kind }) => kind === 'root' || kind === 'cell');
  const name = made?.kind === 'cell' ? made.name : '';
  const cell = { id: name === '' ? 0 : 1, name, state: '', cpus: [], failedCpus: [], inode: placeholder };
  const text = textOfRecord(recordAfter(record, system, step, { bootId, enabled: true, cells: [cell] }));
  // A name may hold the same characters: then the host writes it, a step later.
  if (text.split(placeholder).length !== (made === undefined ? 1 : 2)) return undefined;
  return { text, placeholder, of: made === undefined ? undefined : made.kind === 'root' ? 'root' : { name } };
}

/** As it is written; empty: there is none. */
export function textOfRecord(record: TargetRecord | undefined): string {
  return record === undefined ? '' : recordText(record);
}
