import { isKnownRule, knownIds } from '@jailhouse-cells/core/rules/known.ts';
import { revisions, severityNames } from '@jailhouse-cells/core/settings/settings.ts';
import type { Severity } from '@jailhouse-cells/core/source/finding.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import type { WorkspaceSettings } from '@jailhouse-cells/core/workspace/settings.ts';
import type { Arguments, OptionSpec } from './arguments.ts';
import type { Io } from './io.ts';
import { absolutePath } from './paths.ts';
import { nearest } from './spelling.ts';
import { colourChoices } from './style.ts';

const architectures = ['arm64', 'arm', 'x86'] as const;

/** How configs are read: the same for every command that reads one. */
export const engineOptions: readonly OptionSpec[] = [
  {
    name: '--headers',
    value: 'DIR',
    text: 'A Jailhouse source tree whose headers decide the layout. Default: search upwards from each config, else the built-in headers.',
  },
  {
    name: '--revision',
    value: 'N',
    choices: revisions.map(String),
    text: 'Config revision of the built-in headers, 10 to 14 (default 14). Counts only where no Jailhouse tree is found.',
  },
  {
    name: '--arch',
    value: 'ARCH',
    choices: architectures,
    text: 'arm64, arm or x86. Default: what the config says in .architecture, else its folder, else arm64.',
  },
  { name: '-I', value: 'DIR', repeats: true, text: 'Search DIR for included files, before the tree.' },
  { name: '-D', value: 'NAME[=VALUE]', repeats: true, text: 'Define a macro before the first line (VALUE: 1).' },
  { name: '--include', value: 'FILE', repeats: true, text: 'Include FILE before the first line, as gcc does with -include.' },
];

export const severityOption: OptionSpec = {
  name: '--severity',
  value: 'RULE=LEVEL',
  repeats: true,
  text: `Report a rule at another level: ${severityNames.join(', ')}.`,
};

export const outputOptions: readonly OptionSpec[] = [
  {
    name: '--color',
    value: 'WHEN',
    choices: colourChoices,
    text: 'auto, always or never (default auto: on a terminal, unless NO_COLOR is set).',
  },
  { name: '--help', alias: '-h', text: 'Print this help.' },
];

export type EngineSettings = { readonly ok: true; readonly settings: WorkspaceSettings } | { readonly ok: false; readonly message: string };

/** Turns the options into the engine's settings; a failure names what is wrong and what to do. */
export function engineSettings(parsed: Arguments, io: Io): EngineSettings {
  const failure = (message: string): EngineSettings => ({ ok: false, message });
  const absolute = (path: string): string => absolutePath(io.cwd, path);

  const headersOption = parsed.value('--headers');
  const headers = headersOption === undefined ? undefined : absolute(headersOption);
  if (headers !== undefined && !isJailhouseTree(io, headers)) {
    return failure(
      `--headers "${printable(headersOption ?? '')}" is no Jailhouse tree: it has no include/jailhouse/cell-config.h ` +
        '(in old trees hypervisor/include/jailhouse/cell-config.h). Name the top folder of a checkout of siemens/jailhouse.',
    );
  }
  const includePaths = parsed.values('-I').map(absolute);
  for (const [index, path] of includePaths.entries()) {
    if (io.fs.stat(path) !== 'directory') return failure(`-I "${printable(parsed.values('-I')[index] ?? '')}" is no folder.`);
  }
  const forcedIncludes = parsed.values('--include').map(absolute);
  for (const [index, path] of forcedIncludes.entries()) {
    if (io.fs.stat(path) !== 'file') return failure(`--include "${printable(parsed.values('--include')[index] ?? '')}" is no file.`);
  }
  const defines: Record<string, string> = {};
  for (const text of parsed.values('-D')) {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    if (!/^[A-Za-z_]\w*(\([\w\s,.]*\))?$/.test(name))
      return failure(`-D "${printable(text)}": "${printable(name)}" is not the name of a macro.`);
    defines[name] = equals < 0 ? '1' : text.slice(equals + 1);
  }
  const severity: Record<string, Severity | 'off'> = {};
  for (const text of parsed.values('--severity')) {
    const equals = text.lastIndexOf('=');
    const rule = text.slice(0, Math.max(0, equals));
    const level = severityNames.find((name) => name === text.slice(equals + 1));
    if (equals <= 0 || level === undefined) {
      return failure(`--severity "${printable(text)}": write RULE=LEVEL, with one of ${severityNames.join(', ')} as the level.`);
    }
    const unknown = unknownRule(rule);
    if (unknown !== undefined) return failure(`--severity: ${unknown}`);
    severity[rule] = level;
  }
  const revision = revisions.find((known) => String(known) === parsed.value('--revision'));
  const arch = architectures.find((known) => known === parsed.value('--arch'));
  return {
    ok: true,
    settings: {
      ...(headers !== undefined && { headers }),
      ...(revision !== undefined && { revision }),
      ...(arch !== undefined && { arch }),
      includePaths,
      defines,
      forcedIncludes,
      severity,
    },
  };
}

function isJailhouseTree(io: Io, folder: string): boolean {
  return ['include', 'hypervisor/include'].some((place) => io.fs.stat(`${folder}/${place}/jailhouse/cell-config.h`) === 'file');
}

/** Why a rule id is refused; undefined when it is known. */
export function unknownRule(id: string): string | undefined {
  if (isKnownRule(id)) return undefined;
  const meant = nearest(id, knownIds);
  const hint = meant === undefined ? '"jailhouse-cells explain" lists the rules.' : `did you mean ${meant}?`;
  return `there is no rule "${printable(id)}"; ${hint}`;
}
