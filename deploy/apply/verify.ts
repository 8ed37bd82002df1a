import type { TargetCell } from '../observe/target-state.ts';
import type { Step } from '../plan/plan.ts';
import type { ProblemKind } from './problem.ts';

/** What is seen of a target before or after a step. */
export interface Seen {
  readonly bootId: string;
  readonly enabled: boolean;
  readonly cells: readonly TargetCell[];
}

/** Whether two looks show the same boot, hypervisor and cells; what state the cells are in may differ. */
export function sameTarget(one: Seen, other: Seen): boolean {
  const text = ({ bootId, enabled, cells }: Seen): string => [bootId, enabled, ...cells.map(({ inode }) => inode)].join();
  return text(one) === text(other);
}

export interface StepOutcome {
  /** Exit status of the step's commands. */
  readonly status: number;
  readonly output: string;
  readonly kernelLog: string;
  readonly console: string;
  readonly seen: Seen;
  /** Addresses with prefix length of the step's network device. */
  readonly addresses: readonly string[] | undefined;
}

export interface Verdict {
  readonly kind: ProblemKind;
  readonly message: string;
}

/** A step that a fault does not undo: cells run without it. */
export interface Warning {
  readonly warning: string;
}

/**
 * Judges a step by what the target shows, never by the exit status alone (target-behaviour.md, sections 1 and 7): a command may return 0 and do nothing,
 * or fail and have done it. Undefined: as it should be.
 */
export function judge(step: Step, before: Seen, outcome: StepOutcome): Verdict | Warning | undefined {
  const { status, seen } = outcome;
  if (before.bootId !== '' && seen.bootId !== before.bootId)
    return { kind: 'rebooted', message: `The target restarted during "${step.title}". Nothing is started by itself: deploy again.` };
  const root = seen.cells.find(({ id }) => id === 0);
  if (root !== undefined && root.failedCpus.length > 0) {
    return {
      kind: 'root-cpu-parked',
      message: `The hypervisor parked CPU ${root.failedCpus.join(', ')} of the root cell: Linux touched what the system config does not give it. The board answers for a while only. Switch it off and on, then mend the config.`,
    };
  }
  if (status === 139) {
    return {
      kind: 'oops',
      message: `The target's kernel crashed during "${step.title}" (exit status 139); the driver stays locked. Switch the board off and on.`,
    };
  }
  return judgeByState(step, before, outcome);
}

function judgeByState(
  step: Step,
  before: Seen,
  { status, seen, output, kernelLog, addresses }: StepOutcome,
): Verdict | Warning | undefined {
  const refused = (what: string): Verdict => {
    if (status === 0) return { kind: 'nothing-done', message: `${what}, although the command reported success.` };
    const said = firstLine(output);
    return { kind: 'refused', message: `${what}${said === '' ? `: exit status ${status}` : `: ${said}`}.` };
  };
  const cell = seen.cells.find(({ id, name }) => id !== 0 && name === step.cell);
  switch (step.kind) {
    case 'module':
      return status === 0 ? undefined : refused('The kernel module was not loaded');
    case 'enable':
      if (!seen.enabled) return refused('The hypervisor was not enabled');
      if (status !== 0) return refused('The hypervisor was enabled by somebody else');
      return /Scanning root bridge failed|\.pci failed with error/.test(kernelLog)
        ? {
            warning:
              'The virtual PCI host did not come up in the root cell: some kernels lose it from the second enable on, until the next boot. Cells run, but have no link to the root cell.',
          }
        : undefined;
    case 'disable':
      return seen.enabled ? refused('The hypervisor was not disabled') : undefined;
    case 'create':
      if (cell === undefined) return refused(`The cell ${step.cell} was not created`);
      return status === 0 ? failedCell(cell, seen) : refused(`The cell ${step.cell} is there, but not by this deployment`);
    case 'destroy':
      return goneCell(step, before, seen) ? undefined : refused(`The cell ${step.cell} was not destroyed`);
    case 'load':
      if (cell === undefined) return refused(`There is no cell ${step.cell} to load`);
      return status === 0 ? failedCell(cell, seen) : refused(`The images were not loaded into ${step.cell}`);
    case 'shutdown':
      if (cell === undefined) return refused(`There is no cell ${step.cell}`);
      return cell.state === 'shut down' ? undefined : refused(`The cell ${step.cell} was not stopped, its state is "${cell.state}"`);
    case 'start':
    case 'linux': {
      if (cell === undefined) return refused(`The cell ${step.cell} does not run`);
      const failed = failedCell(cell, seen);
      if (failed !== undefined) return failed;
      if (cell.state.startsWith('running') && status === 0) return undefined;
      if (status !== 0) return refused(`The cell ${step.cell} was not started`);
      return { kind: 'wrong-state', message: `The cell ${step.cell} does not run: its state is "${cell.state}".` };
    }
    case 'network': {
      const [, , , address = '', , device = ''] = step.commands[0] ?? [];
      if (addresses?.includes(address)) return undefined;
      const why = firstLine(output) || `exit status ${status}`;
      return {
        warning: `${device} did not get the address ${address}: ${why}. Where the device is missing, the virtual PCI host did not come up: some kernels lose it from the second enable on, until the next boot.`,
      };
    }
    case 'upload':
    case 'finish':
      return status === 0 ? undefined : refused(`"${step.title}" failed`);
  }
}

/** A crashed cell. */
export function failedCell(cell: TargetCell, { cells }: Pick<Seen, 'cells'>): Verdict | undefined {
  const parked = cells.find(({ name, id }) => id !== 0 && name === cell.name)?.failedCpus ?? [];
  if (cell.state !== 'failed' && parked.length === 0) return undefined;
  const which = parked.length === 0 ? '' : ` (CPU ${parked.join(', ')} is parked)`;
  return { kind: 'cell-failed', message: `The cell ${cell.name} crashed${which}.` };
}

/** A cell is meant by the number in the command. */
function goneCell(step: Step, before: Seen, seen: Seen): boolean {
  const id = Number(step.commands[0]?.at(-1));
  const was = before.cells.find((cell) => cell.id === id);
  return !seen.cells.some((cell) => cell.id === id && cell.inode === was?.inode);
}

function firstLine(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  // Of a Python traceback the last line says what happened.
  return (lines[0]?.startsWith('Traceback') ? lines.at(-1) : lines[0])?.replace(/\.$/, '') ?? '';
}
