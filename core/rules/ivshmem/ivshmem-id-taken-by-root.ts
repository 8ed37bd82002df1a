import { bdfName, ivshmemDevices } from '../../config/ivshmem.ts';
import type { CellRule } from '../rule.ts';

export const ivshmemIdTakenByRoot: CellRule = {
  id: 'ivshmem-id-taken-by-root',
  title: 'Cell and root cell have the same ivshmem id',
  severity: 'error',
  scope: 'cell',
  catalogue: ['IVS-id-unique'],
  prose: {
    meaning:
      'Two ivshmem devices with the same `bdf` are ends of one link, and each end has an id of its own. The root cell is always there.',
    onTheBoard: '`jailhouse cell create` fails with "Device or resource busy" (ivshmem.c:ivshmem_init).',
    remedy: 'Use another `shmem_dev_id`, or another `bdf` if no link with the root cell is meant.',
  },
  bad: '/* root: .bdf = 0 << 3, .shmem_dev_id = 0 */\n.bdf = 0 << 3,\n.shmem_dev_id = 0,',
  good: '.bdf = 0 << 3,\n.shmem_dev_id = 1,',
  check(system, member, report) {
    if (member === system) return;
    const ends = new Map(ivshmemDevices(system).map((device) => [device.bdf.value, device]));
    for (const device of ivshmemDevices(member)) {
      const root = ends.get(device.bdf.value);
      if (root === undefined || root.shmemDevId.value !== device.shmemDevId.value) continue;
      report({
        span: device.shmemDevId.span,
        message: `The root cell is peer ${device.shmemDevId.value} of the ivshmem link ${bdfName(device.bdf.value)} already: jailhouse cell create would answer "Device or resource busy". Use another shmem_dev_id.`,
        related: [{ span: root.shmemDevId.span, message: `${root.path} of the root cell has id ${root.shmemDevId.value}` }],
      });
    }
  },
};
