import type { KernelParameter } from '../../board/board.ts';
import { commandLineOf, parametersNamed } from '../../board/cmdline.ts';
import { baseNameOf, isEnabled, property, stringOf } from '../../devicetree/tree-access.ts';
import { replaceValue } from '../../fixes/tree-edits.ts';
import type { Fix } from '../../source/finding.ts';
import { hex } from '../../source/numbers.ts';
import type { GuestContext, GuestRule } from '../rule.ts';
import { regionsAt } from './cell-reach.ts';
import { consoleNameOf } from './guest-drivers.ts';
import { deviceText, type GuestDevice, guestDevices, stdoutNode } from './guest-nodes.ts';

export const guestUartConsole: GuestRule = {
  id: 'guest-uart-console',
  title: 'Console of the guest leads nowhere',
  severity: 'warning',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['DTS-uart-console'],
  prose: {
    meaning:
      "`stdout-path` in `/chosen`, and `console=` on the guest's command line, say where Linux prints. The path (or alias) has to lead to an enabled node. The name of a console goes with the driver of a UART: ttyS for an 8250, ttyAMA for a PL011, ttymxc, ttyPS, ttyMV, ttyLP, ttySC. A name that no UART in the tree has is a warning; trees with UARTs of unknown drivers are not judged. Where the tree's only UART is another than `console.address` of the cell, the guest prints elsewhere than the loader: information.",
    onTheBoard: 'The guest boots without a word, or dies without one.',
    remedy: 'Name the UART that the cell has.',
  },
  bad: '/* "commandLine": "console=ttyAMA0" */\nserial@fe215040 {\n\tcompatible = "brcm,bcm2835-aux-uart";\n};',
  good: '/* "commandLine": "console=ttyS0,115200" */\nserial@fe215040 {\n\tcompatible = "brcm,bcm2835-aux-uart";\n};',
  check(context, report) {
    const { tree, cell } = context;
    const chosen = tree.root.children.find(({ name }) => name === 'chosen');
    const path = chosen && (property(chosen, 'stdout-path') ?? property(chosen, 'linux,stdout-path'));
    const stdout = stdoutNode(tree);
    if (path !== undefined && stdout === 'missing')
      report({
        span: path.valueSpan,
        message: `stdout-path "${stringOf(chosen as NonNullable<typeof chosen>, path.name)}" leads to no node: the guest prints nothing until a console= says where. Name the UART by its path or alias.`,
        related: [
          { span: (tree.root.children.find(({ name }) => name === 'aliases') ?? tree.root).span, message: 'the aliases of the tree' },
        ],
      });
    else if (path !== undefined && stdout !== undefined && stdout !== 'missing' && !isEnabled(stdout)) {
      const status = property(stdout, 'status');
      report({
        span: path.valueSpan,
        message: `stdout-path leads to ${deviceText(stdout)}, which is disabled: the guest prints nothing. Enable it, or name another UART.`,
        related: [{ span: status?.valueSpan ?? stdout.span, message: `${stdout.name} is disabled` }],
        fixes: () =>
          status === undefined ? [] : [{ title: `Enable ${stdout.name}`, edits: [replaceValue(status, '"okay"')], needsChoice: true }],
      });
    }
    const uarts = guestDevices(tree).filter(isUart);
    const names = new Set(uarts.map(({ compatible }) => consoleNameOf(compatible)));
    const [uart] = uarts;
    if (uart === undefined) return;
    const consoles = consolesOf(context);
    // Other consoles, such as hvc0, are no UARTs of the tree.
    const foreign = consoles.filter(({ kind }) => !names.has(kind));
    const [first] = foreign;
    if (!names.has(undefined) && first !== undefined && foreign.length === consoles.length)
      report({
        span: first.parameter.span,
        message: `${first.parameter.name}=${first.parameter.value} is a console that no UART in the guest's tree has: ${uarts.map(({ node, compatible }) => `${node.name} is ${consoleNameOf(compatible)}`).join(', ')}. The guest prints nothing.`,
        related: uarts.map(({ node }) => ({ span: node.span, message: deviceText(node) })),
        fixes: () => renameConsole(context, first.parameter, first.kind, [...names][0] ?? ''),
      });
    const console = cell.cell.console;
    const window = uart.windows[0];
    if (console === undefined || console.address.value === 0n || uarts.length !== 1 || window === undefined) return;
    // One that the cell does not have is told of elsewhere.
    if (regionsAt(cell, { start: window.start, size: 1n }).length === 0) return;
    if (console.address.value >= window.start && console.address.value < window.start + window.size) return;
    report({
      span: window.entry.addressSpan,
      severity: 'information',
      message: `The guest prints at ${hex(window.start)}, the loader and other programs of the inmate library at ${hex(console.address.value)}. That is fine if it is meant.`,
      related: [{ span: console.address.span, message: `console of the cell, ${hex(console.address.value)}` }],
    });
  },
};

function isUart({ node, compatible }: GuestDevice): boolean {
  return (
    consoleNameOf(compatible) !== undefined ||
    ['serial', 'uart'].includes(baseNameOf(node)) ||
    compatible.some((name) => name.includes('uart'))
  );
}

const uartConsole = /^(ttyS|ttyAMA|ttymxc|ttyPS|ttyMV|ttyLP|ttySC)\d+(?:,|$)/;

/** Consoles by UART: of the command line in jailhouse.json, else of `bootargs`. */
function consolesOf({ tree, commandLine }: GuestContext): readonly { readonly parameter: KernelParameter; readonly kind: string }[] {
  const chosen = tree.root.children.find(({ name }) => name === 'chosen');
  const bootargs = chosen && property(chosen, 'bootargs');
  const line =
    commandLine ??
    (chosen === undefined || bootargs === undefined ? undefined : commandLineOf(stringOf(chosen, 'bootargs') ?? '', bootargs.valueSpan));
  return parametersNamed(line, 'console').flatMap((parameter) => {
    const kind = uartConsole.exec(parameter.value ?? '')?.[1];
    return kind === undefined ? [] : [{ parameter, kind }];
  });
}

function renameConsole({ text }: GuestContext, { span, name, value }: KernelParameter, from: string, to: string): readonly Fix[] {
  const typed = text(span.file)?.slice(span.start, span.end);
  if (typed !== `${name}=${value}` || to === '') return [];
  const start = span.start + name.length + 1;
  const title = `Write ${to} in place of ${from}`;
  return [{ title, edits: [{ span: { file: span.file, start, end: start + from.length }, newText: to }], needsChoice: true }];
}
