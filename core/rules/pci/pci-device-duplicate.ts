import { bdfName } from '../../config/ivshmem.ts';
import type { FileRule } from '../rule.ts';

export const pciDeviceDuplicate: FileRule = {
  id: 'pci-device-duplicate',
  title: 'Two PCI devices at one address',
  severity: 'error',
  scope: 'file',
  catalogue: ['PCI-bdf-unique'],
  prose: {
    meaning:
      'A cell has one PCI device at each bus, device and function number. The domain does not tell devices apart: the hypervisor compares `bdf` only.',
    onTheBoard:
      'Only the first of the two is ever reached; two ivshmem devices with the same id make `jailhouse cell create` fail with "Device or resource busy" (pci.c:pci_get_assigned_device, ivshmem.c; observed).',
    remedy: 'Give each device its own `bdf`.',
  },
  bad: '{ .type = JAILHOUSE_PCI_TYPE_IVSHMEM, .bdf = 0 << 3, /* ... */ },\n{ .type = JAILHOUSE_PCI_TYPE_IVSHMEM, .bdf = 0 << 3, /* ... */ },',
  good: '{ .type = JAILHOUSE_PCI_TYPE_IVSHMEM, .bdf = 1 << 3, /* ... */ },',
  check(config, report) {
    const first = new Map<number, (typeof config.pciDevices)[number]>();
    for (const device of config.pciDevices) {
      if (config.origin === 'source' && !device.explicit) continue;
      const earlier = first.get(device.bdf.value);
      if (earlier === undefined) first.set(device.bdf.value, device);
      else
        report({
          span: device.bdf.span,
          message: `${device.path} has the address ${bdfName(device.bdf.value)} of ${earlier.path}: the cell would reach only the first. Give each device its own bdf.`,
          related: [{ span: earlier.bdf.span, message: `${earlier.path} is at ${bdfName(earlier.bdf.value)} too` }],
        });
    }
  },
};
