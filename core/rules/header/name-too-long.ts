import { rename } from '../../fixes/names.ts';
import type { FileRule } from '../rule.ts';

export const nameTooLong: FileRule = {
  id: 'name-too-long',
  title: 'Cell name over 31 characters',
  severity: 'information',
  scope: 'file',
  catalogue: ['HDR-name-length'],
  prose: {
    meaning: 'The name has 32 bytes, the last of which has to be 0. C lets an initialiser of 32 characters through without a word.',
    onTheBoard:
      'The driver overwrites the last byte: the cell has another name than the config says, and two names that differ only there become equal (driver/main.c, driver/cell.c). Observed: cut without a message.',
    remedy: 'Use at most 31 characters.',
  },
  bad: '.name = "linux-demo-on-the-second-cluster",',
  good: '.name = "linux-demo-second-cluster",',
  check(config, report) {
    const field = config.cell.name;
    // Text longer than the array is told by the C front end already.
    if (field.value.length !== field.size || field.size < 2) return;
    report({
      span: field.span,
      message: `The name has ${field.size} characters and no room for the final NUL: the driver cuts it to "${field.value.slice(0, -1)}". Use at most ${field.size - 1} characters.`,
      fixes: () => rename(config, field.value.slice(0, -1)),
    });
  },
};
