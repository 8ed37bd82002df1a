import type { Failure, Incident, Notice } from './incident.ts';

/**
 * Puts the messages that say why an operation failed under its error. They stand before it on a serial line and in any order
 * where the output of command, kernel log and console were put together by hand.
 */
export function joinFailures(incidents: readonly Incident[]): readonly Incident[] {
  const joined = new Set<Incident>();
  for (const [at, failure] of incidents.entries()) {
    if (failure.kind !== 'failure') continue;
    const before = fitting(failure, incidents.slice(0, at).reverse(), joined);
    const found = before.length > 0 ? before.reverse() : fitting(failure, incidents.slice(at + 1), joined);
    for (const notice of found) {
      joined.add(notice);
      failure.details.push(notice.detail);
      failure.matched.push(...notice.matched);
    }
    failure.matched.sort((a, b) => a.line - b.line);
  }
  return incidents.filter((incident) => !joined.has(incident));
}

/** The messages next to the failure, up to the next failure. */
function fitting(failure: Failure, neighbours: readonly Incident[], joined: ReadonlySet<Incident>): Notice[] {
  const found: Notice[] = [];
  for (const neighbour of neighbours) {
    if (neighbour.kind === 'failure') break;
    if (neighbour.kind === 'notice' && !joined.has(neighbour) && explains(neighbour, failure)) found.push(neighbour);
  }
  return found;
}

function explains({ detail: { message, values } }: Notice, failure: Failure): boolean {
  if (message.weight !== 'error') return false;
  const { operation } = failure;
  const own = operation === undefined || message.operations === undefined || message.operations.includes(operation);
  // A trace line names its error in its last group; other messages belong to one error.
  const errno = message.errno ?? values.at(-1);
  const same = failure.errno === undefined || errno === failure.errno || !/^E[A-Z0-9]+$/.test(errno ?? '');
  return own && same && (message.errno !== undefined || message.needs === 'returning error ');
}
