import { readFileSync } from 'node:fs';
import type { Rule } from '@jailhouse-cells/core/rules/rule.ts';

/** One row of test/conformance/rule-catalogue.tsv: a way in which a configuration can be wrong, and who tells of it if no rule names it. */
export interface CatalogueRow {
  readonly slug: string;
  /** Section of the catalogue, `9.3`. */
  readonly section: string;
  /** Letters: F one file, S system and cells, B board, D guest device tree, R run time; `-` for plain facts. */
  readonly scope: string;
  /** Letters: E error, W warning, I information. */
  readonly severity: string;
  readonly arch: string;
  /** Rules that tell of it although they do not name it. */
  readonly rules: readonly string[];
  /** Why no rule does, or what is left to know. */
  readonly reason: string;
}

export function readCatalogue(): readonly CatalogueRow[] {
  const text = readFileSync(new URL('../../test/conformance/rule-catalogue.tsv', import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [slug = '', section = '', scope = '', severity = '', arch = '', rules = '', reason = ''] = line.split('\t');
      return { slug, section, scope, severity, arch, rules: rules === '' ? [] : rules.split(','), reason };
    });
}

/** The rules that tell of a row: those that name it, then those that the table names. */
export function rulesOf(row: CatalogueRow, rules: readonly Rule[]): readonly string[] {
  return [...rules.filter((rule) => rule.catalogue.includes(row.slug)).map(({ id }) => id), ...row.rules];
}

/** What is wrong with the table: rows without an answer, rules that name a row or are named in one that does not exist. */
export function catalogueFaults(rows: readonly CatalogueRow[], rules: readonly Rule[]): readonly string[] {
  const slugs = new Set(rows.map(({ slug }) => slug));
  const ids = new Set(rules.map(({ id }) => id));
  return [
    ...rows
      .filter((row) => rulesOf(row, rules).length === 0 && row.reason === '')
      .map(({ slug }) => `${slug} has neither a rule nor a reason why there is none`),
    ...rules.flatMap((rule) =>
      rule.catalogue.filter((slug) => !slugs.has(slug)).map((slug) => `${rule.id} names ${slug}, which is not in the catalogue`),
    ),
    ...rows.flatMap((row) => row.rules.filter((id) => !ids.has(id)).map((id) => `${row.slug} names ${id}, which is no rule`)),
    ...rows.filter((row, at) => rows.findIndex(({ slug }) => slug === row.slug) !== at).map(({ slug }) => `${slug} stands twice`),
  ];
}
