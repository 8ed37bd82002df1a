import { bdfName, pciType } from '../../config/ivshmem.ts';
import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

/** PCI_CAP_ID_MSIX (PCI Local Bus Specification 3.0). */
const msixCapability = 0x11;
/** Bytes per vector in the table (PCI Local Bus Specification 3.0, 6.8.2). */
const vectorSize = 16;

export const pciMsixTable: FileRule = {
  id: 'pci-msix-table',
  title: 'MSI-X table of a PCI device is missing or too small',
  severity: 'error',
  scope: 'file',
  catalogue: ['PCI-msix-table', 'PCI-msix-size'],
  prose: {
    meaning:
      'A physical device with MSI-X vectors has a table of 16 bytes for each vector in one of its BARs. `msix_address` and `msix_region_size` say where; the hypervisor reads and guards it.',
    onTheBoard:
      'With address 0 and an MSI-X capability the hypervisor reads through a null pointer and aborts when it takes the device over; with a table that is too small it reads beyond the mapped pages (pci.c:pci_save_msix, pci_add_physical_device).',
    remedy: 'Copy address and size from `lspci -vv` or from the output of `jailhouse config create`.',
  },
  bad: '.num_msix_vectors = 4,\n/* no .msix_address */',
  good: '.num_msix_vectors = 4,\n.msix_region_size = 0x1000,\n.msix_address = 0xfe004000,',
  check(config, report) {
    for (const device of config.pciDevices) {
      const vectors = device.numMsixVectors.value;
      if (device.type.value === pciType.ivshmem || vectors === 0) continue;
      const caps = config.pciCaps.slice(device.capsStart.value, device.capsStart.value + device.numCaps.value);
      const needed = vectors * vectorSize;
      if (device.msixAddress.value === 0n) {
        // Without the capability nobody reads the table.
        if (!caps.some((cap) => cap.id.value === msixCapability)) continue;
        report({
          span: device.msixAddress.explicit ? device.msixAddress.span : device.numMsixVectors.span,
          message: `${device.path} (${bdfName(device.bdf.value)}) has ${vectors} MSI-X vectors, but msix_address is 0: the hypervisor would read address 0 and abort. Set msix_address and msix_region_size.`,
          related: [{ span: device.numMsixVectors.span, message: `${vectors} vectors` }],
        });
      } else if (device.msixRegionSize.value < needed)
        report({
          span: device.msixRegionSize.span,
          message: `msix_region_size of ${device.path} (${bdfName(device.bdf.value)}) is ${hex(device.msixRegionSize.value)}, but ${vectors} vectors of 16 bytes need ${hex(needed)}: the hypervisor would read beyond the table. Use at least ${hex(Math.ceil(needed / 0x1000) * 0x1000)}.`,
          related: [{ span: device.numMsixVectors.span, message: `${vectors} vectors` }],
        });
    }
  },
};
