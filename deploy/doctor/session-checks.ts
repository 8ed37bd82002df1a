import { humanSize } from '@jailhouse-cells/core/source/numbers.ts';
import { check, type Judge, ok } from './check.ts';
import { sudoersLine } from './sudoers.ts';

/** Seconds by which clocks may differ before files and logs confuse people. */
const clockTolerance = 300;

export const root: Judge = ({ facts, target }) => {
  const { state } = facts;
  const title = 'Root';
  if (state.root === 'login') return ok('root', title, 'The login is root.');
  if (state.root === 'sudo' && target.sudo) return ok('root', title, `${state.user} may run jailhouse by sudo.`);
  if (state.root === 'sudo')
    return check(
      'root',
      title,
      'blocker',
      `${state.user} is not root, and the target does not say "sudo": true.`,
      'Add "sudo": true to the target.',
    );
  const said = state.sudoText === '' ? 'sudo is not there, or asks for a password' : state.sudoText.split('\n')[0];
  return check(
    'root',
    title,
    'blocker',
    `${state.user} may not become root: ${said}.`,
    `Put this line into /etc/sudoers.d/jailhouse-cells with visudo: ${sudoersLine(state)}`,
  );
};

export const disk: Judge = ({ facts, options }) => {
  const { freeBytes } = facts;
  if (freeBytes === undefined) return undefined;
  const found = `${humanSize(BigInt(freeBytes))} free, ${humanSize(BigInt(options.toSend))} to send.`;
  // Old and new files lie beside each other for a moment.
  if (freeBytes > options.toSend + (1 << 20)) return ok('disk', 'Disk', found);
  return check('disk', 'Disk', 'blocker', found, 'Make room in the home folder of the login.');
};

export const clock: Judge = ({ facts, options }) => {
  const { clock } = facts.state;
  const away = Math.abs(clock - options.now);
  if (clock === 0) return undefined;
  if (away <= clockTolerance) return ok('clock', 'Clock', 'Within five minutes of this machine’s.');
  return check(
    'clock',
    'Clock',
    'warning',
    `It differs by ${away >= 7200 ? `${Math.round(away / 3600)} hours` : `${Math.round(away / 60)} minutes`} from this machine’s.`,
    'Set it (timedatectl), so that the times of logs can be compared.',
  );
};

export const lock: Judge = ({ facts }) => {
  if (facts.deploying === undefined) return ok('lock', 'Other sessions', 'Nobody else is deploying.');
  return check('lock', 'Other sessions', 'blocker', `${facts.deploying} is deploying to this target now.`, 'Wait for it to end.');
};

export const state: Judge = ({ facts, deployment }) => {
  const { state } = facts;
  if (!state.enabled) return ok('state', 'Hypervisor', 'Not enabled.');
  const root = state.cells.find(({ id }) => id === 0);
  if (root !== undefined && root.failedCpus.length > 0)
    return check(
      'state',
      'Hypervisor',
      'blocker',
      `CPU ${root.failedCpus.join(', ')} of the root cell is parked: the board is half dead.`,
      'Switch the board off and on.',
    );
  const cells = state.cells.filter(({ id }) => id !== 0).map(({ name, state: cellState }) => `${name} (${cellState})`);
  const known = state.record?.system === deployment.system && state.record.bootId === state.bootId;
  return ok(
    'state',
    'Hypervisor',
    `Enabled${known ? ` with ${deployment.system}` : ' by somebody else'}; ${cells.length === 0 ? 'no cells' : cells.join(', ')}.`,
  );
};
