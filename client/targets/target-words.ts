import type { LookedAtCell, TargetLook } from '@jailhouse-cells/deploy/observe/poll.ts';
import type { NoAnswerReason } from '@jailhouse-cells/deploy/ssh/connection.ts';
import type { Target } from '@jailhouse-cells/deploy/target.ts';
import { counted } from '../counted.ts';
import type { TargetHealth } from './target-poller.ts';

/** How something shows in the tree. */
export interface Words {
  readonly description: string;
  /** A codicon; it never says more than the description does. */
  readonly icon: string;
  /** A theme colour. */
  readonly colour?: string;
  /** For the `when` clauses of menus. */
  readonly context: string;
  /** Lines. */
  readonly tooltip: readonly string[];
}

const bad = 'list.errorForeground';
const warning = 'list.warningForeground';
const good = 'testing.iconPassed';

/** `2 cells run`, for the status bar; undefined while nothing is known. */
export function stateText(health: TargetHealth): string | undefined {
  if (health.kind === 'unknown') return undefined;
  if (health.kind === 'silent') return silence(health.reason).word;
  const { look } = health;
  if (!look.enabled) return look.module === 'loaded' ? 'hypervisor off' : 'driver not loaded';
  const [root, ...cells] = look.cells;
  if (root !== undefined && root.failedCpus.length > 0) return `${cpus(root.failedCpus)} of Linux parked: reset needed`;
  const failed = cells.filter(isFailed).length;
  const running = cells.filter(({ state }) => isRunning(state)).length;
  const parts = [failed === 0 ? '' : `${counted(failed, 'cell')} failed`, running === 0 ? '' : run(running)].filter((part) => part !== '');
  if (parts.length > 0) return parts.join(', ');
  return cells.length === 0 ? 'no cells' : `${counted(cells.length, 'cell')} shut down`;
}

/** @param own It is in the user's own list, from which it can be removed. */
export function targetWords(target: Target, health: TargetHealth, own: boolean): Words {
  const simulated = target.simulated === true;
  const state = stateText(health) ?? 'not looked at yet';
  const context = (word: string) =>
    ['target', word, simulated ? 'simulated' : '', own && !simulated ? 'own' : ''].filter((part) => part !== '').join(' ');
  const where = target.port === undefined ? target.host : `${target.host}, port ${target.port}`;
  const about = [simulated ? 'A simulated board on this machine: no hardware is behind it.' : `Reached by ssh as ${where}`];
  switch (health.kind) {
    case 'unknown':
      return { description: state, icon: 'circle-outline', context: context('unknown'), tooltip: about };
    case 'silent': {
      const { icon } = silence(health.reason);
      return { description: state, icon, colour: warning, context: context('offline'), tooltip: [...about, health.message] };
    }
    case 'look': {
      const { look } = health;
      const word = look.enabled ? 'enabled' : look.module === 'loaded' ? 'disabled' : 'no-module';
      const trouble = look.cells.some(isFailed);
      return {
        description: look.enabled ? `enabled · ${state}` : state,
        icon: trouble ? 'error' : simulated ? (look.enabled ? 'vm-running' : 'vm') : look.enabled ? 'server-process' : 'server',
        ...(trouble ? { colour: bad } : look.enabled ? { colour: good } : {}),
        context: context(word),
        tooltip: [...about, hypervisor(look)],
      };
    }
  }
}

export function cellWords(cell: LookedAtCell): Words {
  const isRoot = cell.id === 0;
  const failed = cell.failedCpus.length === 0 ? '' : `${cpus(cell.failedCpus)} failed`;
  const rate = cell.exitsPerSecond === undefined ? '' : `${rounded(cell.exitsPerSecond)} exits/s`;
  const parts = [cell.state, cell.cpus.length === 0 ? 'no CPU' : cpus(cell.cpus), failed, rate].filter((part) => part !== '');
  const [icon, colour] = isFailed(cell)
    ? (['error', bad] as const)
    : isRunning(cell.state)
      ? (['play-circle', good] as const)
      : cell.state === 'shut down'
        ? (['stop-circle', undefined] as const)
        : (['question', warning] as const);
  return {
    description: parts.join(' · '),
    icon,
    ...(colour !== undefined && { colour }),
    context: isRoot ? 'target-root' : `target-cell ${cell.state}`,
    tooltip: [
      `${isRoot ? 'Root cell' : `Cell ${cell.id}`} “${cell.name}”: ${cell.state}`,
      cell.cpus.length === 0 ? 'It has no CPU now.' : `It has ${cpus(cell.cpus)}.`,
      ...(failed === ''
        ? []
        : [
            isRoot
              ? `${failed}: parked by the hypervisor. The board needs a reset.`
              : `${failed}: parked by the hypervisor. The console says why.`,
          ]),
      ...(cell.exits === undefined ? [] : [`${cell.exits} exits to the hypervisor so far`]),
    ],
  };
}

/** A number that changes with every look is not shown to the last digit. */
function rounded(rate: number): string {
  if (rate >= 10_000) return `${Math.round(rate / 1000)}k`;
  return rate >= 100 ? String(Math.round(rate / 10) * 10) : String(Math.round(rate));
}

function hypervisor({ module, enabled }: TargetLook): string {
  if (enabled) return 'The hypervisor is enabled.';
  return module === 'loaded'
    ? 'The driver is loaded; the hypervisor is not enabled.'
    : "Jailhouse's driver is not loaded: there is no /sys/devices/jailhouse.";
}

function silence(reason: NoAnswerReason | undefined): { readonly word: string; readonly icon: string } {
  switch (reason) {
    case 'authentication':
      return { word: 'login needed', icon: 'lock' };
    case 'host-key-unknown':
      return { word: 'host key not known', icon: 'key' };
    case 'host-key-changed':
      return { word: 'host key has changed', icon: 'warning' };
    case 'no-ssh':
      return { word: 'no ssh on this machine', icon: 'warning' };
    case 'misconfigured':
    case undefined:
      return { word: 'cannot be used', icon: 'warning' };
    default:
      return { word: 'not reachable', icon: 'debug-disconnect' };
  }
}

function isRunning(state: string): boolean {
  return state === 'running' || state === 'running/locked';
}

function isFailed({ state, failedCpus }: Pick<LookedAtCell, 'state' | 'failedCpus'>): boolean {
  return state === 'failed' || state === 'Comm ABI mismatch' || failedCpus.length > 0;
}

function cpus(numbers: readonly number[]): string {
  return `${numbers.length === 1 ? 'CPU' : 'CPUs'} ${ranges(numbers)}`;
}

/** `0,2-3`, as the kernel prints it. */
function ranges(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < numbers.length; at++) {
    const first = numbers[at] as number;
    let last = first;
    while (numbers[at + 1] === last + 1) last = numbers[++at] as number;
    parts.push(first === last ? String(first) : `${first}-${last}`);
  }
  return parts.join(',');
}

function run(count: number): string {
  return `${counted(count, 'cell')} ${count === 1 ? 'runs' : 'run'}`;
}
