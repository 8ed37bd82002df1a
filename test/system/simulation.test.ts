import { type CellEvent, type Moment, momentsOf } from '@jailhouse-cells/core/system/moments.ts';
import { type AccessSpan, cellAt, type Holder, ownersOf, rootCell, spansOf } from '@jailhouse-cells/core/system/ownership.ts';
import type { System } from '@jailhouse-cells/core/system/system.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Page, simulate } from './page-simulation.ts';
import { type ConfigText, inlineSystem, type RegionText } from './read-system.ts';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const pages = 64;

const flagSets = [
  ['READ', 'WRITE', 'EXECUTE', 'LOADABLE'],
  ['READ', 'WRITE', 'ROOTSHARED'],
  ['READ', 'ROOTSHARED'],
  ['READ', 'WRITE', 'LOADABLE', 'ROOTSHARED'],
  ['READ', 'WRITE', 'IO'],
  ['READ', 'WRITE', 'COMM_REGION'],
  ['READ', 'COMM_REGION', 'LOADABLE'],
  ['WRITE'],
  [],
];

const page = fc.integer({ min: 0, max: pages - 17 });

/** Regions of 0 to 16 pages; `identical`: virtual equals physical, as root cells should be. */
function regionText(identical: boolean): fc.Arbitrary<RegionText> {
  return fc.tuple(page, page, fc.integer({ min: 0, max: 16 }), fc.constantFrom(...flagSets)).map(([phys, virt, size, flags]) => ({
    phys: BigInt(phys) * 0x1000n,
    virt: BigInt(identical ? phys : virt) * 0x1000n,
    size: BigInt(size) * 0x1000n,
    flags,
  }));
}

const rootText: fc.Arbitrary<ConfigText> = fc
  .oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) })
  .chain((identical) => fc.array(regionText(identical), { minLength: 1, maxLength: 8 }))
  .map((regions) => ({ regions, cpus: 0b1111 }));

const cellText: fc.Arbitrary<ConfigText> = fc.record({
  regions: fc.array(regionText(false), { minLength: 1, maxLength: 6 }),
  cpus: fc.constantFrom(0b0010, 0b0100, 0b1000, 0b1100, 0b1111),
});

const event: fc.Arbitrary<CellEvent> = fc.record({
  operation: fc.constantFrom('create', 'load', 'start', 'shutdown', 'destroy'),
  cell: fc.integer({ min: 0, max: 2 }),
});

/** Some cells are created first: else most events are refused. */
const life: fc.Arbitrary<readonly CellEvent[]> = fc
  .tuple(fc.subarray([0, 1, 2]), fc.array(event, { maxLength: 16 }))
  .map(([created, then]) => [...created.map((cell): CellEvent => ({ operation: 'create', cell })), ...then]);

/** No region of a cell lies over the hypervisor, and none keeps LOADABLE and ROOTSHARED together. */
function returnsAll(cell: ConfigText, hypervisor: { readonly phys: bigint; readonly size: bigint }): ConfigText {
  const regions = cell.regions
    .filter(({ phys, size }) => phys + size <= hypervisor.phys || phys >= hypervisor.phys + hypervisor.size)
    .map((region) => ({ ...region, flags: region.flags.filter((flag) => flag !== 'LOADABLE' || !region.flags.includes('ROOTSHARED')) }));
  return { ...cell, regions: regions.filter(({ flags }) => !flags.includes('COMM_REGION') || !flags.includes('LOADABLE')) };
}

test(`a destroyed cell leaves the root cell as it was, but for LOADABLE with ROOTSHARED (SEED=${seed})`, () => {
  const lives = fc.subarray(['load', 'start', 'shutdown', 'start'] as const);
  fc.assert(
    fc.property(fc.array(regionText(true), { minLength: 1, maxLength: 8 }), cellText, page, lives, (regions, cell, at, life) => {
      const hypervisor = { phys: BigInt(at) * 0x1000n, size: 0x4000n };
      const system = inlineSystem({ regions, cpus: 0b11111 }, [returnsAll(cell, hypervisor)], hypervisor);
      const events = (['create', ...life, 'destroy'] as const).map((operation): CellEvent => ({ operation, cell: 0 }));
      const moments = momentsOf(system, events);
      const enabled = moments[1] as Moment;
      expect(spansOf(system, moments.at(-1) as Moment, rootCell)).toEqual(spansOf(system, enabled, rootCell));
    }),
    { seed, numRuns: 200 },
  );
});

/** The span algorithm's answer in the simulation's terms. */
function pagesOf(spans: readonly AccessSpan[]): (Page | undefined)[] {
  const table = new Array<Page | undefined>(pages).fill(undefined);
  for (const { start, end, kind, phys, read, write } of spans)
    for (let address = start; address < end && address < 0x1000n * BigInt(pages); address += 0x1000n) {
      const at = Number(address / 0x1000n);
      if (kind === 'mapped') table[at] = { kind: 'mapped', phys: Number(((phys ?? 0n) + address - start) / 0x1000n), read, write };
      else if (kind !== 'trapped') table[at] = { kind: kind === 'comm' ? 'comm' : 'empty' };
    }
  return table;
}

/** Who maps each physical page, by the simulation's tables. */
function holdersOf(table: readonly (Page | undefined)[]): Set<number> {
  return new Set(table.flatMap((entry) => (entry?.kind === 'mapped' ? [entry.phys] : [])));
}

test(`spans say what a simulation page by page says (SEED=${seed})`, () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(rootText, fc.array(cellText, { minLength: 1, maxLength: 3 }), page, life, (root, cells, at, events) => {
      const hypervisor = { phys: BigInt(at) * 0x1000n, size: 0x4000n };
      const system = inlineSystem(root, cells, hypervisor);
      const moments = momentsOf(system, events).slice(1);
      const expected = simulate(pages, root, cells, hypervisor, events);
      expect(moments.length).toBe(expected.length);
      moments.forEach((moment, index) => {
        const wanted = expected[index];
        if (moment.kind !== 'enabled' || wanted === undefined) throw new Error('no moment');
        if (moment.event) seen.add(`${moment.event.operation} ${moment.refusal ?? 'done'}`);
        const check = (holder: Holder, table: readonly (Page | undefined)[] | undefined) => {
          const spans = spansOf(system, moment, holder);
          expectDisjoint(spans);
          expect(pagesOf(spans)).toEqual(table ?? new Array(pages).fill(undefined));
          const mapped = holdersOf(table ?? []);
          for (let phys = 0; phys < pages; phys += 7) expect(reaches(system, moment, holder, phys)).toBe(mapped.has(phys));
        };
        check(rootCell, wanted.root);
        cells.forEach((_, cell) => {
          check(cellAt(cell), wanted.cells[cell]);
        });
      });
    }),
    { seed, numRuns: 300 },
  );
  // The random sequences go everywhere.
  for (const kind of ['create done', 'create exists', 'create cpus', 'load done', 'start done', 'destroy done', 'destroy absent'])
    expect(seen).toContain(kind);
});

function reaches(system: System, moment: Moment, holder: Holder, phys: number): boolean {
  const start = BigInt(phys) * 0x1000n;
  return ownersOf(system, moment, { start, end: start + 0x1000n }).some(
    ({ span }) => span.kind === 'mapped' && JSON.stringify(span.holder) === JSON.stringify(holder),
  );
}

function expectDisjoint(spans: readonly AccessSpan[]): void {
  spans.forEach((span, at) => {
    expect(span.end > span.start).toBe(true);
    const before = spans[at - 1];
    if (before !== undefined) expect(before.end <= span.start).toBe(true);
  });
}
