import { gicWindows } from '../../config/intercepted-windows.ts';
import { reportCoveringRegions } from '../region-covers-window.ts';
import type { CellRule } from '../rule.ts';

export const regionCoversGic: CellRule = {
  id: 'region-covers-gic',
  title: 'Memory region covers the interrupt controller',
  severity: 'error',
  scope: 'cell',
  arch: ['arm64', 'arm'],
  catalogue: ['GIC-cover-gicd', 'GIC-cover-gicc', 'GIC-cover-gicv-gich', 'GIC-cover-gicr'],
  prose: {
    meaning:
      'The hypervisor answers accesses to the distributor (GICD) and redistributors (GICR) itself and puts the virtual CPU interface in the place of GICC. A region that covers these pages is mapped over that. Over GICC it is an error, over the other units a warning.',
    onTheBoard:
      'GICD, GICR, GICH, GICV: the cell reaches the real controller and can touch interrupts of other cells, without a message. GICC: the cell gets the physical CPU interface, and its interrupts break (irqchip.c, gic-v2.c:gicv2_cell_init).',
    remedy: 'Cut the region around the pages of the controller.',
  },
  bad: '/* all peripherals */ {\n\t.phys_start = 0xfd500000,\n\t.virt_start = 0xfd500000,\n\t.size = 0x2a00000,',
  good: '/* up to the GIC at 0xff841000 */ {\n\t.phys_start = 0xfd500000,\n\t.virt_start = 0xfd500000,\n\t.size = 0x1b00000,',
  check(system, member, report) {
    const windows = gicWindows(system);
    for (const window of windows)
      reportCoveringRegions(
        member,
        window,
        report,
        () =>
          window.unit === 'GICC'
            ? { severity: 'error', text: 'the cell would get the physical CPU interface and lose its interrupts' }
            : { severity: 'warning', text: 'the cell would reach the real controller, and so interrupts of other cells' },
        windows,
      );
  },
};
