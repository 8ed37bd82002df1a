import { bdfName, pciType } from '../../config/ivshmem.ts';
import { setText } from '../../fixes/values.ts';
import type { FileRule } from '../rule.ts';

export const pciDeviceType: FileRule = {
  id: 'pci-device-type',
  title: 'Unknown PCI device type',
  severity: 'error',
  scope: 'file',
  catalogue: ['PCI-type'],
  prose: {
    meaning:
      'The type is 1 (device), 2 (bridge) or 3 (ivshmem). Left out it is 0, and the hypervisor takes such an entry for a physical device.',
    onTheBoard:
      'Observed with 0: "FATAL: Unhandled HYP exception: synchronous abort from EL2", or the root cell loses the device at this address and dies (pci.c:pci_cell_init).',
    remedy: 'Write `.type = JAILHOUSE_PCI_TYPE_IVSHMEM` (or _DEVICE, _BRIDGE).',
  },
  bad: '.pci_devices = {\n\t{\n\t\t.bdf = 0 << 3,\n\t\t.shmem_regions_start = 0,',
  good: '.pci_devices = {\n\t{\n\t\t.type = JAILHOUSE_PCI_TYPE_IVSHMEM,\n\t\t.bdf = 0 << 3,',
  check(config, report) {
    const known: readonly number[] = Object.values(pciType);
    for (const device of config.pciDevices) {
      // Elements that nobody wrote are told of by array-partly-filled.
      if (known.includes(device.type.value) || (config.origin === 'source' && !device.explicit)) continue;
      report({
        span: device.type.span,
        message: `${device.path} (${bdfName(device.bdf.value)}) has ${device.type.explicit ? `type ${device.type.value}, which does not exist` : 'no type'}: the hypervisor would take it for a physical device and abort when there is none. Write 1 (device), 2 (bridge) or 3 (ivshmem).`,
        fixes: () => ((device.shmemPeers?.value ?? 0) >= 2 ? setText(config, device, device.type, 'JAILHOUSE_PCI_TYPE_IVSHMEM') : []),
      });
    }
  },
};
