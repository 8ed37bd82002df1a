import type { Severity } from '@jailhouse-cells/core/source/finding.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import type { Check, CheckLevel } from '@jailhouse-cells/deploy/doctor/check.ts';
import type { PlaceSource } from '../findings/place.ts';
import { plural } from '../findings/result.ts';
import type { Style } from '../style.ts';
import { table } from '../table.ts';
import { jsonPlaceOf, placeHead } from './places.ts';

const colours: Readonly<Record<CheckLevel, Severity | undefined>> = {
  ok: undefined,
  unknown: 'hint',
  warning: 'warning',
  blocker: 'error',
};

export interface CheckText {
  readonly style: Style;
  readonly width: number;
  /** Undefined: places are left out. */
  readonly places: PlaceSource | undefined;
}

/** The doctor's table. */
export function checksText(checks: readonly Check[], { style, width, places }: CheckText): string {
  const rows = checks.map(({ level, title, found, remedy, place }) => {
    const at = place === undefined || places === undefined ? '' : ` (${placeHead(place, places)})`;
    return [level, printable(title), `${printable(found)}${at}${remedy === '' ? '' : ` ${printable(remedy)}`}`];
  });
  const lines = table([{ heading: '' }, { heading: '' }, { heading: '' }], rows, width, '');
  return lines.map((line) => `${painted(line, style)}\n`).join('');
}

/** The level is the first word of its line. */
function painted(line: string, style: Style): string {
  const level = /^\w+/.exec(line)?.[0];
  const colour = level === undefined ? undefined : colours[level as CheckLevel];
  return level === undefined || colour === undefined ? line : style.severity(colour, level) + line.slice(level.length);
}

/** `2 blockers, 1 warning`; `no blockers, no warnings`. */
export function checkSummary(checks: readonly Check[]): string {
  const count = (level: CheckLevel) => checks.filter((check) => check.level === level).length;
  const part = (number: number, noun: string) => (number === 0 ? `no ${noun}s` : plural(number, noun));
  return `${part(count('blocker'), 'blocker')}, ${part(count('warning'), 'warning')}`;
}

export function jsonCheck({ id, title, level, found, remedy, place }: Check, cwd: string) {
  return { id, title, level, found, remedy, place: jsonPlaceOf(place, cwd) };
}
