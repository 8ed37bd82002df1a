import { rules } from './index.ts';
import { diagnosticTexts } from './known.ts';
import { internalRuleId } from './run.ts';

/** One property of the `jailhouseCells.rules` setting, as JSON schema. */
export interface RuleSettingSchema {
  readonly type: 'string';
  readonly enum: readonly string[];
  readonly description: string;
}

const levels = ['error', 'warning', 'information', 'hint', 'off'] as const;

/** The properties of the `jailhouseCells.rules` setting: one per rule in the order of the index, then the ids of the C front end and of suppressions. */
export function ruleSettingSchema(): Readonly<Record<string, RuleSettingSchema>> {
  const properties: Record<string, RuleSettingSchema> = {};
  const texts = [...rules, ...diagnosticTexts];
  for (const { id, title, severity } of texts)
    properties[id] = { type: 'string', enum: levels, description: `${title}. Default: ${severity}.` };
  properties[internalRuleId] = {
    type: 'string',
    enum: ['information', 'off'],
    description: 'A rule failed and was left out. Default: information.',
  };
  return properties;
}
