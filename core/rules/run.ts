import type { Architecture, Config } from '../config/model.ts';
import type { Finding, Fix, RelatedPlace, Severity } from '../source/finding.ts';
import { clipped } from '../source/message-length.ts';
import type { Span } from '../source/span.ts';
import { rules } from './index.ts';
import type { BoardContext, GuestContext, Report, Reporter, Rule } from './rule.ts';

/** Severities by rule id, as the user set them; `off` silences a rule. */
export type SeverityOverrides = Readonly<Record<string, Severity | 'off'>>;

/** Everything that one config alone shows. Reads nothing but the model; never throws. */
export function runFileRules(config: Config, severity: SeverityOverrides): Finding[] {
  return runEach(fileRules, config.arch, severity, config.span, (rule, report) => rule.check(config, report));
}

/** What a system config and one of its members (a cell, or the system config itself for the root cell) show together. */
export function runCellRules(system: Config, member: Config, severity: SeverityOverrides): Finding[] {
  return runEach(cellRules, system.arch, severity, member.span, (rule, report) => rule.check(system, member, report));
}

/** What shows only when the cells are meant to run at the same time. */
export function runSetRules(system: Config, cells: readonly Config[], severity: SeverityOverrides): Finding[] {
  return runEach(setRules, system.arch, severity, system.span, (rule, report) => rule.check(system, cells, report));
}

/** What a member of a system and the board show together. */
export function runBoardRules(context: BoardContext, severity: SeverityOverrides): Finding[] {
  return runEach(boardRules, context.system.arch, severity, context.member.span, (rule, report) => rule.check(context, report));
}

/** What a cell and the device tree of its guest show together. */
export function runGuestRules(context: GuestContext, severity: SeverityOverrides): Finding[] {
  return runEach(guestRules, context.system.arch, severity, context.cell.span, (rule, report) => rule.check(context, report));
}

/** The id under which a rule that failed itself is told of: a defect of this tool, not of the config. */
export const internalRuleId = 'internal';

const fileRules = rules.filter((rule) => rule.scope === 'file');
const cellRules = rules.filter((rule) => rule.scope === 'cell');
const setRules = rules.filter((rule) => rule.scope === 'set');
const boardRules = rules.filter((rule) => rule.scope === 'board');
const guestRules = rules.filter((rule) => rule.scope === 'guest');

function runEach<R extends Rule>(
  scope: readonly R[],
  arch: Architecture,
  overrides: SeverityOverrides,
  whole: Span,
  check: (rule: R, report: Reporter) => void,
): Finding[] {
  const findings: Finding[] = [];
  for (const rule of scope) {
    const level = Object.hasOwn(overrides, rule.id) ? overrides[rule.id] : undefined;
    if (level === 'off' || (rule.arch !== undefined && !rule.arch.includes(arch))) continue;
    try {
      check(rule, (report) => {
        findings.push(new RuleFinding(rule.id, weaker(level ?? rule.severity, report.severity), report));
      });
    } catch (error) {
      if (overrides[internalRuleId] === 'off') continue;
      findings.push({
        rule: internalRuleId,
        severity: 'information',
        message: `The rule ${rule.id} failed and was left out: ${error instanceof Error ? error.message : String(error)}. This is a defect of Jailhouse Cells; please report it together with this file.`,
        span: { ...whole, end: whole.start },
        related: [],
        fixes: [],
      });
    }
  }
  return findings;
}

/** A finding whose fixes are made when they are first asked for. */
class RuleFinding implements Finding {
  readonly message: string;
  readonly span: Span;
  readonly related: readonly RelatedPlace[];

  constructor(
    readonly rule: string,
    readonly severity: Severity,
    report: Report,
  ) {
    this.message = clipped(report.message);
    this.span = report.span;
    this.related = report.related ?? [];
    let made: readonly Fix[] | undefined;
    // An own property, so that copies and comparisons see it.
    Object.defineProperty(this, 'fixes', {
      enumerable: true,
      get: () => {
        made ??= typeof report.fixes === 'function' ? report.fixes() : (report.fixes ?? []);
        return made;
      },
    });
  }

  declare readonly fixes: readonly Fix[];
}

const order: readonly Severity[] = ['error', 'warning', 'information', 'hint'];

/** A case that a rule itself calls lighter stays lighter, also when the user turned the rule up. */
function weaker(level: Severity, own: Severity | undefined): Severity {
  return own !== undefined && order.indexOf(own) > order.indexOf(level) ? own : level;
}
