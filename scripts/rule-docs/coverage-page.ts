import type { Rule } from '@jailhouse-cells/core/rules/rule.ts';
import { type CatalogueRow, rulesOf } from './catalogue.ts';

const sections: Readonly<Record<string, string>> = {
  '3': 'Header, counters, shape of the source',
  '4': 'Hypervisor memory and page pool',
  '5': 'Console',
  '6': 'CPUs',
  '7.1': 'Memory regions',
  '7.2': 'Sub-page regions',
  '7.3': 'Sharing and loading rights',
  '7.4': 'Communication region',
  '8': 'Interrupts (ARM)',
  '9.1': 'PCI host bridge and configuration window',
  '9.2': 'PCI devices',
  '9.3': 'Ivshmem',
  '10': 'IOMMU and stream ids',
  '11': 'x86 only',
  '12.1': 'Loading and starting',
  '12.2': 'jailhouse cell linux',
  '13': 'Board',
  '14': 'Guest device tree',
};

/** The page that says for each known mistake which rule tells of it, or why none does. */
export function coveragePage(marker: string, rows: readonly CatalogueRow[], rules: readonly Rule[]): string {
  const inReach = rows.filter(({ scope }) => /[FS]/.test(scope));
  const covered = (among: readonly CatalogueRow[]) => among.filter((row) => rulesOf(row, rules).length > 0).length;
  const tables = Object.entries(sections).map(([section, title]) => {
    const own = rows.filter((row) => row.section === section);
    const lines = own.map((row) => {
      const told = rulesOf(row, rules).map((id) => `[${id}](${id}.md)`);
      const answer = [told.join(', '), row.reason].filter((part) => part !== '').join('. ');
      return `| ${row.slug} | ${row.scope} | ${row.severity} | ${row.arch} | ${answer} |`;
    });
    return `## ${title}\n\n| mistake | scope | severity | arch | rule, or why there is none |\n|---|---|---|---|---|\n${lines.join('\n')}\n`;
  });
  return `${marker} from test/conformance/rule-catalogue.tsv and the rules. -->
# Coverage

What can be wrong with a configuration of Jailhouse, found by reading the hypervisor, its driver and its tools and by running them, and
which rule tells of it. ${covered(inReach)} of the ${inReach.length} mistakes that one config (F) or a system config with its cells (S) can show have a rule; ${covered(rows)} of all ${rows.length}.

Scope: F one config, S system config and cells, B board, D guest device tree, R run time only, - a plain fact. Severity: E error, W warning,
I information, as the catalogue has it; a rule follows what was observed where the two differ.

${tables.join('\n')}`;
}
