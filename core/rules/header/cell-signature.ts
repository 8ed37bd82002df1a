import { setText } from '../../fixes/values.ts';
import type { FileRule } from '../rule.ts';

/** Signatures by the length of the char array: five characters since revision 14, six before. */
const signatures: Readonly<Record<number, string>> = { 5: 'JHCLL', 6: 'JHCELL' };

export const cellSignature: FileRule = {
  id: 'cell-signature',
  title: 'Cell config has the wrong signature',
  severity: 'error',
  scope: 'file',
  catalogue: ['HDR-cell-signature'],
  prose: {
    meaning:
      'A cell config starts with the characters JHCLL (JHCELL before revision 14). The descriptor of a root cell, inside a system config, needs none.',
    onTheBoard:
      '`jailhouse cell create` fails with "Invalid argument" and the kernel log says "jailhouse: Not a cell configuration" (driver/cell.c:jailhouse_cmd_cell_create).',
    remedy: 'Write `.signature = JAILHOUSE_CELL_DESC_SIGNATURE`.',
  },
  bad: '.cell = {\n\t.signature = "CELL",',
  good: '.cell = {\n\t.signature = JAILHOUSE_CELL_DESC_SIGNATURE,',
  check(config, report) {
    if (config.kind !== 'cell') return;
    const field = config.cell.signature;
    const expected = signatures[field.size];
    if (expected === undefined || field.value === expected) return;
    report({
      span: field.span,
      message: `The signature of a cell config is "${expected}", here it is ${field.value === '' ? 'empty' : `"${field.value}"`}: jailhouse cell create would answer "Invalid argument". Write .signature = JAILHOUSE_CELL_DESC_SIGNATURE.`,
      fixes: () => setText(config, config.cell, field, 'JAILHOUSE_CELL_DESC_SIGNATURE'),
    });
  },
};
