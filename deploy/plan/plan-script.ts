import { quote } from '../ssh/quote.ts';
import type { Plan, PlannedFile } from './plan.ts';

const needsRoot = new Set(['jailhouse', 'modprobe', 'ip']);

/**
 * The plan as a script that a person can read and run on the target: in the folder with the files, the very commands that a deployment runs. It checks no
 * more than exit statuses.
 *
 * @param sudo Root by sudo; else the script has to be run by root.
 */
export function planScript(plan: Plan, files: readonly PlannedFile[], sudo: boolean): string {
  const root = sudo ? 'sudo ' : '';
  const lines = ['#!/bin/sh', comment(`Plan of Jailhouse Cells for the system ${plan.system}.`), '#'];
  if (plan.files.length > 0) {
    lines.push('# Run it in a folder with these files:', '#');
    for (const { name, title, size, digest } of files) lines.push(comment(`    ${name}  ${title}, ${size} bytes, sha256 ${digest}`));
    lines.push('#');
  }
  lines.push(
    '# A deployment checks after each command, in /sys/devices/jailhouse, whether it did what it should. This script does not.',
    'set -e',
    '',
  );
  for (const note of plan.notes) lines.push(comment(note), '');
  for (const { commands, title, reason } of plan.steps) {
    if (commands.length === 0) continue;
    lines.push(comment(`${title}${reason === '' ? '' : `: ${reason}`}`));
    for (const [program = '', ...rest] of commands)
      lines.push(`${needsRoot.has(program) ? root : ''}${[program, ...rest].map(quote).join(' ')}`);
    lines.push('');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

/** A text may hold line ends: they must not end the comment. */
function comment(text: string): string {
  return `# ${text.replace(/\p{Cc}+/gu, ' ')}`;
}
