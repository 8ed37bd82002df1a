import { removeField } from '../../fixes/values.ts';
import type { FileRule } from '../rule.ts';

export const cellIdSet: FileRule = {
  id: 'cell-id-set',
  title: 'Cell with an id of its own',
  severity: 'error',
  scope: 'file',
  catalogue: [],
  prose: {
    meaning:
      'The root cell has the id 0, and the driver numbers the other cells itself. In a system config another id is an error; in a cell config it is overwritten: information.',
    onTheBoard:
      'Observed: the hypervisor keeps the given id of the root cell while the driver goes on asking for id 0. Everything seems to work, but the state of the root cell reads "invalid", and no tool can tell whether it lives (driver/cell.c).',
    remedy: 'Leave out `.id`.',
  },
  bad: '.root_cell = {\n\t.name = "rpi4",\n\t.id = 5,',
  good: '.root_cell = {\n\t.name = "rpi4",',
  check(config, report) {
    const { id } = config.cell;
    if (id.value === 0) return;
    report(
      config.kind === 'system'
        ? {
            span: id.span,
            fixes: () => removeField(config, config.cell, id),
            message: `The root cell has the id ${id.value}, but the driver asks for id 0: the state of the root cell would read "invalid". Leave out .id.`,
          }
        : {
            span: id.span,
            fixes: () => removeField(config, config.cell, id),
            severity: 'information',
            message: `The id ${id.value} has no effect: the driver numbers the cells. Leave it out.`,
          },
    );
  },
};
