import type { KernelCommandLine } from '../board/board.ts';
import { commandLineOf } from '../board/cmdline.ts';
import type { DeviceTree } from '../devicetree/model.ts';
import type { GuestImage } from '../rules/rule.ts';
import { directoryOf, joinPath } from '../source/paths.ts';
import type { Inputs } from './inputs.ts';
import { guestTreeByName } from './naming.ts';
import type { ProjectPath } from './project.ts';
import type { Queries } from './queries.ts';
import type { Systems } from './systems.ts';
import type { TreeFile, TreeReader } from './tree-reader.ts';

/** What runs in a cell: the device tree of its guest, and the files that are loaded with it. */
export interface GuestReading {
  /** Undefined while jailhouse.json names none that can be read. */
  readonly path: string | undefined;
  readonly tree: DeviceTree | undefined;
  /** The tree's file and what it includes. */
  readonly paths: readonly string[];
  readonly kernel: GuestImage | undefined;
  readonly initrd: GuestImage | undefined;
  readonly commandLine: KernelCommandLine | undefined;
  readonly damaged: boolean;
}

const noTree: TreeFile = { tree: undefined, findings: [], includes: [], damaged: true };

/** Finds the guests: as jailhouse.json names them, else by the names of the device trees beside the configs. */
export class Guests {
  constructor(
    private readonly inputs: Inputs,
    private readonly queries: Queries,
    private readonly systems: Systems,
    private readonly trees: TreeReader,
  ) {}

  reading(cell: string): GuestReading | undefined {
    return this.queries.query(`guest:${cell}`, () => {
      const member = this.systems
        .projectOf(cell)
        ?.systems.flatMap(({ members }) => members)
        .find(({ config }) => config === cell);
      const linux = member?.linux;
      const path = linux?.deviceTree?.path ?? (linux?.damaged === true ? undefined : this.byName(cell));
      if (path === undefined && linux?.damaged !== true) return undefined;
      const file = path === undefined ? noTree : this.trees.read(path);
      // An overlay alone boots nothing; misusedFiles tells.
      const isWhole = file.tree?.plugin !== true;
      return {
        path,
        tree: isWhole ? file.tree : undefined,
        paths: path === undefined ? [] : [path, ...file.includes],
        kernel: this.image(linux?.kernel),
        initrd: this.image(linux?.initrd),
        commandLine: linux?.commandLine && commandLineOf(linux.commandLine.value, linux.commandLine.span),
        damaged: file.damaged || !isWhole || linux?.damaged === true,
      };
    });
  }

  private byName(cell: string): string | undefined {
    const folder = joinPath(directoryOf(cell), 'dts');
    const trees = this.inputs.list(folder).flatMap(({ name, kind }) => (kind === 'file' ? [joinPath(folder, name)] : []));
    return guestTreeByName(cell, trees);
  }

  private image(named: ProjectPath | undefined): GuestImage | undefined {
    if (named === undefined) return undefined;
    const size = this.inputs.size(named.path);
    return { path: named.path, size: size === undefined ? undefined : BigInt(size), span: named.span };
  }
}
