import type { RuleFamily } from '../rule.ts';
import { cellCpuNotInRoot } from './cell-cpu-not-in-root.ts';
import { cellCpuSetEmpty } from './cell-cpu-set-empty.ts';
import { cellTakesAllCpus } from './cell-takes-all-cpus.ts';
import { cellsShareCpus } from './cells-share-cpus.ts';
import { cellsStarveRoot } from './cells-starve-root.ts';
import { cpuSetPartialWord } from './cpu-set-partial-word.ts';
import { cpuSetSizeZero } from './cpu-set-size-zero.ts';
import { cpuSetTooLarge } from './cpu-set-too-large.ts';
import { gicv2CpuLimit } from './gicv2-cpu-limit.ts';
import { rootCpuSetEmpty } from './root-cpu-set-empty.ts';
import { x86CellTakesCpu0 } from './x86-cell-takes-cpu0.ts';

export const cpuFamily: RuleFamily = {
  name: 'cpu',
  title: 'CPUs',
  rules: [
    cellCpuNotInRoot,
    cellCpuSetEmpty,
    cellTakesAllCpus,
    cellsShareCpus,
    cellsStarveRoot,
    cpuSetPartialWord,
    cpuSetSizeZero,
    cpuSetTooLarge,
    gicv2CpuLimit,
    rootCpuSetEmpty,
    x86CellTakesCpu0,
  ],
};
