import { ivshmemBarWindow } from '../../config/intercepted-windows.ts';
import { reportCoveringRegions } from '../region-covers-window.ts';
import type { CellRule } from '../rule.ts';

export const regionCoversBarWindow: CellRule = {
  id: 'region-covers-bar-window',
  title: 'Root cell region covers the BARs of virtual PCI devices',
  severity: 'warning',
  scope: 'cell',
  arch: ['arm64', 'arm'],
  catalogue: ['PCI-barwin-mapped'],
  prose: {
    meaning:
      'Linux puts the registers of its virtual PCI devices 1 MiB behind `pci_mmconfig_base`, two pages for each ivshmem device. A region of the root cell that covers these pages is mapped there instead.',
    onTheBoard:
      'Enable works; accesses to the registers no longer reach the hypervisor, so doorbells to other cells may get lost (ivshmem.c; observed to be accepted without a message).',
    remedy: 'Leave these pages out of the region, or move `pci_mmconfig_base`.',
  },
  bad: '.pci_mmconfig_base = 0x8e00000,\n/* ... */\n{ .phys_start = 0x8f00000, .virt_start = 0x8f00000, .size = 0x10000, /* ... */ },',
  good: '{ .phys_start = 0x8f10000, .virt_start = 0x8f10000, .size = 0x10000, /* ... */ },',
  check(system, member, report) {
    const window = ivshmemBarWindow(system);
    if (member !== system || window === undefined) return;
    reportCoveringRegions(member, window, report, () => ({
      severity: 'warning',
      text: 'accesses to their registers would not reach the hypervisor',
    }));
  },
};
