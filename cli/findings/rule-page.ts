import { findRule } from '@jailhouse-cells/core/rules/index.ts';
import { diagnosticTexts } from '@jailhouse-cells/core/rules/known.ts';

const pages = 'https://github.com/jailhouse-cells/jailhouse-cells/blob/main/docs/rules';

/** The page that explains a finding. */
export function rulePage(id: string): string {
  return `${pages}/${encodeURIComponent(id)}.md`;
}

/** A rule's title and meaning; one without a page is described by its id. */
export function ruleText(id: string): { readonly title: string; readonly meaning: string } {
  const rule = findRule(id) ?? diagnosticTexts.find((text) => text.id === id);
  if (rule !== undefined) return { title: rule.title, meaning: rule.prose.meaning };
  const title = id.replaceAll('-', ' ');
  return { title, meaning: title };
}
