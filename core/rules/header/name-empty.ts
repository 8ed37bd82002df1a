import type { FileRule } from '../rule.ts';

export const nameEmpty: FileRule = {
  id: 'name-empty',
  title: 'Cell without a name',
  severity: 'information',
  scope: 'file',
  catalogue: ['HDR-name-empty'],
  prose: {
    meaning: 'Commands address a cell by its name or by the number that it gets when it is created.',
    onTheBoard: 'The cell works, but only its number reaches it: `jailhouse cell start 1` (driver/cell.c:find_cell).',
    remedy: 'Give the cell a name of 1 to 31 characters.',
  },
  bad: '.cell = {\n\t/* no .name */',
  good: '.cell = {\n\t.name = "linux-demo",',
  check(config, report) {
    const field = config.cell.name;
    if (field.value !== '') return;
    report({
      span: field.span,
      message: `The ${config.kind === 'system' ? 'root cell' : 'cell'} has no name: only its number reaches it. Write .name = "...", at most ${field.size - 1} characters.`,
    });
  },
};
