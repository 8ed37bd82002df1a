import type { RecordedCell, TargetRecord } from '../observe/target-state.ts';
import type { RecordEffect, Step } from '../plan/plan.ts';
import type { Seen } from './verify.ts';

/**
 * Steps that lead back to what ran before: what this run made is destroyed, and what it destroyed is made again as the record says, from the files that
 * it was made of. Cells that nobody wrote down cannot be made again.
 */
export function undoSteps(
  before: TargetRecord | undefined,
  seen: Seen,
  beforeSeen: Seen,
): { readonly steps: readonly Step[]; readonly lost: readonly string[] } {
  const steps: Step[] = [];
  const sameRoot = beforeSeen.enabled && seen.enabled && inodeOf(seen, 0) === inodeOf(beforeSeen, 0);
  const made = seen.cells.filter(({ id, inode }) => id !== 0 && !beforeSeen.cells.some((cell) => cell.inode === inode));
  if (seen.enabled && !sameRoot)
    steps.push(undo('disable', 'disable the hypervisor again', [['jailhouse', 'disable']], undefined, [{ kind: 'nothing' }]));
  else {
    for (const { id, name } of made) {
      steps.push(
        undo('destroy', `destroy cell ${name} again`, [['jailhouse', 'cell', 'destroy', String(id)]], name, [{ kind: 'gone', name }]),
      );
    }
  }
  const gone = beforeSeen.cells.filter(({ id, inode }) => id !== 0 && (!sameRoot || !seen.cells.some((cell) => cell.inode === inode)));
  const lost: string[] = [];
  if (beforeSeen.enabled && !sameRoot) {
    if (before === undefined) return { steps, lost: beforeSeen.cells.map(({ name }) => name) };
    const effects: RecordEffect[] = [{ kind: 'root', config: before.root.config, commands: before.root.commands }];
    steps.push(undo('enable', 'enable the hypervisor as it was', before.root.commands, undefined, effects));
  }
  for (const { name, inode, state } of gone) {
    const known = before?.cells.find((cell) => cell.name === name && cell.inode === inode);
    if (known === undefined || known.commands.length === 0) lost.push(name);
    else steps.push(...makeAgain(known, state));
  }
  return { steps, lost };
}

function makeAgain(cell: RecordedCell, state: string): Step[] {
  const { name, config, commands, guest } = cell;
  const created: RecordEffect = { kind: 'cell', name, config, commands };
  const loaded: RecordEffect[] = guest === undefined ? [] : [{ kind: 'guest', name, guest }];
  return commands.flatMap((command): Step[] => {
    const verb = command[2] ?? '';
    if (verb === 'linux') return [undo('linux', `start Linux in cell ${name} as it was`, [command], name, [created, ...loaded])];
    if (verb === 'create') return [undo('create', `create cell ${name} as it was`, [command], name, [created])];
    // What did not run before is not started.
    if (guest === undefined || !state.startsWith('running')) return [];
    if (verb === 'load') return [undo('load', `load cell ${name} as it was`, [command], name, [])];
    if (verb === 'start') return [undo('start', `start cell ${name} as it was`, [command], name, loaded)];
    return [];
  });
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
