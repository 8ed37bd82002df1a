import { hex } from '../../source/numbers.ts';

/** Network over shared memory (JAILHOUSE_SHMEM_PROTO_VETH, include/jailhouse/cell-config.h). */
export const vethProtocol = 1;

/** What a protocol number says; `device` is the virtio device type (cell-config.h; ivshmem v2 specification). */
export type ShmemProtocol =
  | { readonly kind: 'undefined' | 'veth' | 'reserved' | 'custom' }
  | { readonly kind: 'virtio-front' | 'virtio-back'; readonly device: number };

export function protocolOf(value: number): ShmemProtocol {
  if (value === 0) return { kind: 'undefined' };
  if (value === vethProtocol) return { kind: 'veth' };
  if (value < 0x4000) return { kind: 'reserved' };
  if (value < 0x8000) return { kind: 'custom' };
  return { kind: value < 0xc000 ? 'virtio-front' : 'virtio-back', device: value & 0x3fff };
}

export function protocolName(value: number): string {
  const protocol = protocolOf(value);
  const names = {
    undefined: 'none',
    veth: 'VETH',
    reserved: 'reserved',
    custom: 'custom',
    'virtio-front': 'virtio front end',
    'virtio-back': 'virtio back end',
  };
  return `${hex(value)} (${names[protocol.kind]})`;
}
