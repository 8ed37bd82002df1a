import type { Board } from '../../board/board.ts';
import { interruptsOf, type NodeInterrupt } from '../../devicetree/interrupts.ts';
import type { DeviceTree, TreeNode } from '../../devicetree/model.ts';
import { baseNameOf, nodesBelow, property, stringsOf } from '../../devicetree/tree-access.ts';
import { addChild } from '../../fixes/tree-edits.ts';
import type { Fix } from '../../source/finding.ts';
import { enabledWith, gicNodes } from '../guest-devices/guest-nodes.ts';
import type { GuestRule, TextOf } from '../rule.ts';

/** PPI numbers of the timer in the order of `interrupts`: secure, non-secure, virtual, hypervisor (Linux, bindings timer/arm,arch_timer.yaml). */
const roles = [
  { name: 'secure physical timer', ppi: 13, names: ['sec-phys'] },
  { name: 'physical timer', ppi: 14, names: ['phys'] },
  { name: 'virtual timer', ppi: 11, names: ['virt'] },
  { name: 'hypervisor timer', ppi: 10, names: ['hyp-phys'] },
] as const;
const virtualTimer = 2;

const timerCompatibles: ReadonlySet<string> = new Set(['arm,armv8-timer', 'arm,armv7-timer']);

export const guestTimer: GuestRule = {
  id: 'guest-timer',
  title: "The guest's timer has no interrupt",
  severity: 'error',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['DTS-timer'],
  prose: {
    meaning:
      "The guest takes its ticks from the CPU's own timer, whose interrupts are private to each CPU: PPI 13, 14, 11 and 10 on nearly every chip, and Linux in a cell uses the third, the virtual timer. An interrupt that is no PPI, or a PPI above 15 (an INTID was written: PPI 11 is INTID 27), is an error, and so is a virtual timer other than in the board's tree. Where that tree is not known, another number than 11 is a warning. A tree without a node for the timer is a warning.",
    onTheBoard:
      'Linux stops early in the boot: nothing ticks. PPIs need no bit in an irqchip entry, only the maintenance interrupt is kept back (hypervisor/arch/arm-common/irqchip.c).',
    remedy: "Copy the timer node from the board's tree.",
  },
  bad: 'timer {\n\tcompatible = "arm,armv8-timer";\n\tinterrupts = <GIC_PPI 29 IRQ_TYPE_LEVEL_LOW>,\n\t\t     <GIC_PPI 30 IRQ_TYPE_LEVEL_LOW>,\n\t\t     <GIC_PPI 27 IRQ_TYPE_LEVEL_LOW>,\n\t\t     <GIC_PPI 26 IRQ_TYPE_LEVEL_LOW>;\n};',
  good: 'timer {\n\tcompatible = "arm,armv8-timer";\n\tinterrupts = <GIC_PPI 13 IRQ_TYPE_LEVEL_LOW>,\n\t\t     <GIC_PPI 14 IRQ_TYPE_LEVEL_LOW>,\n\t\t     <GIC_PPI 11 IRQ_TYPE_LEVEL_LOW>,\n\t\t     <GIC_PPI 10 IRQ_TYPE_LEVEL_LOW>;\n};',
  check({ tree, cell, board, text }, report) {
    const node = timerOf(tree);
    if (node === undefined) {
      // A chip's own timer may do on 32-bit ARM.
      if (cell.arch === 'arm' && [...nodesBelow(tree.root)].some((other) => baseNameOf(other).includes('timer'))) return;
      report({
        span: tree.root.span,
        severity: 'warning',
        message:
          "The guest's tree has no node for the timer of the CPUs (arm,armv8-timer): Linux gets no ticks. Copy it from the board's tree.",
        fixes: () => addTimer(tree, cell.arch, text),
      });
      return;
    }
    const interrupts = timerInterrupts(node);
    if (interrupts.size === 0 && property(node, 'interrupts') === undefined && property(node, 'interrupts-extended') === undefined)
      report({
        span: node.span,
        message: `${node.name} has no interrupts: Linux gets no ticks. Write PPI 13, 14, 11 and 10.`,
      });
    const standard = boardTimer(board);
    for (const [role, { name, ppi }] of roles.entries()) {
      const interrupt = interrupts.get(role);
      if (interrupt === undefined || interrupt.intid === undefined) continue;
      const stated = standard?.get(role)?.intid;
      const wanted = stated === undefined ? ppi : stated - 16;
      if (interrupt.kind === 'ppi' && interrupt.number === wanted) continue;
      const related =
        stated === undefined ? [] : [{ span: standard?.get(role)?.span ?? node.span, message: `PPI ${wanted} in the board's tree` }];
      const typed = text(interrupt.span.file)?.slice(interrupt.span.start, interrupt.span.end) ?? '';
      const number = /^(\s*\S+\s+)(\d+|0x[\da-fA-F]+)(?=\s)/.exec(typed);
      const fixes = (): readonly Fix[] =>
        number === null || interrupt.kind !== 'ppi'
          ? []
          : [
              {
                title: `Set the PPI of the ${name} to ${wanted}`,
                edits: [numberEdit(interrupt, number[1] ?? '', number[2] ?? '', wanted)],
              },
            ];
      if (interrupt.kind !== 'ppi' || interrupt.number > 15)
        report({
          span: interrupt.span,
          message: `The interrupt of the ${name} is ${interrupt.kind === 'ppi' ? `PPI ${interrupt.number}, but there are PPIs 0 to 15 only${interrupt.number - 16 === wanted ? `: ${interrupt.number} is the INTID of PPI ${wanted}` : ''}` : `SPI ${interrupt.number}, but the timer of a CPU raises PPIs`}. Write PPI ${wanted}, or Linux gets no ticks.`,
          related,
          fixes,
        });
      else
        report({
          span: interrupt.span,
          severity: role === virtualTimer && stated !== undefined ? 'error' : role === virtualTimer ? 'warning' : 'information',
          message: `The interrupt of the ${name} is PPI ${interrupt.number}; ${stated === undefined ? 'on nearly every chip' : "in the board's tree"} it is PPI ${wanted}.${role === virtualTimer ? ' Linux in a cell takes its ticks from it.' : ''} ${stated === undefined ? 'Compare it with' : 'Copy it from'} the board's tree.`,
          related,
          fixes,
        });
    }
  },
};

function numberEdit(interrupt: NodeInterrupt, before: string, typed: string, wanted: number) {
  const start = interrupt.span.start + before.length;
  return { span: { file: interrupt.span.file, start, end: start + typed.length }, newText: `${wanted}` };
}

function timerOf(tree: DeviceTree): TreeNode | undefined {
  return enabledWith(tree, timerCompatibles);
}

/** By role; `interrupt-names` says another order. */
function timerInterrupts(node: TreeNode): ReadonlyMap<number, NodeInterrupt> {
  const interrupts = interruptsOf(node);
  const names = stringsOf(property(node, 'interrupt-names'));
  const byRole = new Map<number, NodeInterrupt>();
  for (const interrupt of interrupts) {
    const named = names[interrupt.index];
    const role = named === undefined ? interrupt.index : roles.findIndex((one) => one.names.some((name) => name === named));
    if (role >= 0 && role < roles.length) byRole.set(role, interrupt);
  }
  return byRole;
}

function boardTimer(board: Board | undefined): ReadonlyMap<number, NodeInterrupt> | undefined {
  const node = board?.tree && timerOf(board.tree);
  return node && timerInterrupts(node);
}

function addTimer(tree: DeviceTree, arch: string, text: TextOf): readonly Fix[] {
  const gic = gicNodes(tree)[0];
  if (gic === undefined) return [];
  const lines = [
    'timer {',
    `\tcompatible = "arm,${arch === 'arm' ? 'armv7' : 'armv8'}-timer";`,
    // 1: PPI; 8: level low, with the mask of all CPUs for GICv2.
    `\tinterrupts = ${roles.map(({ ppi }) => `<1 ${ppi} 8>`).join(', ')};`,
    '};',
  ];
  const interrupts = property(tree.root, 'interrupt-parent');
  const edit = interrupts === undefined ? undefined : addChild(tree.root, lines, text);
  return edit === undefined ? [] : [{ title: 'Add the timer node', edits: [edit] }];
}
