import { overlaps, physRange } from '../../config/address-window.ts';
import { ivshmemBarWindow, mmconfigWindow } from '../../config/intercepted-windows.ts';
import type { FileRule } from '../rule.ts';
import { rangeText } from '../wording.ts';

export const mmconfigOverlapsHypervisor: FileRule = {
  id: 'mmconfig-overlaps-hypervisor',
  title: 'PCI configuration window in hypervisor memory',
  severity: 'error',
  scope: 'file',
  catalogue: ['HV-overlap-shmem', 'PCI-mmcfg-hw'],
  prose: {
    meaning:
      'The PCI configuration window (1 MiB per bus from `pci_mmconfig_base`) and, with a virtual host bridge, the BAR window behind it take addresses of their own. They may not lie in the memory that is reserved for the hypervisor.',
    onTheBoard:
      'The hypervisor maps its memory read-only into the root cell, so accesses to the window do not trap: the virtual PCI devices do not appear, or the board crashes at enable (setup.c:init_early, pci.c:pci_cell_init).',
    remedy: 'Move `pci_mmconfig_base` to a hole below 4 GiB where there is neither RAM nor a device.',
  },
  bad: '.hypervisor_memory = { .phys_start = 0x1fc00000, .size = 0x400000 },\n.platform_info.pci_mmconfig_base = 0x1fd00000,',
  good: '.platform_info.pci_mmconfig_base = 0xff900000,',
  check(config, report) {
    const memory = config.system?.hypervisorMemory;
    if (memory === undefined) return;
    const own = physRange(memory);
    const window = [mmconfigWindow(config), ivshmemBarWindow(config)].find(
      (candidate) => candidate !== undefined && overlaps(candidate, own),
    );
    if (window === undefined) return;
    report({
      span: window.span,
      message: `${window.name.replace(/^the/, 'The')} ${rangeText(window)} lies in hypervisor memory ${rangeText(own)}: accesses would not be intercepted, and the board may crash at enable. Move pci_mmconfig_base to a hole below 4 GiB.`,
      related: [{ span: memory.physStart.span, message: `hypervisor memory ${rangeText(own)}` }],
    });
  },
};
