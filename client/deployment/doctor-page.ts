import type { Check, CheckLevel } from '@jailhouse-cells/deploy/doctor/check.ts';

/** What the doctor's page is made of. */
export interface DoctorPage {
  /** The target as messages name it. */
  readonly where: string;
  readonly system: string;
  readonly checks: readonly Check[];
  /** Shown as it is. */
  readonly time: string;
  /** Fresh for each page: the one style sheet that counts. */
  readonly nonce: string;
  /** URIs of commands. */
  readonly again: string;
  readonly snapshot: string;
  readonly linkTo: (place: NonNullable<Check['place']>) => string;
}

const words: Readonly<Record<CheckLevel, string>> = { ok: 'ok', warning: 'warning', blocker: 'blocker', unknown: 'unknown' };
const signs: Readonly<Record<CheckLevel, string>> = { ok: '✓', warning: '!', blocker: '✕', unknown: '?' };

/** The table of checks as a page without scripts: its links run commands. */
export function doctorPage(page: DoctorPage): string {
  const { where, system, checks, time, nonce, again, snapshot } = page;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'">
<title>Target ${escaped(where)}</title>
<style nonce="${nonce}">
body { padding: 0 1.5em 1.5em; line-height: 1.5; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.35em 1em 0.35em 0; border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, currentColor)); }
th[scope="row"], td.level { white-space: nowrap; font-weight: 600; }
td.blocker { color: var(--vscode-errorForeground); }
td.warning { color: var(--vscode-editorWarning-foreground); }
p.remedy { margin: 0.3em 0 0; }
</style>
</head>
<body>
<h1>Target ${escaped(where)} for ${escaped(system)}</h1>
<p role="status">${escaped(summaryOf(checks))} Looked at ${escaped(time)}. <a href="${escaped(again)}">Check again</a> · <a href="${escaped(snapshot)}">Save snapshot of the board</a></p>
<table>
<thead><tr><th scope="col">Check</th><th scope="col">Result</th><th scope="col">What was found, and what to do</th></tr></thead>
<tbody>
${checks.map((check) => row(check, page)).join('\n')}
</tbody>
</table>
</body>
</html>
`;
}

/** `1 blocker, 2 warnings.` */
export function summaryOf(checks: readonly Check[]): string {
  const count = (level: CheckLevel) => checks.filter((check) => check.level === level).length;
  const [blockers, warnings] = [count('blocker'), count('warning')];
  if (blockers === 0 && warnings === 0) return 'The target is ready.';
  const parts = [
    ...(blockers === 0 ? [] : [`${blockers} blocker${blockers === 1 ? '' : 's'}`]),
    ...(warnings === 0 ? [] : [`${warnings} warning${warnings === 1 ? '' : 's'}`]),
  ];
  return `${parts.join(', ')}.`;
}

function row({ title, level, found, remedy, place }: Check, { linkTo }: DoctorPage): string {
  const source =
    place === undefined
      ? ''
      : ` <a href="${escaped(linkTo(place))}">${escaped(`${place.file.split(/[\\/]/).at(-1)}:${place.line + 1}`)}</a>`;
  const whatToDo = remedy === '' ? '' : `<p class="remedy">${escaped(remedy)}</p>`;
  return `<tr><th scope="row">${escaped(title)}</th><td class="level ${level}"><span aria-hidden="true">${signs[level]}</span> ${words[level]}</td><td>${escaped(found)}${source}${whatToDo}</td></tr>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
