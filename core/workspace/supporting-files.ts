import type { Finding } from '../source/finding.ts';
import { baseName, directoryOf } from '../source/paths.ts';
import type { Boards } from './boards.ts';
import type { BootFiles } from './boot-files.ts';
import type { Guests } from './guests.ts';
import type { Queries } from './queries.ts';
import type { Systems } from './systems.ts';
import type { TreeReader } from './tree-reader.ts';

/** True for what may be a device tree, config.txt, cmdline.txt or snapshot of a board, by its name. */
export function isSupportingFile(path: string): boolean {
  return isTree(path) || path.endsWith('.txt') || (path.endsWith('.json') && baseName(path) !== 'jailhouse.json');
}

function isTree(path: string): boolean {
  return /\.(?:dts|dtsi|dtso|dtb|dtbo|overlay)$/.test(path);
}

const sameList = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((entry, i) => entry === b[i]);

/** Knows which configs go with a file of a board or guest, and what is wrong in such a file alone. */
export class SupportingFiles {
  constructor(
    private readonly queries: Queries,
    private readonly systems: Systems,
    private readonly trees: TreeReader,
    private readonly boards: Boards,
    private readonly guests: Guests,
    private readonly bootFiles: BootFiles,
  ) {}

  /** Configs, root first, of every system that reads the file; empty for a file that belongs to none: then nothing is said of it. */
  configsWith(path: string): readonly string[] {
    return this.queries.query(
      `configs-with:${path}`,
      () => {
        const inProject = (this.systems.projectOf(path)?.systems ?? []).flatMap(({ rootCell, cells }) =>
          this.configsReading(path, rootCell, cells),
        );
        if (inProject.length > 0) return [...new Set(inProject)];
        // By its name a guest's tree stands in `dts` beside the configs.
        const folder = directoryOf(directoryOf(path));
        return isTree(path) ? this.systems.cellsIn(folder).filter((cell) => this.guests.reading(cell)?.paths.includes(path)) : [];
      },
      sameList,
    );
  }

  filesWith(config: string): readonly string[] {
    const system = this.systems.membership(config);
    const board = system && this.boards.reading(system.rootCell);
    return [...new Set([...(board?.paths ?? []), ...(this.guests.reading(config)?.paths ?? [])])];
  }

  /** What is wrong in the file itself. A file that another one includes is told of there. */
  findings(path: string): readonly Finding[] {
    if (isTree(path)) return this.isNamed(path) ? this.trees.read(path).findings : [];
    const [root] = this.configsWith(path);
    if (root === undefined || !this.isNamed(path)) return [];
    const board = this.boards.reading(this.systems.membership(root)?.rootCell ?? root);
    if (board?.files.configTxt === path) return this.bootFiles.configTxt(path, board.piModel).findings;
    if (board?.files.cmdlineTxt === path) return this.bootFiles.cmdlineTxt(path).findings;
    return path.endsWith('.json') ? this.boards.snapshotFindings(path) : [];
  }

  /** False for a file that is only included. */
  private isNamed(path: string): boolean {
    return !path.endsWith('.dtsi');
  }

  private configsReading(path: string, rootCell: string, cells: readonly string[]): readonly string[] {
    if (this.boards.reading(rootCell)?.paths.includes(path)) return [rootCell, ...cells];
    return cells.filter((cell) => this.guests.reading(cell)?.paths.includes(path));
  }
}
