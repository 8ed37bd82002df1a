import { setText } from '../../fixes/values.ts';
import type { FileRule } from '../rule.ts';

export const configRevision: FileRule = {
  id: 'config-revision',
  title: 'Config revision differs from the header',
  severity: 'error',
  scope: 'file',
  catalogue: ['HDR-revision'],
  prose: {
    meaning:
      'The revision says which layout the file has. A number that differs from that of the header it is compiled with announces a layout that the file does not have.',
    onTheBoard:
      'A driver built from the same tree refuses the file with "Invalid argument" and logs "jailhouse: Configuration revision mismatch" (driver/main.c, driver/cell.c). A driver of the announced revision would read every field behind the header at the wrong place.',
    remedy: 'Write `.revision = JAILHOUSE_CONFIG_REVISION`, and compile with the header of the Jailhouse version that runs on the target.',
  },
  bad: '.revision = 13, /* compiled with a header of revision 14 */',
  good: '.revision = JAILHOUSE_CONFIG_REVISION,',
  check(config, report) {
    const expected = config.header.revision;
    const field = config.system?.revision ?? config.cell.revision;
    if (expected === undefined || field.value === expected) return;
    const said = field.explicit ? `revision ${field.value}` : 'no revision (0)';
    report({
      span: field.span,
      message: `The config announces ${said}, but its header is of revision ${expected}: the driver would refuse it with "Configuration revision mismatch". Write .revision = JAILHOUSE_CONFIG_REVISION.`,
      fixes: () => setText(config, config.system ?? config.cell, field, 'JAILHOUSE_CONFIG_REVISION'),
    });
  },
};
