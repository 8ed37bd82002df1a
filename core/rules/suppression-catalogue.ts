import type { DiagnosticText } from '../source/diagnostic-text.ts';

const onTheBoard = 'Nothing: the compiler does not read comments. What the comment was meant to hide may matter, see its rule.';

/** What is said about comments of the form `jailhouse-cells: ignore RULE - reason`. */
export const suppressionDiagnostics: readonly DiagnosticText[] = [
  {
    id: 'suppression-unused',
    title: 'Suppression that hides nothing',
    severity: 'warning',
    prose: {
      meaning:
        'A comment suppresses a rule, but that rule reports nothing on its line (or, for a comment on a line of its own, on the line below). The cause was mended, or the comment stands at the wrong line, and it would hide the next mistake there. A rule that could not be checked, because its system config is unknown or the rule is off, is not counted as silent.',
      onTheBoard,
      remedy: 'Remove the comment, or move it to the line of the finding or a line of its own above it.',
    },
    bad: '.size = 0x1000, // jailhouse-cells: ignore comm-region-size - the loader patches it',
    good: '.size = 0x1000,',
  },
  {
    id: 'suppression-without-reason',
    title: 'Suppression without a reason',
    severity: 'warning',
    prose: {
      meaning:
        'A comment suppresses a rule and does not say why. It does not count until it does: whoever reads the config later has to know whether the reason still holds.',
      onTheBoard,
      remedy: 'Write the reason behind the rule: `// jailhouse-cells: ignore RULE - reason`.',
    },
    bad: '// jailhouse-cells: ignore region-covers-gic',
    good: '// jailhouse-cells: ignore region-covers-gic - this cell runs the interrupt test',
  },
  {
    id: 'suppression-unknown-rule',
    title: 'Suppression of a rule that does not exist',
    severity: 'warning',
    prose: {
      meaning: 'A comment suppresses a rule by a name that no rule has, so it hides nothing.',
      onTheBoard,
      remedy: 'Copy the id from the finding; `jailhouse-cells explain` lists all of them.',
    },
    bad: '// jailhouse-cells: ignore region-cover-gic - this cell runs the interrupt test',
    good: '// jailhouse-cells: ignore region-covers-gic - this cell runs the interrupt test',
  },
];
