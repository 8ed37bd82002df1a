import type { FileReport } from '@jailhouse-cells/core/workspace/report.ts';
import { defaultSettings } from '@jailhouse-cells/core/workspace/settings.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import type { Arguments } from './arguments.ts';
import { misuse } from './command.ts';
import { engineSettings } from './engine-options.ts';
import type { PlaceSource } from './findings/place.ts';
import type { Io, Outcome } from './io.ts';
import { absolutePath, baseName, folderOf } from './paths.ts';
import { printable } from './printable.ts';
import { nearest } from './spelling.ts';

/** A config to work on, and the operand of the command line that named it. */
export interface NamedConfig {
  readonly path: string;
  /** Absolute path of the file or folder on the command line. */
  readonly operand: string;
}

/** A call that is understood: the engine with its settings, and the configs, each once. */
export interface Session {
  readonly workspace: Workspace;
  readonly configs: readonly NamedConfig[];
  readonly places: PlaceSource;
}

export type Opened = { readonly ok: true; readonly session: Session } | { readonly ok: false; readonly outcome: Outcome };

/** Finds the configs that the operands name. A path that does not exist or holds no config is misuse. */
export function openSession(command: string, parsed: Arguments, operands: readonly string[], io: Io): Opened {
  const settings = engineSettings(parsed, io);
  if (!settings.ok) return { ok: false, outcome: misuse(command, settings.message) };
  const workspace = new Workspace(io.fs, { ...defaultSettings, ...settings.settings });
  const found = new Map<string, NamedConfig>();
  for (const text of operands) {
    const operand = absolutePath(io.cwd, text);
    const kind = io.fs.stat(operand);
    if (kind === undefined) return { ok: false, outcome: misuse(command, noSuchPath(text, operand, io)) };
    const paths = workspace.configsIn(operand);
    // A file named by hand is looked at even when it does not seem to be a config: the findings then say why.
    const named = paths.length === 0 && kind === 'file' && baseName(operand) !== 'jailhouse.json' ? [operand] : paths;
    if (named.length === 0) return { ok: false, outcome: misuse(command, noConfigs(text, kind)) };
    for (const path of named) if (!found.has(path)) found.set(path, { path, operand });
  }
  const places: PlaceSource = {
    cwd: io.cwd,
    text: (path) => workspace.text(path),
    bytes: (path) => io.fs.readBytes(path),
  };
  return { ok: true, session: { workspace, configs: [...found.values()], places } };
}

export type Checked = { readonly ok: true; readonly reports: readonly FileReport[] } | { readonly ok: false; readonly outcome: Outcome };

/** Checks all configs, letting signals in between two of them. */
export async function checkConfigs(command: string, session: Session, io: Io): Promise<Checked> {
  const reports: FileReport[] = [];
  for (const { path } of session.configs) {
    if (await io.cancelled()) return { ok: false, outcome: { status: 130 } };
    const report = session.workspace.check(path);
    if (report.config === undefined && report.findings.length === 0) {
      return { ok: false, outcome: misuse(command, noConfigs(path, 'file')) };
    }
    reports.push(report);
  }
  return { ok: true, reports };
}

function noSuchPath(text: string, operand: string, io: Io): string {
  const folder = folderOf(operand);
  const siblings = io.fs.list(folder).map((entry) => entry.name);
  const meant = nearest(baseName(operand), siblings);
  if (meant !== undefined) return `"${printable(text)}" does not exist; there is "${printable(meant)}" in its folder.`;
  const missing = io.fs.stat(folder) === undefined ? ' Its folder does not exist either.' : '';
  return `"${printable(text)}" does not exist (looked for ${printable(operand)}).${missing} Name a config, a folder or a jailhouse.json.`;
}

function noConfigs(text: string, kind: 'file' | 'directory'): string {
  const what = 'a C file that defines an object with a struct jailhouse_system or jailhouse_cell_desc in front, or a .cell file';
  return kind === 'directory'
    ? `there is no Jailhouse config under "${printable(text)}". A config is ${what}.`
    : `"${printable(text)}" holds no Jailhouse config. A config is ${what}.`;
}
