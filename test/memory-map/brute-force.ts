import type { Config } from '@jailhouse-cells/core/config/model.ts';
import type { MemoryMapReading } from '@jailhouse-cells/core/workspace/memory-maps.ts';
import { bits, type DecodedRegion, decodedRegions, overlap } from './decoded-regions.ts';

/** A lane of the map, and its config. */
export interface Member {
  readonly lane: string;
  readonly config: Config;
}

/** The pairs of blocks that lie on each other by the bytes: each with each, nothing clever. `a and b`, the ids sorted. */
export interface Pairs {
  /** By physical addresses: with the hypervisor's memory, between cells that run together, in one cell but only there. */
  readonly physical: ReadonlySet<string>;
  /** By guest addresses, in one cell, and with the configuration window. */
  readonly virtual: ReadonlySet<string>;
}

export function pairOf(a: string, b: string): string {
  return [a, b].sort().join(' and ');
}

const onPhys = (a: DecodedRegion, b: DecodedRegion): boolean => overlap(a.phys, a.size, b.phys, b.size);
const onVirt = (a: DecodedRegion, b: DecodedRegion): boolean => overlap(a.virt, a.size, b.virt, b.size);
const isComm = ({ flags }: DecodedRegion): boolean => (flags & bits.comm) !== 0n;

export function bruteForcePairs(members: readonly Member[], runTogether: boolean): Pairs {
  const physical = new Set<string>();
  const virtual = new Set<string>();
  const regions = members.map(({ config }) => decodedRegions(config));
  const id = (member: number, { index }: DecodedRegion): string => `${members[member]?.lane}:mem_regions[${index}]`;
  const header = members[0]?.config.system;
  if (header === undefined) throw new Error('the first member is no system config');
  const { hypervisorMemory: own, pciMmconfigBase, pciMmconfigEndBus } = header;
  for (const [m, list] of regions.entries()) {
    for (const a of list) {
      if (!isComm(a) && overlap(a.phys, a.size, own.physStart.value, own.size.value)) physical.add(pairOf(id(m, a), 'hypervisor:memory'));
      const window = 0x100000n * BigInt(pciMmconfigEndBus.value + 1);
      if (pciMmconfigBase.value !== 0n && overlap(a.virt, a.size, pciMmconfigBase.value, window))
        virtual.add(pairOf(id(m, a), 'hypervisor:ecam'));
      for (const b of list) {
        if (b.index <= a.index) continue;
        if (onVirt(a, b)) virtual.add(pairOf(id(m, a), id(m, b)));
        else if (onPhys(a, b) && !isComm(a) && !isComm(b)) physical.add(pairOf(id(m, a), id(m, b)));
      }
      if (!runTogether || m === 0) continue;
      for (const [n, others] of regions.entries()) {
        if (n <= m) continue;
        for (const b of others) {
          const shared = (a.flags & b.flags & bits.rootshared) !== 0n;
          if (!shared && !isComm(a) && !isComm(b) && onPhys(a, b)) physical.add(pairOf(id(m, a), id(n, b)));
        }
      }
    }
  }
  return { physical, virtual };
}

/** The rules that tell of such pairs. */
const physicalRules = new Set(['region-overlaps-hypervisor', 'regions-overlap-physically', 'cells-share-memory']);
const virtualRules = new Set(['regions-overlap-virtually', 'load-region-shadowed', 'comm-region-hidden', 'region-covers-mmconfig']);

/** The pairs that the collisions of a map name: each guilty block with each other one that lies on it. */
export function collidingPairs({ map, collisions }: MemoryMapReading): ReadonlySet<string> {
  const rules = map.view === 'physical' ? physicalRules : virtualRules;
  const pairs = new Set<string>();
  for (const { rule, blocks } of collisions) {
    const [first, ...others] = blocks;
    if (!rules.has(rule) || first === undefined) continue;
    for (const other of others) pairs.add(pairOf(first, other));
  }
  return pairs;
}
