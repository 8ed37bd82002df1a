import { overlaps, physRange } from '../../config/address-window.ts';
import { hasFlag, isCommRegion } from '../../config/memory-flags.ts';
import type { MemoryRegion } from '../../config/model.ts';
import { cutRegion } from '../../fixes/elements.ts';
import { removeField } from '../../fixes/values.ts';
import type { CellRule } from '../rule.ts';
import { cellName, rangeText, regionByPhys, whereBoth } from '../wording.ts';

export const regionOverlapsHypervisor: CellRule = {
  id: 'region-overlaps-hypervisor',
  title: 'Memory region overlaps hypervisor memory',
  severity: 'error',
  scope: 'cell',
  catalogue: ['HV-overlap-region', 'HV-overlap-shmem'],
  prose: {
    meaning:
      'The memory of the hypervisor belongs to nobody else. The hypervisor protects it first and maps the regions of the cells afterwards, so a region that overlaps it undoes the protection. Without WRITE the cell can only read: warning. The physical address of a communication region is not used: information.',
    onTheBoard:
      'The cell can overwrite code and page tables of the hypervisor. Nothing happens until it does; then any cell may die or the board freezes (setup.c:init_early, init_late). Observed: a private region there made the root cell die at disable.',
    remedy: 'Cut the region in two around the hypervisor, or move one of them.',
  },
  bad: '.hypervisor_memory = { .phys_start = 0x1fc00000, .size = 0x400000 },\n/* ... */\n/* RAM */ {\n\t.phys_start = 0x0,\n\t.virt_start = 0x0,\n\t.size = 0x40000000,',
  good: '/* RAM below */ {\n\t.phys_start = 0x0,\n\t.virt_start = 0x0,\n\t.size = 0x1fc00000,',
  check(system, member, report) {
    const memory = system.system?.hypervisorMemory;
    if (memory === undefined) return;
    const own = physRange(memory);
    // RAM of a cell is to be moved: how much of it the guest needs is the author's to say.
    const cut = (region: MemoryRegion) =>
      member !== system && hasFlag(region, 'LOADABLE') ? [] : cutRegion(member, region, [own], 'phys');
    for (const region of member.memoryRegions) {
      const range = physRange(region);
      if (!overlaps(range, own)) continue;
      const related = [{ span: memory.physStart.span, message: `hypervisor memory ${rangeText(own)}` }];
      const common = whereBoth(range, own);
      if (isCommRegion(region))
        report({
          span: region.physStart.span,
          severity: 'information',
          message: `phys_start of the communication region ${regionByPhys(region)} lies in hypervisor memory ${rangeText(own)}. The hypervisor ignores it; leave it out.`,
          related,
          fixes: () => removeField(member, region, region.physStart),
        });
      else if (hasFlag(region, 'WRITE'))
        report({
          span: region.physStart.span,
          message: `${regionByPhys(region)} of ${cellName(member)} overlaps hypervisor memory ${rangeText(own)}${common}: the cell could overwrite the hypervisor. Cut the region there or move one of them.`,
          related,
          fixes: () => cut(region),
        });
      else
        report({
          span: region.physStart.span,
          severity: 'warning',
          message: `${regionByPhys(region)} of ${cellName(member)} overlaps hypervisor memory ${rangeText(own)}${common}: the cell could read the hypervisor's memory. Cut the region there or move one of them.`,
          related,
          fixes: () => cut(region),
        });
    }
  },
};
