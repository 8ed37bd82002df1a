import type { ReservedRange } from '../../board/board.ts';
import { noMapRanges } from '../../board/linux-use.ts';
import { reservationsUnread, reservedMemoryNode } from '../../board/reserved-memory.ts';
import { type AddressRange, Coverage, overlaps } from '../../config/address-window.ts';
import { type CellCounts, cellCounts, regOf } from '../../devicetree/addresses.ts';
import type { TreeNode } from '../../devicetree/model.ts';
import { compatibleOf } from '../../devicetree/tree-access.ts';
import { addOverlay } from '../../fixes/project-edits.ts';
import { cellText } from '../../fixes/tree-cells.ts';
import { addChild, addProperty, addSibling } from '../../fixes/tree-edits.ts';
import type { Fix, TextEdit } from '../../source/finding.ts';
import { hex } from '../../source/numbers.ts';
import { baseName, directoryOf, joinPath } from '../../source/paths.ts';
import { roundDown, roundUp } from '../../system/free-place.ts';
import { higher } from '../../system/paint.ts';
import type { BoardContext } from '../rule.ts';
import { allClaims } from './claims.ts';

type Places = Pick<BoardContext, 'board' | 'files' | 'text' | 'system' | 'cells'>;

/** Linux reserves by pages, and leaves the large pages of its linear map alone where whole 2 MiB are left out. */
const granule = 0x200000n;

/** What has to be reserved for a range: whole 2 MiB where nothing else is reserved in them, else whole pages. */
function rounded(context: Places, range: AddressRange): AddressRange {
  const whole = roundedTo(range, granule);
  return context.board.reserved?.some((other) => overlaps(other, whole)) === true ? roundedTo(range, 0x1000n) : whole;
}

function roundedTo({ start, size }: AddressRange, unit: bigint): AddressRange {
  const from = roundDown(start, unit);
  return { start: from, size: roundUp(start + size, unit) - from };
}

/**
 * Keeps Linux out of a range by the board's device tree: extends a node that holds a part of it, or adds one where the configs' other reservations are:
 * in the overlay, in the board's own source, or in a new overlay. Nothing where no tree is known, or where Linux ignores the node as a whole.
 */
export function reserveFixes(context: Places, wanted: AddressRange, nodeName: string): readonly Fix[] {
  const { board } = context;
  const parent = board.tree && reservedMemoryNode(board.tree.root);
  if (board.tree === undefined || (parent !== undefined && reservationsUnread(parent) !== undefined)) return [];
  const touched = (board.reserved ?? []).filter((range) => overlaps(range, wanted));
  if (touched.length === 1 && touched[0] !== undefined) return repairFixes(context, touched[0], wanted);
  if (touched.length > 1) return [];
  const own = rounded(context, wanted);
  const all = everythingAround(context, own);
  return [...(all === undefined ? [] : addNode(context, all, 'jailhouse', parent)), ...addNode(context, own, nodeName, parent)];
}

/** From the lowest to the highest address that Jailhouse and the cells take and nothing reserves, where nothing else is reserved in between. */
function everythingAround(context: Places, own: AddressRange): AddressRange | undefined {
  const reserved = new Coverage(noMapRanges(context.board) ?? []);
  const open = allClaims(context)
    .flatMap(({ ranges }) => ranges)
    .filter((range) => !reserved.covers(range));
  let { start } = own;
  let end = own.start + own.size;
  if (!open.some((range) => overlaps(range, own))) return undefined;
  for (const range of open) {
    if (range.start < start) start = range.start;
    if (range.start + range.size > end) end = range.start + range.size;
  }
  const all = roundedTo({ start, size: end - start }, granule);
  if (all.size > mostAtOnce || (all.start === own.start && all.size === own.size)) return undefined;
  return [...(context.board.reserved ?? []), ...gpuMemory(context)].some((range) => overlaps(range, all)) ? undefined : all;
}

const mostAtOnce = 1n << 29n;

/** `no-map` for a node that lacks it, other numbers for one that is too short. */
function repairFixes(context: Places, found: ReservedRange, wanted: AddressRange): readonly Fix[] {
  const { node } = found;
  if (node === undefined || found.reusable) return [];
  const entry = regOf(node).find(({ address, size }) => address === found.start && size === found.size);
  if (entry === undefined || node.parent === undefined) return [];
  const start = found.start < wanted.start ? found.start : roundDown(wanted.start, 0x1000n);
  const foundEnd = found.start + found.size;
  const wantedEnd = roundUp(wanted.start + wanted.size, 0x1000n);
  const grown = { start, size: higher(foundEnd, wantedEnd) - start };
  const others = [...(context.board.reserved ?? []).filter((range) => range !== found), ...gpuMemory(context)];
  if (others.some((range) => overlaps(range, grown))) return [];
  const edits: TextEdit[] = [];
  const what: string[] = [];
  if (!found.noMap) {
    const added = addProperty(node, 'no-map;', context.text);
    if (added === undefined) return [];
    edits.push(added);
    what.push(`no-map for ${node.name}`);
  }
  if (grown.start !== found.start || grown.size !== found.size) {
    const typed = context.text(entry.span.file)?.slice(entry.span.start, entry.span.end) ?? '';
    // The bus address is what the node writes; in /reserved-memory it is the CPU's.
    if (!plainCells.test(typed) || entry.busAddress !== entry.address) return [];
    const value = cells(grown, cellCounts(node.parent));
    if (value === undefined) return [];
    edits.push({ span: entry.span, newText: value });
    what.push(`${node.name} gets ${hex(grown.start)}-${hex(grown.start + grown.size - 1n)}`);
    const named = context.text(node.span.file)?.slice(node.span.start, node.span.end);
    if (grown.start !== found.start && named === node.name && entry.index === 0)
      edits.push({ span: node.span, newText: node.name.replace(/@[0-9a-f]+$/, `@${grown.start.toString(16)}`) });
  }
  const [first] = edits;
  if (first === undefined || edits.some(({ span }) => !isOwn(context, span.file))) return [];
  return [{ title: `Reserve it in the board's device tree: ${what.join(', ')}, in ${baseName(first.span.file)}`, edits }];
}

const plainCells = /^(?:0[xX])?[0-9a-fA-F]+(?:\s+(?:0[xX])?[0-9a-fA-F]+)*$/;

function gpuMemory({ board }: Places): readonly AddressRange[] {
  return board.variants.flatMap(({ gpu }) => gpu ?? []);
}

/** A file that jailhouse.json names; what it includes may be the kernel's. */
function isOwn({ files }: Places, path: string): boolean {
  return path === files.deviceTree || files.overlays.includes(path);
}

function addNode(context: Places, range: AddressRange, nodeName: string, parent: TreeNode | undefined): readonly Fix[] {
  const { board, text, files } = context;
  const root = board.tree?.root;
  if (root === undefined) return [];
  const counts = cellCounts(parent ?? root);
  const value = cells(range, counts);
  if (value === undefined) return [];
  const lines = [`${nodeName}@${range.start.toString(16)} {`, `\treg = <${value}>;`, '\tno-map;', '};'];
  const what = `${hex(range.start)}-${hex(range.start + range.size - 1n)}`;
  const one = (edit: TextEdit | undefined): readonly Fix[] =>
    edit === undefined || !isOwn(context, edit.span.file)
      ? []
      : [{ title: `Reserve it in the board's device tree: ${what}, in ${baseName(edit.span.file)}`, edits: [edit] }];
  const inOverlay = parent?.children.findLast(({ places }) => files.overlays.includes(places[0]?.body.file ?? ''));
  if (inOverlay !== undefined) {
    const fixes = one(addSibling(inOverlay, lines, text));
    if (fixes.length > 0) return fixes;
  }
  const inTree = one(parent === undefined ? addChild(root, wholeNode(lines, counts), text) : addChild(parent, lines, text));
  return inTree.length > 0 ? inTree : newOverlay(context, root, parent, lines, counts, what);
}

function wholeNode(lines: readonly string[], counts: CellCounts): readonly string[] {
  const inner = [`#address-cells = <${counts.address}>;`, `#size-cells = <${counts.size}>;`, 'ranges;', '', ...lines];
  return ['reserved-memory {', ...inner.map((line) => (line === '' ? '' : `\t${line}`)), '};'];
}

/** A source of its own beside jailhouse.json, named there. */
function newOverlay(
  { board, files, text }: Places,
  root: TreeNode,
  parent: TreeNode | undefined,
  lines: readonly string[],
  counts: CellCounts,
  what: string,
): readonly Fix[] {
  const project = files.project;
  const json = project && text(project);
  if (project === undefined || json === undefined || board.span.file !== project) return [];
  const taken = new Set([files.deviceTree, ...files.overlays]);
  const name = ['dts/jailhouse.dts', 'dts/jailhouse-memory.dts', 'dts/jailhouse-memory-2.dts'].find((candidate) => {
    const path = joinPath(directoryOf(project), candidate);
    return !taken.has(path) && text(path) === undefined;
  });
  const edit = name && addOverlay(json, board.span, name);
  if (name === undefined || edit === undefined || edit === '') return [];
  const compatible = compatibleOf(root).at(-1);
  const target = parent === undefined ? ['&{/} {', ...indented(wholeNode(lines, counts))] : ['&{/reserved-memory} {', ...indented(lines)];
  const source = [
    '/* Keeps Linux out of memory that Jailhouse and its cells use. */',
    '',
    '/dts-v1/;',
    '/plugin/;',
    '',
    ...(compatible === undefined ? [] : ['/ {', `\tcompatible = ${JSON.stringify(compatible)};`, '};', '']),
    ...target,
    '};',
    '',
  ].join('\n');
  return [
    {
      title: `Reserve it in the board's device tree: ${what}, in a new overlay ${name}`,
      needsChoice: true,
      edits: [edit],
      newFiles: [{ path: joinPath(directoryOf(project), name), text: source }],
    },
  ];
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === '' ? '' : `\t${line}`));
}

/** `0x0 0x10000000 0x10000000` for two cells of address and one of size; undefined where they do not suffice. */
export function cells(range: AddressRange, counts: CellCounts): string | undefined {
  const address = cellText(range.start, counts.address);
  const size = cellText(range.size, counts.size);
  return address && size && `${address} ${size}`;
}
