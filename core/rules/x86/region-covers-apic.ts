import { x86InterruptWindows } from '../../config/intercepted-windows.ts';
import { reportCoveringRegions } from '../region-covers-window.ts';
import type { CellRule } from '../rule.ts';

export const regionCoversApic: CellRule = {
  id: 'region-covers-apic',
  title: 'Memory region covers an interrupt controller of x86',
  severity: 'warning',
  scope: 'cell',
  arch: ['x86'],
  catalogue: ['X86-ioapic-mapped'],
  prose: {
    meaning:
      'The hypervisor answers accesses to the local APIC page at 0xfee00000 and to the page of each IOAPIC. A region that covers them is mapped over that.',
    onTheBoard:
      'The cell reaches the real controllers: it can send interrupts to CPUs of other cells and redirect their devices, without a message (x86/apic.c, ioapic.c).',
    remedy: 'Cut the region around these pages.',
  },
  bad: '{ .phys_start = 0xfec00000, .virt_start = 0xfec00000, .size = 0x1000, /* ... */ },',
  good: '/* nothing at 0xfec00000 and 0xfee00000 */',
  check(system, member, report) {
    const windows = x86InterruptWindows(system);
    for (const window of windows)
      reportCoveringRegions(
        member,
        window,
        report,
        () => ({
          severity: 'warning',
          text: 'the cell would reach the real controller, and so CPUs and devices of other cells',
        }),
        windows,
      );
  },
};
