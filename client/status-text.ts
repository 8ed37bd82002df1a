import type { DocumentStatus } from '@jailhouse-cells/protocol/messages.ts';

/** What the status item shows for a config. */
export interface StatusText {
  /** What is being checked. */
  readonly text: string;
  /** Against which headers, revision and system, and with what result. */
  readonly detail: string;
  readonly severity: 'error' | 'warning' | 'information';
}

/** Undefined when the document is no config: then there is nothing to say. */
export function statusText(status: DocumentStatus): StatusText | undefined {
  if (status.kind === undefined) return undefined;
  const severity = status.errors > 0 ? 'error' : status.warnings > 0 || status.stale ? 'warning' : 'information';
  if (status.kind === 'supporting') {
    const checked =
      status.system === undefined
        ? 'checked'
        : `checked with the ${count(status.system.cells + 1, 'config')} of system ${status.system.name}`;
    return { text: 'Board or guest file', detail: `${checked} · ${result(status)}`, severity };
  }
  const name = status.cellName === undefined || status.cellName === '' ? 'unnamed' : status.cellName;
  const text = `${status.kind === 'system' ? 'System config' : 'Cell config'} ${name}${status.arch === undefined ? '' : ` (${status.arch})`}`;
  return {
    text,
    detail: [
      ...(status.stale ? ['half typed: showing the last readable state'] : []),
      headers(status),
      system(status),
      result(status),
    ].join(' · '),
    severity,
  };
}

function headers(status: DocumentStatus): string {
  const revision = status.revision === undefined ? 'revision unknown' : `revision ${status.revision}`;
  if (status.headersOrigin === 'built-in') return `built-in headers, ${revision}`;
  if (status.headers === undefined) return 'no Jailhouse headers included';
  return `headers of ${status.headers}, ${revision}`;
}

function system(status: DocumentStatus): string {
  if (status.system === undefined) return status.kind === 'system' ? 'no cells found' : 'no system config found, checked alone';
  const { name, cells, from } = status.system;
  return `system ${name} with ${count(cells, 'cell')} (by ${from})`;
}

function result(status: DocumentStatus): string {
  const found = [
    ...(status.errors > 0 ? [count(status.errors, 'error')] : []),
    ...(status.warnings > 0 ? [count(status.warnings, 'warning')] : []),
  ];
  return found.length > 0 ? found.join(', ') : 'no errors';
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
