import { bdfName, pciType } from '../../config/ivshmem.ts';
import { reportCoveringRegions } from '../region-covers-window.ts';
import type { CellRule } from '../rule.ts';

export const regionCoversMsixTable: CellRule = {
  id: 'region-covers-msix-table',
  title: 'Memory region covers an MSI-X table',
  severity: 'warning',
  scope: 'cell',
  catalogue: ['PCI-msix-mapped'],
  prose: {
    meaning:
      'The hypervisor answers accesses to the MSI-X table of a physical device itself, so that a cell can raise only its own interrupts. A region that covers the table is mapped over that.',
    onTheBoard: 'The cell writes the real table: its device can send interrupts to CPUs of other cells, without a message (pci.c).',
    remedy: 'Cut the region around the pages of the table, as `jailhouse config create` does.',
  },
  bad: '.msix_address = 0xfe004000,\n/* ... */\n{ .phys_start = 0xfe000000, .virt_start = 0xfe000000, .size = 0x10000, /* ... */ },',
  good: '{ .phys_start = 0xfe000000, .virt_start = 0xfe000000, .size = 0x4000, /* ... */ },\n{ .phys_start = 0xfe005000, .virt_start = 0xfe005000, .size = 0xb000, /* ... */ },',
  check(_system, member, report) {
    for (const device of member.pciDevices) {
      if (device.type.value === pciType.ivshmem || device.numMsixVectors.value === 0 || device.msixAddress.value === 0n) continue;
      const window = {
        name: `the MSI-X table of ${bdfName(device.bdf.value)}`,
        start: device.msixAddress.value,
        size: BigInt(device.msixRegionSize.value),
        span: device.msixAddress.span,
      };
      reportCoveringRegions(member, window, report, () => ({
        severity: 'warning',
        text: 'the cell could make the device raise interrupts of other cells',
      }));
    }
  },
};
