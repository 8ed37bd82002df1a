import type { RecordedCell, TargetCell } from '../observe/target-state.ts';
import type { RecordEffect, Step } from '../plan/plan.ts';
import type { Underway } from './underway.ts';
import type { Seen } from './verify.ts';

type Known = Pick<Underway, 'plan' | 'seen' | 'before' | 'touched'>;

/** What leads back, and names of what cannot be brought back. */
export interface WayBack {
  readonly steps: readonly Step[];
  readonly lost: readonly string[];
}

/**
 * Steps that lead back to what ran before: what this run made is destroyed, and what it destroyed or loaded anew is made again as the record says, from
 * the files that it was made of. Cells that nobody wrote down cannot be made again.
 */
export function undoSteps({ plan, seen, before, touched }: Known): WayBack {
  const { record } = plan;
  const steps: Step[] = [];
  const lost: string[] = [];
  const sameRoot = before.enabled && seen.enabled && inodeOf(seen, 0) === inodeOf(before, 0);
  if (seen.enabled && !sameRoot)
    steps.push(undo('disable', 'disable the hypervisor again', [['jailhouse', 'disable']], undefined, [{ kind: 'nothing' }]));
  else {
    for (const { id, name, inode } of seen.cells) {
      if (id === 0 || before.cells.some((cell) => cell.inode === inode)) continue;
      steps.push(
        undo('destroy', `destroy cell ${name} again`, [['jailhouse', 'cell', 'destroy', String(id)]], name, [{ kind: 'gone', name }]),
      );
    }
  }
  if (!before.enabled) return { steps, lost };
  if (!sameRoot) {
    if (record === undefined || !isThere(before, record.root.commands[0]?.[2], record.root.config))
      return { steps, lost: before.cells.map(({ name }) => name) };
    const effects: RecordEffect[] = [{ kind: 'root', config: record.root.config, commands: record.root.commands }];
    steps.push(undo('enable', 'enable the hypervisor as it was', record.root.commands, undefined, effects));
  }
  for (const cell of before.cells) {
    if (cell.id === 0) continue;
    const there = sameRoot ? seen.cells.find(({ inode }) => inode === cell.inode) : undefined;
    if (there !== undefined && !touched.has(cell.name)) continue;
    const known = record?.cells.find(({ name, inode }) => name === cell.name && inode === cell.inode);
    const again = known && (there === undefined ? makeAgain(known, cell, before) : runAgain(known, cell, there, before));
    if (again === undefined) lost.push(cell.name);
    else steps.push(...again);
  }
  return { steps, lost };
}

/** A cell that is gone. Undefined: its files are not what they were. */
function makeAgain(known: RecordedCell, was: TargetCell, before: Known['before']): readonly Step[] | undefined {
  const { name, config, commands } = known;
  const [first] = commands;
  const file = first?.[3];
  if (first === undefined || file === undefined || !isThere(before, file, config)) return undefined;
  const created: RecordEffect = { kind: 'cell', name, config, commands };
  // What did not run before is not started.
  const create = undo('create', `create cell ${name} as it was`, [['jailhouse', 'cell', 'create', file]], name, [created]);
  if (!was.state.startsWith('running') || known.guest === undefined) return [create];
  const guest = guestSteps(known, before);
  if (guest === undefined) return undefined;
  if (first[2] !== 'linux') return [create, ...guest];
  return guest.map((step) => ({ ...step, effects: [created, ...step.effects] }));
}

/** A cell that is there, with another guest or another state. */
function runAgain(known: RecordedCell, was: TargetCell, now: TargetCell, before: Known['before']): readonly Step[] | undefined {
  const { name } = known;
  if (was.state.startsWith('running')) return known.guest === undefined ? undefined : guestSteps(known, before);
  if (now.state === 'shut down') return [];
  return [undo('shutdown', `stop cell ${name} again`, [['jailhouse', 'cell', 'shutdown', '--name', name]], name, [])];
}

function guestSteps({ name, commands, guest }: RecordedCell, before: Known['before']): readonly Step[] | undefined {
  const loaded: RecordEffect[] = guest === undefined ? [] : [{ kind: 'guest', name, guest, commands }];
  const steps: Step[] = [];
  for (const command of commands) {
    const [, , verb = '', ...words] = command;
    // An unfinished deployment may have loaded another file of the same name than the one that is left.
    if (words.some((word) => before.next.has(word) && before.next.get(word) !== before.current.get(word))) return undefined;
    if (verb === 'linux') steps.push(undo('linux', `start Linux in cell ${name} as it was`, [command], name, loaded));
    if (verb === 'load') steps.push(undo('load', `load cell ${name} as it was`, [command], name, []));
    if (verb === 'start') steps.push(undo('start', `start cell ${name} as it was`, [command], name, loaded));
  }
  return steps;
}

function isThere({ current }: Known['before'], file: string | undefined, digest: string): boolean {
  return file !== undefined && current.get(file) === digest;
}

function undo(
  kind: Step['kind'],
  title: string,
  commands: Step['commands'],
  cell: string | undefined,
  effects: readonly RecordEffect[],
): Step {
  return { kind, title, reason: '', dangerous: true, commands, cell, file: undefined, config: undefined, place: undefined, effects };
}

function inodeOf({ cells }: Seen, id: number): string | undefined {
  return cells.find((cell) => cell.id === id)?.inode;
}
