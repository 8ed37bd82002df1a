import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { wrap } from '@jailhouse-cells/core/source/text-width.ts';
import type { Goal, Plan, Step } from '@jailhouse-cells/deploy/plan/plan.ts';
import { sizeWords } from '@jailhouse-cells/deploy/plan/size-words.ts';
import { quote } from '@jailhouse-cells/deploy/ssh/quote.ts';
import { plural } from '../findings/result.ts';
import type { Style } from '../style.ts';

/** `deploy rpi4 to board`, `stop cell demo on board`; printable. */
export function goalText(goal: Goal, system: string, where: string): string {
  const cells = 'cells' in goal && goal.cells !== undefined ? goal.cells.map(printable) : [];
  const named = `${cells.length === 1 ? 'cell' : 'cells'} ${cells.join(', ')}`;
  const of = printable(system);
  switch (goal.kind) {
    case 'enable':
      return `enable ${of} on ${where}`;
    case 'deploy':
      return cells.length > 0 ? `deploy ${named} of ${of} to ${where}` : `deploy ${of} to ${where}`;
    case 'stop':
    case 'restart':
    case 'destroy':
      return `${goal.kind} ${named} on ${where}`;
    case 'disable':
      return `disable the hypervisor on ${where}`;
  }
}

/** The steps with the very commands, those that end something or can hang the board marked. */
export function planText(plan: Plan, where: string, { style, width }: { readonly style: Style; readonly width: number }): string {
  const what = goalText(plan.goal, plan.system, where);
  if (plan.steps.length === 0) return `${what}: nothing to do\n`;
  const lines = [`${style.strong(`${what}: ${plural(plan.steps.length, 'step')}`)}, ${fileText(plan)}`];
  for (const [at, step] of plan.steps.entries()) {
    const mark = step.dangerous ? '!' : ' ';
    const text = `${printable(step.title)}${step.reason === '' ? '' : ` (${printable(step.reason)})`}`;
    const number = String(at + 1).padStart(4);
    lines.push(...wrap(text, width - 7).map((part, index) => `${index === 0 ? `${number} ${mark} ` : '       '}${part}`));
    for (const command of step.commands) lines.push(`       ${style.faint(`$ ${commandText(command)}`)}`);
  }
  for (const note of plan.notes) lines.push(...wrap(printable(note), width));
  if (plan.steps.some(({ dangerous }) => dangerous)) lines.push('! ends something that runs, or can hang the board');
  return lines.map((line) => `${line}\n`).join('');
}

/** As it would be typed on the target. */
export function commandText(command: readonly string[]): string {
  return printable(command.map(quote).join(' '));
}

function fileText({ steps }: Plan): string {
  const files = steps.flatMap(({ file }) => file ?? []);
  return files.length === 0
    ? 'no file to send'
    : `${plural(files.length, 'file')} to send, ${sizeWords(files.reduce((sum, { size }) => sum + size, 0))}`;
}

/** A step for programs. */
export function jsonStep({ kind, title, reason, dangerous, commands, cell, file }: Step) {
  return {
    kind,
    title,
    reason,
    dangerous,
    commands,
    cell: cell ?? null,
    file: file === undefined ? null : { name: file.name, bytes: file.size, sha256: file.digest },
  };
}
