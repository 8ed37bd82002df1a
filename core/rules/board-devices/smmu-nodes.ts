import type { BoardDevice } from '../../board/board.ts';
import { iommuType, usedIommuUnits } from '../../config/iommu-types.ts';
import type { IommuUnit } from '../../config/model.ts';
import type { BoardContext } from '../rule.ts';

const smmuV2 = /^arm,(?:mmu-500|smmu-v2|mmu-401|mmu-400|smmu-v1)$|-smmu-500$/;

/** An MMU-500 of the config, and the node that the board has for it. */
export interface SmmuUnit {
  readonly unit: IommuUnit;
  readonly device: BoardDevice;
}

/** Units whose base is that of an SMMU of the board. */
export function smmuUnits({ board, system }: BoardContext): readonly SmmuUnit[] {
  return usedIommuUnits(system).flatMap((unit) => {
    if (unit.type?.value !== iommuType.armMmu500) return [];
    const device = board.devices.find(
      ({ windows, compatible }) => windows[0]?.start === unit.base.value && compatible.some((name) => smmuV2.test(name)),
    );
    return device === undefined ? [] : [{ unit, device }];
  });
}
