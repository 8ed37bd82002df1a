import { bdfName, ivshmemDevices } from '../../config/ivshmem.ts';
import type { FileRule } from '../rule.ts';

export const ivshmemFunction: FileRule = {
  id: 'ivshmem-function',
  title: 'Ivshmem device without function 0',
  severity: 'warning',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['PCI-func'],
  prose: {
    meaning:
      'Linux looks for the functions 1 to 7 of a PCI device only where function 0 is there. In a cell it looks at all of them, because its device tree says that it runs under Jailhouse; in the root cell it does not.',
    onTheBoard:
      'The root cell does not see the device, unless the driver asks for exactly this function (driver/pci.c, PCI scan of Linux).',
    remedy: 'Use function 0: `.bdf = DEVICE << 3`. Device numbers 0 to 31 are free on a virtual bus.',
  },
  bad: '.pci_is_virtual = 1,\n/* ... */\n.bdf = 1, /* 00:00.1 */',
  good: '.bdf = 1 << 3, /* 00:01.0 */',
  check(config, report) {
    if (config.system === undefined || config.system.pciIsVirtual.value === 0) return;
    for (const device of ivshmemDevices(config)) {
      const bdf = device.bdf.value;
      if ((bdf & 7) === 0 || config.pciDevices.some((other) => other.bdf.value === (bdf & ~7))) continue;
      report({
        span: device.bdf.span,
        message: `The ivshmem device ${bdfName(bdf)} is function ${bdf & 7}, and nothing is function 0 of ${bdfName(bdf & ~7)}: Linux in the root cell may never look for it. Use function 0 of a device number of its own, .bdf = DEVICE << 3.`,
      });
    }
  },
};
