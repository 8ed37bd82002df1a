import { cellCounts, toBus } from '../devicetree/addresses.ts';
import type { TreeNode, TreeProperty } from '../devicetree/model.ts';
import { property as propertyOf, spanOfCells } from '../devicetree/tree-access.ts';
import type { TextEdit } from '../source/finding.ts';
import { hex } from '../source/numbers.ts';

/** The text of a file; undefined for a blob. */
type TextOf = (path: string) => string | undefined;

/** `0x0 0xff842000`: a number as cells, as many as the bus wants. Undefined where it does not fit. */
export function cellText(value: bigint, count: number): string | undefined {
  if (count < 1 || value >> BigInt(32 * count) !== 0n) return undefined;
  const cells: string[] = [];
  for (let at = count - 1; at >= 0; at--) cells.push(hex((value >> BigInt(32 * at)) & 0xffffffffn));
  return cells.join(' ');
}

/** Puts a number in place of cells that the author typed as plain numbers or names; undefined where something else stands there. */
export function replaceCells(
  property: TreeProperty,
  from: number,
  count: number,
  value: bigint,
  textOf: TextOf,
): readonly TextEdit[] | undefined {
  const span = spanOfCells(property, from, count);
  const typed = textOf(span.file)?.slice(span.start, span.end);
  const newText = cellText(value, count);
  // The whole value comes back where the cells are not told apart: its brackets give it away.
  if (typed === undefined || newText === undefined || !/^[\w\s()*+|-]+$/.test(typed)) return undefined;
  return [{ span, newText }];
}

/** Gives entry `index` of `reg` another address of the CPUs, as the bus writes it; undefined where the bus does not reach it or the cells are not typed plainly. */
export function setRegAddress(node: TreeNode, index: number, address: bigint, textOf: TextOf): readonly TextEdit[] | undefined {
  const reg = propertyOf(node, 'reg');
  const onBus = node.parent && toBus(node.parent, address);
  if (reg === undefined || node.parent === undefined || onBus === undefined) return undefined;
  const counts = cellCounts(node.parent);
  return replaceCells(reg, index * (counts.address + counts.size), counts.address, onBus, textOf);
}

/**
 * Renames a node. Undefined where it is written in several places, or where its old name stands somewhere else in the text: in a path.
 */
export function renameNode(node: TreeNode, name: string, textOf: TextOf): readonly TextEdit[] | undefined {
  const place = node.places[0]?.name;
  if (place === undefined || node.places.length !== 1) return undefined;
  const text = textOf(place.file);
  if (text?.slice(place.start, place.end) !== node.name || text.split(node.name).length !== 2) return undefined;
  return [{ span: place, newText: name }];
}
