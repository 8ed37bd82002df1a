import { hasFlag, isCommRegion, isEmpty, isSubPage, pageSize } from '../../config/memory-flags.ts';
import { splitRegion } from '../../fixes/elements.ts';
import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { regionByPhys } from '../wording.ts';

export const subpageCrossesPage: FileRule = {
  id: 'subpage-crosses-page',
  title: 'Sub-page region crosses a page boundary',
  severity: 'error',
  scope: 'file',
  catalogue: ['SUB-page-cross'],
  prose: {
    meaning:
      'To carry out a trapped access the hypervisor maps one page, counted from the page of `phys_start`. A region that starts inside a page may not reach into the next one. The root cell lists much that Linux never touches: a warning there.',
    onTheBoard:
      'An access behind the boundary touches a wrong page or aborts in the hypervisor ("FATAL: Unhandled HYP exception"), which stops the CPU for good (mmio.c:mmio_handle_subpage).',
    remedy: 'Split the region at the page boundary.',
  },
  bad: '.phys_start = 0xfe201f00,\n.virt_start = 0xfe201f00,\n.size = 0x200,',
  good: '{ .phys_start = 0xfe201f00, .size = 0x100, /* ... */ },\n{ .phys_start = 0xfe202000, .size = 0x100, /* ... */ },',
  check(config, report) {
    for (const region of config.memoryRegions) {
      const off = region.physStart.value % pageSize;
      if (isEmpty(region) || !isSubPage(region) || isCommRegion(region) || off === 0n || off + region.size.value <= pageSize) continue;
      if (hasFlag(region, 'EXECUTE') || hasFlag(region, 'LOADABLE')) continue;
      const boundary = region.physStart.value - off + pageSize;
      report({
        span: region.physStart.span,
        severity: config.kind === 'system' ? 'warning' : 'error',
        message: `${regionByPhys(region)} starts inside a page and crosses the boundary at ${hex(boundary)}: an access behind it would touch the wrong page or abort in the hypervisor. Split the region there.`,
        related: [{ span: region.size.span, message: `size ${hex(region.size.value)}` }],
        fixes: () => splitRegion(config, region, boundary),
      });
    }
  },
};
