import { bdfName, type IvshmemDevice, ivshmemDevices, ivshmemIntid } from '../../config/ivshmem.ts';
import type { FileRule } from '../rule.ts';

export const ivshmemInterruptShared: FileRule = {
  id: 'ivshmem-interrupt-shared',
  title: 'Ivshmem devices of a cell share an interrupt',
  severity: 'information',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['IVS-irq-share'],
  prose: {
    meaning:
      'An ivshmem device on ARM raises the interrupt 32 + vpci_irq_base + (device number modulo 4). Device numbers that are 4 apart have the same one, and it is edge-triggered.',
    onTheBoard:
      'It works when the drivers share their handlers, as those of Linux do. A program that knows one device per interrupt misses the other (arm-common/ivshmem.c).',
    remedy: 'Use device numbers with another remainder by 4; a cell has four lines.',
  },
  bad: '.bdf = 0 << 3,\n/* ... */\n.bdf = 4 << 3,',
  good: '.bdf = 0 << 3,\n/* ... */\n.bdf = 1 << 3,',
  check(config, report) {
    const first = new Map<number, IvshmemDevice>();
    for (const device of ivshmemDevices(config)) {
      const intid = ivshmemIntid(config, device);
      if (intid === undefined) continue;
      const earlier = first.get(intid);
      if (earlier === undefined) first.set(intid, device);
      else if (earlier.bdf.value !== device.bdf.value)
        report({
          span: device.bdf.span,
          message: `The ivshmem devices ${bdfName(earlier.bdf.value)} and ${bdfName(device.bdf.value)} both raise INTID ${intid}: their drivers have to share it. Device numbers that differ modulo 4 have lines of their own.`,
          related: [{ span: earlier.bdf.span, message: `${earlier.path} is at ${bdfName(earlier.bdf.value)}` }],
        });
    }
  },
};
