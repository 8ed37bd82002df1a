import { bdfName, type IvshmemDevice, ivshmemDevices } from '../../config/ivshmem.ts';
import type { Config } from '../../config/model.ts';
import type { SetRule } from '../rule.ts';
import { cellName } from '../wording.ts';

export const cellsShareIvshmemId: SetRule = {
  id: 'cells-share-ivshmem-id',
  title: 'Two cells have the same ivshmem id',
  severity: 'error',
  scope: 'set',
  catalogue: ['IVS-id-unique'],
  prose: {
    meaning: 'Two ivshmem devices with the same `bdf` are ends of one link, and each end has an id of its own.',
    onTheBoard: 'The second `jailhouse cell create` fails with "Device or resource busy" (ivshmem.c:ivshmem_init).',
    remedy: 'Give each cell its own `shmem_dev_id`, and count all of them in `shmem_peers`.',
  },
  bad: '/* a.c and b.c */\n.bdf = 0 << 3,\n.shmem_dev_id = 1,\n.shmem_peers = 2,',
  good: '/* b.c */\n.bdf = 0 << 3,\n.shmem_dev_id = 2,\n.shmem_peers = 3,',
  check(_system, cells, report) {
    const taken = new Map<string, { readonly cell: Config; readonly device: IvshmemDevice }>();
    for (const cell of cells)
      for (const device of ivshmemDevices(cell)) {
        const key = `${device.bdf.value}/${device.shmemDevId.value}`;
        const earlier = taken.get(key);
        if (earlier === undefined) taken.set(key, { cell, device });
        else if (earlier.cell !== cell)
          report({
            span: device.shmemDevId.span,
            message: `${cellName(cell)} and ${cellName(earlier.cell)} are both peer ${device.shmemDevId.value} of the ivshmem link ${bdfName(device.bdf.value)}: whichever is created second gets "Device or resource busy". Give each its own id.`,
            related: [
              { span: earlier.device.shmemDevId.span, message: `${cellName(earlier.cell)} has id ${earlier.device.shmemDevId.value}` },
            ],
          });
      }
  },
};
