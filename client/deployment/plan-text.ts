import type { Check } from '@jailhouse-cells/deploy/doctor/check.ts';
import type { Goal, Plan, Step } from '@jailhouse-cells/deploy/plan/plan.ts';
import { sizeWords } from '@jailhouse-cells/deploy/plan/size-words.ts';
import { counted } from '../counted.ts';

/** `deploy rpi4 to board`; for titles and questions. */
export function goalWords(goal: Goal, system: string, target: string): string {
  const cells = 'cells' in goal && goal.cells !== undefined ? goal.cells : [];
  const named = `${cells.length === 1 ? 'cell' : 'cells'} ${cells.join(', ')}`;
  switch (goal.kind) {
    case 'enable':
      return `enable ${system} on ${target}`;
    case 'deploy':
      return cells.length > 0 ? `deploy ${named} of ${system} to ${target}` : `deploy ${system} to ${target}`;
    case 'stop':
      return `stop ${named} on ${target}`;
    case 'restart':
      return `restart ${named} on ${target}`;
    case 'destroy':
      return `destroy ${named} on ${target}`;
    case 'disable':
      return `disable the hypervisor on ${target}`;
  }
}

/** The steps of a plan for a question: files in one line, then what is done and why. */
export function stepLines({ steps, notes }: Plan): readonly string[] {
  const files = steps.filter(({ kind }) => kind === 'upload');
  const others = steps.filter(({ kind }) => kind !== 'upload' && kind !== 'finish');
  const sent = files.reduce((sum, { file }) => sum + (file?.size ?? 0), 0);
  return [
    ...(files.length === 0 ? [] : [`• send ${counted(files.length, 'file')}, ${sizeWords(sent)}`]),
    ...others.map((step) => `• ${withReason(step)}`),
    ...notes,
  ];
}

/** The document that shows a plan. @param where The target as messages name it. */
export function planText(plan: Plan, checks: readonly Check[], where: string): string {
  const { steps, notes, goal, system } = plan;
  const lines = [`Plan: ${goalWords(goal, system, where)}`, ''];
  if (steps.length === 0) lines.push('Nothing has to be done: everything is as it should be.', '');
  for (const [at, step] of steps.entries()) {
    const number = `${String(at + 1).padStart(2)}. `;
    lines.push(`${number}${withReason(step)}`);
    for (const command of step.commands) lines.push(`      $ ${commandWords(command)}`);
  }
  if (notes.length > 0) lines.push('', ...notes);
  const trouble = checks.filter(({ level }) => level === 'blocker' || level === 'warning');
  if (trouble.length > 0) lines.push('', 'What the target lacks:', ...trouble.flatMap(checkLines));
  if (steps.some(({ dangerous }) => dangerous)) lines.push('', 'It asks before the first step that ends something or can hang the board.');
  return `${lines.join('\n').trimEnd()}\n`;
}

/** A command as a person would type it, for the eye alone: what is sent, and the saved script, deploy/ quotes. */
export function commandWords(command: readonly string[]): string {
  return command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}

/** A check in one or two lines. */
export function checkLines({ level, title, found, remedy }: Check): readonly string[] {
  return [`• ${level}: ${title}: ${found}`, ...(remedy === '' ? [] : [`    ${remedy}`])];
}

function withReason({ title, reason }: Step): string {
  return reason === '' ? title : `${title} (${reason})`;
}
