import { type CellEvent, defaultEvents, type Moment, momentsOf } from '@jailhouse-cells/core/system/moments.ts';
import {
  accessAt,
  cellAt,
  cpuOwner,
  functionOwners,
  type Holder,
  linux,
  ownersOf,
  pinOwners,
  rootCell,
  spansOf,
} from '@jailhouse-cells/core/system/ownership.ts';
import type { System } from '@jailhouse-cells/core/system/system.ts';
import { describe, expect, test } from 'vitest';
import { type ConfigText, exampleSystem, inlineSystem, type RegionText } from './read-system.ts';

const rpi4 = exampleSystem('rpi4', 'rpi4', 'rpi4-linux-demo', 'rpi4-inmate-demo');
const qemu = exampleSystem('qemu-arm64', 'qemu-arm64', 'qemu-arm64-linux-demo', 'qemu-arm64-inmate-demo');

const on = (cell: number, ...operations: readonly CellEvent['operation'][]): CellEvent[] =>
  operations.map((operation) => ({ operation, cell }));

function last(system: System, events: readonly CellEvent[]): Moment {
  return momentsOf(system, events).at(-1) as Moment;
}

/** `root rw`, `cell 0 r`: who reaches one byte, and how; the hypervisor's own memory left out. */
function who(system: System, moment: Moment, address: bigint): readonly string[] {
  return ownersOf(system, moment, { start: address, end: address + 1n })
    .filter(({ span }) => span.holder.kind !== 'hypervisor')
    .map(
      ({ span }) => `${nameOf(span.holder)} ${span.read ? 'r' : '-'}${span.write ? 'w' : '-'}${span.kind === 'trapped' ? ' trapped' : ''}`,
    )
    .sort();
}

function nameOf(holder: Holder): string {
  return holder.kind === 'cell' ? `cell ${holder.cell}` : holder.kind;
}

describe('Raspberry Pi 4: the Linux cell from create to destroy', () => {
  const ram = 0x10000000n;
  const states: readonly (readonly [string, readonly CellEvent[], readonly string[]])[] = [
    ['enabled', [], ['root rw']],
    ['created', on(0, 'create'), ['cell 0 rw']],
    ['loadable', on(0, 'create', 'load'), ['cell 0 rw', 'root rw']],
    ['started', on(0, 'create', 'load', 'start'), ['cell 0 rw']],
    ['started without a load', on(0, 'create', 'start'), ['cell 0 rw']],
    ['shut down', on(0, 'create', 'load', 'start', 'shutdown'), ['cell 0 rw', 'root rw']],
    ['destroyed', on(0, 'create', 'load', 'start', 'destroy'), ['root rw']],
  ];
  test.each(states)('RAM, %s', (_, events, owners) => {
    expect(who(rpi4, last(rpi4, events), ram)).toEqual(owners);
  });

  test('before Jailhouse is enabled everything is Linux’', () => {
    const [booted] = momentsOf(rpi4, []);
    if (booted === undefined) throw new Error('no moment');
    expect(who(rpi4, booted, 0x1fc00000n)).toEqual(['linux rw']);
    expect(cpuOwner(booted, 2)).toEqual(linux);
    expect(pinOwners(rpi4, booted, 125)).toEqual([linux]);
  });

  test('the virtual CPU interface stands where the guest looks for the GIC', () => {
    const moment = last(rpi4, on(0, 'create'));
    for (const holder of [rootCell, cellAt(0)])
      expect(accessAt(rpi4, moment, holder, 0xff843000n)).toMatchObject({
        kind: 'mapped',
        unit: 'GICV',
        start: 0xff842000n,
        phys: 0xff846000n,
      });
  });

  test('the distributor, the virtual PCI host and its registers trap; nothing is behind them', () => {
    const moment = last(rpi4, on(0, 'create'));
    for (const [address, unit] of [
      [0xff841000n, 'GICD'],
      [0xff900000n, 'the PCI configuration window'],
      [0xffa00000n, 'the BAR window of the virtual PCI devices'],
    ] as const)
      expect(accessAt(rpi4, moment, rootCell, address)).toMatchObject({ kind: 'trapped', unit, phys: undefined });
    expect(accessAt(rpi4, moment, cellAt(0), 0xff841004n)).toMatchObject({ kind: 'trapped', unit: 'GICD' });
  });

  test('hypervisor memory reads as zeros', () => {
    const moment = last(rpi4, []);
    expect(accessAt(rpi4, moment, rootCell, 0x1fc00000n)).toMatchObject({ kind: 'empty-page', read: true, write: false, end: 0x20000000n });
    expect(who(rpi4, moment, 0x1fc00000n)).toEqual([]);
  });

  test('the UART is shared, in the cell through a trap', () => {
    expect(who(rpi4, last(rpi4, on(0, 'create', 'load', 'start')), 0xfe215040n)).toEqual(['cell 0 rw trapped', 'root rw']);
  });

  test('the communication region is a page of the hypervisor', () => {
    expect(accessAt(rpi4, last(rpi4, on(0, 'create')), cellAt(0), 0x80000800n)).toMatchObject({
      kind: 'comm',
      write: false,
      phys: undefined,
    });
  });

  test('CPUs and interrupts move and come back', () => {
    const owners = (events: readonly CellEvent[]) => {
      const moment = last(rpi4, events);
      return {
        cpu: cpuOwner(moment, 2),
        uart: pinOwners(rpi4, moment, 125),
        timer: pinOwners(rpi4, moment, 27),
        maintenance: pinOwners(rpi4, moment, 25),
      };
    };
    const everybody = [rootCell, cellAt(0)];
    expect(owners(on(0, 'create'))).toEqual({ cpu: cellAt(0), uart: [cellAt(0)], timer: everybody, maintenance: [] });
    const rootOnly = { cpu: rootCell, uart: [rootCell], timer: [rootCell], maintenance: [] };
    expect(owners([])).toEqual(rootOnly);
    expect(owners(on(0, 'create', 'load', 'start', 'destroy'))).toEqual(rootOnly);
    expect(cpuOwner(last(rpi4, []), 17)).toBeUndefined();
  });

  test('each peer sees a virtual PCI device of its own', () => {
    expect(functionOwners(last(rpi4, on(0, 'create')), 0).map(({ holder }) => holder)).toEqual([rootCell, cellAt(0)]);
  });
});

describe('what holds of a working set', () => {
  test.each([
    ['rpi4', rpi4],
    ['qemu-arm64', qemu],
  ])('%s: nobody writes to memory of a running cell unless it is shared', (_, system) => {
    const moment = last(system, defaultEvents(system));
    let writable = 0;
    system.cells.forEach((_cell, at) => {
      for (const span of spansOf(system, moment, cellAt(at))) {
        if (!span.write || span.phys === undefined || span.unit !== undefined) continue;
        writable++;
        const others = ownersOf(system, moment, { start: span.phys, end: span.phys + span.end - span.start }).filter(
          (other) => other.span.write && JSON.stringify(other.span.holder) !== JSON.stringify(span.holder),
        );
        const isShared = ((span.region?.flags.value ?? 0n) & 0x80n) !== 0n;
        if (!isShared) expect(others).toEqual([]);
      }
    });
    expect(writable).toBeGreaterThan(4);
  });

  test.each([
    ['rpi4', rpi4],
    ['qemu-arm64', qemu],
  ])('%s: destroying all cells gives the enabled state back', (_, system) => {
    const before = last(system, []);
    const lives = (['create', 'load', 'start', 'destroy'] as const).flatMap((operation) => [...on(0, operation), ...on(1, operation)]);
    const after = last(system, lives);
    expect(spansOf(system, after, rootCell)).toEqual(spansOf(system, before, rootCell));
    if (before.kind !== 'enabled' || after.kind !== 'enabled') throw new Error('not enabled');
    expect(after.root.pins).toEqual(before.root.pins);
    expect(after.root.cpus).toBe(before.root.cpus);
    expect(after.root.functions).toEqual(before.root.functions);
    expect(after.root.windows).toEqual(before.root.windows);
  });
});

const region = (phys: bigint, size: bigint, ...flags: readonly string[]): RegionText => ({ phys, virt: phys, size, flags });
const hypervisor = { phys: 0x3f000000n, size: 0x400000n };
const root: ConfigText = { cpus: 0b1111, pins: [0xff], regions: [region(0n, 0x3f000000n, 'READ', 'WRITE', 'EXECUTE')] };

describe('sharp corners', () => {
  test('LOADABLE and ROOTSHARED: lost at the start, not given back when it is destroyed while it runs', () => {
    const system = inlineSystem(
      root,
      [{ cpus: 2, regions: [region(0x1000n, 0x1000n, 'READ', 'WRITE', 'LOADABLE', 'ROOTSHARED')] }],
      hypervisor,
    );
    expect(who(system, last(system, on(0, 'create')), 0x1000n)).toEqual(['cell 0 rw', 'root rw']);
    expect(who(system, last(system, on(0, 'create', 'load', 'start')), 0x1000n)).toEqual(['cell 0 rw']);
    expect(who(system, last(system, on(0, 'create', 'load', 'start', 'destroy')), 0x1000n)).toEqual([]);
    expect(who(system, last(system, on(0, 'create', 'load', 'start', 'shutdown', 'destroy')), 0x1000n)).toEqual(['root rw']);
  });

  test('one cell destroyed hands memory to the root cell that another one uses', () => {
    const ram = region(0x100000n, 0x10000n, 'READ', 'WRITE', 'LOADABLE');
    const system = inlineSystem(
      root,
      [
        { cpus: 2, regions: [ram] },
        { cpus: 4, regions: [ram] },
      ],
      hypervisor,
    );
    expect(who(system, last(system, [...on(0, 'create'), ...on(1, 'create', 'load', 'start'), ...on(0, 'destroy')]), 0x100000n)).toEqual([
      'cell 1 rw',
      'root rw',
    ]);
  });

  test('a sub-page region that the root cell maps as a page stays reachable there', () => {
    const system = inlineSystem(root, [{ cpus: 2, regions: [region(0x2040n, 0x40n, 'READ', 'WRITE', 'IO', 'IO_32')] }], hypervisor);
    expect(who(system, last(system, on(0, 'create')), 0x2040n)).toEqual(['cell 0 rw trapped', 'root rw']);
    expect(who(system, last(system, on(0, 'create')), 0x2000n)).toEqual(['root rw']);
    // The table of the root cell's windows has no room for one more.
    const after = last(system, on(0, 'create', 'destroy'));
    expect(after.kind === 'enabled' && after.root.windows.length).toBe(5);
  });

  test('a smaller sub-page region takes the root cell’s whole window, and leaves a broken one behind', () => {
    const wide = region(0x50000100n, 0x100n, 'READ', 'WRITE', 'IO', 'IO_32');
    const system = inlineSystem(
      { ...root, regions: [...root.regions, wide] },
      [{ cpus: 2, regions: [region(0x50000180n, 0x10n, 'READ', 'WRITE', 'IO', 'IO_32')] }],
      hypervisor,
    );
    expect(accessAt(system, last(system, []), rootCell, 0x50000100n)).toMatchObject({
      kind: 'trapped',
      phys: 0x50000100n,
      dangling: false,
    });
    expect(accessAt(system, last(system, on(0, 'create')), rootCell, 0x50000100n)).toBeUndefined();
    const after = last(system, on(0, 'create', 'destroy'));
    expect(accessAt(system, after, rootCell, 0x50000100n)).toBeUndefined();
    expect(accessAt(system, after, rootCell, 0x50000184n)).toMatchObject({ kind: 'trapped', start: 0x50000180n, dangling: true });
  });

  test('a region over the distributor deletes the root cell’s trap', () => {
    const cell = { cpus: 2, regions: [region(0x8000100n, 0x20n, 'READ', 'IO', 'IO_32')] };
    const system = inlineSystem({ ...root, regions: [region(0n, 0x1000n, 'READ')] }, [cell], hypervisor);
    expect(accessAt(system, last(system, []), rootCell, 0x8000000n)).toMatchObject({ kind: 'trapped', unit: 'GICD' });
    expect(accessAt(system, last(system, on(0, 'create')), rootCell, 0x8000000n)).toBeUndefined();
  });

  test('CPUs that are taken refuse the cell; so does a second create', () => {
    const system = inlineSystem(
      root,
      [
        { cpus: 6, regions: [] },
        { cpus: 12, regions: [] },
        { cpus: 15, regions: [] },
      ],
      hypervisor,
    );
    const refusals = momentsOf(system, [
      ...on(0, 'create', 'create'),
      ...on(1, 'create', 'load'),
      ...on(2, 'create'),
      ...on(0, 'destroy'),
      ...on(2, 'create'),
      ...on(7, 'start'),
    ]);
    expect(refusals.map((moment) => (moment.kind === 'enabled' ? moment.refusal : 'booted'))).toEqual([
      'booted',
      undefined,
      undefined,
      'exists',
      'cpus',
      'absent',
      'cpus',
      undefined,
      'cpus',
      'absent',
    ]);
  });

  test('an interrupt of a cell that the root cell does not list is not the root cell’s afterwards', () => {
    const system = inlineSystem(root, [{ cpus: 2, regions: [], pins: [0x101] }], hypervisor);
    const owners = (events: readonly CellEvent[]) => [32, 33, 40].map((pin) => pinOwners(system, last(system, events), pin));
    expect(owners([])).toEqual([[rootCell], [rootCell], []]);
    expect(owners(on(0, 'create'))).toEqual([[cellAt(0)], [rootCell], [cellAt(0)]]);
    expect(owners(on(0, 'create', 'destroy'))).toEqual([[rootCell], [rootCell], []]);
  });

  test('a physical PCI device moves; one that the root cell never had does not go there', () => {
    const system = inlineSystem({ ...root, devices: [0x10] }, [{ cpus: 2, regions: [], devices: [0x10, 0x18] }], hypervisor);
    const owners = (events: readonly CellEvent[]) =>
      [0x10, 0x18].map((bdf) => functionOwners(last(system, events), bdf).map(({ holder }) => holder));
    expect(owners([])).toEqual([[rootCell], []]);
    expect(owners(on(0, 'create'))).toEqual([[cellAt(0)], [cellAt(0)]]);
    expect(owners(on(0, 'create', 'destroy'))).toEqual([[rootCell], []]);
  });

  test('a region that runs past 2^64 is cut', () => {
    const system = inlineSystem(root, [{ cpus: 2, regions: [region(0xfffffffffffff000n, 0x5000n, 'READ', 'WRITE')] }], hypervisor);
    expect(spansOf(system, last(system, on(0, 'create')), cellAt(0)).at(-1)?.end).toBe(1n << 64n);
  });
});

test('10,000 regions in the root cell and in a cell: every page has the owner that was meant', () => {
  const flags = ['READ', 'WRITE', 'LOADABLE'];
  const many = (from: bigint) => Array.from({ length: 10_000 }, (_, at) => region(from + BigInt(at) * 0x2000n, 0x1000n, ...flags));
  const system = inlineSystem({ ...root, regions: many(0n) }, [{ cpus: 2, regions: many(0n).filter((_, at) => at % 2 === 0) }], {
    phys: 0x3f000000n,
    size: 0x400000n,
  });
  const moment = last(system, on(0, 'create'));
  expect(spansOf(system, moment, rootCell).filter(({ kind }) => kind === 'mapped')).toHaveLength(5000);
  expect(who(system, moment, 0x2000n * 4000n)).toEqual(['cell 0 rw']);
  expect(who(system, moment, 0x2000n * 4001n)).toEqual(['root rw']);
  expect(spansOf(system, last(system, on(0, 'create', 'destroy')), rootCell)).toEqual(spansOf(system, last(system, []), rootCell));
});
