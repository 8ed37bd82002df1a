import { bdfName, ivshmemDevices } from '../../config/ivshmem.ts';
import { setMember } from '../../fixes/values.ts';
import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

/** Register windows of 4 KiB and 64 KiB (JAILHOUSE_IVSHMEM_BAR_MASK_*, include/jailhouse/cell-config.h). */
const masks: readonly number[] = [0xfffff000, 0xffff0000];

export const ivshmemBarMask: FileRule = {
  id: 'ivshmem-bar-mask',
  title: 'Wrong BAR mask of an ivshmem device',
  severity: 'error',
  scope: 'file',
  catalogue: ['IVS-bar0-mask'],
  prose: {
    meaning:
      'BAR 0 holds the registers of an ivshmem device, one page of 4 or 64 KiB. Its mask is 0xfffff000 or 0xffff0000; the other BARs belong to the MSI-X table.',
    onTheBoard:
      'The register window has another size: with 0 it has none, and the guest cannot use the device (ivshmem.c:ivshmem_write_command).',
    remedy: 'Write `.bar_mask = JAILHOUSE_IVSHMEM_BAR_MASK_INTX` on ARM, JAILHOUSE_IVSHMEM_BAR_MASK_MSIX on x86.',
  },
  bad: '.type = JAILHOUSE_PCI_TYPE_IVSHMEM,\n/* no .bar_mask */',
  good: '.type = JAILHOUSE_PCI_TYPE_IVSHMEM,\n.bar_mask = JAILHOUSE_IVSHMEM_BAR_MASK_INTX,',
  check(config, report) {
    for (const device of ivshmemDevices(config)) {
      const mask = device.barMask[0];
      if (mask === undefined || masks.includes(mask.value)) continue;
      report({
        span: mask.span,
        message: `bar_mask[0] of the ivshmem device ${bdfName(device.bdf.value)} is ${hex(mask.value)}, not 0xfffff000 (4 KiB) or 0xffff0000 (64 KiB): its registers would have no usable window. Write JAILHOUSE_IVSHMEM_BAR_MASK_INTX${config.arch === 'x86' ? ' or _MSIX' : ''}.`,
        fixes: () =>
          setMember(config, device, 'bar_mask', `JAILHOUSE_IVSHMEM_BAR_MASK_${device.numMsixVectors.value > 0 ? 'MSIX' : 'INTX'}`),
      });
    }
  },
};
