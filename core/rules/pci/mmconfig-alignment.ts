import { configSpacePerBus } from '../../config/intercepted-windows.ts';
import { pageSize } from '../../config/memory-flags.ts';
import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

export const mmconfigAlignment: FileRule = {
  id: 'mmconfig-alignment',
  title: 'Virtual PCI window is not aligned',
  severity: 'warning',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['PCI-virt-1m-align'],
  prose: {
    meaning:
      'The configuration window of a bus is 1 MiB, and the BARs of the virtual devices follow right behind it in whole pages. A base inside a page is a warning, a base that is a multiple of 4 KiB but not of 1 MiB is information.',
    onTheBoard:
      'Inside a page: Linux cannot place the BARs on their page boundaries where the config says, and other accesses to the page are mixed with those to the window. A multiple of 4 KiB works; BARs of 64 KiB need a multiple of that (driver/pci.c, ivshmem.c).',
    remedy: 'Use a multiple of 0x100000.',
  },
  bad: '.pci_mmconfig_base = 0x8e00800,\n.pci_is_virtual = 1,',
  good: '.pci_mmconfig_base = 0x8e00000,\n.pci_is_virtual = 1,',
  check(config, report) {
    const header = config.system;
    if (header === undefined || header.pciIsVirtual.value === 0) return;
    const base = header.pciMmconfigBase;
    if (base.value % configSpacePerBus === 0n) return;
    const insidePage = base.value % pageSize !== 0n;
    report({
      span: base.span,
      severity: insidePage ? 'warning' : 'information',
      message: insidePage
        ? `pci_mmconfig_base ${hex(base.value)} is inside a page of 4 KiB: Linux could not place the BARs of the virtual devices behind it. Use a multiple of 0x100000 (1 MiB).`
        : `pci_mmconfig_base ${hex(base.value)} is no multiple of 0x100000 (1 MiB). It works with registers of 4 KiB; a multiple of 1 MiB always works.`,
    });
  },
};
