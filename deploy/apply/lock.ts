import { setTimeout as delay } from 'node:timers/promises';
import { cellsScript, readCells, targetFolder } from '../observe/observe.ts';
import { Sections, scriptStart } from '../observe/sections.ts';
import type { Connection, RemoteAnswer } from '../ssh/connection.ts';
import { quote } from '../ssh/quote.ts';
import type { Seen } from './verify.ts';

/**
 * Any file of sysfs that everybody may read: flock works on it, and nothing is left behind. The kernel frees the lock when the session ends, however
 * it ends.
 */
const lockFile = '/sys/devices/system/cpu/online';

/** Where flock is not installed: a folder, taken over when the process in it is gone or of another boot. */
const lockFolder = '/tmp/jailhouse-cells.lock';

/** Milliseconds between signs of life, and seconds without one after which the target gives the lock up: a connection can die without a word. */
const lifeEvery = 15_000;
const lifeWithin = 60;

/** Milliseconds in which the session that holds the lock ends when it is told to. */
const releaseLimit = 3000;

export interface LockOptions {
  readonly folder: string;
  /** `alice@laptop`: shown to who comes second. */
  readonly who: string;
  /** Files of the system's folder that stay as they are, and all that it will have; empty: the folder is not touched. */
  readonly reuse: readonly string[];
  readonly files: readonly string[];
  /** Milliseconds to get it in. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

export type Lock =
  | {
      readonly kind: 'held';
      /** The target under the lock. */
      readonly seen: Seen;
      /** The session that holds it is over. */
      readonly ended: boolean;
      release(): Promise<void>;
    }
  | { readonly kind: 'taken'; readonly who: string }
  | { readonly kind: 'failed'; readonly message: string }
  | Extract<RemoteAnswer, { kind: 'none' }>;

/** Takes the target for this session alone, and lays out its folder. One round trip; the session stays open until the lock is released. */
export async function takeLock(connection: Connection, options: LockOptions): Promise<Lock> {
  const { limit, signal } = options;
  const sections = new Sections();
  const release = new AbortController();
  const stop = new AbortController();
  const cancel = (): void => stop.abort();
  signal?.addEventListener('abort', cancel);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    stop.abort();
  }, limit);
  let ready = (): void => undefined;
  const isReady = new Promise<'ready'>((resolve) => {
    ready = () => resolve('ready');
  });
  let output = '';
  let ended = false;
  const session = connection.run({
    title: 'take the target for this session',
    script: lockScript(sections, options),
    input: signsOfLife(release.signal),
    limit: Number.POSITIVE_INFINITY,
    signal: stop.signal,
    onOutput: (text) => {
      output += text;
      if (sections.read(output).has('ready')) ready();
    },
  });
  void session.then(() => {
    ended = true;
  });
  const first = await Promise.race([isReady, session]);
  clearTimeout(timer);
  signal?.removeEventListener('abort', cancel);
  if (first === 'ready') {
    const read = sections.read(output);
    return {
      kind: 'held',
      seen: { bootId: read.get('boot')?.trim() ?? '', ...readCells(read) },
      get ended() {
        return ended;
      },
      release: async () => {
        release.abort();
        // A board that stands still does not end it.
        const waited = new AbortController();
        await Promise.race([session, delay(releaseLimit, undefined, { signal: waited.signal }).catch(() => undefined)]);
        waited.abort();
        stop.abort();
        await session;
      },
    };
  }
  release.abort();
  if (first.kind === 'none') {
    return late ? { ...first, reason: 'timeout', message: `The target did not answer within ${Math.round(limit / 1000)} s.` } : first;
  }
  const taken = sections.read(first.stdout).get('taken');
  if (taken !== undefined) return { kind: 'taken', who: taken.trim() };
  return { kind: 'failed', message: (first.stderr || first.stdout).trim().split('\n', 1)[0] || `exit status ${first.status}` };
}

/** A dot every now and then, until the lock is released. */
async function* signsOfLife(released: AbortSignal): AsyncGenerator<Uint8Array> {
  const dot = Buffer.from('.');
  while (!released.aborted) {
    yield dot;
    await delay(lifeEvery, undefined, { signal: released }).catch(() => undefined);
  }
}

function lockScript(sections: Sections, { folder, who, reuse, files }: LockOptions): string {
  const hold = [
    ...layOut(folder, reuse, files),
    sections.prelude,
    'section boot; cat /proc/sys/kernel/random/boot_id',
    cellsScript,
    'section ready',
    'if command -v timeout >/dev/null && command -v head >/dev/null; then',
    `while [ "$(timeout ${lifeWithin} head -c 1)" = . ]; do :; done`,
    'else cat >/dev/null; fi',
  ].join('\n');
  const label = who.replace(/[^\w@.-]/g, '_').slice(0, 80);
  const holder = `ps -eo args 2>/dev/null | sed -n 's/.*[j]ailhouse-cells-lock \\([A-Za-z0-9_@.-]*\\).*/\\1/p' | head -n 1`;
  return [
    scriptStart,
    sections.prelude,
    'HOLDER=',
    'if command -v flock >/dev/null; then',
    `flock -n ${lockFile} sh -c ${quote(hold)} jailhouse-cells-lock ${quote(label)}`,
    'STATUS=$?',
    // What fails inside is 74: 1 is flock's own word for "somebody has it".
    `if [ "$STATUS" = 1 ]; then STATUS=75; HOLDER="$(${holder})"; fi`,
    'else',
    'BOOT="$(cat /proc/sys/kernel/random/boot_id)"',
    `read -r OWNER ITSBOOT HOLDER 2>/dev/null < ${lockFolder}/owner`,
    `if [ -n "$OWNER" ] && { { [ ! -d "/proc/$OWNER" ] && ! kill -0 "$OWNER" 2>/dev/null; } || [ "$ITSBOOT" != "$BOOT" ]; }; then rm -rf ${lockFolder}; fi`,
    `if mkdir ${lockFolder} 2>/dev/null; then`,
    `trap 'rm -rf ${lockFolder}' EXIT; trap 'exit 129' HUP; trap 'exit 143' TERM; trap 'exit 130' INT`,
    `echo "$$ $BOOT ${label}" > ${lockFolder}/owner`,
    `sh -c ${quote(hold)}; STATUS=$?`,
    'else STATUS=75; fi',
    'fi',
    'if [ "$STATUS" = 75 ]; then section taken; echo "$HOLDER"; fi',
    'exit "$STATUS"',
  ].join('\n');
}

/** The folder of the next deployment: what stays is linked, what an unfinished one left and is not wanted goes. */
function layOut(folder: string, reuse: readonly string[], files: readonly string[]): readonly string[] {
  if (files.length === 0) return [];
  const base = `"$HOME"/${targetFolder}/${quote(folder)}`;
  const keep = files.map((name) => quote(name)).join('|');
  return [
    'trap \'[ "$?" = 0 ] || exit 74\' EXIT',
    'set -e',
    'umask 077',
    `mkdir -p ${base}/next`,
    // It may have been made by hand, for everybody to read.
    `chmod 700 "$HOME"/${targetFolder}`,
    `cd ${base}/next`,
    `for f in * .[!.]*; do case "$f" in ${keep}) ;; *) rm -rf "./$f" ;; esac; done`,
    ...reuse.map((name) => `ln -f ../current/${quote(name)} ${quote(name)} 2>/dev/null || cp -p ../current/${quote(name)} ${quote(name)}`),
    'cd',
    'set +e',
    'trap - EXIT',
  ];
}
