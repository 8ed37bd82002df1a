import { targetFolder } from '../observe/observe.ts';
import { scriptStart } from '../observe/sections.ts';
import type { Connection, RemoteAnswer } from '../ssh/connection.ts';
import { quote } from '../ssh/quote.ts';

/**
 * Any file of sysfs that everybody may read: flock works on it, and nothing is left behind. The kernel frees the lock when the session ends, however
 * it ends.
 */
const lockFile = '/sys/devices/system/cpu/online';

/** Where flock is not installed: a folder, taken over when the process in it is gone. */
const lockFolder = '/tmp/jailhouse-cells.lock';

export interface LockOptions {
  readonly folder: string;
  /** `alice@laptop`: shown to who comes second. */
  readonly who: string;
  /** Files of the system's folder that stay as they are, and all that it will have; empty: the folder is not touched. */
  readonly reuse: readonly string[];
  readonly files: readonly string[];
}

export type Lock =
  | { readonly kind: 'held'; release(): Promise<void> }
  | { readonly kind: 'taken'; readonly who: string }
  | { readonly kind: 'failed'; readonly message: string }
  | Extract<RemoteAnswer, { kind: 'none' }>;

/** Takes the target for this session alone, and lays out its folder. One round trip; the session stays open until the lock is released. */
export async function takeLock(connection: Connection, options: LockOptions): Promise<Lock> {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let ready = (_: 'ready'): void => undefined;
  const isReady = new Promise<'ready'>((resolve) => {
    ready = resolve;
  });
  let output = '';
  const session = connection.run({
    title: 'take the target for this session',
    script: lockScript(options),
    // Held until the session's input ends.
    input: untilEnded(ended),
    limit: 24 * 3_600_000,
    onOutput: (text) => {
      output += text;
      if (/^jailhouse-cells ready$/m.test(output)) ready('ready');
    },
  });
  const first = await Promise.race([isReady, session]);
  if (first === 'ready') {
    return {
      kind: 'held',
      release: async () => {
        end();
        await session;
      },
    };
  }
  end();
  if (first.kind === 'none') return first;
  const taken = /^jailhouse-cells taken ?(.*)$/m.exec(first.stdout);
  if (taken !== null) return { kind: 'taken', who: (taken[1] ?? '').trim() };
  return { kind: 'failed', message: (first.stderr || first.stdout).trim().split('\n', 1)[0] || `exit status ${first.status}` };
}

/** An input without bytes that ends when it is told to. */
function untilEnded(ended: Promise<void>): AsyncIterable<Uint8Array> {
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    await ended;
    return { done: true, value: undefined };
  };
  return { [Symbol.asyncIterator]: () => ({ next }) };
}

function lockScript({ folder, who, reuse, files }: LockOptions): string {
  const hold = [...layOut(folder, reuse, files), 'echo "jailhouse-cells ready"', 'exec cat >/dev/null'].join('\n');
  const label = who.replace(/[^\w@.-]/g, '_').slice(0, 80);
  const asked = `ps -eo args 2>/dev/null | sed -n 's/.*[j]ailhouse-cells-lock \\([A-Za-z0-9_@.-]*\\).*/\\1/p' | head -n 1`;
  return [
    scriptStart,
    'if command -v flock >/dev/null; then',
    `flock -n ${lockFile} sh -c ${quote(hold)} jailhouse-cells-lock ${quote(label)}`,
    'STATUS=$?',
    // What fails inside is 74: 1 is flock's own word for "somebody has it".
    '[ "$STATUS" = 1 ] && STATUS=75',
    'else',
    `OWNER="$(cat ${lockFolder}/owner 2>/dev/null)"`,
    `[ -n "$OWNER" ] && [ ! -d "/proc/\${OWNER%% *}" ] && rm -rf ${lockFolder}`,
    `if mkdir ${lockFolder} 2>/dev/null; then`,
    `echo "$$ ${label}" > ${lockFolder}/owner; trap 'rm -rf ${lockFolder}' EXIT HUP TERM INT`,
    `sh -c ${quote(hold)}; STATUS=$?`,
    'else STATUS=75; fi',
    'fi',
    `if [ "$STATUS" = 75 ]; then echo "jailhouse-cells taken $(${asked})"; fi`,
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
    `cd ${base}/next`,
    `for f in * .[!.]*; do case "$f" in ${keep}) ;; *) rm -rf "./$f" ;; esac; done`,
    ...reuse.map((name) => `ln -f ../current/${quote(name)} ${quote(name)} 2>/dev/null || cp -p ../current/${quote(name)} ${quote(name)}`),
    'cd',
    'set +e',
    'trap - EXIT',
  ];
}
