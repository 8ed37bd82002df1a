import { cellsScript, kernelLogScript, rootScript, targetFolder } from '../observe/observe.ts';
import { type Sections, scriptStart } from '../observe/sections.ts';
import type { TargetState } from '../observe/target-state.ts';
import type { Step } from '../plan/plan.ts';
import { quote } from '../ssh/quote.ts';

/** Programs that need root. */
const asRoot = new Set(['jailhouse', 'modprobe']);

/** What a step's script does beside its commands. */
export interface StepSurroundings {
  readonly folder: string;
  /** `next` while a deployment is under way, `current` to put back what ran before. */
  readonly files: 'next' | 'current';
  /** Text of the record to write down before the commands; undefined: it stays as it is. */
  readonly record: string | undefined;
  /** Dead man's switch: seconds after which the target disables the hypervisor by itself unless it is told that all is well. */
  readonly deadMan: number | undefined;
  /** Feed the hardware watchdog meanwhile, so that a frozen board restarts. */
  readonly watchdog: boolean;
}

/** Absolute path and `sudo` where a program needs them; `ip` changes things only as root. */
export function commandLine(command: readonly string[], state: Pick<TargetState, 'programs'>): string {
  const [program = '', ...rest] = command;
  const needsRoot = asRoot.has(program) || program === 'ip';
  const path = needsRoot ? (state.programs[program] ?? program) : program;
  return `${needsRoot ? '$ROOT ' : ''}${[path, ...rest].map(quote).join(' ')}`;
}

/** The script of a step: its commands one after the other until one fails, then everything that verification looks at. */
export function stepScript(sections: Sections, step: Step, state: Pick<TargetState, 'programs'>, surroundings: StepSurroundings): string {
  const { folder, files, record, deadMan, watchdog } = surroundings;
  const base = `"$HOME"/${targetFolder}`;
  const commands = step.commands.map((command) => shellCommand(step, command, state));
  return [
    scriptStart,
    sections.prelude,
    rootScript,
    kernelLogScript,
    // All is well so far: a dead man's switch of the step before must not fire.
    `rm -f ${base}/armed`,
    ...(record === undefined ? [] : [writeRecord(record)]),
    `cd ${base}/${quote(folder)}/${files} 2>/dev/null || cd`,
    'section mark; log | tail -n 1',
    ...(step.kind === 'enable' && deadMan !== undefined ? [armSwitch(sections.token, state, deadMan, watchdog)] : []),
    'section output',
    `{ ${commands.join(' && ')}; } 2>&1 </dev/null; STATUS=$?`,
    'section status; echo "$STATUS"',
    'section log; log | tail -n 300',
    'section boot; cat /proc/sys/kernel/random/boot_id',
    ...(step.kind === 'network' ? ['section addresses; ip -o address show 2>/dev/null'] : []),
    // After disable the ring buffer of sysfs is empty; the device still has the old log.
    ...(step.kind === 'disable' || step.kind === 'enable'
      ? [
          'section old-console',
          // After an oops the driver's lock is held for ever.
          `[ "$STATUS" = 139 ] || [ "$(cat /sys/devices/jailhouse/enabled 2>/dev/null)" = 1 ] || ${commandLine(['jailhouse', 'console'], state)} 2>/dev/null </dev/null`,
        ]
      : []),
    cellsScript,
    'section end',
  ].join('\n');
}

/** Shell text that puts the record in place as a whole. */
export function writeRecord(record: string): string {
  const base = `"$HOME"/${targetFolder}`;
  if (record === '') return `rm -f ${base}/record`;
  return `{ { printf %s ${quote(record)} > ${base}/.record && mv -f ${base}/.record ${base}/record; } || { rm -f ${base}/.record; false; }; }`;
}

function shellCommand(step: Step, command: readonly string[], state: Pick<TargetState, 'programs'>): string {
  const line = commandLine(command, state);
  if (step.kind !== 'network' || command[1] !== 'address') return line;
  // Devices of the virtual PCI host take a moment to appear; an address that is there already is all right.
  const [, , , address = '', , device = ''] = command;
  const there = `ip -o address show dev ${quote(device)} 2>/dev/null | grep -F -q ${quote(` ${address} `)}`;
  return `{ N=0; while [ ! -e /sys/class/net/${quote(device)} ] && [ "$N" -lt 20 ]; do sleep 0.1; N=$((N+1)); done; ${there} || ${line}; }`;
}

/**
 * Detached from the session, so that it outlives it.
 *
 * @param token Tells this switch from others: one of an earlier deployment must not fire for a later one.
 */
function armSwitch(token: string, state: Pick<TargetState, 'programs'>, seconds: number, watchdog: boolean): string {
  const base = `"$HOME"/${targetFolder}`;
  const disable = commandLine(['jailhouse', 'disable'], state);
  const isArmed = `[ "$(cat ${base}/armed 2>/dev/null)" = ${token} ]`;
  const body = `sleep ${seconds}; ${isArmed} || exit 0; rm -f ${base}/armed; ${disable}`;
  const feed = `{ while ${isArmed}; do printf .; sleep 2; done; printf V; } | $ROOT tee /dev/watchdog >/dev/null`;
  return [
    `echo ${token} > ${base}/armed`,
    `export ROOT; setsid nohup sh -c ${quote(body)} </dev/null >/dev/null 2>&1 &`,
    ...(watchdog ? [`if [ -c /dev/watchdog ]; then setsid nohup sh -c ${quote(feed)} </dev/null >/dev/null 2>&1 & fi`] : []),
  ].join('\n');
}
