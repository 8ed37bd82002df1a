import { bdfName, ivshmemDevices } from '../../config/ivshmem.ts';
import type { CellRule } from '../rule.ts';

export const ivshmemVectorsDiffer: CellRule = {
  id: 'ivshmem-vectors-differ',
  title: 'Ends of an ivshmem link have different numbers of vectors',
  severity: 'warning',
  scope: 'cell',
  catalogue: ['IVS-msix-equal'],
  prose: {
    meaning:
      'The hypervisor takes for granted that all ends of a link have the same number of interrupt vectors. An INTx line counts as one, so 0 and 1 agree.',
    onTheBoard:
      'A doorbell is checked against the number of the sender. The end with more vectors never hears the upper ones; drivers that use one vector per direction stay silent (ivshmem.c:ivshmem_register_mmio).',
    remedy: 'Write the same `num_msix_vectors` in all configs of the link.',
  },
  bad: '/* root: .num_msix_vectors = 1 */\n.num_msix_vectors = 2,',
  good: '.num_msix_vectors = 1,',
  check(system, member, report) {
    if (member === system) return;
    const ends = new Map(ivshmemDevices(system).map((device) => [device.bdf.value, device]));
    for (const device of ivshmemDevices(member)) {
      const root = ends.get(device.bdf.value);
      const own = Math.max(1, device.numMsixVectors.value);
      const theirs = Math.max(1, root?.numMsixVectors.value ?? 0);
      if (root === undefined || own === theirs) continue;
      report({
        span: device.numMsixVectors.span,
        message: `The ivshmem link ${bdfName(device.bdf.value)} has ${own} interrupt ${own === 1 ? 'vector' : 'vectors'} here and ${theirs} in the root cell: the end with fewer cannot ring the upper ones of the other. Write the same num_msix_vectors.`,
        related: [{ span: root.numMsixVectors.span, message: `${root.path} of the root cell has ${root.numMsixVectors.value}` }],
      });
    }
  },
};
