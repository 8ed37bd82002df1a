import { bdfName, type IvshmemDevice, ivshmemDevices, ivshmemIntid, sectionsOf } from '@jailhouse-cells/core/config/ivshmem.ts';
import type { Config, PciDevice } from '@jailhouse-cells/core/config/model.ts';
import type { Names } from './names.ts';

/** A PCI function of the cell. */
export interface DescribedPciDevice {
  /** `00:0e.0` */
  readonly address: string;
  readonly domain: number;
  readonly bdf: number;
  /** DEVICE, BRIDGE or IVSHMEM, else the number. */
  readonly type: string;
  /** Index of the IOMMU unit; x86 only. */
  readonly iommu: number;
  readonly barMask: readonly number[];
  readonly msiVectors: number;
  readonly msixVectors: number;
  readonly msixRegionSize: number;
  readonly msixAddress: bigint;
  readonly capabilities: readonly DescribedCapability[];
  readonly ivshmem: DescribedLink | null;
}

export interface DescribedCapability {
  readonly id: string;
  /** Offset in the configuration space, and length in bytes. */
  readonly start: number;
  readonly length: number;
  readonly writable: boolean;
}

/** The shared-memory side of an ivshmem device. */
export interface DescribedLink {
  readonly protocol: number;
  readonly protocolName: string;
  /** Null before v0.12, where a link had two ends without numbers. */
  readonly id: number | null;
  readonly peers: number | null;
  /** INTx on ARM; null where it signals by MSI-X, and on x86. */
  readonly intx: { readonly pin: string; readonly spi: number; readonly intid: number } | null;
  /** The memory regions by index; empty when the numbers lead past the last region. */
  readonly sections: readonly { readonly region: number; readonly role: string }[];
  readonly problem: string | null;
}

export function describePciDevices(config: Config, names: Names): readonly DescribedPciDevice[] {
  const links = new Map(ivshmemDevices(config).map((device) => [device.index, device]));
  return config.pciDevices.map((device) => ({
    address: bdfName(device.bdf.value),
    domain: device.domain.value,
    bdf: device.bdf.value,
    type: names.name('JAILHOUSE_PCI_TYPE_', device.type.value),
    iommu: device.iommu.value,
    barMask: device.barMask.map((mask) => mask.value),
    msiVectors: device.numMsiVectors.value,
    msixVectors: device.numMsixVectors.value,
    msixRegionSize: device.msixRegionSize.value,
    msixAddress: device.msixAddress.value,
    capabilities: capabilitiesOf(config, device, names),
    ivshmem: describeLink(config, device, links.get(device.index), names),
  }));
}

const extendedCapability = 0x8000;

function capabilitiesOf(config: Config, device: PciDevice, names: Names): readonly DescribedCapability[] {
  const first = device.capsStart.value;
  return config.pciCaps.slice(first, first + device.numCaps.value).map(({ id, start, length, flags }) => {
    const extended = (id.value & extendedCapability) !== 0;
    const name = names.name(extended ? 'PCI_EXT_CAP_ID_' : 'PCI_CAP_ID_', id.value & ~extendedCapability);
    return { id: extended ? `EXT_${name}` : name, start: start.value, length: length.value, writable: (flags.value & 1) !== 0 };
  });
}

function describeLink(config: Config, device: PciDevice, link: IvshmemDevice | undefined, names: Names): DescribedLink | null {
  const old = device.shmemRegion;
  if (link === undefined && (old === undefined || names.name('JAILHOUSE_PCI_TYPE_', device.type.value) !== 'IVSHMEM')) return null;
  const intid = ivshmemIntid(config, device);
  const protocol = device.shmemProtocol.value;
  const common = {
    protocol,
    protocolName: protocolName(protocol, names),
    intx: intid === undefined ? null : { pin: 'ABCD'[(device.bdf.value >> 3) & 3] ?? '', spi: intid - 32, intid },
  };
  if (link === undefined) {
    const region = old?.value ?? 0;
    const known = region < config.memoryRegions.length;
    return {
      ...common,
      id: null,
      peers: null,
      sections: known ? [{ region, role: 'shared region' }] : [],
      problem: known ? null : `region ${region} does not exist: the config has ${config.memoryRegions.length}`,
    };
  }
  const sections = sectionsOf(config, link);
  const start = link.shmemRegionsStart.value;
  const problem = `regions ${start} to ${start + 1 + link.shmemPeers.value} are asked for, the config has ${config.memoryRegions.length}`;
  return {
    ...common,
    id: link.shmemDevId.value,
    peers: link.shmemPeers.value,
    sections: (sections ?? []).map(({ role, peer, region }) => ({
      region: region.index,
      role: peer === undefined ? role : peer === link.shmemDevId.value ? `output of peer ${peer} (own)` : `output of peer ${peer}`,
    })),
    problem: sections === undefined ? problem : null,
  };
}

/** `VETH`, `VIRTIO_FRONT BLOCK`, `CUSTOM + 0x2`: the families of protocols are open upwards. */
function protocolName(protocol: number, names: Names): string {
  const exact = names.name('JAILHOUSE_SHMEM_PROTO_', protocol);
  if (!exact.startsWith('0x')) return exact;
  const front = [0xc000, 0x8000, 0x4000].find((base) => protocol >= base);
  const family = front === undefined ? exact : names.name('JAILHOUSE_SHMEM_PROTO_', front);
  if (front === undefined || family.startsWith('0x')) return exact;
  const rest = protocol - front;
  const device = family.startsWith('VIRTIO') ? names.name('VIRTIO_DEV_', rest) : `0x${rest.toString(16)}`;
  return device.startsWith('0x') ? `${family} + ${device}` : `${family} ${device}`;
}
