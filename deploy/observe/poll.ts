import type { RemoteAnswer, SshConnection } from '../ssh/connection.ts';
import { readCells } from './observe.ts';
import { Sections, scriptStart } from './sections.ts';
import type { TargetCell } from './target-state.ts';

/** What is looked at again and again while somebody watches a target. */
export interface TargetLook {
  /** Of /proc/sys/kernel/random/boot_id: another one after each boot. */
  readonly bootId: string;
  readonly module: 'loaded' | 'not loaded';
  readonly enabled: boolean;
  /** By id, the root cell (0) first; empty while disabled. */
  readonly cells: readonly LookedAtCell[];
  /** Seconds since boot, by the target's own clock; undefined where it does not tell. */
  readonly uptime: number | undefined;
}

export interface LookedAtCell extends TargetCell {
  /** VM exits of all its CPUs so far; undefined where the driver keeps no statistics. */
  readonly exits: number | undefined;
  /** VM exits per second since the look before; undefined at the first one, and when the cell was made anew or its counter went round meanwhile. */
  readonly exitsPerSecond: number | undefined;
}

export type Looked = { readonly kind: 'look'; readonly look: TargetLook } | Exclude<RemoteAnswer, { kind: 'answer' }> | NoLook;

/** It answered, but not as a Linux with a POSIX shell does. */
export interface NoLook {
  readonly kind: 'unreadable';
  readonly message: string;
}

/** Milliseconds; a target that needs longer is treated as one that does not answer. */
const limit = 10_000;

/**
 * Prints what `readLook` reads. Everything comes from files that anybody may read and that take no lock of the driver: also behind a call that hangs
 * they answer. Never the pool files, never the console.
 */
export function pollScript(sections: Sections): string {
  return [
    scriptStart,
    sections.prelude,
    'J=/sys/devices/jailhouse',
    // The shell reads the files by itself: a poll starts few processes on the target.
    'line() { V=; { read -r V < "$1"; } 2>/dev/null; printf "%s %s\\n" "$2" "$V"; }',
    'section boot; line /proc/sys/kernel/random/boot_id boot; line /proc/uptime uptime',
    'section module; [ -e "$J" ] && echo loaded',
    'section enabled; { read -r V < "$J/enabled"; } 2>/dev/null && echo "$V"',
    'section cells',
    'for c in "$J"/cells/*; do',
    '[ -d "$c" ] || continue',
    'printf "cell %s " "${c##*/}"; ls -di "$c" 2>/dev/null || echo',
    // A name may hold anything, line ends too.
    'printf "name "; { base64 < "$c/name"; } 2>/dev/null | tr -d "\\n"; echo',
    'for f in state cpus_assigned_list cpus_failed_list; do line "$c/$f" "$f"; done',
    'line "$c/statistics/vmexits_total" exits',
    'done',
    'section end',
  ].join('\n');
}

/** Looks at a target. One round trip, never a question. @param before What the last look found. */
export async function poll(connection: Pick<SshConnection, 'run'>, before?: TargetLook, signal?: AbortSignal): Promise<Looked> {
  const sections = new Sections();
  const answer = await connection.run({
    title: 'look at the cells',
    script: pollScript(sections),
    limit,
    ...(signal !== undefined && { signal }),
  });
  if (answer.kind === 'none') return answer;
  const read = sections.read(answer.stdout);
  if (read.has('end')) return { kind: 'look', look: readLook(read, before) };
  const said = (answer.stderr || answer.stdout).trim().split('\n', 1)[0] || 'it said nothing';
  return { kind: 'unreadable', message: `The target's shell did not run the script to its end: ${said}. It has to be a POSIX shell.` };
}

/** What `pollScript` printed. */
export function readLook(sections: ReadonlyMap<string, string>, before?: TargetLook): TargetLook {
  const words = new Map((sections.get('boot') ?? '').split('\n').map((line) => line.split(' ', 2) as [string, string]));
  const bootId = words.get('boot') ?? '';
  const uptime = number(words.get('uptime'));
  const exits = readExits(sections.get('cells') ?? '');
  const { enabled, cells } = readCells(sections);
  const known = before?.bootId === bootId ? before : undefined;
  const seconds = uptime === undefined || known?.uptime === undefined ? 0 : uptime - known.uptime;
  return {
    bootId,
    module: sections.get('module')?.trim() === 'loaded' ? 'loaded' : 'not loaded',
    enabled,
    uptime,
    cells: cells.map((cell) => {
      const count = exits.get(cell.id);
      const last = known?.cells.find(({ id, inode, name }) => id === cell.id && inode === cell.inode && name === cell.name)?.exits;
      const more = count === undefined || last === undefined ? -1 : count - last;
      return { ...cell, exits: count, exitsPerSecond: seconds > 0 && more >= 0 ? more / seconds : undefined };
    }),
  };
}

function readExits(text: string): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  let cell: number | undefined;
  for (const line of text.split('\n')) {
    const [word, value] = line.split(' ');
    if (word === 'cell') cell = number(value);
    const count = word === 'exits' ? number(value) : undefined;
    if (cell !== undefined && count !== undefined) found.set(cell, count);
  }
  return found;
}

function number(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}
