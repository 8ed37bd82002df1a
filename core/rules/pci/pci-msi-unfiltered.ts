import { bdfName, pciType } from '../../config/ivshmem.ts';
import type { FileRule } from '../rule.ts';
import { count } from '../wording.ts';

export const pciMsiUnfiltered: FileRule = {
  id: 'pci-msi-unfiltered',
  title: 'Message interrupts of a cell are not filtered on ARM',
  severity: 'information',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['PCI-arm-msi'],
  prose: {
    meaning:
      'On x86 the hypervisor decides what interrupt a message of a PCI device becomes. On ARM it passes the values on as the cell writes them.',
    onTheBoard: 'The device works. A faulty cell can make it raise interrupts of other cells (arm-common/pci.c).',
    remedy: 'Nothing in the config helps; give such a device only to a cell that is trusted not to.',
  },
  bad: '{ .type = JAILHOUSE_PCI_TYPE_DEVICE, .num_msi_vectors = 1, /* ... */ },',
  good: '{ .type = JAILHOUSE_PCI_TYPE_DEVICE, /* line interrupt only */ },',
  check(config, report) {
    if (config.kind === 'system') return;
    for (const device of config.pciDevices) {
      const vectors = Math.max(device.numMsiVectors.value, device.numMsixVectors.value);
      if (device.type.value !== pciType.device || vectors === 0) continue;
      report({
        span: (device.numMsiVectors.value > 0 ? device.numMsiVectors : device.numMsixVectors).span,
        message: `${device.path} (${bdfName(device.bdf.value)}) has ${count(vectors, 'message interrupt')}, which the hypervisor does not filter on ARM: the cell could make it raise interrupts of other cells.`,
      });
    }
  },
};
