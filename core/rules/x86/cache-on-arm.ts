import type { FileRule } from '../rule.ts';
import { count } from '../wording.ts';

export const cacheOnArm: FileRule = {
  id: 'cache-on-arm',
  title: 'Cache partition on ARM',
  severity: 'information',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['X86-cache-on-arm'],
  prose: {
    meaning: 'Cache regions are for Intel CPUs with cache allocation. The hypervisor for ARM does not read them.',
    onTheBoard: 'Nothing: the cells share the cache.',
    remedy: 'Remove the array and its counter together.',
  },
  bad: '.num_cache_regions = ARRAY_SIZE(config.cache_regions),',
  good: '/* no cache regions */',
  check(config, report) {
    const first = config.cacheRegions[0];
    if (first === undefined) return;
    report({
      span: first.span,
      message: `The config has ${count(config.cacheRegions.length, 'cache region')}, which the hypervisor for ARM ignores. Remove the array and its counter.`,
    });
  },
};
