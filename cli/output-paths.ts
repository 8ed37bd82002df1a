import { directoryOf } from '@jailhouse-cells/core/source/paths.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { isInside, relativePath, shownPath } from '@jailhouse-cells/core/source/shown-path.ts';
import type { NamedConfig } from './configs.ts';
import type { Io } from './io.ts';

/** Where the `.cell` of a config goes; absolute paths. */
export interface PlannedOutput {
  readonly config: string;
  readonly path: string;
}

export type PlacedOutputs =
  | { readonly ok: true; readonly outputs: readonly PlannedOutput[] }
  | { readonly ok: false; readonly message: string };

/** Keeps relative paths below the output folder, and refuses two configs that would become one file. */
export function placeOutputs(configs: readonly NamedConfig[], out: string, io: Io): PlacedOutputs {
  const byPath = new Map<string, string>();
  const outputs: PlannedOutput[] = [];
  for (const config of configs) {
    const path = `${out === '/' ? '' : out}/${relativeOutput(config, io)}`;
    // Names that differ in case only are one file on some systems.
    const key = path.toLowerCase();
    const other = byPath.get(key);
    if (other !== undefined) {
      const [a, b] = [other, config.path].map((name) => printable(shownPath(io.cwd, name)));
      return {
        ok: false,
        message: `"${a}" and "${b}" would both become "${printable(shownPath(io.cwd, path))}". Build them apart, or from a folder above both.`,
      };
    }
    byPath.set(key, config.path);
    outputs.push({ config: config.path, path });
  }
  return { ok: true, outputs };
}

function relativeOutput(config: NamedConfig, io: Io): string {
  const base = isInside(io.cwd, config.path) ? io.cwd : baseOf(config, io);
  return `${relativePath(base, config.path).replace(/\.c$/, '')}.cell`;
}

/** Outside of the current folder: the folder that was named, or the one of the file that was named. */
function baseOf(config: NamedConfig, io: Io): string {
  const base = io.fs.stat(config.operand) === 'directory' ? config.operand : directoryOf(config.operand);
  // A jailhouse.json may name configs elsewhere.
  return isInside(base, config.path) ? base : directoryOf(config.path);
}
