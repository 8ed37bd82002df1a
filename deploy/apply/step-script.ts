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
  /** The record to write as soon as the commands are done; undefined: it stays. The host may not live to write it. */
  readonly recordAfter: LaterRecord | undefined;
  /** Dead man's switch: seconds after which the target disables the hypervisor by itself unless it is told that all is well. */
  readonly deadMan: number | undefined;
  /** Feed the hardware watchdog meanwhile, so that a frozen board restarts. */
  readonly watchdog: boolean;
}

/** A record in which the inode of a cell is missing, which only the target knows then. */
export interface LaterRecord {
  readonly text: string;
  /** Stands in `text` for the inode. */
  readonly placeholder: string;
  /** Whose inode it is: the root cell's, or that of the cell with this name; undefined: nobody's. */
  readonly of: 'root' | { readonly name: string } | undefined;
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
  const { folder, files, record, recordAfter, deadMan, watchdog } = surroundings;
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
    // A script that comes late, after its deployment was cancelled, finds its folder gone and does nothing.
    `cd ${base}/${quote(folder)}/${files} 2>/dev/null || ${files === 'next' ? 'exit 75' : 'cd'}`,
    'section mark; log | tail -n 1',
    ...(step.kind === 'enable' && deadMan !== undefined ? [armSwitch(sections.token, state, deadMan, watchdog)] : []),
    'section output',
    ...(files === 'next' ? ['[ -d ../next ] || exit 75'] : []),
    `{ ${commands.join(' && ')}; } 2>&1 </dev/null; STATUS=$?`,
    // Before anything is printed: without a reader that would be the end of the script.
    ...(recordAfter === undefined ? [] : [laterRecord(recordAfter)]),
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

function laterRecord({ text, placeholder, of }: LaterRecord): string {
  const done = 'if [ "$STATUS" = 0 ]; then';
  if (of === undefined) return `${done} ${writeRecord(text)}; fi`;
  const name = of === 'root' ? '' : Buffer.from(`${of.name}\n`).toString('base64');
  const isIt =
    of === 'root' ? '[ "${c##*/}" = 0 ]' : `[ "\${c##*/}" != 0 ] && [ "$(base64 < "$c/name" 2>/dev/null | tr -d "\\n")" = ${quote(name)} ]`;
  return [
    done,
    'INODE=; for c in /sys/devices/jailhouse/cells/*; do',
    `if [ -d "$c" ] && ${isIt}; then INODE="$(ls -di "$c")"; INODE="\${INODE#\${INODE%%[! ]*}}"; INODE="\${INODE%% *}"; fi`,
    'done',
    `if [ -n "$INODE" ]; then ${writeRecord(text, placeholder)}; fi`,
    'fi',
  ].join('\n');
}

/**
 * Shell text that puts the record in place as a whole.
 *
 * @param placeholder Stands in it for the shell variable INODE.
 */
export function writeRecord(record: string, placeholder?: string): string {
  const base = `"$HOME"/${targetFolder}`;
  if (record === '') return `rm -f ${base}/record`;
  const words = placeholder === undefined ? quote(record) : record.split(placeholder).map(quote).join('"$INODE"');
  return `{ { printf %s ${words} > ${base}/.record && mv -f ${base}/.record ${base}/record; } || { rm -f ${base}/.record; false; }; }`;
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
