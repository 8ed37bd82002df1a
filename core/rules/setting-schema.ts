import { frontEndDiagnostics } from '../c/diagnostics-catalogue.ts';
import { rules } from './index.ts';
import { internalRuleId } from './run.ts';

/** One property of the `jailhouseCells.rules` setting, as JSON schema. */
export interface RuleSettingSchema {
  readonly type: 'string';
  readonly enum: readonly string[];
  readonly description: string;
}

const levels = ['error', 'warning', 'information', 'hint', 'off'] as const;

/** The properties of the `jailhouseCells.rules` setting: one per rule in the order of the index, then the C front end's `c-` ids. */
export function ruleSettingSchema(): Readonly<Record<string, RuleSettingSchema>> {
  const properties: Record<string, RuleSettingSchema> = {};
  const texts = [...rules, ...frontEndDiagnostics.filter(({ id }) => id.startsWith('c-'))];
  for (const { id, title, severity } of texts)
    properties[id] = { type: 'string', enum: levels, description: `${title}. Default: ${severity}.` };
  properties[internalRuleId] = {
    type: 'string',
    enum: ['information', 'off'],
    description: 'A rule failed and was left out. Default: information.',
  };
  return properties;
}
