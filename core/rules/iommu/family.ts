import type { RuleFamily } from '../rule.ts';
import { cellsShareStreamId } from './cells-share-stream-id.ts';
import { iommuUnitGap } from './iommu-unit-gap.ts';
import { iommuUnitType } from './iommu-unit-type.ts';
import { regionCoversIommu } from './region-covers-iommu.ts';
import { streamIdRange } from './stream-id-range.ts';
import { streamIdsConflict } from './stream-ids-conflict.ts';

export const iommuFamily: RuleFamily = {
  name: 'iommu',
  title: 'IOMMU',
  rules: [cellsShareStreamId, iommuUnitGap, iommuUnitType, regionCoversIommu, streamIdRange, streamIdsConflict],
};
