import { bdfName } from '../../config/ivshmem.ts';
import type { CellRule } from '../rule.ts';

export const pciBusBeyondWindow: CellRule = {
  id: 'pci-bus-beyond-window',
  title: 'PCI device on a bus beyond the configuration window',
  severity: 'warning',
  scope: 'cell',
  catalogue: ['PCI-bus-limit'],
  prose: {
    meaning:
      'The configuration window holds the buses 0 to `pci_mmconfig_end_bus`. On ARM there is no other way to a device. On x86 the hypervisor falls back to I/O ports: information.',
    onTheBoard: 'On ARM the cell reads all ones where the device should be, and writes do nothing (pci.c:pci_read_config).',
    remedy: 'Correct `bdf`, or raise `pci_mmconfig_end_bus` if the real host bridge has that bus.',
  },
  bad: '.pci_mmconfig_end_bus = 0,\n/* ... */\n.bdf = 1 << 8,',
  good: '.pci_mmconfig_end_bus = 1,\n/* ... */\n.bdf = 1 << 8,',
  check(system, member, report) {
    const header = system.system;
    if (header === undefined || header.pciMmconfigBase.value === 0n) return;
    const last = header.pciMmconfigEndBus;
    // In a root cell with a virtual host, ivshmem-bus knows more.
    if (member === system && header.pciIsVirtual.value !== 0) return;
    for (const device of member.pciDevices) {
      const bus = device.bdf.value >> 8;
      if (bus <= last.value) continue;
      report({
        span: device.bdf.span,
        severity: system.arch === 'x86' ? 'information' : 'warning',
        message: `${device.path} (${bdfName(device.bdf.value)}) is on bus ${bus}, but the configuration window ends with bus ${last.value}: ${system.arch === 'x86' ? 'only the first 256 bytes of its configuration space can be reached, by I/O ports' : 'the cell would find nothing there'}. Correct bdf or pci_mmconfig_end_bus.`,
        related: [{ span: last.span, message: `last bus ${last.value}` }],
      });
    }
  },
};
