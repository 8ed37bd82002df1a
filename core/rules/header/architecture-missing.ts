import { architectureField, architectureLabel, evidenceOfArm, isArchitectureForgotten } from '../../config/architecture-evidence.ts';
import { architectureNumbers } from '../../config/model.ts';
import { offerText, setText } from '../../fixes/values.ts';
import type { FileRule } from '../rule.ts';

export const architectureMissing: FileRule = {
  id: 'architecture-missing',
  title: 'Architecture left out or unknown',
  severity: 'error',
  scope: 'file',
  catalogue: ['HDR-sys-arch', 'HDR-cell-arch'],
  prose: {
    meaning:
      'Since revision 14 a config names its architecture: 0 for x86, 1 for arm, 2 for arm64. Left out, it reads as 0 and so as x86. Other numbers do not exist.',
    onTheBoard:
      'A system config: `jailhouse enable` fails with "Invalid argument" and the log says "jailhouse: Configuration architecture mismatch" (driver/main.c). A cell config: `jailhouse cell create` exits with status 0 and creates nothing; only the log tells (driver/cell.c).',
    remedy: 'Write `.architecture = JAILHOUSE_ARM64` (or JAILHOUSE_ARM, JAILHOUSE_X86).',
  },
  bad: '.cell = {\n\t.signature = JAILHOUSE_CELL_DESC_SIGNATURE,\n\t.revision = JAILHOUSE_CONFIG_REVISION,',
  good: '.cell = {\n\t.signature = JAILHOUSE_CELL_DESC_SIGNATURE,\n\t.architecture = JAILHOUSE_ARM64,\n\t.revision = JAILHOUSE_CONFIG_REVISION,',
  check(config, report) {
    const field = architectureField(config);
    if (field === undefined) return;
    const holder = config.system ?? config.cell;
    const signature = holder.signature;
    const effect =
      config.kind === 'system'
        ? 'jailhouse enable would answer "Invalid argument"'
        : 'jailhouse cell create would say nothing and create nothing';
    if (!Object.values(architectureNumbers).includes(field.value)) {
      report({
        span: field.span,
        message: `Architecture ${architectureLabel(field.value)} does not exist: ${effect}. Write JAILHOUSE_ARM64, JAILHOUSE_ARM or JAILHOUSE_X86.`,
        fixes: () =>
          (evidenceOfArm(config) === undefined ? ['ARM64', 'ARM', 'X86'] : ['ARM64', 'ARM']).flatMap((name) =>
            offerText(config, holder, field, `JAILHOUSE_${name}`),
          ),
      });
    } else if (isArchitectureForgotten(config)) {
      report({
        span: field.span,
        message: `.architecture ${field.explicit ? 'says' : 'is left out, which reads as'} 0 (x86), but ${evidenceOfArm(config)}: ${effect}. Write .architecture = JAILHOUSE_ARM64 or JAILHOUSE_ARM.`,
        fixes: () => setText(config, holder, field, config.arch === 'arm' ? 'JAILHOUSE_ARM' : 'JAILHOUSE_ARM64', signature.text?.end),
      });
    }
  },
};
