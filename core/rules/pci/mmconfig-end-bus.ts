import { setNumber } from '../../fixes/values.ts';
import { humanSize } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

export const mmconfigEndBus: FileRule = {
  id: 'mmconfig-end-bus',
  title: 'Virtual PCI host with more than one bus',
  severity: 'error',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['PCI-virt-endbus'],
  prose: {
    meaning:
      'A virtual host bridge has bus 0 only, and its BAR window follows right behind the first MiB. With `pci_mmconfig_end_bus` above 0 the hypervisor takes that window for configuration space.',
    onTheBoard:
      'Observed with 1: the first access of Linux to a virtual device ends in "FATAL: Invalid PCI MMCONFIG write", the root CPU is parked and the board is dead (pci.c, driver/pci.c).',
    remedy: 'Set `pci_mmconfig_end_bus` to 0, or leave it out.',
  },
  bad: '.pci_is_virtual = 1,\n.pci_mmconfig_end_bus = 1,',
  good: '.pci_is_virtual = 1,\n.pci_mmconfig_end_bus = 0,',
  check(config, report) {
    const header = config.system;
    if (header === undefined || header.pciIsVirtual.value === 0 || header.pciMmconfigBase.value === 0n) return;
    const endBus = header.pciMmconfigEndBus;
    if (endBus.value === 0) return;
    report({
      span: endBus.span,
      message: `pci_mmconfig_end_bus ${endBus.value} makes the configuration window ${humanSize((endBus.value + 1) * 0x100000)} long, over the BARs of the virtual devices 1 MiB behind its start: the first access to one would park the root CPU. A virtual host has bus 0 only; write 0.`,
      related: [{ span: header.pciIsVirtual.span, message: 'the host bridge is virtual' }],
      fixes: () => setNumber(config, undefined, endBus, 0n),
    });
  },
};
