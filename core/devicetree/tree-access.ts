import type { Span } from '../source/span.ts';
import type { TreeNode, TreeProperty, ValuePart } from './model.ts';

/** `/soc/serial@7e215040`; `/` for the root. */
export function pathOf(node: TreeNode): string {
  let path = '';
  for (let at = node; at.parent !== undefined; at = at.parent) path = `/${at.name}${path}`;
  return path === '' ? '/' : path;
}

export function property(node: TreeNode, name: string): TreeProperty | undefined {
  return node.properties.find((candidate) => candidate.name === name);
}

/** A child by its full name, or by its name without unit address where only one fits. */
export function child(node: TreeNode, name: string): TreeNode | undefined {
  const exact = node.children.find((candidate) => candidate.name === name);
  if (exact !== undefined) return exact;
  const fitting = node.children.filter((candidate) => candidate.name.startsWith(`${name}@`));
  return fitting.length === 1 ? fitting[0] : undefined;
}

export function nodeAt(root: TreeNode, path: string): TreeNode | undefined {
  let at: TreeNode | undefined = root;
  for (const step of path.split('/')) {
    if (step !== '') at = at && child(at, step);
  }
  return at;
}

/** The node and everything below it, parents first. */
export function* nodesBelow(node: TreeNode): Generator<TreeNode> {
  // A stack of its own: hostile trees are 10,000 deep.
  const open = [node];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    yield at;
    for (let i = at.children.length - 1; i >= 0; i--) open.push(at.children[i] as TreeNode);
  }
}

/** The value as 32-bit cells; a rest of less than four bytes is left out. */
export function cellsOf(of: TreeProperty): readonly number[] {
  const cells: number[] = [];
  const { value } = of;
  for (let at = 0; at + 4 <= value.length; at += 4) cells.push(cellAt(value, at));
  return cells;
}

function cellAt(value: Uint8Array, at: number): number {
  return (((value[at] ?? 0) << 24) | ((value[at + 1] ?? 0) << 16) | ((value[at + 2] ?? 0) << 8) | (value[at + 3] ?? 0)) >>> 0;
}

/** Cells `from` to `from + count` as one number; undefined where the value is too short. */
export function numberIn(of: TreeProperty, from: number, count: number): bigint | undefined {
  if ((from + count) * 4 > of.value.length) return undefined;
  let value = 0n;
  for (let at = from; at < from + count; at++) value = (value << 32n) | BigInt(cellAt(of.value, at * 4));
  return value;
}

/** The value of a property of one cell (`#address-cells`, `phandle`). */
export function cellOf(node: TreeNode, name: string): number | undefined {
  const found = property(node, name);
  return found === undefined || found.value.length < 4 ? undefined : cellAt(found.value, 0);
}

const utf8 = new TextDecoder();

/** The value as strings: each ends with a NUL. */
export function stringsOf(of: TreeProperty | undefined): readonly string[] {
  if (of === undefined || of.value.length === 0) return [];
  return utf8.decode(of.value).replace(/\0$/, '').split('\0');
}

/** The first string of a property. */
export function stringOf(node: TreeNode, name: string): string | undefined {
  return stringsOf(property(node, name))[0];
}

export function compatibleOf(node: TreeNode): readonly string[] {
  return stringsOf(property(node, 'compatible'));
}

/** False when `status` says anything but `okay` or `ok` (Devicetree Specification 2.3.4), here or in a node above. */
export function isEnabled(node: TreeNode): boolean {
  for (let at: TreeNode | undefined = node; at !== undefined; at = at.parent) {
    const status = stringOf(at, 'status');
    if (status !== undefined && status !== 'okay' && status !== 'ok') return false;
  }
  return true;
}

/** The text of cells `from` to `from + count`, as far as the author wrote them one by one; else that of the whole value. */
export function spanOfCells(of: TreeProperty, from: number, count: number): Span {
  const start = from * 4;
  const end = start + count * 4;
  const { parts } = of;
  // Parts stand in the order of their offsets: the first one that reaches beyond the start.
  let low = 0;
  let high = parts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const part = parts[middle] as ValuePart;
    if (part.offset + Math.max(part.size, 1) > start) high = middle;
    else low = middle + 1;
  }
  const first = parts[low];
  let last = first;
  for (let at = low + 1; at < parts.length && (parts[at] as ValuePart).offset < end; at++) last = parts[at];
  if (first === undefined || last === undefined || first.offset >= end) return of.valueSpan;
  if (first.span.file !== last.span.file || last.span.end < first.span.start) return of.valueSpan;
  return { file: first.span.file, start: first.span.start, end: last.span.end };
}

/** `serial` of `serial@fe215040`: the name without its unit address. */
export function baseNameOf({ name }: { readonly name: string }): string {
  return name.replace(/@.*$/, '');
}
