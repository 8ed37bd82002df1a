import type { DeviceTree, TreeNode } from '../devicetree/model.ts';
import { stringOf } from '../devicetree/tree-access.ts';
import type { Span } from '../source/span.ts';
import type { Board, BoardVariant, Firmware, KernelCommandLine } from './board.ts';
import { addressBitsOf, architectureOf, boardCpus } from './cpus.ts';
import { boardDevices } from './devices.ts';
import { boardGic } from './gic.ts';
import { limitedMemory, memoryLimits } from './kernel-limits.ts';
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
  /** RAM by other facts than the tree, as they are: they count instead of the tree's memory nodes. */
  readonly variants?: readonly BoardVariant[] | undefined;
  readonly firmware?: Firmware | undefined;
  readonly commandLine?: KernelCommandLine | undefined;
  /** By the CPUs where it is left out. */
  readonly architecture?: 'arm64' | 'arm' | undefined;
}

/** A board by its device tree, with its overlays applied. RAM that nothing states leaves `variants` empty. */
export function boardFromTree(tree: DeviceTree, options: TreeBoardOptions): Board {
  const { root } = tree;
  const cpus = boardCpus(root);
  return {
    name: options.name ?? stringOf(root, 'model') ?? 'the board',
    kind: options.kind ?? 'other',
    variants: options.variants ?? variantsByTree(root, options.commandLine, options.architecture ?? architectureOf(cpus)),
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
function variantsByTree(
  root: TreeNode,
  commandLine: KernelCommandLine | undefined,
  architecture: 'arm64' | 'arm',
): readonly BoardVariant[] {
  const ram = memoryOf(root);
  if (ram === undefined) return [];
  const size = ram.reduce((sum, bank) => sum + bank.size, 0n);
  return [{ name: '', size, ram, gpu: undefined, linux: limitedMemory(ram, memoryLimits(commandLine), architecture) }];
}
