// Writes what is made from tables: the settings in package.json, and docs/settings.md. With --check it writes nothing and fails on a stale file.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Setting, settings, settingsSection } from '@jailhouse-cells/core/settings/settings.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');

/** The rules' own entries of the `rules` setting, so that the editor completes their ids. */
async function ruleProperties(): Promise<Record<string, unknown>> {
  const path = 'core/rules/setting-schema.ts';
  if (!existsSync(`${root}/core/rules/index.ts`)) return {};
  const { ruleSettingSchema } = (await import(`../${path}`)) as { ruleSettingSchema(): Record<string, unknown> };
  return ruleSettingSchema();
}

function configuration(rules: Record<string, unknown>): unknown {
  const properties: Record<string, unknown> = {};
  settings.forEach((setting, order) => {
    const { name, schema, default: value, text, scope } = setting;
    properties[`${settingsSection}.${name}`] = {
      ...schema,
      ...(name === 'rules' ? { properties: rules } : {}),
      default: value,
      markdownDescription: text,
      scope,
      order,
    };
  });
  return { title: 'Jailhouse Cells', properties };
}

function manifest(rules: Record<string, unknown>): string {
  const content = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as {
    contributes: Record<string, unknown>;
    capabilities: { untrustedWorkspaces: Record<string, unknown> };
  };
  content.contributes.configuration = configuration(rules);
  content.capabilities.untrustedWorkspaces.restrictedConfigurations = settings
    .filter((setting) => setting.needsTrust)
    .map((setting) => `${settingsSection}.${setting.name}`);
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

function page(): string {
  const entry = (setting: Setting) => {
    const facts = [
      `Type: ${typeOf(setting)}`,
      `default: \`${JSON.stringify(setting.default)}\``,
      ...(setting.flag === undefined ? [] : [`command line: \`${setting.flag}\``]),
      ...(setting.needsTrust ? ['ignored in untrusted workspaces'] : []),
    ];
    return `## \`${settingsSection}.${setting.name}\`\n\n${setting.text}\n\n${facts.join('; ')}.\n`;
  };
  return `<!-- Generated from core/settings/settings.ts by "npm run generate". -->
# Settings

They are read by the VS Code extension and, under the section \`${settingsSection}\`, by the language server in any editor.
What a \`jailhouse.json\` beside the configs says about headers, revision, include paths and macros counts for everybody who opens them;
a setting counts before it.

${settings.map(entry).join('\n')}`;
}

function typeOf({ schema }: Setting): string {
  if (Array.isArray(schema.enum)) return `one of ${schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ')}`;
  if (schema.type === 'array') return 'list of strings';
  if (schema.type === 'object') return 'object';
  return String(schema.type);
}

const files: Readonly<Record<string, string>> = {
  'package.json': manifest(await ruleProperties()),
  'docs/settings.md': page(),
};
for (const [path, wanted] of Object.entries(files)) {
  const present = existsSync(`${root}/core/rules/index.ts`) ? readFileSync(`${root}/${path}`, 'utf8') : undefined;
  // Formatting is the formatter's: what counts in JSON is the value.
  const same = path.endsWith('.json') ? present !== undefined && equalJson(present, wanted) : present === wanted;
  if (same) continue;
  if (check) {
    console.error(`${path} is stale: run "npm run generate"`);
    process.exitCode = 1;
  } else {
    writeFileSync(`${root}/${path}`, wanted);
    console.log(`wrote ${path}`);
  }
}

function equalJson(a: string, b: string): boolean {
  return JSON.stringify(JSON.parse(a)) === JSON.stringify(JSON.parse(b));
}

// The pages of the rules, in the same mode.
await import('./generate-rule-docs.ts');
