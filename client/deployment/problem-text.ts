import type { Undone } from '@jailhouse-cells/deploy/apply/apply.ts';
import type { Problem } from '@jailhouse-cells/deploy/apply/problem.ts';
import type { Meaning } from '@jailhouse-cells/deploy/from-message.ts';

/** What became of what was done before a deployment failed, in a sentence. Empty: nothing is to be said. */
export function undoneText(undone: Undone): string {
  switch (undone.kind) {
    case 'nothing':
      return 'Nothing was left changed.';
    case 'undone': {
      const lost =
        undone.lost.length === 0 ? '' : ` What cannot be brought back, since nobody wrote down how it was made: ${undone.lost.join(', ')}.`;
      return `What was done is undone (${undone.steps.join(', ')}).${lost}`;
    }
    case 'left':
      return undone.why;
    case 'failed':
      return `Undoing failed at "${undone.step}": ${undone.message}`;
  }
}

/** The likeliest cause of a problem in a sentence; undefined: nothing is known. */
export function likelyCause({ meanings }: Pick<Problem, 'meanings'>): string | undefined {
  const [meaning] = meanings;
  const cause = meaning?.causes[0];
  if (meaning === undefined) return undefined;
  return cause === undefined ? meaning.summary : `${cause.title}. ${cause.text}`;
}

/** All that is known of a problem, for the output channel. */
export function problemText(problem: Problem, undone: Undone): string {
  const part = (title: string, text: string): readonly string[] =>
    text.trim() === ''
      ? []
      : [
          `${title}:`,
          ...text
            .trimEnd()
            .split('\n')
            .map((line) => `    ${line}`),
        ];
  return [
    problem.message,
    ...(problem.step === undefined ? [] : [`Step: ${problem.step}`]),
    ...(problem.place === undefined ? [] : [`To blame: ${problem.place.file}:${problem.place.line + 1}:${problem.place.column + 1}`]),
    ...part('Output of the command', problem.output),
    ...part('New lines of the kernel log', problem.kernelLog),
    ...part('New text of the hypervisor console', problem.console),
    ...problem.meanings.flatMap(meaningLines),
    undoneText(undone),
  ].join('\n');
}

function meaningLines({ summary, causes }: Meaning): readonly string[] {
  return [
    `Meaning: ${summary}`,
    ...causes.flatMap(({ title, text, confidence, places }) => [
      `    ${confidence}: ${title}`,
      `        ${text}`,
      ...places.map(({ message, place }) => `        ${place.file}:${place.line + 1}:${place.column + 1}: ${message}`),
    ]),
  ];
}
