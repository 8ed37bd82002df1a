import { cpuNodes } from '../../board/cpus.ts';
import { cpuNames, cpusOf } from '../../config/cpu-list.ts';
import { cellCounts, regOf } from '../../devicetree/addresses.ts';
import type { TreeNode } from '../../devicetree/model.ts';
import { property, stringOf } from '../../devicetree/tree-access.ts';
import { cellText, replaceCells } from '../../fixes/tree-cells.ts';
import { addChild } from '../../fixes/tree-edits.ts';
import type { Fix } from '../../source/finding.ts';
import { hex } from '../../source/numbers.ts';
import type { GuestContext, GuestRule, TextOf } from '../rule.ts';
import { count } from '../wording.ts';

interface CpuNode {
  readonly node: TreeNode;
  readonly mpidr: bigint;
}

export const guestCpusDiffer: GuestRule = {
  id: 'guest-cpus-differ',
  title: "CPUs of the guest's tree are not those of the cell",
  severity: 'error',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['DTS-cpus-count', 'DTS-cpus-mpidr'],
  prose: {
    meaning:
      'The guest starts on the lowest CPU of the cell and wakes the others by the numbers in `/cpus`, each the MPIDR of a physical CPU. A number of no CPU of the cell is an error; it is checked where the CPUs of the board are known. Where they are not, only the number of nodes is compared, and the finding is a warning; so is a CPU of the cell without a node, unless it is the first.',
    onTheBoard:
      'A foreign CPU: PSCI answers "denied" and Linux says "CPU1: failed to come online" (hypervisor/arch/arm-common/psci.c looks for the MPIDR in the cell). First CPU without a node: "missing boot CPU MPIDR, not enabling secondaries", and Linux runs on one CPU. Other CPUs without a node stay idle.',
    remedy: "Copy the `cpu` nodes of the cell's CPUs from the board's tree, with their `reg`.",
  },
  bad: '/* .cpus = { 0b1100 } */\ncpu@1 {\n\treg = <1>;\n};\ncpu@2 {\n\treg = <2>;\n};',
  good: '/* .cpus = { 0b1100 } */\ncpu@2 {\n\treg = <2>;\n};\ncpu@3 {\n\treg = <3>;\n};',
  check(context, report) {
    const { tree, cell, board } = context;
    const nodes = cpuNodes(tree.root);
    const numbers = cpusOf(cell.cpus.value);
    const parent = nodes[0]?.parent;
    if (parent === undefined || numbers.length === 0) return;
    const related = [{ span: cell.cpus.words[0]?.span ?? cell.cpus.span, message: `the cell has the ${cpuNames(cell.cpus.value)}` }];
    const own = numbers.map((number) => board?.cpus?.[number]);
    const listed = nodes.flatMap((node): readonly CpuNode[] => {
      const reg = regOf(node)[0];
      return reg === undefined ? [] : [{ node, mpidr: reg.busAddress }];
    });
    if (listed.length < nodes.length) return;
    if (own.some((cpu) => cpu === undefined)) {
      if (nodes.length === numbers.length) return;
      const more = nodes.length > numbers.length;
      report({
        span: parent.span,
        severity: 'warning',
        message: `The guest's tree has ${count(nodes.length, 'cpu node')}, but the cell has the ${cpuNames(cell.cpus.value)}: ${more ? 'CPUs of others do not come online ("failed to come online")' : 'CPUs without a node stay idle'}. Write one node for each CPU of the cell.`,
        related,
      });
      return;
    }
    const missing = numbers.filter((_, at) => !listed.some(({ mpidr }) => mpidr === own[at]?.mpidr));
    const mpidrOf = (number: number): bigint => own[numbers.indexOf(number)]?.mpidr ?? 0n;
    const foreign = listed.filter(({ mpidr }) => !own.some((cpu) => cpu?.mpidr === mpidr));
    for (const { node, mpidr } of foreign) {
      const reg = property(node, 'reg');
      const owner = board?.cpus?.find((cpu) => cpu.mpidr === mpidr);
      const [only] = missing;
      const fixes = (): readonly Fix[] =>
        reg === undefined || only === undefined || missing.length !== foreign.length
          ? []
          : renumber(node, mpidrOf(missing[foreign.findIndex((one) => one.node === node)] ?? only), context.text);
      report({
        span: reg?.valueSpan ?? node.span,
        message: `${node.name} is ${owner === undefined ? `no CPU of the board: ${hex(mpidr)} is the MPIDR of none` : `CPU ${owner.index} of the board`}, but the cell has the ${cpuNames(cell.cpus.value)}: the guest cannot start it ("failed to come online"). Write the numbers of the cell's CPUs: ${numbers.map((number) => hex(mpidrOf(number))).join(', ')}.`,
        related,
        fixes,
      });
    }
    const [first] = missing;
    if (first === undefined || foreign.length >= missing.length) return;
    const boot = first === numbers[0];
    report({
      span: parent.span,
      severity: boot && numbers.length > 1 ? 'error' : 'warning',
      message: boot
        ? `The guest starts on CPU ${first} (MPIDR ${hex(mpidrOf(first))}), the first of the cell, but no cpu node has that number: Linux starts no other CPU then. Add the node.`
        : `No cpu node has the number of ${missing.map((number) => `CPU ${number} (MPIDR ${hex(mpidrOf(number))})`).join(', ')} of the cell: ${missing.length === 1 ? 'it stays' : 'they stay'} idle. Add the ${missing.length === 1 ? 'node' : 'nodes'}.`,
      related,
      fixes: () => addCpus(nodes[0] as TreeNode, missing.map(mpidrOf), context),
    });
  },
};

function renumber(node: TreeNode, mpidr: bigint, text: TextOf): readonly Fix[] {
  const reg = property(node, 'reg');
  const edits = reg && replaceCells(reg, 0, Math.floor(reg.value.length / 4), mpidr, text);
  if (edits === undefined) return [];
  const place = node.places[0]?.name;
  const named = place !== undefined && node.places.length === 1 && node.name.includes('@');
  const rename = named && text(place.file)?.slice(place.start, place.end) === node.name;
  const title = `Set reg of ${node.name} to ${hex(mpidr)}`;
  return [{ title, edits: rename ? [...edits, { span: place, newText: `cpu@${mpidr.toString(16)}` }] : edits }];
}

function addCpus(like: TreeNode, mpidrs: readonly bigint[], { text, cell }: GuestContext): readonly Fix[] {
  const parent = like.parent as TreeNode;
  const cells = cellCounts(parent).address;
  const compatible = stringOf(like, 'compatible');
  const lines = mpidrs.flatMap((mpidr, at) => [
    ...(at === 0 ? [] : ['']),
    `cpu@${mpidr.toString(16)} {`,
    '\tdevice_type = "cpu";',
    ...(compatible === undefined ? [] : [`\tcompatible = "${compatible}";`]),
    `\treg = <${cellText(mpidr, cells) ?? ''}>;`,
    ...(cell.arch === 'arm64' ? ['\tenable-method = "psci";'] : []),
    '};',
  ]);
  const edit = addChild(parent, lines, text);
  if (edit === undefined) return [];
  return [{ title: `Add ${mpidrs.map((mpidr) => `cpu@${mpidr.toString(16)}`).join(', ')}`, edits: [edit] }];
}
