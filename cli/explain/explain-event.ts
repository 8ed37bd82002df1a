import { contextOf, type ExplainContext, noConfigs } from '@jailhouse-cells/core/explain/context.ts';
import { errnoIn } from '@jailhouse-cells/core/explain/errno.ts';
import { explainError, explainLog } from '@jailhouse-cells/core/explain/explain.ts';
import type { LogExplanation } from '@jailhouse-cells/core/explain/explanation.ts';
import { commandOf, operationIn, operations } from '@jailhouse-cells/core/explain/operation.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import type { Arguments } from '../arguments.ts';
import { failure, misuse } from '../command.ts';
import { openSession } from '../configs.ts';
import { jsonText } from '../findings/json-text.ts';
import type { PlaceSource } from '../findings/place.ts';
import { plural } from '../findings/result.ts';
import { exitStatus, type Io, type Outcome } from '../io.ts';
import { styleFor, widthOf } from '../style.ts';
import { jsonExplanation } from './json.ts';
import { readLog } from './read-log.ts';
import { explanationText, logNotes } from './text.ts';

/** `explain --errno TEXT [PATH...]` and `explain --log FILE [PATH...]`. */
export async function explainEvent(parsed: Arguments, io: Io): Promise<Outcome> {
  const opened = openContext(parsed, io);
  if ('outcome' in opened) return opened.outcome;
  const { context, places } = opened;
  const text = parsed.value('--errno');
  if (text !== undefined) {
    if (text.trim() === '') return misuse('explain', '--errno needs a text: --errno "cell create: Invalid argument".');
    const explanations = explainError(text, context);
    if (explanations === undefined) return failure(notUnderstood(text));
    return printed({ explanations, earlier: 0, omitted: 0, lines: 1 }, false, places, parsed, io, context);
  }
  const name = parsed.value('--log') ?? '-';
  const read = await readLog(name, io);
  if (read.kind === 'cancelled') return { status: exitStatus.cancelled };
  if (read.kind === 'unreadable') return misuse('explain', `the log "${printable(name)}" cannot be read: ${read.reason}.`);
  const result = explainLog(read.log, context);
  if (result.explanations.length === 0) {
    return failure(
      `nothing in the ${plural(read.log.lines, 'line')} of the log tells of a failure. It knows the messages of the hypervisor (jailhouse console, serial line), of its driver (dmesg) and of the jailhouse command.`,
    );
  }
  return printed(result, read.truncated, places, parsed, io, context);
}

type Context = { readonly context: ExplainContext; readonly places: PlaceSource } | { readonly outcome: Outcome };

function openContext(parsed: Arguments, io: Io): Context {
  const opened = openSession('explain', parsed, parsed.operands, io);
  if (!opened.ok) return { outcome: opened.outcome };
  const { workspace, configs, places } = opened.session;
  if (configs.length === 0) return { context: noConfigs, places };
  return {
    context: contextOf(
      workspace,
      configs.map((config) => config.path),
    ),
    places,
  };
}

function printed(
  result: LogExplanation,
  truncated: boolean,
  places: PlaceSource,
  parsed: Arguments,
  io: Io,
  context: ExplainContext,
): Outcome {
  if (parsed.value('--format') === 'json') {
    const { explanations, ...rest } = result;
    return {
      status: exitStatus.fine,
      out: jsonText({
        version: 1,
        explanations: explanations.map((explanation) => jsonExplanation(explanation, places)),
        ...rest,
        truncated,
      }),
    };
  }
  const width = Math.min(100, widthOf(io.out));
  const style = styleFor(io.out, io, parsed.value('--color'));
  const hint = context.named.length === 0 ? '\nName your configs behind it to see which lines of them may have led to it.\n' : '';
  return {
    status: exitStatus.fine,
    out: explanationText(result.explanations, places, { style, width }) + logNotes(result, truncated) + hint,
  };
}

/** What was recognised of a text that cannot be explained. */
function notUnderstood(text: string): string {
  const shown = printable(text.length > 200 ? `${text.slice(0, 200)}...` : text);
  const operation = operationIn(text);
  const errno = errnoIn(text);
  const understood = [
    operation === undefined ? '' : `the operation is ${commandOf[operation]}`,
    errno === undefined ? '' : `the error is ${errno}`,
  ]
    .filter((part) => part !== '')
    .join(' and ');
  const missing =
    errno === undefined
      ? 'no error, message or exit status in it is known'
      : operation === undefined
        ? `no operation returns this error (${operations.join(', ')})`
        : 'nothing is known to cause that';
  return `"${shown}": ${understood === '' ? '' : `${understood}, but `}${missing}. Give the command and its message, for example "cell create: Invalid argument", or the log with --log FILE.`;
}
