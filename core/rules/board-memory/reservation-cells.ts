import { type ReservationsUnread, reservationsUnread, reservedMemoryNode } from '../../board/reserved-memory.ts';
import { type CellCounts, cellCounts, regOf, regShape } from '../../devicetree/addresses.ts';
import type { TreeNode, TreeProperty } from '../../devicetree/model.ts';
import { cellsOf, nodesBelow, property } from '../../devicetree/tree-access.ts';
import { addProperty, replaceValue } from '../../fixes/tree-edits.ts';
import type { Fix, RelatedPlace, TextEdit } from '../../source/finding.ts';
import { baseName } from '../../source/paths.ts';
import type { BoardContext, BoardRule, Reporter } from '../rule.ts';
import { count } from '../wording.ts';
import { cells } from './reserve-fixes.ts';

export const reservationCells: BoardRule = {
  id: 'reservation-cells',
  title: 'Reservations written for other cell counts',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['BRD-reserve'],
  prose: {
    meaning:
      'How many cells an address and a size take in `reg` is said by `#address-cells` and `#size-cells` of the node above, and `/reserved-memory` has to repeat those of the root node and have `ranges`. An overlay that writes other counts changes what the nodes that are already there mean; one that writes `reg` for other counts reserves something else or nothing.',
    onTheBoard:
      'Linux passes over all reservations ("Reserved memory: unsupported node format, ignoring") or over the one ("Reserved memory: invalid reg property in ..., skipping node"): nothing is kept free for Jailhouse, and `jailhouse enable` fails with "request_mem_region failed" (drivers/of/of_reserved_mem.c).',
    remedy: 'Leave the counts of the board alone, and write `reg` for them: on a Raspberry Pi two cells of address and one of size.',
  },
  bad: '&{/reserved-memory} {\n\t#size-cells = <2>; /* the board has 1 */\n\n\tjailhouse@10000000 {\n\t\treg = <0x0 0x10000000 0x0 0x10000000>;\n\t\tno-map;\n\t};\n};',
  good: '&{/reserved-memory} {\n\tjailhouse@10000000 {\n\t\treg = <0x0 0x10000000 0x10000000>;\n\t\tno-map;\n\t};\n};',
  check(context, report) {
    const { board, member, system } = context;
    if (member !== system || board.tree === undefined) return;
    const node = reservedMemoryNode(board.tree.root);
    const unread = node && reservationsUnread(node);
    const reservations = node?.children.filter((child) => property(child, 'no-map') !== undefined) ?? [];
    if (node !== undefined && unread !== undefined && reservations.some((child) => property(child, 'reg') !== undefined))
      reportUnread(context, node, unread, report);
    else if (unread === undefined) for (const reservation of reservations) reportReg(context, reservation, report);
    reportChangedCounts(context, node, report);
  },
};

/** All of the node is ignored. */
function reportUnread(context: BoardContext, node: TreeNode, unread: ReservationsUnread, report: Reporter): void {
  const root = node.parent;
  if (root === undefined) return;
  const written = property(node, unread);
  const expected = cellCounts(root);
  const value = unread === '#address-cells' ? expected.address : expected.size;
  const what =
    unread === 'ranges'
      ? '/reserved-memory has no "ranges"'
      : `${unread} of /reserved-memory is ${written === undefined ? 'not written' : `<${cellsOf(written).join(' ')}>`}, but the root node has <${value}>`;
  report({
    span: written?.valueSpan ?? node.span,
    message: `${what}: Linux ignores every reservation in it ("unsupported node format, ignoring"), and nothing is kept free for Jailhouse. ${
      unread === 'ranges' ? 'Add "ranges;".' : `Write <${value}>, and "reg" of the nodes for it.`
    }`,
    related: [
      ...(unread === 'ranges'
        ? []
        : [
            ...relatedChildren(node.children.filter((child) => written === undefined || child.span.file !== written.span.file)),
            { span: property(root, unread)?.valueSpan ?? root.span, message: `${unread} of the root node` },
          ]),
    ],
    fixes: () => countFixes(context, node, expected),
  });
}

function relatedChildren(children: readonly TreeNode[]): readonly RelatedPlace[] {
  return children.slice(0, 6).map((child) => ({ span: child.span, message: `${child.name} was written for other counts` }));
}

/** The counts of the root node, `ranges`, and `reg` of the nodes that were written together with the wrong counts. */
function countFixes({ text, files }: BoardContext, node: TreeNode, expected: CellCounts): readonly Fix[] {
  const edits: TextEdit[] = [];
  const changed = new Set<string>();
  for (const [name, value] of [['#address-cells', expected.address] as const, ['#size-cells', expected.size] as const]) {
    const written = property(node, name);
    if (written === undefined) {
      const added = addProperty(node, `${name} = <${value}>;`, text);
      if (added === undefined) return [];
      edits.push(added);
    } else if (cellsOf(written)[0] !== value) {
      edits.push(replaceValue(written, `<${value}>`));
      changed.add(written.span.file);
    }
  }
  if (property(node, 'ranges') === undefined) {
    const added = addProperty(node, 'ranges;', text);
    if (added === undefined) return [];
    edits.push(added);
  }
  for (const child of node.children) {
    const reg = property(child, 'reg');
    if (reg === undefined || !changed.has(reg.span.file)) continue;
    const rewritten = rewriteReg(child, reg, expected);
    if (rewritten === undefined) return [];
    edits.push(rewritten);
  }
  const own = new Set([files.deviceTree, ...files.overlays]);
  if (edits.some(({ span }) => text(span.file) === undefined || !own.has(span.file))) return [];
  return [{ title: `Write the reservations in ${baseName(edits[0]?.span.file ?? '')} for the counts of the root node`, edits }];
}

/** `reg` by its present counts, written for others. */
function rewriteReg(node: TreeNode, reg: TreeProperty, counts: CellCounts): TextEdit | undefined {
  if (regShape(node)?.rest !== 0) return undefined;
  const entries = regOf(node).map(({ busAddress, size }) => cells({ start: busAddress, size }, counts));
  if (entries.length === 0 || entries.includes(undefined)) return undefined;
  return replaceValue(reg, entries.map((entry) => `<${entry}>`).join(', '));
}

/** A `reg` that does not divide by the counts. */
function reportReg({ text, files }: BoardContext, node: TreeNode, report: Reporter): void {
  const reg = property(node, 'reg');
  const shape = regShape(node);
  const parent = node.parent;
  if (reg === undefined || shape === undefined || parent === undefined || shape.rest === 0) return;
  const { counts, perEntry, cells: written } = shape;
  const said = property(parent, '#size-cells') ?? property(parent, '#address-cells');
  report({
    span: reg.valueSpan,
    message: `"reg" of ${node.name} has ${count(written, 'cell')}, but under ${parent.name === '' ? '/' : parent.name} an entry takes ${perEntry} (#address-cells ${counts.address}, #size-cells ${counts.size}): Linux skips the reservation ("invalid reg property"), and the memory is not kept free. Write ${perEntry} cells for each entry.`,
    related: said === undefined ? [] : [{ span: said.valueSpan, message: `counts of ${parent.name}` }],
    fixes: () => {
      const range = guess(cellsOf(reg));
      const value = range && cells(range, counts);
      const own = files.deviceTree === reg.span.file || files.overlays.includes(reg.span.file);
      if (value === undefined || !own || text(reg.span.file) === undefined) return [];
      return [{ title: `Write <${value}>`, edits: [replaceValue(reg, `<${value}>`)] }];
    },
  });
}

/** What two cells (one and one), three (two and one) or four (two and two) mean as a rule. */
function guess(written: readonly number[]): { readonly start: bigint; readonly size: bigint } | undefined {
  const [a = 0n, b = 0n, c = 0n, d = 0n] = written.map(BigInt);
  switch (written.length) {
    case 2:
      return { start: a, size: b };
    case 3:
      return { start: (a << 32n) | b, size: c };
    case 4:
      return { start: (a << 32n) | b, size: (c << 32n) | d };
    default:
      return undefined;
  }
}

/** Counts in an overlay under which nodes of the board's own tree make no sense any more. */
function reportChangedCounts({ board, files }: BoardContext, reservedMemory: TreeNode | undefined, report: Reporter): void {
  if (board.tree === undefined || files.overlays.length === 0) return;
  for (const node of nodesBelow(board.tree.root)) {
    if (node === reservedMemory) continue;
    const changed = ['#address-cells', '#size-cells']
      .map((name) => property(node, name))
      .find((of) => of !== undefined && files.overlays.includes(of.span.file));
    if (changed === undefined) continue;
    const broken = node.children.filter((child) => {
      const reg = property(child, 'reg');
      return reg !== undefined && reg.span.file !== changed.span.file && regShape(child)?.rest !== 0;
    });
    if (broken.length === 0) continue;
    report({
      span: changed.valueSpan,
      message: `The overlay sets ${changed.name} of ${node.name === '' ? 'the root node' : node.name}, and ${broken[0]?.name}${broken.length === 1 ? '' : ` and ${count(broken.length - 1, 'other node')}`} of the board's own tree no longer ${broken.length === 1 ? 'fits' : 'fit'}: Linux reads other addresses there or skips them. Leave the counts alone and write "reg" for those of the board.`,
      related: relatedChildren(broken),
    });
  }
}
