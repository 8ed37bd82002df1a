import type { FileRule } from '../rule.ts';

/** JAILHOUSE_CACHE_L3 (include/jailhouse/cell-config.h). */
const level3 = 3;
/** The CPU names the length of its mask in 5 bits (Intel SDM, CPUID leaf 0x10). */
const longestMask = 32;

export const cacheRegion: FileRule = {
  id: 'cache-region',
  title: 'Impossible cache partition',
  severity: 'error',
  scope: 'file',
  arch: ['x86'],
  catalogue: ['X86-cat-count', 'X86-cat-type'],
  prose: {
    meaning:
      'A cell has at most one cache region. Its type is JAILHOUSE_CACHE_L3 (code and data), and it has at least one bit of the mask, which has at most 32.',
    onTheBoard:
      'On a CPU with cache allocation `jailhouse enable` or `jailhouse cell create` fails with "Invalid argument" (cat.c:cat_cell_init). On other CPUs the entry is ignored.',
    remedy: 'Write one entry: `.start` is its first bit, `.size` the number of bits.',
  },
  bad: '{ .start = 0, .size = 2, .type = JAILHOUSE_CACHE_L3_CODE },',
  good: '{ .start = 0, .size = 2, .type = JAILHOUSE_CACHE_L3 },',
  check(config, report) {
    const [region, second] = config.cacheRegions;
    if (region === undefined) return;
    const effect = `${config.kind === 'system' ? 'jailhouse enable' : 'jailhouse cell create'} would answer "Invalid argument" on a CPU with cache allocation`;
    if (second !== undefined)
      report({
        span: second.span,
        message: `A cell has one cache region at most, this one has ${config.cacheRegions.length}: ${effect}. Join them.`,
        related: [{ span: region.span, message: region.path }],
      });
    if (region.type.value !== level3)
      report({
        span: region.type.span,
        message: `${region.path} has type ${region.type.value}, only JAILHOUSE_CACHE_L3 (3) is served: ${effect}.`,
      });
    const end = region.start.value + region.size.value;
    if (region.size.value === 0 || end > longestMask)
      report({
        span: region.size.span,
        message: `${region.path} has ${region.size.value} bits from bit ${region.start.value}; it needs at least one, and bit ${longestMask - 1} is the last of any CPU: ${effect}.`,
        related: [{ span: region.start.span, message: `first bit ${region.start.value}` }],
      });
  },
};
