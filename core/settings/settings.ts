/**
 * Every setting, once. `scripts/generate.ts` writes them to package.json (contributes.configuration) and docs/settings.md;
 * `readSettings` in read-settings.ts is what the language server understands of them.
 */
export interface Setting {
  /** Behind `jailhouseCells.`. */
  readonly name: string;
  /** JSON schema of the value, without default and description. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly default: unknown;
  /** One or two sentences in Markdown. */
  readonly text: string;
  /** `resource`: may differ per workspace folder. `window`: one value per window. */
  readonly scope: 'resource' | 'window';
  /** The option of the command line that means the same. */
  readonly flag?: string;
  /** Not taken from the workspace's own settings while the workspace is not trusted. */
  readonly needsTrust?: true;
}

export const settingsSection = 'jailhouseCells';

/** The levels that a rule can be given. */
export const severityNames = ['error', 'warning', 'information', 'hint', 'off'] as const;

/** ABI revisions with a built-in header: 10 is Jailhouse v0.11, 12 is v0.12, 14 the present master. */
export const revisions = [10, 11, 12, 13, 14] as const;

export const settings: readonly Setting[] = [
  {
    name: 'headers',
    schema: { type: 'string' },
    default: '',
    text: 'A Jailhouse source tree whose headers decide the layout of every config. Empty: the tree is searched upwards from each config, and where there is none the built-in headers are used. Relative paths start at the workspace folder; `~` and `${workspaceFolder}` are understood.',
    scope: 'resource',
    flag: '--headers DIR',
  },
  {
    name: 'revision',
    schema: { type: ['integer', 'null'], enum: [null, ...revisions] },
    default: null,
    text: 'Config revision of the built-in headers, for configs with no Jailhouse tree around them: 10 is Jailhouse v0.11, 12 is v0.12, 14 the present master. Not set: what `jailhouse.json` says, else 14.',
    scope: 'resource',
    flag: '--revision N',
  },
  {
    name: 'includePaths',
    schema: { type: 'array', items: { type: 'string' } },
    default: [],
    text: 'More folders to search for included files, before those of the Jailhouse tree, as `-I` of a compiler.',
    scope: 'resource',
    flag: '-I DIR',
  },
  {
    name: 'defines',
    schema: { type: 'object', additionalProperties: { type: 'string' } },
    default: {},
    text: 'Macros that are defined before the first line of each config, as `-D` of a compiler: `{ "CONFIG_INMATE_BASE": "0x30000000" }`.',
    scope: 'resource',
    flag: '-D NAME=VALUE',
  },
  {
    name: 'rules',
    schema: { type: 'object', additionalProperties: { type: 'string', enum: [...severityNames] } },
    default: {},
    text: 'The level of single rules, by rule id; `off` silences one. The rules are listed in docs/rules.',
    scope: 'resource',
    flag: '--severity RULE=LEVEL',
  },
  {
    name: 'build.outputFolder',
    schema: { type: 'string' },
    default: '',
    text: 'Where **Jailhouse: Build Cell** writes the `.cell` file. Empty: beside the config. Relative paths start at the workspace folder.',
    scope: 'resource',
    flag: '--out DIR',
    needsTrust: true,
  },
  {
    name: 'deploy.confirm',
    schema: { type: 'boolean' },
    default: true,
    text: 'Show the plan of a deployment and ask before the first step that ends something or can hang the board.',
    scope: 'window',
    needsTrust: true,
  },
  {
    name: 'deploy.watchSeconds',
    schema: { type: 'integer', minimum: 0, maximum: 3600 },
    default: 5,
    text: 'Seconds that a deployment watches the cells for after they were started: some crash only after a while.',
    scope: 'window',
  },
  {
    name: 'deploy.deadManSeconds',
    schema: { type: 'integer', minimum: 0, maximum: 3600 },
    default: 0,
    text: 'Seconds after which the target disables the hypervisor by itself, unless enabling it came to a good end. 0: it does not.',
    scope: 'window',
  },
  {
    name: 'deploy.watchdog',
    schema: { type: 'boolean' },
    default: false,
    text: 'Let the hardware watchdog of the target restart the board when it freezes while the hypervisor is enabled.',
    scope: 'window',
    needsTrust: true,
  },
  {
    name: 'trace.server',
    schema: { type: 'string', enum: ['off', 'messages', 'verbose'] },
    default: 'off',
    text: 'Writes the messages between VS Code and the language server to the output channel.',
    scope: 'window',
  },
];
