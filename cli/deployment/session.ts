import { hostname, userInfo } from 'node:os';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import type { NoAnswerReason, Prompt } from '@jailhouse-cells/deploy/ssh/connection.ts';
import type { Target } from '@jailhouse-cells/deploy/target.ts';
import { type NoTarget, TargetSession } from '@jailhouse-cells/deploy/target-session.ts';
import { misuse } from '../command.ts';
import { jsonText } from '../findings/json-text.ts';
import type { PlaceSource } from '../findings/place.ts';
import { exitStatus, type Io, type Outcome } from '../io.ts';
import { type Style, styleFor, widthOf } from '../style.ts';
import { chooseTarget, nameOf } from './targets.ts';
import type { WantedSystem } from './wanted.ts';

/** What every command that works on a target is called with. */
export interface TargetCall {
  readonly command: string;
  readonly wanted: WantedSystem | undefined;
  /** `--target`. */
  readonly target: string | undefined;
  readonly json: boolean;
  /** Each script and its time go to the error stream. */
  readonly verbose: boolean;
  /** `--color`. */
  readonly color: string | undefined;
}

/** An open way to the chosen target, and how to speak of it. */
export interface AtTarget {
  readonly target: Target;
  /** As it is said wherever it shows. */
  readonly where: string;
  readonly session: TargetSession;
  readonly signal: AbortSignal;
  readonly io: Io;
  readonly places: PlaceSource | undefined;
  readonly style: Style;
  readonly width: number;
}

/** Chooses the target, opens a session, and closes it behind the action. */
export async function withTarget(call: TargetCall, io: Io, action: (at: AtTarget) => Promise<Outcome>): Promise<Outcome> {
  const choice = await chooseTarget(call.target, call.wanted, io);
  if (!choice.ok) return misuse(call.command, choice.message);
  const { target } = choice;
  const session = new TargetSession(target, {
    log: (line) => {
      if (call.verbose) io.err.write(`${printable(line)}\n`);
    },
    prompt: io.ask === undefined ? undefined : promptAt(io, nameOf(target)),
  });
  try {
    return await action({
      target,
      where: nameOf(target),
      session,
      signal: io.interrupted ?? new AbortController().signal,
      io,
      places: call.wanted?.places,
      style: styleFor(io.out, io, call.color),
      width: Math.min(100, widthOf(io.out)),
    });
  } finally {
    await session.close();
  }
}

/** The target cannot be looked at: why, and the status for it. */
export function noTarget({ reason, message }: NoTarget, json: boolean): Outcome {
  const status = statusOf(reason);
  if (status === exitStatus.cancelled) {
    const told = 'cancelled; nothing was changed on the target';
    return {
      status,
      err: `jailhouse-cells: ${told}\n`,
      ...(json && { out: jsonText({ version: 1, result: 'cancelled', message: told }) }),
    };
  }
  const err = `jailhouse-cells: ${printable(message)}\n`;
  return json
    ? { status, err, out: jsonText({ version: 1, result: 'unreachable', reason: reason ?? 'unreadable', message }) }
    : { status, err };
}

/** Unreachable, or did not let us in. */
export function statusOf(reason: NoAnswerReason | undefined): number {
  return reason === 'cancelled' ? exitStatus.cancelled : exitStatus.unreachable;
}

/** `alice@laptop`: shown to who comes second. */
export function whoDeploys(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A user id without an account: containers have such.
    return `somebody@${hostname()}`;
  }
}

/** Asks ssh's questions at the terminal. Answers go back to ssh and nowhere else. */
function promptAt(io: Io, where: string): Prompt {
  return async ({ kind, text, signal }) => {
    const lines = text.trim().split('\n').map(printable);
    const question = lines.pop() ?? '';
    // Over the line that the progress draws.
    const clear = io.err.isTerminal ? '\r\u001b[K' : '';
    io.err.write(`${clear}${[`ssh asks for ${where}:`, ...lines].join('\n')}\n`);
    return io.ask?.({ text: `${question} `, secret: kind === 'secret', signal });
  };
}
