import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Finding } from '@jailhouse-cells/core/source/finding.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { MemoryFiles } from '../memory-files.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** The files of a folder of this repository, at /w; `.dtb` and `.cell` as bytes. */
export function filesOf(folder: string): Record<string, string | Uint8Array> {
  const base = join(repository, folder);
  const files: Record<string, string | Uint8Array> = {};
  for (const entry of readdirSync(base, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    files[`/w/${relative(base, path)}`] = /\.(?:dtbo?|cell)$/.test(path) ? new Uint8Array(bytes) : bytes.toString('utf8');
  }
  return files;
}

/** A system in a running engine: its files change, and all of it is checked again. */
export class RunningSystem {
  readonly files: MemoryFiles;
  readonly workspace: Workspace;
  readonly configs: readonly string[];
  /** jailhouse.json, the configs, and the files of board and guests. */
  readonly paths: readonly string[];

  constructor(
    files: Readonly<Record<string, string | Uint8Array>>,
    readonly project: string,
  ) {
    this.files = new MemoryFiles(files);
    this.workspace = new Workspace(this.files);
    this.configs = this.workspace.configsIn(project);
    const supporting = this.configs.flatMap((config) => this.workspace.filesWith(config));
    this.paths = [...new Set([project, ...this.configs, ...supporting])];
  }

  /** What is said of the configs, in words. */
  ofConfigs(): readonly string[] {
    return this.configs.flatMap((config) => this.workspace.check(config).findings.map(inWords));
  }

  /** Checks everything and returns what cannot be right in any finding. */
  wrongs(): readonly string[] {
    return this.paths.flatMap((path) => this.workspace.check(path).findings.flatMap((finding) => this.wrongIn(finding)));
  }

  private wrongIn(finding: Finding): readonly string[] {
    const { rule, message, span, related, fixes } = finding;
    const wrong: string[] = [];
    const texts = [message, ...related.map((place) => place.message), ...fixes.map(({ title }) => title)];
    for (const text of texts) if (text === '' || unspeakable.test(text)) wrong.push(`${rule} says: ${text}`);
    if (rule === 'internal') wrong.push(message);
    for (const place of [span, ...related.map((each) => each.span), ...fixes.flatMap(({ edits }) => edits.map((edit) => edit.span))]) {
      const length = this.lengthOf(place.file);
      if (!(place.start >= 0 && place.start <= place.end && place.end <= length))
        wrong.push(`${rule} points at ${place.start}-${place.end} of ${place.file}, which has ${length}`);
    }
    return wrong;
  }

  private lengthOf(file: string): number {
    return this.workspace.text(file)?.text.length ?? this.files.size(file) ?? 0;
  }
}

/** What no message may hold: leavings of a program (C's undefined results are none), and one of a thing with an `s`. */
const unspeakable =
  /(?<!result is )\bundefined\b|\bNaN\b|\[object |\.ts:\d|(?<![\w.-])1 (?:bit|byte|cell|CPU|declared element|device|element|entrie|interrupt|node|page|pin|place|region)s\b/;

export function inWords({ rule, message, span }: Finding): string {
  return `${rule} in ${span.file}: ${message}`;
}
