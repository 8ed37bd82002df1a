import type { DeviceTree } from '../devicetree/model.ts';
import { stringOf } from '../devicetree/tree-access.ts';
import type { Span } from '../source/span.ts';
import type { Board, Firmware, KernelCommandLine } from './board.ts';
import { addressBitsOf, architectureOf, boardCpus } from './cpus.ts';
import { boardDevices } from './devices.ts';
import { boardGic } from './gic.ts';
import { type RamVariant, withLinuxMemory } from './linux-memory.ts';
import { memoryOf } from './memory-nodes.ts';
import { pciHosts } from './pci-hosts.ts';
import { dynamicReservations, reservedRanges } from './reserved-memory.ts';

/** What is known of a board besides its tree. */
export interface TreeBoardOptions {
  /** Where the board is stated. */
  readonly span: Span;
  /** `other` where it is left out. */
  readonly kind?: Board['kind'];
  /** The `model` of the tree where it is left out. */
  readonly name?: string | undefined;
  /** RAM by other facts than the tree: they count instead of the tree's memory nodes. */
  readonly ram?: readonly RamVariant[] | undefined;
  readonly firmware?: Firmware | undefined;
  readonly commandLine?: KernelCommandLine | undefined;
  /** By the CPUs where it is left out. */
  readonly architecture?: 'arm64' | 'arm' | undefined;
}

/** A board by its device tree, with its overlays applied. RAM that nothing states leaves `variants` empty. */
export function boardFromTree(tree: DeviceTree, options: TreeBoardOptions): Board {
  const { root } = tree;
  const cpus = boardCpus(root);
  const architecture = options.architecture ?? architectureOf(cpus);
  const variants = (options.ram ?? ramOf(tree)).map((variant) => withLinuxMemory(variant, options.commandLine, architecture));
  return {
    name: options.name ?? stringOf(root, 'model') ?? 'the board',
    kind: options.kind ?? 'other',
    variants,
    cpus,
    reserved: reservedRanges(tree),
    dynamicReserved: dynamicReservations(root),
    devices: boardDevices(root),
    gic: boardGic(root),
    pciHosts: pciHosts(root),
    tree,
    firmware: options.firmware,
    commandLine: options.commandLine,
    addressBits: addressBitsOf(cpus),
    span: options.span,
  };
}

/** One variant without a name, or none where the tree leaves the RAM to the firmware. */
function ramOf(tree: DeviceTree): readonly RamVariant[] {
  const ram = memoryOf(tree.root);
  if (ram === undefined) return [];
  return [{ name: '', size: ram.reduce((sum, { size }) => sum + size, 0n), ram, gpu: undefined }];
}
