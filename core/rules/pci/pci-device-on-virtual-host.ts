import { bdfName, pciType } from '../../config/ivshmem.ts';
import { setText } from '../../fixes/values.ts';
import type { CellRule } from '../rule.ts';

export const pciDeviceOnVirtualHost: CellRule = {
  id: 'pci-device-on-virtual-host',
  title: 'Physical PCI device behind a virtual host bridge',
  severity: 'error',
  scope: 'cell',
  arch: ['arm64', 'arm'],
  catalogue: ['PCI-type', 'PCI-phys-ecam'],
  prose: {
    meaning: 'With `pci_is_virtual` set there is no real PCI bus at `pci_mmconfig_base`: only ivshmem devices can stand there.',
    onTheBoard:
      'The hypervisor reads the configuration space of the device, where there is nothing: "FATAL: Unhandled HYP exception: synchronous abort from EL2", and the board is dead (pci.c:pci_add_physical_device; observed at enable and at the first access after create).',
    remedy: 'Write JAILHOUSE_PCI_TYPE_IVSHMEM, or describe the real host bridge and clear `pci_is_virtual`.',
  },
  bad: '.pci_is_virtual = 1,\n/* ... */\n{ .type = JAILHOUSE_PCI_TYPE_DEVICE, .bdf = 0 << 3, /* ... */ },',
  good: '{ .type = JAILHOUSE_PCI_TYPE_IVSHMEM, .bdf = 0 << 3, /* ... */ },',
  check(system, member, report) {
    const isVirtual = system.system?.pciIsVirtual;
    if (isVirtual === undefined || isVirtual.value === 0) return;
    const physical: readonly number[] = [pciType.device, pciType.bridge];
    for (const device of member.pciDevices) {
      if (!physical.includes(device.type.value)) continue;
      // pci-device-is-root-ivshmem knows more about this one.
      if (
        member !== system &&
        system.pciDevices.some((other) => other.type.value === pciType.ivshmem && other.bdf.value === device.bdf.value)
      )
        continue;
      report({
        span: device.type.span,
        message: `${device.path} (${bdfName(device.bdf.value)}) is a physical PCI device, but the host bridge is virtual: the hypervisor would abort when it looks for the device, and the board is dead. Write JAILHOUSE_PCI_TYPE_IVSHMEM if the virtual device is meant.`,
        related: [{ span: isVirtual.span, message: 'the host bridge is virtual' }],
        fixes: () => ((device.shmemPeers?.value ?? 0) >= 2 ? setText(member, device, device.type, 'JAILHOUSE_PCI_TYPE_IVSHMEM') : []),
      });
    }
  },
};
