import { hex, humanSize } from '@jailhouse-cells/core/source/numbers.ts';
import { unbroken } from '@jailhouse-cells/core/source/text-width.ts';
import { plural } from '../findings/result.ts';
import { definitions, table } from '../table.ts';
import { accessText } from './access-text.ts';
import type { ConfigDescription, DescribedRegion } from './description.ts';
import { addressSpan } from './numbers-text.ts';
import type { DescribedCapability, DescribedLink, DescribedPciDevice } from './pci-description.ts';

/** PCI functions by bus address; under an ivshmem device its memory regions and what each is for. */
export function pciLines(config: ConfigDescription, width: number): string[] {
  const rows = config.pciDevices.map((device): [string, string] => [device.address, deviceText(device, config.arch)]);
  const indent = '    ';
  return config.pciDevices.flatMap((device, at) => {
    const lines = definitions([rows[at] ?? ['', '']], width);
    if (device.ivshmem !== null) lines.push(...sectionLines(device.ivshmem, config.memoryRegions, width, indent));
    if (device.capabilities.length > 0) {
      lines.push(...definitions([['capabilities', unbrokenList(device.capabilities.map(capabilityText))]], width, indent));
    }
    return lines;
  });
}

function deviceText(device: DescribedPciDevice, arch: string): string {
  const parts = [`domain ${device.domain}`, ...(device.ivshmem === null ? [typeText(device.type)] : linkParts(device.ivshmem))];
  if (device.msiVectors > 0) parts.push(plural(device.msiVectors, 'MSI vector'));
  if (device.msixVectors > 0) {
    const where = device.msixAddress === 0n ? '' : ` at ${hex(device.msixAddress)} (${humanSize(device.msixRegionSize)})`;
    parts.push(`${plural(device.msixVectors, 'MSI-X vector')}${where}`);
  }
  const bars = device.barMask.flatMap((mask, index) => (mask === 0 ? [] : [barText(index, mask, device.barMask[index - 1])]));
  parts.push(...bars);
  if (arch === 'x86' && device.ivshmem === null) parts.push(`IOMMU ${device.iommu}`);
  return unbrokenList(parts);
}

const typeNames: Readonly<Record<string, string>> = { DEVICE: 'device', BRIDGE: 'bridge', IVSHMEM: 'ivshmem' };

function typeText(type: string): string {
  return typeNames[type] ?? `type ${type}`;
}

function linkParts(link: DescribedLink): string[] {
  const parts = ['ivshmem'];
  if (link.id !== null && link.peers !== null) parts.push(`peer ${link.id} of ${link.peers}`);
  parts.push(`protocol ${link.protocolName}${link.protocolName.startsWith('0x') ? '' : ` (${hex(link.protocol)})`}`);
  if (link.intx !== null) parts.push(`INT${link.intx.pin} = SPI ${link.intx.spi} (INTID ${link.intx.intid})`);
  return parts;
}

/** A base address register by its size: the lowest address bit that can be written. The second half of a 64-bit one is all ones. */
function barText(index: number, mask: number, below: number | undefined): string {
  if (mask >>> 0 === 0xffffffff && below !== undefined && below !== 0) return `BAR${index} upper half`;
  return `BAR${index} ${humanSize((mask & -mask) >>> 0)}`;
}

function sectionLines(link: DescribedLink, regions: readonly DescribedRegion[], width: number, indent: string): string[] {
  if (link.problem !== null) return [`${indent}${link.problem}`];
  const columns = [{ heading: '' }, { heading: '' }, { heading: '' }, { heading: '', align: 'right' as const }, { heading: '' }];
  const rows = link.sections.map(({ region, role }) => {
    const found = regions[region];
    if (found === undefined || found.size === 0n) return [`region ${region}`, role, 'none', '', ''];
    return [`region ${region}`, role, addressSpan(found.phys, found.size), humanSize(found.size), accessText(found.flags)];
  });
  return table(columns, rows, width, indent);
}

function capabilityText(capability: DescribedCapability): string {
  const writable = capability.writable ? ' writable' : '';
  return `${capability.id} ${hex(capability.start)}+${hex(capability.length)}${writable}`;
}

/** Lines break between the items only. */
function unbrokenList(items: readonly string[]): string {
  return items.map(unbroken).join(', ');
}
