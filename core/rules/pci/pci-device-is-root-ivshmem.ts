import { bdfName, pciType } from '../../config/ivshmem.ts';
import type { CellRule } from '../rule.ts';

export const pciDeviceIsRootIvshmem: CellRule = {
  id: 'pci-device-is-root-ivshmem',
  title: 'Physical device at the address of a virtual one',
  severity: 'error',
  scope: 'cell',
  catalogue: ['PCI-bdf-root-clash'],
  prose: {
    meaning:
      'A physical PCI device moves from the root cell to the cell by its bus, device and function number. If the root cell has an ivshmem device there, that one is taken down as if it were physical.',
    onTheBoard:
      'Observed: the hypervisor aborts at the next access of the root cell to its virtual device, and the board is dead (pci.c:pci_cell_init).',
    remedy: 'Correct `bdf`, or write JAILHOUSE_PCI_TYPE_IVSHMEM if the virtual device is meant.',
  },
  bad: '/* root: ivshmem at 00:00.0 */\n{ .type = JAILHOUSE_PCI_TYPE_DEVICE, .bdf = 0 << 3, /* ... */ },',
  good: '{ .type = JAILHOUSE_PCI_TYPE_IVSHMEM, .bdf = 0 << 3, /* ... */ },',
  check(system, member, report) {
    if (member === system) return;
    const physical: readonly number[] = [pciType.device, pciType.bridge];
    for (const device of member.pciDevices) {
      if (!physical.includes(device.type.value)) continue;
      const clash = system.pciDevices.find((other) => other.type.value === pciType.ivshmem && other.bdf.value === device.bdf.value);
      if (clash === undefined) continue;
      report({
        span: device.bdf.span,
        message: `${device.path} is a physical device at ${bdfName(device.bdf.value)}, where the root cell has an ivshmem device: the hypervisor would take that one down and abort at its next use. Correct bdf or type.`,
        related: [{ span: clash.bdf.span, message: `${clash.path} of the root cell is an ivshmem device` }],
      });
    }
  },
};
