import type { Config } from '../config/model.ts';
import type { Finding } from '../source/finding.ts';
import type { FileReport } from '../workspace/report.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** The configs that an explanation looks into. */
export interface ExplainContext {
  /** Those that the user named, in their order. */
  readonly named: readonly FileReport[];
  /** The other members of their systems. */
  readonly others: readonly FileReport[];
}

export const noConfigs: ExplainContext = { named: [], others: [] };

/** Checks the named configs and what they run with: the system config, and the other cells where they are said to run together. */
export function contextOf(workspace: Pick<Workspace, 'check'>, paths: readonly string[]): ExplainContext {
  const named = paths.map((path) => workspace.check(path));
  const seen = new Set(paths);
  const others: FileReport[] = [];
  for (const { path: own, system } of named) {
    if (system === undefined) continue;
    const together = system.explicitSet || own === system.rootCell;
    for (const path of [system.rootCell, ...(together ? system.cells : [])]) {
      if (seen.has(path)) continue;
      seen.add(path);
      others.push(workspace.check(path));
    }
  }
  return { named, others };
}

export function configsOf(context: ExplainContext): readonly Config[] {
  return [...context.named, ...context.others].flatMap((report) => report.config ?? []);
}

/** The driver and the hypervisor keep 31 bytes of a name. */
const nameLength = 31;

export function cellNamed(context: ExplainContext, name: string): Config | undefined {
  return configsOf(context).find((config) => config.cell.name.value.slice(0, nameLength) === name.slice(0, nameLength));
}

/** The system config of the named files; that of `cell` first. */
export function systemOf(context: ExplainContext, cell?: Config): Config | undefined {
  if (cell?.system !== undefined) return cell;
  const configs = configsOf(context);
  const path = [...context.named, ...context.others].find((report) => report.config === cell)?.system?.rootCell;
  return configs.find((config) => config.path === path) ?? configs.find((config) => config.system !== undefined);
}

export function cellsOf(context: ExplainContext): readonly Config[] {
  return configsOf(context).filter((config) => config.system === undefined);
}

export interface ContextFinding {
  readonly finding: Finding;
  readonly named: boolean;
}

/** Errors and warnings, each once, those of the named configs first. */
export function findingsOf(context: ExplainContext): readonly ContextFinding[] {
  const found = new Map<string, ContextFinding>();
  for (const [reports, named] of [
    [context.named, true],
    [context.others, false],
  ] as const) {
    for (const finding of reports.flatMap((report) => report.findings)) {
      if (finding.severity !== 'error' && finding.severity !== 'warning') continue;
      const key = `${finding.rule} ${finding.span.file} ${finding.span.start} ${finding.message}`;
      if (!found.has(key)) found.set(key, { finding, named });
    }
  }
  return [...found.values()];
}
