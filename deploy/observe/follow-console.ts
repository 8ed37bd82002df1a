import { randomBytes } from 'node:crypto';
import type { RemoteAnswer, SshConnection } from '../ssh/connection.ts';
import { type ConsoleEvent, type ConsoleLook, ConsoleTail } from './console-tail.ts';
import { scriptStart } from './sections.ts';

export interface FollowOptions {
  readonly onEvent: (event: ConsoleEvent) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** What was seen before, as over a lost connection; left out: nothing. */
  readonly tail?: ConsoleTail;
  /** Milliseconds between two looks; 300 when left out. */
  readonly every?: number;
}

/** Why it follows no more. `cancelled` after the signal; after `lost` or `unreachable` it can be called again with the same tail. */
export type FollowEnd = Exclude<RemoteAnswer, { kind: 'answer' }> | { readonly kind: 'unreadable'; readonly message: string };

/** Characters after which the script is sent anew: what a connection said is kept to its end. */
const longestRun = 2_000_000;

/**
 * Follows the hypervisor's console, also while it is disabled and enabled again. It reads sysfs, which needs no root, and holds nothing open: unlike
 * `jailhouse console -f` it is not in the way of disable and rmmod. Each look is asked for from here, so that the loop on the target ends with its
 * standard input: nothing is left behind when the connection is lost.
 */
export async function followConsole(connection: Pick<SshConnection, 'run'>, options: FollowOptions): Promise<FollowEnd> {
  const { onEvent, signal, tail = new ConsoleTail(), every = 300 } = options;
  for (;;) {
    const frames = new Frames(`jhc-${randomBytes(9).toString('hex')}`);
    const pace = new Pace(every);
    let received = 0;
    let looks = 0;
    const answer = await connection.run({
      title: "follow the hypervisor's console",
      script: followScript(frames.token),
      input: pace,
      limit: Number.POSITIVE_INFINITY,
      signal,
      onOutput: (text) => {
        received += text.length;
        for (const look of frames.push(text)) {
          looks++;
          if (look !== 'same') for (const event of tail.take(look)) onEvent(event);
          if (received < longestRun) pace.soon();
          else pace.end();
        }
      },
    });
    pace.end();
    if (answer.kind === 'none') return answer;
    if (looks > 0 && received >= longestRun) continue;
    const said = answer.stderr.trim().split('\n', 1)[0] || 'it said nothing';
    return {
      kind: 'unreadable',
      message: `The loop that reads the console ended on the target: ${said}. Its shell has to be a POSIX shell.`,
    };
  }
}

/** For each line of its input one look; prints what is new since the last one. */
export function followScript(token: string): string {
  return [
    scriptStart,
    'J=/sys/devices/jailhouse; SEEN=; HELD=',
    `frame() { printf '%s %s\\n' '${token}' "$1"; }`,
    `text() { frame "$1"; printf '%s\\n' "$2"; frame end; }`,
    'while read -r LOOK; do',
    'E=; { read -r E < "$J/enabled"; } 2>/dev/null',
    'if [ ! -e "$J" ]; then NOW=unloaded',
    'elif [ "$E" != 1 ]; then NOW=disabled',
    // A point keeps the line ends at the end of the text.
    'else NOW="=$(cat "$J/console" 2>/dev/null; echo ".$?")"',
    'fi',
    'if [ "$NOW" = "$SEEN" ]; then frame same; continue; fi',
    'SEEN="$NOW"',
    'case "$NOW" in',
    '=*.0)',
    'NOW="${NOW#=}"; NOW="${NOW%.0}"',
    'case "$HELD" in',
    '"") text whole "$NOW" ;;',
    '*) case "$NOW" in "$HELD"*) text more "${NOW#"$HELD"}" ;; *) text whole "$NOW" ;; esac ;;',
    'esac',
    'HELD="$NOW" ;;',
    '=*) HELD=; frame no-console ;;',
    '*) HELD=; frame "$NOW" ;;',
    'esac',
    'done',
  ].join('\n');
}

/** Takes the script's output apart as it comes. */
class Frames {
  private pending = '';

  constructor(readonly token: string) {}

  *push(text: string): Iterable<ConsoleLook | 'same'> {
    this.pending += text;
    for (;;) {
      const head = new RegExp(`^${this.token} ([a-z-]+)\\n`).exec(this.pending);
      if (head === null) return;
      const behind = this.pending.slice(head[0].length);
      const word = head[1] ?? '';
      if (word !== 'whole' && word !== 'more') {
        this.pending = behind;
        yield word === 'same' ? 'same' : stateOf(word);
        continue;
      }
      const end = `\n${this.token} end\n`;
      const at = behind.indexOf(end);
      if (at < 0) return;
      this.pending = behind.slice(at + end.length);
      yield { kind: word, text: behind.slice(0, at) };
    }
  }
}

function stateOf(word: string): ConsoleLook {
  if (word === 'no-console') return { kind: 'no-console' };
  return { kind: 'disabled', module: word === 'disabled' ? 'loaded' : 'not loaded' };
}

/** Lines that ask for looks: the first at once, the others a while after each answer. */
class Pace implements AsyncIterable<Uint8Array> {
  private due = true;
  private ended = false;
  private wake = () => {};
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly every: number) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    // A second try to log in begins anew.
    this.due = true;
    while (!this.ended) {
      if (this.due) {
        this.due = false;
        yield line;
      } else {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
    }
  }

  soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.due = true;
      this.wake();
    }, this.every);
  }

  end(): void {
    clearTimeout(this.timer);
    this.ended = true;
    this.wake();
  }
}

const line = Uint8Array.of(0x0a);
