import type { Connection, RemoteAnswer } from '../ssh/connection.ts';
import { readCpuRanges } from './cpu-ranges.ts';
import { Sections, scriptStart } from './sections.ts';
import { readRecord } from './target-record.ts';
import type { TargetCell, TargetState } from './target-state.ts';

/** Below the login's home folder. */
export const targetFolder = '.jailhouse-cells';

/** Shell text that prints enabled, cells and console: what every step looks at afterwards. Never the pool files: they can hang, and the console too. */
export const cellsScript = [
  'section enabled; cat /sys/devices/jailhouse/enabled 2>/dev/null',
  'section cells',
  'for c in /sys/devices/jailhouse/cells/*; do',
  '[ -d "$c" ] || continue',
  'printf "cell %s " "${c##*/}"; ls -di "$c" 2>/dev/null || echo',
  // A name may hold anything, line ends too.
  'printf "name "; { base64 < "$c/name"; } 2>/dev/null | tr -d "\\n"; echo',
  'for f in state cpus_assigned_list cpus_failed_list; do printf "%s " "$f"; cat "$c/$f" 2>/dev/null || echo; done',
  'done',
  // It waits for the driver's lock, which a call that hangs never gives back.
  'section console; T=; command -v timeout >/dev/null && T="timeout 2"; $T cat /sys/devices/jailhouse/console 2>/dev/null',
].join('\n');

/** Shell text that sets `$ROOT` to the way to root: empty for the root login, else `sudo -n`. Unquoted on purpose where it is used. */
export const rootScript = 'ROOT=; [ "$(id -u)" = 0 ] || ROOT="sudo -n"';

/** Shell text that defines `log`: the kernel's log, as root where others may not read it. */
export const kernelLogScript = 'log() { dmesg 2>/dev/null || $ROOT dmesg 2>/dev/null; }';

/**
 * Shell text that waits for commands that change cells, up to so many fifths of a second, and prints one that is still there. A command outlives the
 * session that it was started from (target-behaviour.md, section 6): what is seen before its end is not what there is to go by.
 */
export const pendingScript = (fifths: number): string =>
  [
    'pending() { { ps -eo args 2>/dev/null || ps -o args 2>/dev/null; } | grep -E "^(sudo (-n )?)?([^ ]*/)?(jailhouse (enable|disable|cell (create|load|start|shutdown|destroy|linux))|python3? [^ ]*/jailhouse-cell-linux) " | head -n 1; }',
    `N=0; while [ -n "$(pending)" ] && [ "$N" -lt ${fifths} ]; do sleep 0.2; N=$((N+1)); done`,
    'section pending; pending',
  ].join('\n');

/** @param folder The system's folder, a safe file name. */
export function observeScript(sections: Sections, folder: string): string {
  return [
    scriptStart,
    sections.prelude,
    rootScript,
    pendingScript(30),
    'section boot; cat /proc/sys/kernel/random/boot_id',
    'section clock; date +%s',
    'section user; id -un',
    'section home; printf "%s\\n" "$HOME"',
    'section uid; id -u',
    'section tool; command -v jailhouse',
    'section programs; for p in jailhouse modprobe ip cat dmesg sha256sum flock timeout; do command -v "$p" >/dev/null && printf "%s %s\\n" "$p" "$(command -v "$p")"; done',
    'section sudo; T="$(command -v jailhouse)"; if [ -n "$ROOT" ] && [ -n "$T" ]; then $ROOT "$T" --version 2>&1 >/dev/null && echo allowed; fi',
    'section module; [ -e /sys/devices/jailhouse ] && echo loaded',
    `section record; cat "$HOME/${targetFolder}/record" 2>/dev/null`,
    ...['current', 'next'].map(
      (which) =>
        `section ${which}; if cd "$HOME/${targetFolder}/${folder}/${which}" 2>/dev/null; then for f in *; do [ -f "$f" ] && sha256sum "$f"; done; cd; fi`,
    ),
    `section leftovers; ls -d "$HOME/${targetFolder}/${folder}/next" "$HOME/${targetFolder}/${folder}/old" "$HOME/${targetFolder}/.record" "$HOME/${targetFolder}/armed" 2>/dev/null`,
    'section addresses; ip -o address show 2>/dev/null',
    cellsScript,
    'section end',
  ].join('\n');
}

/** Looks at a target. One round trip. */
export async function observe(
  connection: Connection,
  folder: string,
  signal?: AbortSignal,
): Promise<TargetState | Exclude<RemoteAnswer, { kind: 'answer' }> | Unreadable> {
  const sections = new Sections();
  const answer = await connection.run({
    title: 'look at the target',
    script: observeScript(sections, folder),
    limit: 30_000,
    ...(signal !== undefined && { signal }),
  });
  if (answer.kind === 'none') return answer;
  const read = sections.read(answer.stdout);
  if (!read.has('end')) {
    const said = (answer.stderr || answer.stdout).trim().split('\n').slice(0, 3).join(' ');
    return {
      kind: 'unreadable',
      message: `The target's shell did not run the script to its end: ${said || 'it said nothing'}. It has to be a POSIX shell (dash, bash, busybox).`,
    };
  }
  return readState(read);
}

/** The target answered, but not as a Linux with a POSIX shell does. */
export interface Unreadable {
  readonly kind: 'unreadable';
  readonly message: string;
}

export function isTargetState(value: Awaited<ReturnType<typeof observe>>): value is TargetState {
  return !('kind' in value);
}

export function readState(sections: ReadonlyMap<string, string>): TargetState {
  const line = (name: string): string => sections.get(name)?.trim() ?? '';
  const sudoText = line('sudo');
  const isRoot = line('uid') === '0';
  return {
    bootId: line('boot'),
    clock: Number(line('clock')) || 0,
    user: line('user'),
    home: line('home'),
    root: isRoot ? 'login' : sudoText.split('\n').at(-1) === 'allowed' ? 'sudo' : 'refused',
    sudoText,
    tool: line('tool') || undefined,
    programs: Object.fromEntries(lines(sections.get('programs')).map((entry) => entry.split(' ', 2) as [string, string])),
    module: line('module') === 'loaded' ? 'loaded' : 'not loaded',
    record: readRecord(line('record')),
    current: readDigests(sections.get('current')),
    next: readDigests(sections.get('next')),
    leftovers: line('leftovers') !== '',
    addresses: readAddresses(sections.get('addresses')),
    pending: readPending(sections),
    ...readCells(sections),
  };
}

/** What `pendingScript` printed: the command as a person would type it. */
export function readPending(sections: ReadonlyMap<string, string>): string | undefined {
  const args = sections.get('pending')?.trim() ?? '';
  return args === '' ? undefined : args.replace(/^(?:sudo (?:-n )?)?(?:\S*\/)?(?=jailhouse )/, '');
}

/** What `cellsScript` printed. */
export function readCells(sections: ReadonlyMap<string, string>): Pick<TargetState, 'enabled' | 'cells' | 'console'> {
  const cells: { -readonly [K in keyof TargetCell]: TargetCell[K] }[] = [];
  for (const text of lines(sections.get('cells'))) {
    const space = text.indexOf(' ');
    const word = space < 0 ? text : text.slice(0, space);
    const rest = space < 0 ? '' : text.slice(space + 1);
    if (word === 'cell') {
      const match = /^(\d+) +(\d+)?/.exec(rest);
      if (match !== null) cells.push({ id: Number(match[1]), name: '', state: 'invalid', cpus: [], failedCpus: [], inode: match[2] ?? '' });
      continue;
    }
    const cell = cells.at(-1);
    if (cell === undefined) continue;
    if (word === 'name') cell.name = Buffer.from(rest, 'base64').toString('utf8').replace(/\n$/, '');
    if (word === 'state') cell.state = rest.trim() || 'invalid';
    if (word === 'cpus_assigned_list') cell.cpus = readCpuRanges(rest);
    if (word === 'cpus_failed_list') cell.failedCpus = readCpuRanges(rest);
  }
  // A cell that vanished while it was looked at has no name.
  const there = cells.filter(({ name }) => name !== '').sort((a, b) => a.id - b.id);
  return { enabled: sections.get('enabled')?.trim() === '1', cells: there, console: sections.get('console') ?? '' };
}

function lines(text: string | undefined): readonly string[] {
  return (text ?? '').split('\n').filter((entry) => entry !== '');
}

function readDigests(text: string | undefined): ReadonlyMap<string, string> {
  return new Map(
    lines(text).flatMap((entry) => {
      const match = /^([0-9a-f]{64}) [ *](.+)$/.exec(entry);
      return match === null ? [] : [[match[2] as string, match[1] as string]];
    }),
  );
}

function readAddresses(text: string | undefined): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const entry of lines(text)) {
    const match = /^\d+: +([^\s@:]+)\S* +inet6? +(\S+)/.exec(entry);
    if (match === null) continue;
    const device = match[1] as string;
    found.set(device, [...(found.get(device) ?? []), match[2] as string]);
  }
  return found;
}
