import { cpuNodes } from '../../board/cpus.ts';
import { cpusOf } from '../../config/cpu-list.ts';
import { property, stringOf } from '../../devicetree/tree-access.ts';
import { addProperty, replaceValue } from '../../fixes/tree-edits.ts';
import { aarch32Flag } from '../loading/aarch32-above-4g.ts';
import type { GuestRule } from '../rule.ts';

export const guestCpuEnableMethod: GuestRule = {
  id: 'guest-cpu-enable-method',
  title: 'CPU of the guest is not started by PSCI',
  severity: 'error',
  scope: 'guest',
  arch: ['arm64'],
  catalogue: ['DTS-enable-method'],
  prose: {
    meaning:
      'In a cell the hypervisor starts CPUs, on the request of the guest by PSCI. `enable-method` of every `cpu` node says so to a 64-bit Linux. A node without it is a warning: that CPU is left alone. A cell with one CPU starts none.',
    onTheBoard:
      'With `spin-table` the guest writes into the memory of the firmware, which the cell does not have: "Unhandled data write". Without the property: "missing enable-method property", and Linux runs on fewer CPUs.',
    remedy: 'Write `enable-method = "psci";`.',
  },
  bad: 'cpu@3 {\n\tenable-method = "spin-table";\n\tcpu-release-addr = <0x0 0x000000f0>;\n};',
  good: 'cpu@3 {\n\tenable-method = "psci";\n};',
  check({ tree, cell, text }, report) {
    if (cpusOf(cell.cpus.value).length < 2 || (cell.cell.flags.value & aarch32Flag) !== 0) return;
    const nodes = cpuNodes(tree.root);
    if (nodes.length < 2) return;
    for (const node of nodes) {
      const method = property(node, 'enable-method');
      if (method === undefined) {
        const edit = addProperty(node, 'enable-method = "psci";', text);
        report({
          span: node.span,
          severity: 'warning',
          message: `${node.name} has no enable-method: Linux does not start it. Write enable-method = "psci".`,
          fixes: edit === undefined ? [] : [{ title: 'Add enable-method = "psci"', edits: [edit] }],
        });
      } else if (stringOf(node, 'enable-method') !== 'psci')
        report({
          span: method.valueSpan,
          message: `${node.name} is to be started by "${stringOf(node, 'enable-method')}", but in a cell CPUs are started by PSCI only: the guest would write to memory that the cell does not have ("Unhandled data write"). Write enable-method = "psci".`,
          fixes: () => [{ title: 'Set enable-method to "psci"', edits: [replaceValue(method, '"psci"')] }],
        });
    }
  },
};
