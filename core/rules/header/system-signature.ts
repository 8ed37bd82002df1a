import { setText } from '../../fixes/values.ts';
import type { FileRule } from '../rule.ts';

/** Signatures by the length of the char array: five characters since revision 14, six before. */
const signatures: Readonly<Record<number, string>> = { 5: 'JHSYS', 6: 'JHSYST' };

export const systemSignature: FileRule = {
  id: 'system-signature',
  title: 'System config has the wrong signature',
  severity: 'error',
  scope: 'file',
  catalogue: ['HDR-sys-signature'],
  prose: {
    meaning: 'A system config starts with the characters JHSYS (JHSYST before revision 14), so that nothing else is taken for one.',
    onTheBoard:
      '`jailhouse enable` fails with "Invalid argument" and the kernel log says "jailhouse: Not a system configuration" (driver/main.c:jailhouse_cmd_enable).',
    remedy: 'Write `.signature = JAILHOUSE_SYSTEM_SIGNATURE`.',
  },
  bad: '.header = {\n\t.signature = JAILHOUSE_CELL_DESC_SIGNATURE,',
  good: '.header = {\n\t.signature = JAILHOUSE_SYSTEM_SIGNATURE,',
  check(config, report) {
    const field = config.system?.signature;
    const expected = field && signatures[field.size];
    if (field === undefined || expected === undefined || field.value === expected) return;
    report({
      span: field.span,
      message: `The signature of a system config is "${expected}", here it is ${field.value === '' ? 'empty' : `"${field.value}"`}: jailhouse enable would answer "Invalid argument". Write .signature = JAILHOUSE_SYSTEM_SIGNATURE.`,
      fixes: () => setText(config, config.system, field, 'JAILHOUSE_SYSTEM_SIGNATURE'),
    });
  },
};
