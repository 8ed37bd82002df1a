import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { followConsole } from '@jailhouse-cells/deploy/observe/follow-console.ts';
import { Sections, scriptStart } from '@jailhouse-cells/deploy/observe/sections.ts';
import { jsonText } from '../findings/json-text.ts';
import { exitStatus, type Io, type Outcome } from '../io.ts';
import { ConsoleDecoder } from './console-decoder.ts';
import { jsonMeaning } from './problem-text.ts';
import { type AtTarget, noTarget, type TargetCall, withTarget } from './session.ts';

export interface ConsoleCall extends TargetCall {
  readonly follow: boolean;
}

/** Milliseconds to read the ring buffer in. */
const limit = 20_000;
/** Milliseconds between two tries to get a lost target back. */
const retryEvery = 2000;

/** Prints the hypervisor's console, decoded. */
export async function showConsole(call: ConsoleCall, io: Io): Promise<Outcome> {
  return withTarget(call, io, (at) => (call.follow ? follow(call, at) : once(call, at)));
}

async function once(call: ConsoleCall, at: AtTarget): Promise<Outcome> {
  const sections = new Sections();
  const script = [
    scriptStart,
    sections.prelude,
    'J=/sys/devices/jailhouse',
    'section enabled; cat "$J/enabled" 2>/dev/null',
    'section console; cat "$J/console" 2>/dev/null',
    'section end',
  ].join('\n');
  const answer = await at.session.connection.run({ title: "read the hypervisor's console", script, limit, signal: at.signal });
  if (answer.kind === 'none') return noTarget({ kind: 'no-target', message: answer.message, reason: answer.reason }, call.json);
  const read = sections.read(answer.stdout);
  if (!read.has('end')) {
    const message = `${at.where}: its shell did not run the script to its end. It has to be a POSIX shell.`;
    return noTarget({ kind: 'no-target', message, reason: undefined }, call.json);
  }
  const enabled = read.get('enabled')?.trim() === '1';
  const text = read.get('console') ?? '';
  const status = exitStatus.fine;
  if (call.json) {
    const meanings = (await call.wanted?.explain(text)) ?? [];
    return { status, out: jsonText({ version: 1, enabled, text, meanings: meanings.map((meaning) => jsonMeaning(meaning, at.io.cwd)) }) };
  }
  if (text === '')
    return { status, err: `${at.where}: ${enabled ? noConsole : 'the hypervisor is not enabled'}; there is no console to read\n` };
  const lines: string[] = [];
  const decoder = decoderFor(call, at, (line) => lines.push(line));
  await decoder.push(text);
  await decoder.end();
  return { status, out: lines.map((line) => `${line}\n`).join('') };
}

const noConsole = 'the system config has no JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE';

/** Until Ctrl-C; over lost connections and restarts of the board. */
async function follow(call: ConsoleCall, at: AtTarget): Promise<Outcome> {
  const { io, where } = at;
  const note = (text: string): void => io.err.write(`${where}: ${printable(text)}\n`);
  const print = (line: string): void => io.out.write(call.json ? '' : `${line}\n`);
  const decoder = decoderFor(call, at, print);
  // One after the other: explaining takes a moment, and lines keep their order.
  let turn: Promise<void> = Promise.resolve();
  const then = (work: () => Promise<void> | void): void => {
    turn = turn.then(work);
  };
  let reached = false;
  for (;;) {
    const end = await followConsole(at.session.connection, {
      signal: at.signal,
      onEvent: (event) => {
        reached = true;
        if (call.json) {
          io.out.write(`${JSON.stringify({ version: 1, ...event })}\n`);
          return;
        }
        if (event.kind === 'text') then(() => decoder.push(event.text));
        else {
          then(() => decoder.end());
          if (event.kind === 'missed') then(() => note('some text was overwritten before it could be read'));
          if (event.kind === 'enabled') then(() => note('the hypervisor was enabled'));
          if (event.kind === 'disabled') then(() => note('the hypervisor is not enabled'));
          if (event.kind === 'no-console') then(() => note(noConsole));
        }
      },
    });
    then(() => decoder.end());
    await turn;
    if (at.signal.aborted) return { status: exitStatus.cancelled };
    if (end.kind === 'unreadable') return noTarget({ kind: 'no-target', message: end.message, reason: undefined }, call.json);
    const { reason, message } = end;
    // One that never answered, or does not let us in, is not waited for.
    if (!reached || (reason !== 'lost' && reason !== 'unreachable' && reason !== 'timeout')) {
      return noTarget({ kind: 'no-target', message, reason }, call.json);
    }
    note(message);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, retryEvery);
      at.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
    if (at.signal.aborted) return { status: exitStatus.cancelled };
  }
}

function decoderFor({ wanted }: ConsoleCall, at: AtTarget, print: (line: string) => void): ConsoleDecoder {
  return new ConsoleDecoder({ explain: wanted?.explain ?? (async () => []), print, text: at });
}
