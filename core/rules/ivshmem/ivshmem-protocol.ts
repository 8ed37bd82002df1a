import { bdfName, ivshmemDevices, sectionsOf } from '../../config/ivshmem.ts';
import { isEmpty } from '../../config/memory-flags.ts';
import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { protocolOf } from './protocols.ts';

export const ivshmemProtocol: FileRule = {
  id: 'ivshmem-protocol',
  title: 'Ivshmem protocol that no driver can serve',
  severity: 'warning',
  scope: 'file',
  catalogue: ['IVS-proto-range', 'IVS-proto-veth'],
  prose: {
    meaning:
      '`shmem_protocol` tells the guest which driver to use. 0 is undefined, 1 a network link (VETH), 0x4000-0x7fff are free for own use, 0x8000-0xbfff a virtio front end, 0xc000-0xffff a virtio back end; 2-0x3fff are reserved. A network link has exactly 2 peers and an output section for each.',
    onTheBoard:
      'Enable and create succeed. No driver takes a device with a reserved number, and the network driver of Linux refuses a link with other than 2 peers or without output sections (inter-communication documentation of Jailhouse).',
    remedy: 'Use JAILHOUSE_SHMEM_PROTO_VETH, a number from JAILHOUSE_SHMEM_PROTO_CUSTOM on, or correct the peers and sections.',
  },
  bad: '.shmem_protocol = 0x100,',
  good: '.shmem_protocol = JAILHOUSE_SHMEM_PROTO_VETH,',
  check(config, report) {
    for (const device of ivshmemDevices(config)) {
      const protocol = device.shmemProtocol;
      const name = bdfName(device.bdf.value);
      const { kind } = protocolOf(protocol.value);
      if (kind === 'reserved')
        report({
          span: protocol.span,
          message: `The ivshmem device ${name} has protocol ${hex(protocol.value)}; 0x2-0x3fff are reserved, so no driver would take it. Use 1 for a network link (JAILHOUSE_SHMEM_PROTO_VETH), 0x4000-0x7fff for a protocol of your own.`,
        });
      if (kind !== 'veth') continue;
      // Impossible numbers of peers are told of by ivshmem-peer-count.
      if (device.shmemPeers.value > 2)
        report({
          span: device.shmemPeers.span,
          message: `The ivshmem device ${name} is a network link (VETH) with ${device.shmemPeers.value} peers: the network driver works with exactly 2 and would refuse it. Make one link for each pair.`,
          related: [{ span: protocol.span, message: 'protocol VETH' }],
        });
      const outputs = (sectionsOf(config, device) ?? []).filter(({ role }) => role === 'output section');
      const empty = outputs.find(({ region }) => isEmpty(region));
      if (empty !== undefined)
        report({
          span: empty.region.size.span,
          message: `The ivshmem device ${name} is a network link (VETH), but its output section ${empty.peer} (${empty.region.path}) is empty: the network driver would refuse it. Give both output sections the same size.`,
          related: [{ span: protocol.span, message: 'protocol VETH' }],
        });
    }
  },
};
