import { pciType } from '../../config/ivshmem.ts';
import type { FileRule } from '../rule.ts';

export const pciCapsRange: FileRule = {
  id: 'pci-caps-range',
  title: 'PCI capabilities beyond their array',
  severity: 'error',
  scope: 'file',
  catalogue: ['PCI-caps-range'],
  prose: {
    meaning:
      'A physical PCI device uses `num_caps` entries of the capability array from `caps_start`. Virtual (ivshmem) devices have none, and the fields are not read.',
    onTheBoard:
      'The hypervisor reads what stands behind the array as capabilities: accesses of the cell are allowed or refused at random (pci.c, for_each_pci_cap).',
    remedy: 'Correct `caps_start` and `num_caps`, or add the missing capabilities.',
  },
  bad: '.caps_start = 10,\n.num_caps = 4, /* the array has 12 */',
  good: '.caps_start = 8,\n.num_caps = 4,',
  check(config, report) {
    const available = config.pciCaps.length;
    for (const device of config.pciDevices) {
      const end = device.capsStart.value + device.numCaps.value;
      if (device.type.value === pciType.ivshmem || device.numCaps.value === 0 || end <= available) continue;
      report({
        span: device.numCaps.span,
        message: `${device.path} uses capabilities ${device.capsStart.value} to ${end - 1}, but the config has ${available}: the hypervisor would read foreign bytes as capabilities. Correct caps_start and num_caps.`,
        related: [{ span: device.capsStart.span, message: `caps_start ${device.capsStart.value}` }],
      });
    }
  },
};
