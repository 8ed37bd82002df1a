import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bruteForcePairs, collidingPairs } from './brute-force.ts';
import { filesOf, rootPath, type WrittenRegion, type WrittenSystem } from './random-workspace.ts';
import { faultsOf } from './tiling.ts';

const page = 0x1000n;
const pages = (most: number) => fc.integer({ min: 0, max: most }).map((count) => BigInt(count) * page);
const flagSets = [
  ['READ', 'WRITE'],
  ['READ', 'WRITE', 'ROOTSHARED'],
  ['READ', 'WRITE', 'EXECUTE', 'LOADABLE'],
  ['READ', 'WRITE', 'IO'],
] as const;

/** Few pages and many regions, so that they lie on each other. */
const cellRegion: fc.Arbitrary<WrittenRegion> = fc.record({
  phys: pages(200),
  virt: pages(100),
  size: pages(12),
  flags: fc.constantFrom(...flagSets),
});
const rootRegion = fc
  .record({ phys: pages(200), size: pages(30), io: fc.boolean() })
  .map(
    ({ phys, size, io }): WrittenRegion => ({ phys, virt: phys, size, flags: io ? ['READ', 'WRITE', 'IO'] : ['READ', 'WRITE', 'EXECUTE'] }),
  );
// A communication region comes last: of several regions over an earlier one the rules tell of one alone.
const comm = fc
  .record({ phys: pages(200), virt: pages(100) })
  .map((at): WrittenRegion => ({ ...at, size: page, flags: ['READ', 'WRITE', 'COMM_REGION'] }));
const cellRegions = fc
  .tuple(fc.array(cellRegion, { minLength: 1, maxLength: 8 }), fc.option(comm))
  .map(([regions, last]) => [...regions, ...(last === null ? [] : [last])]);
const systems: fc.Arbitrary<WrittenSystem> = fc.record({
  hypervisor: fc.record({ phys: pages(150), size: fc.constant(0x10000n) }),
  mmconfig: fc.constantFrom(0n, 0x100000n),
  root: fc.array(rootRegion, { minLength: 1, maxLength: 8 }),
  cells: fc.array(cellRegions, { minLength: 0, maxLength: 3 }),
});

test('the collisions of a map are those of a comparison of each region with each, by the decoded bytes', () => {
  let pairs = 0;
  fc.assert(
    fc.property(systems, (system) => {
      const workspace = new Workspace(filesOf(system));
      const members = [rootPath, ...system.cells.map((_, at) => `/work/cell${at + 1}.c`)].map((path, at) => {
        const { config } = workspace.check(path);
        if (config === undefined) throw new Error(`${path} cannot be read`);
        return { lane: at === 0 ? 'root' : `cell:cell${at}`, config };
      });
      const expected = bruteForcePairs(members, true);
      for (const view of ['physical', 'virtual'] as const) {
        const reading = workspace.memoryMap(rootPath, { view });
        if (reading === undefined) throw new Error('no map');
        expect(faultsOf(reading.map)).toEqual([]);
        expect([...collidingPairs(reading)].sort()).toEqual([...expected[view]].sort());
      }
      pairs += expected.physical.size + expected.virtual.size;
    }),
    { numRuns: 300 },
  );
  expect(pairs).toBeGreaterThan(100);
});
