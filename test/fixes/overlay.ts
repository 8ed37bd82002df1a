import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { weightOf } from '@jailhouse-cells/core/rules/folding.ts';
import type { Finding } from '@jailhouse-cells/core/source/finding.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';

export const fixtures = fileURLToPath(new URL('../fixtures/rules', import.meta.url));

/** Every C fixture of every rule that ought to be rejected. */
export function rejectFixtures(): readonly string[] {
  return readdirSync(fixtures, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((folder) =>
      readdirSync(join(fixtures, folder.name))
        .filter((name) => name.startsWith('reject') && name.endsWith('.c'))
        .map((name) => join(fixtures, folder.name, name)),
    )
    .sort();
}

/** What is said about a config and about the configs beside it, which a fix may hurt too. */
export function checkWith(
  path: string,
  texts: ReadonlyMap<string, string>,
): { readonly findings: readonly Finding[]; readonly parses: boolean } {
  const workspace = new Workspace(nodeFileSystem);
  for (const [open, text] of texts) workspace.open(open, text);
  const report = workspace.check(path);
  const others = (report.system?.cells ?? [])
    .concat(report.system?.rootCell ?? [])
    .filter((other) => other !== path)
    .flatMap((other) => workspace.check(other).findings);
  return { findings: [...report.findings, ...others], parses: report.current && report.config !== undefined };
}

/** Number of findings by rule and severity; notes are left out. */
export function grave(findings: readonly Finding[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const finding of findings) {
    const { rule, severity } = finding;
    if (severity === 'error' || severity === 'warning')
      counts.set(`${severity} ${rule}`, (counts.get(`${severity} ${rule}`) ?? 0) + weightOf(finding));
  }
  return counts;
}
