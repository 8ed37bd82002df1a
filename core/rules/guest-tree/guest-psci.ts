import { cpuNodes } from '../../board/cpus.ts';
import { cpuNames, cpusOf } from '../../config/cpu-list.ts';
import type { TreeNode } from '../../devicetree/model.ts';
import { compatibleOf, nodesBelow, property, stringOf } from '../../devicetree/tree-access.ts';
import { addChild, addProperty, replaceValue } from '../../fixes/tree-edits.ts';
import { enabledNodes } from '../guest-devices/guest-nodes.ts';
import type { GuestRule } from '../rule.ts';

/** Versions with fixed function numbers (Linux, bindings arm/psci.yaml). */
const standard: ReadonlySet<string> = new Set(['arm,psci-0.2', 'arm,psci-1.0']);

export const guestPsci: GuestRule = {
  id: 'guest-psci',
  title: 'The guest cannot call PSCI',
  severity: 'error',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['DTS-psci-method', 'DTS-psci-compat'],
  prose: {
    meaning:
      'The guest asks the hypervisor for CPUs by PSCI 0.2 or 1.0, through the SMC instruction. HVC is for hypercalls. Without the node, or with an old `compatible` alone, Linux cannot start other CPUs: warning, where the cell has several.',
    onTheBoard:
      '`hvc`: the first call ends the cell, "FATAL: forbidden access (exception class 0x16)" (hypervisor/arch/arm64/traps.c). No node: Linux runs on one CPU.',
    remedy: 'Write `psci { compatible = "arm,psci-1.0"; method = "smc"; };`.',
  },
  bad: 'psci {\n\tcompatible = "arm,psci-0.2";\n\tmethod = "hvc";\n};',
  good: 'psci {\n\tcompatible = "arm,psci-0.2";\n\tmethod = "smc";\n};',
  check({ tree, cell, text }, report) {
    const several = cpusOf(cell.cpus.value).length > 1;
    const nodes = [...nodesBelow(tree.root)].filter(isPsci);
    const enabled = enabledNodes(tree);
    const node = nodes.find((candidate) => enabled.has(candidate));
    if (node === undefined) {
      if (!several || cpuNodes(tree.root).length < 2) return;
      const [disabled] = nodes;
      const status = disabled && property(disabled, 'status');
      report({
        span: status?.valueSpan ?? tree.root.span,
        severity: 'warning',
        message: `The guest's tree has no ${disabled === undefined ? '' : 'enabled '}psci node, but the cell has the ${cpuNames(cell.cpus.value)}: Linux cannot start any but the first. ${disabled === undefined ? 'Add one with method "smc"' : 'Enable it'}.`,
        related: [{ span: cell.cpus.words[0]?.span ?? cell.cpus.span, message: `the ${cpuNames(cell.cpus.value)} of the cell` }],
        fixes: () => {
          if (status !== undefined) return [{ title: 'Enable the psci node', edits: [replaceValue(status, '"okay"')] }];
          const lines = ['psci {', '\tcompatible = "arm,psci-1.0";', '\tmethod = "smc";', '};'];
          const edit = disabled === undefined ? addChild(tree.root, lines, text) : undefined;
          return edit === undefined ? [] : [{ title: 'Add the psci node', edits: [edit] }];
        },
      });
      return;
    }
    const method = property(node, 'method');
    if (method === undefined) {
      const edit = addProperty(node, 'method = "smc";', text);
      report({
        span: node.span,
        severity: 'warning',
        message: `${node.name} has no method: Linux cannot call PSCI. Write method = "smc".`,
        fixes: edit === undefined ? [] : [{ title: 'Add method = "smc"', edits: [edit] }],
      });
    } else if (stringOf(node, 'method') !== 'smc')
      report({
        span: method.valueSpan,
        message: `The guest would call PSCI by "${stringOf(node, 'method')}", but the hypervisor listens to "smc": the first call ends the cell ("FATAL: forbidden access"). Write method = "smc".`,
        fixes: () => [{ title: 'Set method to "smc"', edits: [replaceValue(method, '"smc"')] }],
      });
    const compatible = property(node, 'compatible');
    if (several && compatible !== undefined && !compatibleOf(node).some((name) => standard.has(name)))
      report({
        span: compatible.valueSpan,
        severity: 'warning',
        message: `"${compatibleOf(node).join('", "')}" is PSCI 0.1, whose function numbers each firmware chose for itself; the hypervisor answers those of 0.2 and 1.0. Write "arm,psci-1.0", or the guest may start no other CPU.`,
        fixes: () => [{ title: 'Set compatible to "arm,psci-1.0"', edits: [replaceValue(compatible, '"arm,psci-1.0"')] }],
      });
  },
};

function isPsci(node: TreeNode): boolean {
  return compatibleOf(node).some((name) => name === 'arm,psci' || name.startsWith('arm,psci-'));
}
