import { bdfName, ivshmemDevices } from '../../config/ivshmem.ts';
import type { FileRule } from '../rule.ts';

export const ivshmemBus: FileRule = {
  id: 'ivshmem-bus',
  title: 'Ivshmem device of the root cell is not on bus 0',
  severity: 'error',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['PCI-virt-bus'],
  prose: {
    meaning: 'A virtual host bridge has bus 0 only.',
    onTheBoard: 'Enable succeeds, but Linux never sees the device (driver/pci.c, bus-range <0 0>; observed).',
    remedy: 'Write `.bdf = DEVICE << 3`.',
  },
  bad: '.pci_is_virtual = 1,\n/* ... */\n.bdf = 1 << 8,',
  good: '.bdf = 1 << 3,',
  check(config, report) {
    const isVirtual = config.system?.pciIsVirtual;
    if (isVirtual === undefined || isVirtual.value === 0) return;
    for (const device of ivshmemDevices(config)) {
      if (device.bdf.value >> 8 === 0) continue;
      report({
        span: device.bdf.span,
        message: `The ivshmem device ${bdfName(device.bdf.value)} is on bus ${device.bdf.value >> 8}, but a virtual host bridge has bus 0 only: Linux would never see it. Write .bdf = DEVICE << 3.`,
        related: [{ span: isVirtual.span, message: 'the host bridge is virtual' }],
      });
    }
  },
};
