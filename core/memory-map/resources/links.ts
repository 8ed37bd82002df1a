import { ivshmemIntid, sectionsOf } from '../../config/ivshmem.ts';
import { hasFlag, isEmpty } from '../../config/memory-flags.ts';
import type { MemoryRegion, PciDevice } from '../../config/model.ts';
import { isVirtual } from '../../system/pci-functions.ts';
import { rangeFrom } from '../model.ts';
import type { Member, Members } from './members.ts';
import { type LinkRow, type LinkSection, mostRows } from './model.ts';
import { protocolWords } from './shmem-protocol.ts';

interface End {
  readonly member: Member;
  readonly device: PciDevice;
  readonly peer: number;
}

/** The virtual wires between cells, all of the system's cells counted, whether they run or not. */
export function linkRows({ all }: Members): readonly LinkRow[] {
  const byBdf = new Map<number, End[]>();
  for (const [at, member] of all.entries())
    for (const device of member.config.pciDevices) {
      if (!isVirtual(device)) continue;
      const ends = byBdf.get(device.bdf.value) ?? [];
      // Before v0.12 the hypervisor numbered peers by the order of their coming.
      ends.push({ member, device, peer: device.shmemDevId?.value ?? at });
      byBdf.set(device.bdf.value, ends);
    }
  return [...byBdf]
    .sort(([a], [b]) => a - b)
    .slice(0, mostRows)
    .map(([bdf, ends]) => linkOf(bdf, ends));
}

function linkOf(bdf: number, ends: readonly End[]): LinkRow {
  const regions = ends.flatMap((end) => regionsOf(end).map((section) => ({ ...section, end })));
  const protocols = new Set(ends.map(({ device }) => protocolWords(device)));
  return {
    id: `link:${bdf.toString(16)}`,
    domain: ends[0]?.device.domain.value ?? 0,
    bdf,
    protocol: [...protocols].join(', '),
    peers: [...ends]
      .sort((a, b) => a.peer - b.peer)
      .map(({ member: { lane, owner, config }, device, peer }) => ({
        lane,
        owner,
        field: device.path,
        span: device.bdf.span,
        peer,
        intid: ivshmemIntid(config, device),
      })),
    absentPeers: absentOf(ends),
    sections: sectionRows(regions),
    places: [...ends.map(({ device }) => device.span), ...regions.map(({ region }) => region.span)],
    findings: [],
  };
}

/** No hypervisor has so many peers (IVSHMEM_MAX_PEERS is 12): more is a slip, and what is missing of it tells nothing. */
const mostPeers = 64;

function absentOf(ends: readonly End[]): readonly number[] {
  const count = Math.max(0, ...ends.map(({ device }) => device.shmemPeers?.value ?? 0));
  const there = new Set(ends.map(({ peer }) => peer));
  return Array.from({ length: Math.min(count, mostPeers) }, (_, peer) => peer).filter((peer) => !there.has(peer));
}

interface NamedRegion {
  readonly title: string;
  readonly region: MemoryRegion;
}

/** The sections of one end, by role; of a layout before v0.12 the one region. */
function regionsOf({ member: { config }, device }: End): readonly NamedRegion[] {
  const { shmemRegionsStart, shmemDevId, shmemPeers, shmemRegion } = device;
  if (shmemRegionsStart !== undefined && shmemDevId !== undefined && shmemPeers !== undefined) {
    const sections = sectionsOf(config, { ...device, shmemRegionsStart, shmemDevId, shmemPeers }) ?? [];
    return sections.map(({ role, peer, region }) => ({ title: peer === undefined ? role : `${role} of peer ${peer}`, region }));
  }
  const region = shmemRegion && config.memoryRegions[shmemRegion.value];
  return region === undefined ? [] : [{ title: 'shared region', region }];
}

/** One row for each stretch of memory: where the ends disagree, a section has several. */
function sectionRows(regions: readonly (NamedRegion & { readonly end: End })[]): readonly LinkSection[] {
  const sections = new Map<string, (NamedRegion & { readonly end: End })[]>();
  for (const entry of regions) {
    // A common section of size 0 is as good as none; of output sections the place tells whose they are.
    if (isEmpty(entry.region)) continue;
    const { physStart, size } = entry.region;
    const key = `${entry.title} ${physStart.value} ${size.value}`;
    const same = sections.get(key);
    if (same === undefined) sections.set(key, [entry]);
    else same.push(entry);
  }
  const titles = [...new Set(regions.map(({ title }) => title))];
  return [...sections.values()]
    .sort(([a], [b]) => titles.indexOf(a?.title ?? '') - titles.indexOf(b?.title ?? ''))
    .flatMap((same) => {
      const [first] = same;
      if (first === undefined) return [];
      const peersWith = (flag: 'READ' | 'WRITE'): readonly number[] =>
        [...new Set(same.flatMap(({ region, end }) => (hasFlag(region, flag) ? [end.peer] : [])))].sort((a, b) => a - b);
      return [
        {
          title: first.title,
          ...rangeFrom(first.region.physStart.value, first.region.size.value),
          writers: peersWith('WRITE'),
          readers: peersWith('READ'),
          blocks: same.map(({ region, end }) => `${end.member.lane}:${region.path}`),
        },
      ];
    });
}
