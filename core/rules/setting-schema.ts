import { rules } from './index.ts';
import { internalRuleId } from './run.ts';

/** One property of the `jailhouseCells.rules` setting, as JSON schema. */
export interface RuleSettingSchema {
  readonly type: 'string';
  readonly enum: readonly string[];
  readonly description: string;
}

const levels = ['error', 'warning', 'information', 'hint', 'off'] as const;

/** The properties of the `jailhouseCells.rules` setting: one per rule id, in the order of the index. */
export function ruleSettingSchema(): Readonly<Record<string, RuleSettingSchema>> {
  const properties: Record<string, RuleSettingSchema> = {};
  for (const rule of rules)
    properties[rule.id] = { type: 'string', enum: levels, description: `${rule.title}. Default: ${rule.severity}.` };
  properties[internalRuleId] = {
    type: 'string',
    enum: ['information', 'off'],
    description: 'A rule failed and was left out. Default: information.',
  };
  return properties;
}
