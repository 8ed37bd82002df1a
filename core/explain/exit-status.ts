import type { ExplainContext } from './context.ts';
import { driverMessages } from './driver-messages.ts';
import type { Explanation } from './explanation.ts';
import type { GeneralCause, MessageKind } from './message-kind.ts';
import type { Operation } from './operation.ts';
import { generalCause, rank } from './ranking.ts';
import { toolMessages } from './tool-messages.ts';

const plain: Readonly<Record<number, { readonly summary: string; readonly cause: GeneralCause }>> = {
  2: {
    summary: 'Exit status 2: a Python helper of Jailhouse refused its arguments.',
    cause: {
      title: 'Wrong call',
      text: 'The message on standard error names the argument; a file that cannot be opened counts, too.',
      confidence: 'likely',
    },
  },
  124: {
    summary: 'Exit status 124: timeout ended the command.',
    cause: {
      title: 'The command did not return',
      text: 'Creating a cell was seen to take 5 s on a slow board. If it never returns, the board may be frozen: look at its serial line.',
    },
  },
  137: {
    summary: 'Exit status 137: the command was killed.',
    cause: { title: 'The command did not return', text: 'timeout -s KILL or a user ended it. Look at the serial line of the board.' },
  },
  255: {
    summary: 'Exit status 255: ssh lost the board, or did not reach it.',
    cause: { title: 'The board is frozen or gone', text: 'What the hypervisor printed is on the serial line only; explain that log.' },
  },
};

/** What the exit status of a jailhouse command means; undefined for 1, where the message on standard error says more. */
export function explainExitStatus(status: number, operation: Operation | undefined, context: ExplainContext): Explanation | undefined {
  if (status === 139)
    return ofMessage(
      'Exit status 139: ',
      toolMessages.find((kind) => kind.id === 'killed-by-kernel'),
      context,
    );
  if (status === 0 && operation === 'create') {
    return ofMessage(
      'jailhouse cell create exited with 0. Without a cell afterwards: ',
      driverMessages.find((kind) => kind.id === 'architecture-mismatch'),
      context,
    );
  }
  const known = plain[status];
  if (known === undefined) return undefined;
  return {
    summary: known.summary,
    matched: [],
    ...(operation !== undefined && { operation }),
    causes: [generalCause(known.cause, context)],
  };
}

function ofMessage(front: string, kind: MessageKind | undefined, context: ExplainContext): Explanation | undefined {
  if (kind === undefined) return undefined;
  const general = kind.causes.map((cause) => generalCause(cause, context));
  return { summary: `${front}${kind.meaning}`, matched: [], causes: rank({ context, tellingRules: kind.rules, general }) };
}
