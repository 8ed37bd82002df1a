import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Finding } from '@jailhouse-cells/core/source/finding.ts';
import { LineIndex } from '@jailhouse-cells/core/source/span.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';

/** Fixtures of the rules about boards and guests: a folder each, with configs, device trees, boot files and a jailhouse.json. */
export const boardFixtures = fileURLToPath(new URL('../fixtures/board-rules', import.meta.url));

/** Folders of a rule's fixtures, `accept-*` and `reject-*`. */
export function scenariosOf(rule: string): readonly string[] {
  const folder = join(boardFixtures, rule);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name))
    .sort();
}

export interface CheckedFolder {
  readonly workspace: Workspace;
  /** Each once, whichever file it was said of. */
  readonly findings: readonly Finding[];
  /** False while a config cannot be read. */
  readonly readable: boolean;
}

/** Checks everything in a folder as the command line does; `texts` are laid over the files. */
export function checkFolder(folder: string, texts: ReadonlyMap<string, string> = new Map()): CheckedFolder {
  const workspace = new Workspace(nodeFileSystem);
  for (const [path, text] of texts) workspace.open(path, text);
  const configs = workspace.configsIn(folder);
  const others = configs.flatMap((config) => workspace.filesWith(config));
  const project = join(folder, 'jailhouse.json');
  const reports = [...new Set([project, ...configs, ...others])].map((path) => workspace.check(path));
  const unique = new Map<string, Finding>();
  for (const { findings } of reports) {
    for (const finding of findings) {
      const { rule, severity, message, span } = finding;
      unique.set(JSON.stringify([rule, severity, message, span]), finding);
    }
  }
  const readable = reports.every(({ path, current, config }) => !configs.includes(path) || (current && config !== undefined));
  return { workspace, findings: [...unique.values()], readable };
}

/** The texts of a folder that can hold expectations. */
export function textsIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(?:c|h|dts|dtsi|dtso|txt|json|expected)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** A finding as the caret comments write it. */
export function placeInWords({ span, severity, rule }: Finding): string {
  if (!/\.(?:c|h|dts|dtsi|dtso|txt|json)$/.test(span.file)) return `${severity} ${rule}`;
  const lines = new LineIndex(readFileSync(span.file, 'utf8'));
  const start = lines.positionAt(span.start);
  const end = lines.positionAt(span.end);
  const last = end.line === start.line ? end.character : lines.lineText(start.line).length;
  return `line ${start.line + 1} columns ${start.character + 1}-${last}: ${severity} ${rule}`;
}
