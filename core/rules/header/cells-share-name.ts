import { fileStem, offerName } from '../../fixes/names.ts';
import type { SetRule } from '../rule.ts';

export const cellsShareName: SetRule = {
  id: 'cells-share-name',
  title: 'Two cells with the same name',
  severity: 'error',
  scope: 'set',
  catalogue: ['HDR-name-unique'],
  prose: {
    meaning: 'Names of cells that exist at the same time are unique.',
    onTheBoard:
      'The second `jailhouse cell create` fails with "File exists" (driver/cell.c). `jailhouse cell linux` ignores that error and reloads the first cell.',
    remedy: 'Rename one of the cells.',
  },
  bad: '/* linux-1.c and linux-2.c */\n.name = "linux-demo",',
  good: '/* linux-2.c */\n.name = "linux-demo-2",',
  check(_system, cells, report) {
    const first = new Map<string, (typeof cells)[number]>();
    for (const cell of cells) {
      const name = cell.cell.name;
      const earlier = first.get(name.value);
      if (name.value === '') continue;
      if (earlier === undefined) first.set(name.value, cell);
      else
        report({
          span: name.span,
          message: `Another cell of this set is called "${name.value}" too: the second jailhouse cell create would answer "File exists". Rename one.`,
          related: [{ span: earlier.cell.name.span, message: `the other cell "${name.value}"` }],
          fixes: () => offerName(cell, fileStem(cell)),
        });
    }
  },
};
