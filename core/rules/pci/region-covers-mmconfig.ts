import { ivshmemBarWindow, mmconfigWindow } from '../../config/intercepted-windows.ts';
import { type CoverEffect, reportCoveringRegions } from '../region-covers-window.ts';
import type { CellRule } from '../rule.ts';

export const regionCoversMmconfig: CellRule = {
  id: 'region-covers-mmconfig',
  title: 'Memory region covers the PCI configuration window',
  severity: 'error',
  scope: 'cell',
  catalogue: ['PCI-mmcfg-mapped'],
  prose: {
    meaning:
      'The hypervisor answers accesses to the PCI configuration window itself: 1 MiB per bus from `pci_mmconfig_base`. A region that covers the window is mapped over it, and accesses go to whatever the region holds. For a cell without PCI devices it is a warning.',
    onTheBoard:
      'The cell finds no virtual PCI devices (observed), reads RAM for configuration space, or dies of an external abort; real devices of other cells may be reconfigured (pci.c:pci_cell_init).',
    remedy: 'Cut the region around the window, or move `pci_mmconfig_base` to a hole.',
  },
  bad: '.pci_mmconfig_base = 0xe0000000,\n/* ... */\n/* RAM */ {\n\t.phys_start = 0x40000000,\n\t.virt_start = 0x40000000,\n\t.size = 0xbc000000,',
  good: '.pci_mmconfig_base = 0xff900000,',
  check(system, member, report) {
    const window = mmconfigWindow(system);
    if (window === undefined) return;
    const usesPci = member.pciDevices.length > 0;
    const bars = member === system ? ivshmemBarWindow(system) : undefined;
    const effect = (): CoverEffect => ({
      severity: usesPci ? 'error' : 'warning',
      text: usesPci
        ? 'its PCI accesses would not be intercepted, and it would find no virtual PCI device'
        : 'accesses there would not be intercepted',
    });
    reportCoveringRegions(member, window, report, effect, bars === undefined ? [window] : [window, bars]);
  },
};
