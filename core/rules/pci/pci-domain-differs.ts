import { bdfName, ivshmemDevices } from '../../config/ivshmem.ts';
import { setNumber } from '../../fixes/values.ts';
import type { FileRule } from '../rule.ts';

/** Linux chooses the number (driver/pci.c). */
const anyDomain = 0xffff;

export const pciDomainDiffers: FileRule = {
  id: 'pci-domain-differs',
  title: 'Ivshmem device of the root cell in another PCI domain than its host',
  severity: 'information',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['PCI-domain-root'],
  prose: {
    meaning: 'The virtual host bridge has the domain `pci_domain`, and its devices stand in that domain. 0xffff lets Linux choose.',
    onTheBoard:
      'The hypervisor compares `bdf` only, so the link works (observed). The driver of the root cell looks for its devices by domain when it adds or removes them: after `jailhouse disable` one may stay, or a physical device with that number is unplugged (driver/pci.c:jailhouse_pci_remove_device). In the config of a cell the domain has no effect.',
    remedy: 'Write the number of `pci_domain` into `.domain`.',
  },
  bad: '.pci_domain = 1,\n/* ... */\n.type = JAILHOUSE_PCI_TYPE_IVSHMEM,\n.domain = 0,',
  good: '.type = JAILHOUSE_PCI_TYPE_IVSHMEM,\n.domain = 1,',
  check(config, report) {
    const host = config.system?.pciDomain;
    if (host === undefined || host.value === anyDomain || config.system?.pciIsVirtual.value === 0) return;
    for (const device of ivshmemDevices(config)) {
      if (device.domain.value === host.value) continue;
      report({
        span: device.domain.span,
        message: `The ivshmem device ${bdfName(device.bdf.value)} is in domain ${device.domain.value}, the virtual host bridge in domain ${host.value}: the link works, but the driver may not find the device when it removes it. Write ${host.value}.`,
        related: [{ span: host.span, message: `pci_domain ${host.value}` }],
        fixes: setNumber(config, device, device.domain, BigInt(host.value)),
      });
    }
  },
};
