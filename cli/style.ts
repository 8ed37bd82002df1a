import type { Severity } from '@jailhouse-cells/core/source/finding.ts';
import type { Io, Sink } from './io.ts';

/** How parts of the output look: plain text, or with the terminal's own colours. */
export interface Style {
  strong(text: string): string;
  faint(text: string): string;
  severity(severity: Severity, text: string): string;
}

export const plain: Style = { strong: (text) => text, faint: (text) => text, severity: (_, text) => text };

const severityCodes: Readonly<Record<Severity, string>> = { error: '1;31', warning: '1;33', information: '1;36', hint: '1;36' };

const coloured: Style = {
  strong: (text) => sgr('1', text),
  faint: (text) => sgr('2', text),
  severity: (severity, text) => sgr(severityCodes[severity], text),
};

function sgr(code: string, text: string): string {
  return text === '' ? '' : `\u001b[${code}m${text}\u001b[0m`;
}

export const colourChoices = ['auto', 'always', 'never'] as const;

/** Colours on a terminal only; `--color` decides first, then NO_COLOR (no-color.org), FORCE_COLOR and TERM=dumb. */
export function styleFor(sink: Sink, io: Io, choice: string | undefined): Style {
  if (choice === 'always') return coloured;
  if (choice === 'never') return plain;
  const { NO_COLOR, FORCE_COLOR, TERM } = io.env;
  if (NO_COLOR) return plain;
  if (FORCE_COLOR && FORCE_COLOR !== '0') return coloured;
  return sink.isTerminal && TERM !== 'dumb' ? coloured : plain;
}

/** Columns to fill: the window's, 100 where there is none (a log), never so few that nothing fits. */
export function widthOf(sink: Sink): number {
  return Math.max(40, sink.columns ?? 100);
}
