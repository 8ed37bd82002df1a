import { fileStem, offerName } from '../../fixes/names.ts';
import type { CellRule } from '../rule.ts';

export const nameTakenByRoot: CellRule = {
  id: 'name-taken-by-root',
  title: 'Cell has the name of the root cell',
  severity: 'error',
  scope: 'cell',
  catalogue: ['HDR-name-unique'],
  prose: {
    meaning: 'Names of cells are unique, and the root cell has one too.',
    onTheBoard:
      '`jailhouse cell create` fails with "File exists" (driver/cell.c, hypervisor/control.c:cell_create). `jailhouse cell linux` ignores that error and goes on with the existing cell.',
    remedy: 'Give the cell another name.',
  },
  bad: '.name = "rpi4", /* the root cell is called rpi4 */',
  good: '.name = "rpi4-linux-demo",',
  check(system, member, report) {
    const own = member.cell.name;
    if (member === system || own.value === '' || own.value !== system.cell.name.value) return;
    report({
      span: own.span,
      message: `"${own.value}" is the name of the root cell: jailhouse cell create would answer "File exists". Give the cell another name.`,
      related: [{ span: system.cell.name.span, message: `the root cell is called "${own.value}"` }],
      fixes: () => offerName(member, fileStem(member)),
    });
  },
};
