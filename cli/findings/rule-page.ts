import { findRule } from '@jailhouse-cells/core/rules/index.ts';

const pages = 'https://github.com/jailhouse-cells/jailhouse-cells/blob/main/docs/rules';

/** The page that explains a finding. */
export function rulePage(id: string): string {
  return `${pages}/${encodeURIComponent(id)}.md`;
}

/** A rule's title and meaning; a diagnostic of the C front end that has none is described by its id. */
export function ruleText(id: string): { readonly title: string; readonly meaning: string } {
  const rule = findRule(id);
  if (rule !== undefined) return { title: rule.title, meaning: rule.prose.meaning };
  const title = id.replaceAll('-', ' ');
  return { title, meaning: title };
}
