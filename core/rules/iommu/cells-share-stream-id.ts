import { hasIommu, iommuType, usedIommuUnits } from '../../config/iommu-types.ts';
import type { Config, StreamId } from '../../config/model.ts';
import { hex } from '../../source/numbers.ts';
import type { SetRule } from '../rule.ts';
import { cellName } from '../wording.ts';
import { matchesOverlap, streamMatch } from './mmu500-stream.ts';

/** Stream ids of one cell compared at most. Real cells have a few. */
const maxCompared = 512;

export const cellsShareStreamId: SetRule = {
  id: 'cells-share-stream-id',
  title: 'Two cells own the same stream id',
  severity: 'error',
  scope: 'set',
  arch: ['arm64'],
  catalogue: ['IOM-v3-unique', 'IOM-sid-overlap', 'IOM-pvu-busy'],
  prose: {
    meaning: 'A stream id stands for a device, or a group of them. The IOMMU sends its accesses to the memory of one cell.',
    onTheBoard:
      'SMMUv3: nothing checks it, and the cell that is created last gets the device; the other cell waits for data that arrives in foreign memory (smmu-v3.c). MMU-500: the same for identical entries, "Invalid argument" for others. PVU: the second `jailhouse cell create` fails with "Invalid argument".',
    remedy: 'List the id in one of the cells.',
  },
  bad: '/* a.c and b.c */ .stream_ids = { { .id = 0x11 } },',
  good: '/* b.c */ .stream_ids = { { .id = 0x12 } },',
  check(system, cells, report) {
    if (usedIommuUnits(system).length === 0) return;
    const byMatch = hasIommu(system, iommuType.armMmu500);
    const taken: { readonly cell: Config; readonly stream: StreamId }[] = [];
    for (const cell of cells)
      for (const stream of cell.streamIds.slice(0, maxCompared)) {
        const clash = taken.find(
          (other) =>
            other.cell !== cell &&
            (byMatch ? matchesOverlap(streamMatch(other.stream), streamMatch(stream)) : other.stream.id.value === stream.id.value),
        );
        taken.push({ cell, stream });
        if (clash === undefined) continue;
        report({
          span: stream.id.span,
          message: `${cellName(cell)} and ${cellName(clash.cell)} both own stream id ${hex(byMatch ? streamMatch(stream).id : stream.id.value)}: its device would reach the memory of only one of them. List it in one cell.`,
          related: [{ span: clash.stream.id.span, message: `${clash.stream.path} of ${cellName(clash.cell)}` }],
        });
      }
  },
};
