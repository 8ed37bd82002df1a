import { offerName } from '../../fixes/names.ts';
import type { FileRule } from '../rule.ts';

/** What strtoll reads to the end with base 0: decimal, 0x hex, 0 octal (tools/jailhouse.c:parse_cell_id). */
const number = /^\s*[+-]?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/;

export const nameIsNumber: FileRule = {
  id: 'name-is-number',
  title: 'Cell name reads as a number',
  severity: 'information',
  scope: 'file',
  catalogue: ['HDR-name-numeric'],
  prose: {
    meaning: 'A cell argument that is a number, in decimal, octal or hex, is taken for the id of a cell.',
    onTheBoard:
      '`jailhouse cell start 1` starts the cell with id 1, whatever its name is; only `--name 1` reaches this one (tools/jailhouse.c:parse_cell_id).',
    remedy: 'Use a name that is not a number.',
  },
  bad: '.name = "1",',
  good: '.name = "cell-1",',
  check(config, report) {
    const field = config.cell.name;
    if (!number.test(field.value)) return;
    report({
      span: field.span,
      message: `The name "${field.value}" reads as a number, so jailhouse takes it for the id of a cell unless --name is given. Use a name that is not a number.`,
      fixes: () => offerName(config, `cell-${field.value}`),
    });
  },
};
