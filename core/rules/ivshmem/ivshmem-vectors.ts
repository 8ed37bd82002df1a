import { bdfName, ivshmemDevices, ivshmemMaxVectors } from '../../config/ivshmem.ts';
import { hasFlag, isEmpty } from '../../config/memory-flags.ts';
import type { Config } from '../../config/model.ts';
import { setMember } from '../../fixes/values.ts';
import type { FileRule } from '../rule.ts';

export const ivshmemVectors: FileRule = {
  id: 'ivshmem-vectors',
  title: 'Interrupt vectors of an ivshmem device do not fit',
  severity: 'error',
  scope: 'file',
  catalogue: ['IVS-msix-max', 'IVS-msix-vs-mask', 'IVS-x86-intx', 'IVS-arm-msix'],
  prose: {
    meaning:
      'An ivshmem device signals by up to 16 MSI-X vectors, or, with 0 vectors, by an INTx line. Vectors need a table, which stands in BAR 1: `bar_mask[1]` must not be 0 then. INTx is implemented on ARM only. On ARM vectors need an interrupt controller for messages in the guest: information, and an error in a cell that has no device but its console. A BAR 1 without vectors is harmless: information.',
    onTheBoard:
      'More than 16: "Invalid argument" at enable or create (observed). Vectors without BAR 1, or no vectors on x86: the guest gets no interrupt, and the link never comes up (ivshmem.c, x86/ivshmem.c). The same was observed with a vector in a cell on arm64.',
    remedy: 'Use JAILHOUSE_IVSHMEM_BAR_MASK_MSIX with `num_msix_vectors`, or JAILHOUSE_IVSHMEM_BAR_MASK_INTX without.',
  },
  bad: '.bar_mask = JAILHOUSE_IVSHMEM_BAR_MASK_INTX,\n.num_msix_vectors = 2,',
  good: '.bar_mask = JAILHOUSE_IVSHMEM_BAR_MASK_MSIX,\n.num_msix_vectors = 2,',
  check(config, report) {
    for (const device of ivshmemDevices(config)) {
      const vectors = device.numMsixVectors;
      const table = device.barMask[1];
      const name = bdfName(device.bdf.value);
      if (vectors.value > ivshmemMaxVectors)
        report({
          span: vectors.span,
          message: `The ivshmem device ${name} has ${vectors.value} MSI-X vectors, ${ivshmemMaxVectors} are possible: ${config.kind === 'system' ? 'jailhouse enable' : 'jailhouse cell create'} would answer "Invalid argument".`,
        });
      else if (vectors.value === 0 && config.arch === 'x86')
        report({
          span: vectors.span,
          message: `The ivshmem device ${name} has no MSI-X vectors, and x86 knows no INTx for it: its guest would get no interrupt. Set num_msix_vectors and JAILHOUSE_IVSHMEM_BAR_MASK_MSIX.`,
        });
      else if (vectors.value > 0 && table?.value === 0)
        report({
          span: table.span,
          message: `The ivshmem device ${name} has ${vectors.value} MSI-X vectors, but bar_mask[1] is 0, so there is no table for them: its guest would get no interrupt. Write JAILHOUSE_IVSHMEM_BAR_MASK_MSIX.`,
          related: [{ span: vectors.span, message: `num_msix_vectors ${vectors.value}` }],
          fixes: () => setMember(config, device, 'bar_mask', 'JAILHOUSE_IVSHMEM_BAR_MASK_MSIX'),
        });
      else if (vectors.value > 0 && config.arch !== 'x86' && hasNoDeviceButConsole(config))
        report({
          span: vectors.span,
          message: `The ivshmem device ${name} has ${vectors.value} MSI-X ${vectors.value === 1 ? 'vector' : 'vectors'}, but the cell has no device that could take message interrupts on ARM: its guest would get none, and the link stays down. Use JAILHOUSE_IVSHMEM_BAR_MASK_INTX and no vectors.`,
        });
      else if (vectors.value > 0 && config.arch !== 'x86')
        report({
          span: vectors.span,
          severity: 'information',
          message: `The ivshmem device ${name} has ${vectors.value} MSI-X ${vectors.value === 1 ? 'vector' : 'vectors'}: on ARM the guest needs a controller for message interrupts to hear them, else the link stays down. JAILHOUSE_IVSHMEM_BAR_MASK_INTX without vectors needs none.`,
        });
      else if (vectors.value === 0 && table !== undefined && table.value !== 0)
        report({
          span: table.span,
          severity: 'information',
          message: `The ivshmem device ${name} reserves BAR 1 for an MSI-X table, but has no vectors. It works; JAILHOUSE_IVSHMEM_BAR_MASK_INTX fits.`,
          fixes: () => setMember(config, device, 'bar_mask', 'JAILHOUSE_IVSHMEM_BAR_MASK_INTX'),
        });
    }
  },
};

/** A frame or ITS for message interrupts would be a device region of the cell: Jailhouse emulates none (arm-common/ivshmem.c). */
function hasNoDeviceButConsole(config: Config): boolean {
  const console = config.cell.console;
  if (config.kind === 'system' || console === undefined) return false;
  return config.memoryRegions.every((region) => {
    if (isEmpty(region) || !hasFlag(region, 'IO')) return true;
    const offset = console.address.value - region.virtStart.value;
    return offset >= 0n && offset < region.size.value && region.size.value <= 0x10000n;
  });
}
