import { bdfName, pciType } from '../../config/ivshmem.ts';
import type { CellRule } from '../rule.ts';
import { cellName } from '../wording.ts';

export const pciDeviceNotInRoot: CellRule = {
  id: 'pci-device-not-in-root',
  title: 'Physical PCI device that the root cell lacks',
  severity: 'information',
  scope: 'cell',
  catalogue: ['PCI-not-in-root'],
  prose: {
    meaning: 'A physical PCI device of a cell usually comes from the root cell and goes back there when the cell is destroyed.',
    onTheBoard:
      'The cell gets the device. When it is destroyed, the device goes to nobody until `jailhouse disable` (pci.c:pci_return_device_to_root_cell).',
    remedy: 'List the device in the system config too.',
  },
  bad: '/* root: no device at 00:19.0 */\n{ .type = JAILHOUSE_PCI_TYPE_DEVICE, .bdf = 0x19 << 3, /* ... */ },',
  good: '/* the same entry in the system config */',
  check(system, member, report) {
    // A virtual host has no physical devices at all: told of by pci-device-on-virtual-host.
    if (member === system || (system.arch !== 'x86' && system.system?.pciIsVirtual.value !== 0)) return;
    for (const device of member.pciDevices) {
      const isPhysical = device.type.value === pciType.device || device.type.value === pciType.bridge;
      if (!isPhysical || system.pciDevices.some((other) => other.bdf.value === device.bdf.value)) continue;
      report({
        span: device.bdf.span,
        message: `${device.path} (${bdfName(device.bdf.value)}) of ${cellName(member)} is not among the PCI devices of ${cellName(system)}: it would not go back there when the cell is destroyed. List it in the system config too.`,
        related: [{ span: system.pciDevices[0]?.span ?? system.cell.span, message: `the PCI devices of ${cellName(system)}` }],
      });
    }
  },
};
