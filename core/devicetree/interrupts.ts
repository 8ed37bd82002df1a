import type { Span } from '../source/span.ts';
import { unitAddressOf } from './addresses.ts';
import { interruptMapOf, mappedEntry } from './interrupt-map.ts';
import { interruptCells, interruptParentOf } from './interrupt-parent.ts';
import { type InterruptSpecifier, readSpecifier } from './interrupt-specifier.ts';
import type { TreeNode } from './model.ts';
import { phandlesOf, rootOf } from './phandles.ts';
import { cellsOf, property, spanOfCells } from './tree-access.ts';

export { type InterruptMap, type InterruptMapEntry, interruptMapOf } from './interrupt-map.ts';
export { interruptCells, interruptParentOf } from './interrupt-parent.ts';
export type { InterruptKind, InterruptSpecifier } from './interrupt-specifier.ts';

/** One interrupt of a device, at the controller that it reaches in the end. */
export interface NodeInterrupt extends InterruptSpecifier {
  readonly index: number;
  /** Undefined where the way to it breaks off: a phandle without a node, a map without an entry, a circle. */
  readonly controller: TreeNode | undefined;
  /** The specifier as that controller reads it; as the node writes it where there is none. */
  readonly cells: readonly number[];
  readonly span: Span;
}

/**
 * The interrupts that a node raises: `interrupts-extended`, else `interrupts` by the inherited interrupt parent, through the maps in between (Devicetree
 * Specification 2.4). What is written after a piece that cannot be read is left out.
 */
export function interruptsOf(node: TreeNode): readonly NodeInterrupt[] {
  return property(node, 'interrupts-extended') === undefined ? plainInterrupts(node) : extendedInterrupts(node);
}

function plainInterrupts(node: TreeNode): readonly NodeInterrupt[] {
  const interrupts = property(node, 'interrupts');
  const parent = interrupts && interruptParentOf(node);
  const size = parent && interruptCells(parent);
  if (interrupts === undefined || parent === undefined || size === undefined || size === 0) return [];
  const cells = cellsOf(interrupts);
  const found: NodeInterrupt[] = [];
  for (let at = 0; at + size <= cells.length; at += size) {
    const span = spanOfCells(interrupts, at, size);
    found.push({ ...resolve(parent, unitAddressOf(node), cells.slice(at, at + size)), index: found.length, span });
  }
  return found;
}

function extendedInterrupts(node: TreeNode): readonly NodeInterrupt[] {
  const interrupts = property(node, 'interrupts-extended');
  if (interrupts === undefined) return [];
  const cells = cellsOf(interrupts);
  const phandles = phandlesOf(rootOf(node));
  const found: NodeInterrupt[] = [];
  for (let at = 0; at < cells.length; ) {
    const parent = phandles.get(cells[at] ?? 0);
    const size = parent && interruptCells(parent);
    if (parent === undefined || size === undefined || at + 1 + size > cells.length) break;
    const span = spanOfCells(interrupts, at, size + 1);
    found.push({ ...resolve(parent, unitAddressOf(node), cells.slice(at + 1, at + 1 + size)), index: found.length, span });
    at += 1 + size;
  }
  return found;
}

type Resolved = InterruptSpecifier & Pick<NodeInterrupt, 'controller' | 'cells'>;

/** Maps and parents on the way to a controller that are followed: real trees have one or two. */
const longestWay = 32;

/** Follows a specifier up to an interrupt controller, as Linux does (of_irq_parse_raw). */
function resolve(parent: TreeNode, unitAddress: readonly number[], specifier: readonly number[]): Resolved {
  let at: TreeNode | undefined = parent;
  let cells = specifier;
  for (let steps = 0; at !== undefined && steps < longestWay; steps++) {
    const map = interruptMapOf(at);
    if (map !== undefined) {
      const entry = mappedEntry(map, unitAddress, cells);
      at = entry?.controller;
      cells = entry?.cells ?? cells;
      unitAddress = entry?.parentAddress ?? unitAddress;
      continue;
    }
    if (property(at, 'interrupt-controller') !== undefined) return { ...readSpecifier(at, cells), controller: at, cells };
    // Neither controller nor map: a bus that swizzles nothing.
    unitAddress = unitAddressOf(at);
    const above: TreeNode | undefined = interruptParentOf(at);
    at = above === at ? undefined : above;
  }
  return { ...readSpecifier(undefined, cells), controller: undefined, cells };
}
