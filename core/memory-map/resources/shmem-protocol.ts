import type { PciDevice } from '../../config/model.ts';
import { hex } from '../../source/numbers.ts';

/** Device types that the header has names for (VIRTIO_DEV_*, include/jailhouse/cell-config.h). */
const virtioDevices: Readonly<Record<number, string>> = { 1: 'network', 2: 'block', 3: 'console' };

/** `shmem_protocol` in words (JAILHOUSE_SHMEM_PROTO_*, include/jailhouse/cell-config.h; before v0.12 with other numbers). */
export function protocolWords({ shmemProtocol, shmemPeers }: PciDevice): string {
  const { value } = shmemProtocol;
  const [veth, custom] = shmemPeers === undefined ? [0x100, 0x8000] : [1, 0x4000];
  if (value === 0) return 'undefined';
  if (value === veth) return 'virtual Ethernet (VETH)';
  if (value < custom) return `reserved ${hex(value)}`;
  if (shmemPeers === undefined || value < 0x8000) return `custom ${hex(value)}`;
  const type = value & 0x3fff;
  const name = Object.hasOwn(virtioDevices, type) ? (virtioDevices[type] ?? '') : `device ${type}`;
  return `virtio ${name} ${value < 0xc000 ? 'front' : 'back'} end`;
}
