import type { FileRule } from '../rule.ts';

/** Width of the name column of `jailhouse cell list` (tools/jailhouse.c:cell_list). */
const columnWidth = 24;

export const nameTooWide: FileRule = {
  id: 'name-too-wide',
  title: 'Cell name fills its column',
  severity: 'information',
  scope: 'file',
  catalogue: ['HDR-name-column'],
  prose: {
    meaning: '`jailhouse cell list` prints names in a column of 24 characters, without a separator.',
    onTheBoard: 'Name and state run together: "...demorunning" (tools/jailhouse.c:cell_list). Scripts that split the line at spaces fail.',
    remedy: 'Use at most 23 characters.',
  },
  bad: '.name = "emtrion-emconrzg1h-linux-demo",',
  good: '.name = "rzg1h-linux-demo",',
  check(config, report) {
    const field = config.cell.name;
    // At 32 characters name-too-long has the word.
    if (field.value.length < columnWidth || field.value.length >= field.size) return;
    report({
      span: field.span,
      message: `The name has ${field.value.length} characters: in jailhouse cell list it runs into the state column. Use at most ${columnWidth - 1}.`,
    });
  },
};
