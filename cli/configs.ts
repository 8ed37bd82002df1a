import { baseName, directoryOf } from '@jailhouse-cells/core/source/paths.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import type { FileReport } from '@jailhouse-cells/core/workspace/report.ts';
import { defaultSettings } from '@jailhouse-cells/core/workspace/settings.ts';
import { isSupportingFile } from '@jailhouse-cells/core/workspace/supporting-files.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import type { Arguments } from './arguments.ts';
import { misuse } from './command.ts';
import { engineSettings } from './engine-options.ts';
import type { PlaceSource } from './findings/place.ts';
import { exitStatus, type Io, type Outcome } from './io.ts';
import { absolutePath } from './paths.ts';
import { nearest } from './spelling.ts';

const projectFile = 'jailhouse.json';

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
  /** The `jailhouse.json` files that have a say in them, and the files of their boards and guests: their mistakes are findings too. */
  readonly projects: readonly string[];
  readonly places: PlaceSource;
}

export type Opened = { readonly ok: true; readonly session: Session } | { readonly ok: false; readonly outcome: Outcome };

/** Finds the configs that the operands name; a file of a board or guest names those that are checked with it. A path that does not exist or holds no config is misuse. */
export function openSession(command: string, parsed: Arguments, operands: readonly string[], io: Io): Opened {
  const settings = engineSettings(parsed, io);
  if (!settings.ok) return { ok: false, outcome: misuse(command, settings.message) };
  const workspace = new Workspace(io.fs, { ...defaultSettings, ...settings.settings });
  const found = new Map<string, NamedConfig>();
  const projects = new Set<string>();
  for (const text of operands) {
    const operand = absolutePath(io.cwd, text);
    const kind = io.fs.stat(operand);
    if (kind === undefined) return { ok: false, outcome: misuse(command, noSuchPath(text, operand, io)) };
    if (baseName(operand) === projectFile) workspace.adopt(operand);
    // A file named by hand is always one of its own: when it is no config, its findings say why.
    const isSupporting = kind === 'file' && isSupportingFile(operand);
    if (isSupporting && command === 'build') return { ok: false, outcome: misuse(command, noConfig(text)) };
    // A file of a board or guest says nothing alone: its mistakes show with the configs.
    const paths = isSupporting ? workspace.configsWith(operand) : workspace.configsIn(operand);
    const isProject = baseName(operand) === projectFile;
    if (isProject) projects.add(operand);
    const isFaulty = isProject && workspace.check(operand).findings.length > 0;
    if (paths.length === 0 && !isFaulty)
      return { ok: false, outcome: misuse(command, isSupporting ? noSystem(text) : noConfigs(text, kind)) };
    for (const path of paths) if (!found.has(path)) found.set(path, { path, operand });
  }
  const folders = new Set([...found.keys()].map(directoryOf));
  for (const folder of folders) {
    const project = nearestProject(folder, io);
    if (project !== undefined) projects.add(project);
  }
  for (const config of found.keys()) for (const file of workspace.filesWith(config)) projects.add(file);
  const places: PlaceSource = {
    cwd: io.cwd,
    text: (path) => workspace.text(path),
    bytes: (path) => io.fs.readBytes(path),
  };
  return { ok: true, session: { workspace, configs: [...found.values()], projects: [...projects], places } };
}

export type Checked =
  | { readonly ok: true; readonly reports: readonly FileReport[]; readonly projects: readonly FileReport[] }
  | { readonly ok: false; readonly outcome: Outcome };

/** Checks all configs and the project files above them, letting signals in between two. */
export async function checkConfigs(session: Session, io: Io): Promise<Checked> {
  const projects = session.projects.map((path) => session.workspace.check(path));
  const reports: FileReport[] = [];
  for (const { path } of session.configs) {
    if (await io.cancelled()) return { ok: false, outcome: { status: exitStatus.cancelled } };
    reports.push(session.workspace.check(path));
  }
  return { ok: true, reports, projects };
}

/** The `jailhouse.json` that the engine reads for configs in this folder. */
function nearestProject(folder: string, io: Io): string | undefined {
  for (let at = folder; ; at = directoryOf(at)) {
    const candidate = at === '/' ? `/${projectFile}` : `${at}/${projectFile}`;
    if (io.fs.stat(candidate) === 'file') return candidate;
    if (directoryOf(at) === at || !at.includes('/')) return undefined;
  }
}

export function noSuchPath(text: string, operand: string, io: Io): string {
  const folder = directoryOf(operand);
  const siblings = io.fs.list(folder).map((entry) => entry.name);
  const meant = nearest(baseName(operand), siblings);
  if (meant !== undefined) return `"${printable(text)}" does not exist; there is "${printable(meant)}" in its folder.`;
  const missing = io.fs.stat(folder) === undefined ? ' Its folder does not exist either.' : '';
  return `"${printable(text)}" does not exist (looked for ${printable(operand)}).${missing} Name a config, a folder or a jailhouse.json.`;
}

function noConfigs(text: string, kind: 'file' | 'directory'): string {
  if (kind === 'file') return `"${printable(text)}" names no configs.`;
  return (
    `there is no Jailhouse config under "${printable(text)}". A config is a C file that defines an object with ` +
    'a struct jailhouse_system or jailhouse_cell_desc in front, or a .cell file.'
  );
}

function noSystem(text: string): string {
  return `"${printable(text)}" belongs to no system, so there is nothing to check it against. Name it in a jailhouse.json, as a file of a board or of a cell's guest.`;
}

function noConfig(text: string): string {
  return `"${printable(text)}" is no config. Name the .c files; a device tree is compiled by jailhouse-cells dtc.`;
}
