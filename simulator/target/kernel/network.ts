import type { ByteText } from '../byte-text.ts';
import type { Linux } from './linux.ts';

/** Protocol of ivshmem that the network driver binds to (JAILHOUSE_SHMEM_PROTO_VETH). */
const virtualEthernet = 1;

export interface NetworkInterface {
  readonly index: number;
  readonly name: ByteText;
  readonly up: boolean;
  readonly mac: ByteText;
  readonly addresses: readonly ByteText[];
}

/** Interfaces of the board: loopback, its Ethernet, and one for each virtual Ethernet while the hypervisor is enabled. */
export class Network {
  private readonly addresses = new Map<ByteText, ByteText[]>([
    ['lo', ['127.0.0.1/8']],
    ['eth0', ['192.168.1.2/24']],
  ]);
  private readonly down = new Set<ByteText>();

  constructor(private readonly linux: Linux) {}

  interfaces(): readonly NetworkInterface[] {
    const host = this.linux.options.machine.virtualPci;
    const functions = host?.functions.filter(({ protocol }) => protocol === virtualEthernet) ?? [];
    const virtual = functions.map(({ bdf }, index) => ({
      name: `eth${index + 1}`,
      mac: `02:00:00:00:00:${(bdf & 0xff).toString(16).padStart(2, '0')}`,
    }));
    const present = [{ name: 'lo', mac: '00:00:00:00:00:00' }, { name: 'eth0', mac: 'dc:a6:32:00:00:01' }, ...virtual];
    const names = new Set(present.map(({ name }) => name));
    // An interface that is gone takes its addresses along.
    for (const name of [...this.addresses.keys()]) if (!names.has(name)) this.addresses.delete(name);
    return present.map(({ name, mac }, index) => ({
      index: index + 1,
      name,
      mac,
      up: !this.down.has(name),
      addresses: this.addresses.get(name) ?? [],
    }));
  }

  addAddress(name: ByteText, address: ByteText): void {
    this.addresses.set(name, [...(this.addresses.get(name) ?? []), address]);
  }

  removeAddress(name: ByteText, address: ByteText): void {
    this.addresses.set(
      name,
      (this.addresses.get(name) ?? []).filter((each) => each !== address),
    );
  }

  setUp(name: ByteText, up: boolean): void {
    if (up) this.down.delete(name);
    else this.down.add(name);
  }
}
