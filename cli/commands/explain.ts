import { findRule, rules } from '@jailhouse-cells/core/rules/index.ts';
import { diagnosticTexts } from '@jailhouse-cells/core/rules/known.ts';
import type { Rule } from '@jailhouse-cells/core/rules/rule.ts';
import { wrap } from '@jailhouse-cells/core/source/text-width.ts';
import type { Arguments } from '../arguments.ts';
import { type Command, misuse } from '../command.ts';
import { engineOptions, outputOptions, unknownRule } from '../engine-options.ts';
import { explainEvent } from '../explain/explain-event.ts';
import { jsonText } from '../findings/json-text.ts';
import { rulePage } from '../findings/rule-page.ts';
import type { Io, Outcome } from '../io.ts';
import { type Style, styleFor, widthOf } from '../style.ts';
import { definitions } from '../table.ts';

export const explain: Command = {
  name: 'explain',
  summary: 'Say what a rule, an error or a log means and how to mend it',
  usage: '[OPTIONS] [RULE] | --errno TEXT [PATH...] | --log FILE [PATH...]',
  description: [
    'Prints the page of a rule: what it means, what the board would do, how to mend it, an example. Without RULE: the list of rules.',
    'With --errno or --log: what an error of the jailhouse command, a kernel log or the text of the hypervisor means, and what in the configs that the paths name may have led to it, best first. Other members of their systems are looked at, too.',
  ],
  options: [
    {
      name: '--errno',
      value: 'TEXT',
      text: 'Explain an error: "cell create: Invalid argument", "enable EBUSY", "exit code 139", "enable hangs", or a line of a log.',
    },
    {
      name: '--log',
      value: 'FILE',
      text: 'Explain a log: the output of dmesg, of jailhouse console, of the serial line, or all in one. - is standard input. The latest run in it counts.',
    },
    { name: '--format', value: 'FORMAT', choices: ['text', 'json'], text: 'text (default) or json.' },
    ...engineOptions,
    ...outputOptions,
  ],
  examples: [
    { command: 'jailhouse-cells explain', does: 'the list' },
    { command: 'jailhouse-cells explain region-overlaps-hypervisor', does: 'one rule' },
    { command: 'jailhouse-cells explain --errno "cell create: Invalid argument" configs/rpi4-linux-demo.c', does: 'an error' },
    { command: 'ssh board dmesg | jailhouse-cells explain --log - configs', does: 'a log' },
  ],
  exit: [
    { status: 0, when: 'printed' },
    { status: 1, when: 'nothing in the error or log is known, or the log cannot be read' },
    { status: 2, when: 'wrong call, or no such rule' },
  ],
  run: runExplain,
};

async function runExplain(parsed: Arguments, io: Io): Promise<Outcome> {
  if (parsed.has('--errno') && parsed.has('--log')) return misuse('explain', 'explain takes --errno or --log, not both.');
  if (parsed.has('--errno') || parsed.has('--log')) return explainEvent(parsed, io);
  const [id, ...others] = parsed.operands;
  if (others.length > 0) return misuse('explain', 'explain takes one RULE at a time.');
  const json = parsed.value('--format') === 'json';
  const width = Math.min(100, widthOf(io.out));
  const style = styleFor(io.out, io, parsed.value('--color'));
  if (id === undefined) {
    if (json)
      return {
        status: 0,
        out: jsonText({ version: 1, rules: rules.map(({ id, title, severity, scope }) => ({ id, title, severity, scope })) }),
      };
    return {
      status: 0,
      out: `${definitions(
        rules.map((rule) => [rule.id, `${rule.severity}: ${rule.title}`]),
        width,
        '',
      ).join('\n')}\n`,
    };
  }
  const rule = findRule(id) ?? diagnosticTexts.find((text) => text.id === id);
  if (rule === undefined) return misuse('explain', unknownRule(id) ?? '');
  return { status: 0, out: json ? jsonText({ version: 1, ...plainRule(rule) }) : page(rule, width, style) };
}

/** A diagnostic of the C front end or of a comment has a page like a rule's, but looks at the text alone. */
type Explained = Rule | (typeof diagnosticTexts)[number];

function plainRule(rule: Explained): object {
  const { id, title, severity, prose, bad, good } = rule;
  const { scope, arch, catalogue } = 'scope' in rule ? rule : { scope: 'file', arch: undefined, catalogue: [] };
  return { id, title, severity, scope, arch: arch ?? null, catalogue, ...prose, bad, good, help: rulePage(id) };
}

const scopes: Readonly<Record<Rule['scope'], string>> = {
  file: 'one config alone',
  cell: 'a cell and its system config',
  set: 'the cells that run together',
  board: 'a config and the board that it runs on',
  guest: 'a cell and the device tree of its guest',
};

function page(rule: Explained, width: number, style: Style): string {
  const arch = 'arch' in rule && rule.arch !== undefined ? `, ${rule.arch.join(' and ')} only` : '';
  const subject = 'scope' in rule ? scopes[rule.scope] : 'the text of one config';
  const lines = [style.strong(`${rule.id}: ${rule.title}`), `${rule.severity} by default; looks at ${subject}${arch}`, ''];
  for (const [heading, text] of [
    ['', rule.prose.meaning],
    ['On the board: ', rule.prose.onTheBoard],
    ['Remedy: ', rule.prose.remedy],
  ] as const) {
    lines.push(...wrap(`${heading}${text}`.replaceAll('\n', ' '), width), '');
  }
  lines.push('Wrong:', ...code(rule.bad), '', 'Right:', ...code(rule.good), '', rulePage(rule.id), '');
  return lines.join('\n');
}

function code(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`.trimEnd());
}
