import type { Resources } from '@jailhouse-cells/core/memory-map/resources/model.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bits, decodedRegions } from './decoded-regions.ts';
import { type DecodedResources, decodedResources } from './decoded-resources.ts';
import { filesOf, rootPath, type WrittenRegion, type WrittenResources, type WrittenSystem } from './random-workspace.ts';

const page = 0x1000n;
const mostCells = 3;

const region = fc.record({ phys: fc.integer({ min: 0, max: 40 }), pages: fc.integer({ min: 0, max: 2 }), write: fc.boolean() }).map(
  ({ phys, pages, write }): WrittenRegion => ({
    phys: BigInt(phys) * page,
    virt: BigInt(phys) * page,
    size: BigInt(pages) * page,
    flags: write ? ['READ', 'WRITE', 'ROOTSHARED'] : ['READ', 'ROOTSHARED'],
  }),
);
const regions = fc.array(region, { minLength: 4, maxLength: 9 });
const word = fc.oneof(fc.constant(0), fc.constant(0xffffffff), fc.nat(0xff));
const resources: fc.Arbitrary<WrittenResources> = fc.record({
  cpus: fc.integer({ min: 0, max: 0xff }),
  irqchips: fc
    .array(fc.record({ words: fc.array(word, { minLength: 1, maxLength: 4 }) }), { maxLength: 2 })
    .map((chips) => chips.map(({ words }, at) => ({ base: 32 + 128 * at, words }))),
  devices: fc.uniqueArray(
    fc.record({
      bdf: fc.integer({ min: 0, max: 3 }).map((device) => device << 3),
      regionsStart: fc.integer({ min: 0, max: 6 }),
      id: fc.integer({ min: 0, max: 3 }),
      peers: fc.integer({ min: 2, max: 4 }),
    }),
    { maxLength: 3, selector: ({ bdf }) => bdf },
  ),
  vpciIrqBase: fc.integer({ min: 1, max: 200 }),
});
const systems: fc.Arbitrary<WrittenSystem> = fc
  .tuple(
    fc.array(regions, { minLength: 1, maxLength: 1 + mostCells }),
    fc.array(resources, { minLength: 1 + mostCells, maxLength: 1 + mostCells }),
  )
  .map(([members, own]) => ({
    hypervisor: { phys: 0x10000000n, size: 0x400000n },
    mmconfig: 0xe0000000n,
    root: members[0] ?? [],
    cells: members.slice(1),
    // All CPUs and all pins in most root cells, as in real ones.
    resources: own.map((one, at) => (at === 0 ? { ...one, cpus: one.cpus | 0x0f } : one)),
  }));

const lanes = ['root', ...Array.from({ length: mostCells }, (_, at) => `cell:cell${at + 1}`)];

/** The lanes that exist when all cells are created in turn, and the CPUs that each has then. */
function created(members: readonly DecodedResources[]): ReadonlyMap<string, ReadonlySet<number>> {
  const [root, ...cells] = members;
  let left = new Set(root?.cpus);
  const has = new Map<string, ReadonlySet<number>>();
  for (const [at, { cpus }] of cells.entries()) {
    const rest = new Set([...left].filter((cpu) => !cpus.includes(cpu)));
    if (!cpus.every((cpu) => left.has(cpu)) || rest.size === 0) continue;
    left = rest;
    has.set(lanes[at + 1] as string, new Set(cpus));
  }
  return new Map([['root', left], ...has]);
}

function holdersByCpu(members: readonly DecodedResources[]): Record<string, readonly string[]> {
  const has = created(members);
  const all = [...new Set(members.flatMap(({ cpus }) => cpus))];
  return Object.fromEntries(all.map((cpu) => [cpu, [...has].flatMap(([lane, cpus]) => (cpus.has(cpu) ? [lane] : []))]));
}

function pinHolder(members: readonly DecodedResources[], pin: number): readonly string[] {
  const exists = created(members);
  const taking = members.flatMap(({ pins }, at) =>
    at > 0 && exists.has(lanes[at] as string) && pins.includes(pin) ? [lanes[at] as string] : [],
  );
  return members[0]?.pins.includes(pin) && taking.length === 0 ? ['root'] : taking;
}

function flagged(rows: Resources['cpus' | 'interrupts'], rule: string): readonly string[] {
  return rows.flatMap(({ id, findings }) => (findings.some((finding) => finding.rule === rule) ? [id] : [])).sort();
}

/** What more than one cell lists, the root cell not counted. */
function listedTwice(members: readonly DecodedResources[], kind: 'cpus' | 'pins'): ReadonlySet<number> {
  const seen = new Set<number>();
  const twice = new Set<number>();
  for (const member of members.slice(1))
    for (const number of member[kind]) {
      if (seen.has(number)) twice.add(number);
      seen.add(number);
    }
  return twice;
}

test('CPUs, interrupts, functions and links are those of the decoded bytes, and so is who has them', () => {
  const count = { pins: 0, functions: 0, sections: 0, shared: 0, absent: 0 };
  fc.assert(
    fc.property(systems, (system) => {
      const workspace = new Workspace(filesOf(system));
      const paths = [rootPath, ...system.cells.map((_, at) => `/work/cell${at + 1}.c`)];
      const configs = paths.map((path) => {
        const { config } = workspace.check(path);
        if (config === undefined) throw new Error(`${path} cannot be read`);
        return config;
      });
      const members = configs.map(decodedResources);
      const reading = workspace.memoryMap(rootPath);
      if (reading === undefined) throw new Error('no map');
      const { cpus, interrupts, functions, links } = reading.resources;

      expect(Object.fromEntries(cpus.map(({ cpu, holders }) => [cpu, holders]))).toEqual(holdersByCpu(members));
      for (const { cpu, claims } of cpus)
        expect(claims.map(({ lane }) => lane)).toEqual(members.flatMap(({ cpus: own }, at) => (own.includes(cpu) ? [lanes[at]] : [])));
      const sharedCpus = [...listedTwice(members, 'cpus')].map((cpu) => `cpu:${cpu}`).sort();
      // A cell that takes all CPUs of the root cell shares them with every other one: that alone is told then.
      const rootCpus = members[0]?.cpus.join();
      if (members.slice(1).some((member) => member.cpus.join() === rootCpus))
        expect([...flagged(cpus, 'cells-share-cpus'), ...flagged(cpus, 'cell-takes-all-cpus')]).toEqual(expect.arrayContaining(sharedCpus));
      else expect(flagged(cpus, 'cells-share-cpus')).toEqual(sharedCpus);

      const lines = members.flatMap(({ devices }, at) =>
        devices.map(({ bdf }) => 32 + (system.resources?.[at]?.vpciIrqBase ?? 0) + ((bdf >> 3) & 3)),
      );
      const chosen = new Set([...members.slice(1).flatMap(({ pins }) => pins), ...lines]);
      // Of the root cell those beside a pin that it leaves out: 32 to a word.
      for (const pin of members[0]?.pins ?? []) {
        const first = pin - (pin % 32);
        if (!Array.from({ length: 32 }, (_, bit) => first + bit).every((other) => members[0]?.pins.includes(other))) chosen.add(pin);
      }
      expect(interrupts.map(({ intid }) => intid)).toEqual([...chosen].sort((a, b) => a - b));
      for (const { intid, holders, claims } of interrupts) {
        expect({ intid, holders }).toEqual({ intid, holders: pinHolder(members, intid) });
        expect(claims.map(({ lane }) => lane)).toEqual(members.flatMap(({ pins }, at) => (pins.includes(intid) ? [lanes[at]] : [])));
      }
      const shared = [...listedTwice(members, 'pins')].map((pin) => `interrupt:${pin}`).sort();
      expect(flagged(interrupts, 'cells-share-interrupts')).toEqual(shared);

      const exists = created(members);
      const byBdf = [...new Set(members.flatMap(({ devices }) => devices.map(({ bdf }) => bdf)))].sort((a, b) => a - b);
      const havingBdf = (bdf: number) =>
        members.flatMap(({ devices }, at) => (devices.some((device) => device.bdf === bdf) ? [lanes[at] as string] : []));
      expect(functions.map(({ bdf, holders }) => ({ bdf, holders }))).toEqual(
        byBdf.map((bdf) => ({ bdf, holders: havingBdf(bdf).filter((lane) => exists.has(lane)) })),
      );
      expect(links.map(({ bdf }) => bdf)).toEqual(byBdf);
      for (const link of links) {
        const ends = members.flatMap(({ devices }, at) =>
          devices.flatMap((device) => (device.bdf === link.bdf ? [{ at, ...device }] : [])),
        );
        expect(link.peers.map(({ lane, peer }) => `${peer} ${lane}`).sort()).toEqual(ends.map(({ at, id }) => `${id} ${lanes[at]}`).sort());
        const peers = Math.max(...ends.map((end) => end.peers));
        const absent = [0, 1, 2, 3].filter((peer) => peer < peers && !ends.some(({ id }) => id === peer));
        expect(link.absentPeers).toEqual(absent);
        // Each section of each end is in one row, by its addresses, and its flags decide.
        const access = ends.flatMap(({ at, id, regionsStart, peers: own }) => {
          const table = decodedRegions(configs[at] as (typeof configs)[number]);
          return regionsStart + 2 + own > table.length
            ? []
            : table.slice(regionsStart, regionsStart + 2 + own).map((one) => ({ at, id, ...one }));
        });
        const expected = access.filter(({ size }) => size > 0n).map(({ at, index }) => `${lanes[at]}:mem_regions[${index}]`);
        expect(link.sections.flatMap(({ blocks }) => blocks).sort()).toEqual(expected.sort());
        for (const section of link.sections) {
          const own = access.filter(({ at, index }) => section.blocks.includes(`${lanes[at]}:mem_regions[${index}]`));
          for (const { phys, size } of own) expect([section.start, section.end]).toEqual([phys, phys + size]);
          const writers = own.filter(({ flags }) => (flags & bits.write) !== 0n).map(({ id }) => id);
          expect(section.writers).toEqual([...new Set(writers)].sort((a, b) => a - b));
        }
        count.sections += link.sections.length;
        count.absent += absent.length;
      }
      count.pins += interrupts.length;
      count.functions += functions.length;
      count.shared += shared.length;
    }),
    { numRuns: 200 },
  );
  for (const [kind, number] of Object.entries(count)) expect({ kind, enough: number > 50 }).toEqual({ kind, enough: true });
});
