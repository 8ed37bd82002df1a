import type { Board } from '../board/board.ts';
import { boardPiModel, composeBoard } from '../board/compose-board.ts';
import { modelByName, type PiModel } from '../board/pi-model.ts';
import { type ReadSnapshot, readSnapshot } from '../board/snapshot.ts';
import type { DeviceTree } from '../devicetree/model.ts';
import { applyOverlay } from '../devicetree/overlay.ts';
import type { BoardFiles } from '../rules/rule.ts';
import type { Finding } from '../source/finding.ts';
import type { BootFiles } from './boot-files.ts';
import type { Inputs } from './inputs.ts';
import { configName } from './naming.ts';
import type { ProjectBoard } from './project.ts';
import type { Queries } from './queries.ts';
import type { Systems } from './systems.ts';
import type { TreeReader } from './tree-reader.ts';

/** What is known of the board of a system, and where it was read. */
export interface BoardReading {
  readonly board: Board;
  readonly files: BoardFiles;
  /** Which sections of config.txt count. */
  readonly piModel: PiModel | undefined;
  /** Everything that was read for it, included files too. */
  readonly paths: readonly string[];
  /** What is wrong where the files meet: an overlay without its target. What is wrong in one file is said of that file. */
  readonly findings: readonly Finding[];
  /** Some file of it is half typed: rules would cry wolf. */
  readonly damaged: boolean;
}

/** Puts boards together: from what jailhouse.json names, else from the name of the root config. */
export class Boards {
  constructor(
    private readonly inputs: Inputs,
    private readonly queries: Queries,
    private readonly systems: Systems,
    private readonly trees: TreeReader,
    private readonly bootFiles: BootFiles,
  ) {}

  /** The board under a system config; undefined when nothing tells of one. */
  reading(rootCell: string): BoardReading | undefined {
    return this.queries.query(`board:${rootCell}`, () => {
      const project = this.systems.projectOf(rootCell);
      const named = project?.systems.find((system) => system.rootCell === rootCell)?.board;
      if (named !== undefined) return this.fromProject(rootCell, named, project?.path);
      // The file that would say which board it is cannot be read: a board by the name of the config may be another one.
      if (project?.damaged === true) return undefined;
      const model = modelByName(configName(rootCell));
      if (model === undefined) return undefined;
      const files = { project: project?.path, deviceTree: undefined, overlays: [], configTxt: undefined, cmdlineTxt: undefined };
      const piModel = boardPiModel({ model });
      const span = { file: rootCell, start: 0, end: 0 };
      return { board: composeBoard({ model, span }), files, piModel, paths: [], findings: [], damaged: false };
    });
  }

  private fromProject(rootCell: string, named: ProjectBoard, project: string | undefined): BoardReading {
    const paths: string[] = [];
    const findings: Finding[] = [];
    let damaged = named.damaged;
    const treeOf = (path: string): DeviceTree | undefined => {
      const file = this.trees.read(path);
      paths.push(path, ...file.includes);
      damaged ||= file.damaged;
      return file.tree;
    };
    const snapshot = named.snapshot && this.readSnapshot(named.snapshot.path).snapshot;
    if (named.snapshot !== undefined) paths.push(named.snapshot.path);
    let tree = named.deviceTree === undefined ? snapshot?.tree : treeOf(named.deviceTree.path);
    // An overlay alone is no board; misusedFiles tells.
    if (tree?.plugin === true) {
      tree = undefined;
      damaged = true;
    }
    const overlays = named.overlays.map(({ path }) => treeOf(path)).filter((overlay) => overlay !== undefined);
    if (tree !== undefined) {
      for (const overlay of overlays) {
        const applied = applyOverlay(tree, overlay);
        tree = applied.tree;
        findings.push(...applied.findings);
      }
    }
    const model = named.model?.value ?? snapshot?.piModel ?? (tree === undefined ? modelByName(configName(rootCell)) : undefined);
    const piModel = boardPiModel({ model, tree });
    let firmware = snapshot?.firmware;
    if (named.configTxt !== undefined) {
      const read = this.bootFiles.configTxt(named.configTxt.path, piModel);
      paths.push(named.configTxt.path, ...read.includes);
      firmware = read.firmware;
    }
    let commandLine = snapshot?.commandLine;
    if (named.cmdlineTxt !== undefined) {
      paths.push(named.cmdlineTxt.path);
      commandLine = this.bootFiles.cmdlineTxt(named.cmdlineTxt.path).commandLine;
    }
    const span = named.model?.span ?? named.span;
    const ram = named.ram ?? snapshot?.ram;
    // What config.txt says now counts before what the board did when the snapshot was taken.
    const gpu = named.configTxt === undefined ? snapshot?.gpu : undefined;
    const board = composeBoard({ model, ram, cpus: named.cpus, tree, overlays, firmware, commandLine, gpu, span });
    const files: BoardFiles = {
      project,
      deviceTree: named.deviceTree?.path,
      overlays: named.overlays.map(({ path }) => path),
      configTxt: named.configTxt?.path,
      cmdlineTxt: named.cmdlineTxt?.path,
    };
    return { board, files, piModel, paths, findings, damaged };
  }

  /** What is wrong in a saved snapshot of a board. */
  snapshotFindings(path: string): readonly Finding[] {
    return this.readSnapshot(path).findings;
  }

  private readSnapshot(path: string): ReadSnapshot {
    return this.queries.query(`snapshot:${path}`, () => {
      const file = this.inputs.source(path);
      return file === undefined ? { snapshot: undefined, findings: [] } : readSnapshot(file, (blob) => this.inputs.bytes(blob));
    });
  }
}
