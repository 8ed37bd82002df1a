import { bdfName, ivshmemDevices } from '../../config/ivshmem.ts';
import type { CellRule } from '../rule.ts';
import { protocolName, protocolOf } from './protocols.ts';

export const ivshmemProtocolsDiffer: CellRule = {
  id: 'ivshmem-protocols-differ',
  title: 'Ends of an ivshmem link speak different protocols',
  severity: 'warning',
  scope: 'cell',
  catalogue: ['IVS-proto-pair'],
  prose: {
    meaning:
      'The ends of a link name the same protocol; a virtio link has a front end and a back end with the same device type. Where one of the numbers is undefined or one of your own, it is information: your software may know.',
    onTheBoard: 'Nothing checks it (observed). The drivers do not find a partner, and the link stays down.',
    remedy: 'Write the same `shmem_protocol` on both ends, or JAILHOUSE_SHMEM_PROTO_VIRTIO_FRONT on one and _BACK on the other.',
  },
  bad: '/* root: JAILHOUSE_SHMEM_PROTO_VETH */\n.shmem_protocol = JAILHOUSE_SHMEM_PROTO_VIRTIO_FRONT + 1,',
  good: '.shmem_protocol = JAILHOUSE_SHMEM_PROTO_VETH,',
  check(system, member, report) {
    if (member === system) return;
    const ends = new Map(ivshmemDevices(system).map((device) => [device.bdf.value, device]));
    for (const device of ivshmemDevices(member)) {
      const root = ends.get(device.bdf.value);
      if (root === undefined || agree(device.shmemProtocol.value, root.shmemProtocol.value)) continue;
      const own = [device, root].some(({ shmemProtocol }) =>
        ['undefined', 'custom', 'reserved'].includes(protocolOf(shmemProtocol.value).kind),
      );
      report({
        span: device.shmemProtocol.span,
        severity: own ? 'information' : 'warning',
        message: `The ivshmem link ${bdfName(device.bdf.value)} has protocol ${protocolName(device.shmemProtocol.value)} here and ${protocolName(root.shmemProtocol.value)} in the root cell: the drivers of the two would not fit. Write numbers that belong together.`,
        related: [{ span: root.shmemProtocol.span, message: `${root.path} of the root cell` }],
      });
    }
  },
};

function agree(one: number, other: number): boolean {
  const a = protocolOf(one);
  const b = protocolOf(other);
  if ('device' in a && 'device' in b) return a.kind !== b.kind && a.device === b.device;
  return one === other;
}
