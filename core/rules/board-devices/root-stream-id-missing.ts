import type { TreeNode } from '../../devicetree/model.ts';
import { nodeOfPhandle } from '../../devicetree/phandles.ts';
import { cellOf, cellsOf, isEnabled, nodesBelow, property } from '../../devicetree/tree-access.ts';
import { hex } from '../../source/numbers.ts';
import { matchContains, streamMatch } from '../iommu/mmu500-stream.ts';
import type { BoardRule } from '../rule.ts';
import { smmuUnits } from './smmu-nodes.ts';

const mostNamed = 4;
const mostRelated = 8;

export const rootStreamIdMissing: BoardRule = {
  id: 'root-stream-id-missing',
  title: 'Stream id of a device is not in the root cell',
  severity: 'warning',
  scope: 'board',
  arch: ['arm64'],
  catalogue: ['IOM-sid-root'],
  prose: {
    meaning:
      'Once Jailhouse drives an SMMU (MMU-500), only devices whose stream ids are listed reach memory. The stream ids of the devices are in their `iommus` property in the device tree. Those of the root cell and of its cells count as listed.',
    onTheBoard:
      'After `jailhouse enable` the device can no longer read or write memory: storage or network of Linux dies (smmu.c: streams without a match fault).',
    remedy: 'Add the stream id to `stream_ids` of the root cell.',
  },
  bad: '/* board: ethernet { iommus = <&smmu 0x874>; }; */\n.stream_ids = { { .mmu500.id = 0x870 } },',
  good: '.stream_ids = { { .mmu500.id = 0x870 }, { .mmu500.id = 0x874 } },',
  check(context, report) {
    const { board, system, member, cells } = context;
    const units = smmuUnits(context);
    if (member !== system || board.tree === undefined || units.length === 0) return;
    const listed = [system, ...cells].flatMap(({ streamIds }) => streamIds).map(streamMatch);
    const smmus = new Set(units.map(({ device }) => device.node));
    const devices: { readonly node: TreeNode; readonly id: number }[] = [];
    for (const node of nodesBelow(board.tree.root)) {
      if (property(node, 'iommus') === undefined || !isEnabled(node)) continue;
      for (const stream of streamsOf(node, smmus)) {
        if (!listed.some((match) => matchContains(match, stream))) devices.push({ node, id: stream.id });
      }
    }
    if (devices.length === 0) return;
    const names = devices.slice(0, mostNamed).map(({ node, id }) => `${hex(id)} of ${node.name}`);
    const rest = devices.length - names.length;
    report({
      span: system.arrays.find(({ kind }) => kind === 'stream-ids')?.member?.span ?? system.cell.span,
      message: `No stream_ids of the root cell or its cells holds ${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}: after jailhouse enable ${devices.length === 1 ? 'this device' : 'these devices'} could not reach memory any more. Add ${devices.length === 1 ? 'the stream id' : 'the stream ids'} to the root cell.`,
      related: devices
        .slice(0, mostRelated)
        .map(({ node }) => ({ span: property(node, 'iommus')?.valueSpan ?? node.span, message: `stream ids of ${node.name}` })),
    });
  },
};

/** `iommus = <&smmu ID>` or `<&smmu ID MASK>`, by `#iommu-cells` (Linux, bindings iommu/arm,smmu.yaml). */
function streamsOf(node: TreeNode, smmus: ReadonlySet<TreeNode | undefined>): readonly { readonly id: number; readonly mask: number }[] {
  const iommus = property(node, 'iommus');
  const cells = iommus === undefined ? [] : cellsOf(iommus);
  const streams: { readonly id: number; readonly mask: number }[] = [];
  for (let at = 0; at < cells.length; ) {
    const controller = nodeOfPhandle(node, cells[at] ?? 0);
    const count = controller && cellOf(controller, '#iommu-cells');
    if (controller === undefined || count === undefined) break;
    if (smmus.has(controller) && (count === 1 || count === 2))
      streams.push({ id: (cells[at + 1] ?? 0) & 0x7fff, mask: count === 2 ? (cells[at + 2] ?? 0) & 0x7fff : 0 });
    at += 1 + count;
  }
  return streams;
}
