import { cellsOf, type ExplainContext } from './context.ts';
import { errnoIn, errnoText } from './errno.ts';
import { explainExitStatus } from './exit-status.ts';
import { explainCrash } from './explain-crash.ts';
import { explainSilence, freezeAtEnable, freezeLater } from './explain-silence.ts';
import type { Cause, Explanation, LogExplanation } from './explanation.ts';
import { generalCauses, operationsWith } from './general-causes.ts';
import type { Detail, Failure, Incident, Notice } from './incident.ts';
import { linuxRamCauses, loadCauses } from './load-causes.ts';
import { LogReader, type PoolUsage, type ReadLog } from './log-reader.ts';
import type { GeneralCause } from './message-kind.ts';
import { commandOf, type Operation, operationIn } from './operation.ts';
import { fill, generalCause, openQuestions, rank } from './ranking.ts';
import { mentions, rulesFor } from './rule-symptoms.ts';

/** Explanations handed out for one log. */
const maxExplanations = 20;

/** Explains what a log says, with the configs at hand. */
export function explainLog(log: ReadLog, context: ExplainContext): LogExplanation {
  const explained = log.incidents.slice(0, maxExplanations).map((incident) => explainIncident(incident, context, log.pool));
  return {
    explanations: explained,
    earlier: log.earlier,
    omitted: log.omitted + log.incidents.length - explained.length,
    lines: log.lines,
  };
}

/**
 * Explains an error as one types or pastes it: `cell create: Invalid argument`, `enable EBUSY`, `exit code 139`, `enable hangs`,
 * or any line of a log. Undefined when nothing is recognised.
 */
export function explainError(text: string, context: ExplainContext): readonly Explanation[] | undefined {
  const reader = new LogReader();
  reader.push(text);
  const log = reader.end();
  if (log.incidents.length > 0) return explainLog(log, context).explanations;
  const operation = operationIn(text);
  const status = /\b(?:rc|exit|status|code)\b\D{0,12}(\d{1,3})\b/i.exec(text)?.[1];
  const errno = errnoIn(text);
  if (status !== undefined && !/errno|error code/i.test(text)) {
    const explained = explainExitStatus(Number(status), operation, context);
    if (explained !== undefined) return [explained];
  }
  if (/\b(?:no cell|creates? nothing)\b/i.test(text)) {
    const explained = explainExitStatus(0, operation ?? 'create', context);
    if (explained !== undefined) return [explained];
  }
  if (errno === undefined) {
    const hangs = /hang|hung|fr[eo]ez|frozen|froze|stuck|lock(?:s|ed)? up|no output|never returns/i.test(text);
    if (!hangs) return undefined;
    return [operation === undefined || operation === 'enable' ? freezeAtEnable(context) : freezeLater(operation, context)];
  }
  const candidates = operation === undefined ? operationsWith(errno) : [operation];
  if (candidates.length === 0) return undefined;
  return candidates.map((candidate) =>
    explainFailure({ kind: 'failure', matched: [], operation: candidate, errno, details: [] }, context, undefined),
  );
}

function explainIncident(incident: Incident, context: ExplainContext, pool: PoolUsage | undefined): Explanation {
  switch (incident.kind) {
    case 'crash':
      return explainCrash(incident, context);
    case 'failure':
      return explainFailure(incident, context, pool);
    case 'notice':
      return explainNotice(incident, context);
    case 'silence':
      return explainSilence(incident, context);
  }
}

function explainFailure(failure: Failure, context: ExplainContext, pool: PoolUsage | undefined): Explanation {
  const { operation, errno, details } = failure;
  const known = operation !== undefined && errno !== undefined;
  const shortOfMemory = errno === 'ENOMEM' && pool !== undefined;
  const general =
    known && details.length === 0
      ? openQuestions([...generalCauses(operation, errno), ...staleFile(context, operation)], context).map((cause) =>
          generalCause(cause, context, [], operation),
        )
      : [];
  const because = details.map(meaningOf).join(' ');
  const what = errno === undefined ? 'with an error that is not known here' : `with ${errno} (${errnoText(errno)})`;
  return {
    summary: `${operation === undefined ? 'An operation' : commandOf[operation]} failed ${what}.${because && ` ${because}`}`,
    matched: shortOfMemory ? [...failure.matched, pool.line].sort((a, b) => a.line - b.line) : failure.matched,
    ...(operation !== undefined && { operation }),
    ...(errno !== undefined && { errno }),
    causes: rank({
      context,
      operation,
      tellingRules: details.flatMap((detail) => detail.message.rules),
      possibleRules: known ? rulesFor(`${operation} ${errno}`) : [],
      ...(known && { alsoRule: (rule: string) => mentions(rule, operation, errno) }),
      model: [...(shortOfMemory ? poolCauses(pool) : []), ...modelOf(operation, errno === 'EINVAL', context)],
      general: [...details.flatMap((detail) => causesOf(detail, context, operation)), ...general],
    }),
  };
}

function explainNotice({ matched, detail }: Notice, context: ExplainContext): Explanation {
  const { message } = detail;
  const [operation, ...further] = message.operations ?? [];
  const model = message.id === 'no-space-for-images' ? linuxRamCauses(cellsOf(context)) : [];
  return {
    summary: meaningOf(detail),
    matched,
    ...(operation !== undefined && further.length === 0 && { operation }),
    ...(message.errno !== undefined && { errno: message.errno }),
    causes: rank({
      context,
      ...(operation !== undefined && further.length === 0 && { operation }),
      tellingRules: message.rules,
      model,
      general: causesOf(detail, context, further.length === 0 ? operation : undefined),
    }),
  };
}

function meaningOf({ message, values }: Detail): string {
  return fill(message.meaning, values);
}

function causesOf({ message, values }: Detail, context: ExplainContext, operation?: Operation): readonly Cause[] {
  return message.causes.map((cause) => generalCause(cause, context, values, operation));
}

/** The configs are fine, and yet the board refuses: it may have others. */
function staleFile(context: ExplainContext, operation: Operation): readonly GeneralCause[] {
  if (context.named.length === 0 || !['enable', 'create', 'linux'].includes(operation)) return [];
  return [
    {
      title: 'The .cell file on the board is not made from this config',
      text: 'Build it, copy it and try again; sha256sum on both sides tells.',
    },
  ];
}

function modelOf(operation: Operation | undefined, isInvalid: boolean, context: ExplainContext): readonly Cause[] {
  return isInvalid && (operation === 'load' || operation === 'linux') ? loadCauses(cellsOf(context)) : [];
}

function poolCauses({ used, total }: PoolUsage): readonly Cause[] {
  // Every cell needs some 15 pages; the last 63 may never be handed out (paging.c:find_next_free_page).
  if (total - used > 100) return [];
  return [
    {
      title: 'The page pool is used up',
      text: `The last "Page pool usage" line says ${used} of ${total} pages of 4 KiB. Make hypervisor_memory larger.`,
      confidence: 'certain',
      places: [],
    },
  ];
}
