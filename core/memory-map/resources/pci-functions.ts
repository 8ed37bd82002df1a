import { ivshmemIntid, pciType } from '../../config/ivshmem.ts';
import type { Config, PciDevice } from '../../config/model.ts';
import { hex } from '../../source/numbers.ts';
import { isVirtual } from '../../system/pci-functions.ts';
import { holdersOf, type Member, type Members } from './members.ts';
import { mostRows, type PciFunctionKind, type PciFunctionRow } from './model.ts';
import { protocolWords } from './shmem-protocol.ts';

interface Listed {
  readonly member: Member;
  readonly device: PciDevice;
}

/** The PCI functions that configs list. Of a virtual device each holder has its own; before Jailhouse is enabled there is none. */
export function functionRows(members: Members): readonly PciFunctionRow[] {
  const byPlace = new Map<number, Listed[]>();
  for (const member of members.all)
    for (const device of member.config.pciDevices) {
      const key = device.domain.value * 0x10000 + device.bdf.value;
      const list = byPlace.get(key);
      if (list === undefined) byPlace.set(key, [{ member, device }]);
      else list.push({ member, device });
    }
  return [...byPlace]
    .sort(([a], [b]) => a - b)
    .slice(0, mostRows)
    .map(([key, listed]) => rowOf(members, Math.floor(key / 0x10000), key & 0xffff, listed));
}

function rowOf(members: Members, domain: number, bdf: number, listed: readonly Listed[]): PciFunctionRow {
  const isThere = members.isBooted ? listed.some(({ device }) => !isVirtual(device)) : true;
  return {
    id: `function:${domain.toString(16)}:${bdf.toString(16)}`,
    domain,
    bdf,
    kind: kindOf(listed[0]?.device),
    details: detailsOf(listed),
    claims: listed.map(({ member: { lane, owner }, device }) => ({ lane, owner, field: device.path, span: device.bdf.span })),
    holders: isThere
      ? holdersOf(members, ({ functions }) => functions.some((device) => device.domain.value === domain && device.bdf.value === bdf))
      : [],
    places: listed.map(({ device }) => device.span),
    findings: [],
  };
}

function kindOf(device: PciDevice | undefined): PciFunctionKind {
  switch (device?.type.value) {
    case pciType.device:
      return 'device';
    case pciType.bridge:
      return 'bridge';
    case pciType.ivshmem:
      return 'ivshmem';
    default:
      return 'unknown';
  }
}

/** What all ends have in common, then what is said of single ones: `rpi4: peer 0 of 2, INTID 182`. */
function detailsOf(listed: readonly Listed[]): readonly string[] {
  const isMixed = new Set(listed.map(({ device }) => kindOf(device))).size > 1;
  const ends = listed.map(({ member, device }) => ({
    owner: member.owner,
    details: [...(isMixed ? [kindOf(device)] : []), ...deviceDetails(member.config, device)],
  }));
  const common = (ends[0]?.details ?? []).filter((detail) => ends.every(({ details }) => details.includes(detail)));
  const own = ends.flatMap(({ owner, details }) => {
    const rest = details.filter((detail) => !common.includes(detail));
    return rest.length === 0 ? [] : [`${owner}: ${rest.join(', ')}`];
  });
  return [...common, ...own];
}

function deviceDetails(config: Config, device: PciDevice): readonly string[] {
  const { numMsiVectors, numMsixVectors, msixAddress, iommu, capsStart, numCaps } = device;
  if (isVirtual(device)) {
    const { shmemDevId, shmemPeers } = device;
    const intid = ivshmemIntid(config, device);
    return [
      protocolWords(device),
      ...(shmemDevId === undefined || shmemPeers === undefined ? [] : [`peer ${shmemDevId.value} of ${shmemPeers.value}`]),
      ...(intid === undefined ? [vectors(numMsixVectors.value, 'MSI-X')] : [`INTID ${intid}`]),
    ];
  }
  const details: string[] = [];
  if (numMsiVectors.value > 0) details.push(vectors(numMsiVectors.value, 'MSI'));
  if (numMsixVectors.value > 0) details.push(`${vectors(numMsixVectors.value, 'MSI-X')} at ${hex(msixAddress.value)}`);
  if (config.arch === 'x86') details.push(`IOMMU ${iommu.value}`);
  const first = capsStart.value;
  const last = first + numCaps.value - 1;
  if (numCaps.value > 0) details.push(last === first ? `capability ${first}` : `capabilities ${first} to ${last}`);
  return details;
}

function vectors(count: number, kind: string): string {
  return `${count} ${kind} ${count === 1 ? 'vector' : 'vectors'}`;
}
