import type { CacheRegion } from '../../config/model.ts';
import type { CellRule } from '../rule.ts';

/** JAILHOUSE_CACHE_ROOTSHARED (include/jailhouse/cell-config.h). */
const rootShared = 1;

export const cacheOfRoot: CellRule = {
  id: 'cache-of-root',
  title: 'Cell takes the cache of the root cell apart',
  severity: 'error',
  scope: 'cell',
  arch: ['x86'],
  catalogue: ['X86-cat-root-empty', 'X86-cat-split'],
  prose: {
    meaning:
      'A cache region of a cell without JAILHOUSE_CACHE_ROOTSHARED is taken from that of the root cell, which has to keep at least one bit, and whose bits have to stay together. Out of the middle is a warning. A root cell without a cache region has the whole cache, whose size a config does not tell.',
    onTheBoard:
      'All of it: `jailhouse cell create` fails with "Invalid argument" on a CPU with cache allocation. Out of the middle: the root cell keeps the upper part only, and the lower lies idle (cat.c:shrink_root_cell_mask).',
    remedy: 'Put the regions of cells at the beginning of the mask, and leave the root cell a rest.',
  },
  bad: '/* root: bits 0-7 */\n{ .start = 0, .size = 8, .type = JAILHOUSE_CACHE_L3 },',
  good: '{ .start = 0, .size = 2, .type = JAILHOUSE_CACHE_L3 },',
  check(system, member, report) {
    const root = system.cacheRegions[0];
    const own = member.cacheRegions[0];
    if (member === system || root === undefined || own === undefined || (own.flags.value & rootShared) !== 0) return;
    const left = bits(root).filter((bit) => !bits(own).includes(bit));
    if (left.length === bits(root).length || bits(root).length === 0) return;
    const related = [{ span: root.start.span, message: `the root cell has bits ${name(root)}` }];
    const isSplit = left.some((bit, at) => at > 0 && bit !== (left[at - 1] as number) + 1);
    if (left.length === 0)
      report({
        span: own.size.span,
        message: `${own.path} (bits ${name(own)}) takes the whole cache of the root cell (bits ${name(root)}): jailhouse cell create would answer "Invalid argument". Leave it at least one bit.`,
        related,
      });
    else if (isSplit)
      report({
        span: own.start.span,
        severity: 'warning',
        message: `${own.path} (bits ${name(own)}) lies in the middle of the cache of the root cell (bits ${name(root)}), which would keep only what is above; the part below lies idle. Start at bit ${root.start.value}.`,
        related,
      });
  },
};

function bits(region: CacheRegion): readonly number[] {
  return Array.from({ length: Math.min(region.size.value, 64) }, (_, at) => region.start.value + at);
}

function name(region: CacheRegion): string {
  return `${region.start.value}-${region.start.value + region.size.value - 1}`;
}
