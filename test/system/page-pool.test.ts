import type { CellEvent } from '@jailhouse-cells/core/system/moments.ts';
import { cellPages, earlyPages, enabledPages, estimateSlack, poolUse, usablePages } from '@jailhouse-cells/core/system/page-pool.ts';
import { PageTables } from '@jailhouse-cells/core/system/page-tables.ts';
import type { System } from '@jailhouse-cells/core/system/system.ts';
import { describe, expect, test } from 'vitest';
import { type ConfigText, exampleSystem, inlineSystem, type RegionText } from './read-system.ts';

/** Words like `create 1`. */
function events(text: string): readonly CellEvent[] {
  return text.split(', ').map((word): CellEvent => {
    const [operation = '', cell = ''] = word.split(' ');
    return { operation: operation as CellEvent['operation'], cell: Number(cell) };
  });
}

function used(system: System, text: string): readonly number[] {
  return (poolUse(system, text === '' ? [] : events(text))?.moments ?? []).map((moment) => moment.used);
}

describe('against "Page pool usage" of a real hypervisor (e57d1eff)', () => {
  const qemu = exampleSystem('qemu-arm64', 'qemu-arm64', 'qemu-arm64-inmate-demo', 'qemu-arm64-linux-demo');

  // transcripts.json: the upstream configs that the example follows, 16 CPUs.
  test('QEMU, the bare-metal cell', () => {
    expect(used(qemu, 'create 0, load 0, start 0, destroy 0')).toEqual([87, 144, 158, 158, 158, 144]);
  });
  test('QEMU, the Linux cell: a table that was split in the root cell stays', () => {
    expect(used(qemu, 'create 1, load 1, start 1, destroy 1')).toEqual([87, 144, 159, 159, 159, 145]);
  });
  test('QEMU, both', () => {
    expect(used(qemu, 'create 0, create 1, destroy 0')).toEqual([87, 144, 158, 173, 159]);
  });

  // jailhouse-rules.md 4.1: upstream's configs, whose regions differ a little from the example's.
  test('Raspberry Pi 4', () => {
    const rpi4 = exampleSystem('rpi4', 'rpi4', 'rpi4-linux-demo', 'rpi4-inmate-demo');
    const measured = [39, 61, 76, 90];
    used(rpi4, 'create 0, create 1').forEach((pages, at) => {
      expect(Math.abs(pages - (measured[at] ?? 0))).toBeLessThan(estimateSlack);
    });
    expect(poolUse(rpi4)).toMatchObject({ pages: 994, usable: 960 });
  });
});

const region = (phys: bigint, size: bigint, flags = ['READ', 'WRITE', 'EXECUTE']): RegionText => ({ phys, virt: phys, size, flags });
const root = (...regions: readonly RegionText[]): ConfigText => ({ cpus: 0b1111, regions });
const hypervisor = { phys: 0x3fc00000n, size: 0x400000n };
const mib = 0x100000n;

describe('what an operation costs', () => {
  test('memory inside a gigabyte that the root cell maps as one block: all of its tables', () => {
    const wide = inlineSystem(root(region(0x40000000n, 0x40000000n)), [{ cpus: 2, regions: [region(0x50000000n, mib)] }], hypervisor);
    const [, enabled = 0, created = 0] = used(wide, 'create 0');
    const own = cellPages(wide.root, wide.cells[0]?.config ?? wide.root);
    // The block becomes a table of level 2 and 512 of level 3.
    expect(created - enabled).toBe(own + 513);
    const narrow = inlineSystem(root(region(0x40000000n, 0x3fe00000n)), [{ cpus: 2, regions: [region(0x50000000n, mib)] }], hypervisor);
    const [, before = 0, after = 0] = used(narrow, 'create 0');
    expect(after - before).toBe(own + 1);
  });

  test('two such cells do not fit into 4 MiB', () => {
    const system = inlineSystem(
      root(region(0x40000000n, 0x80000000n)),
      [
        { cpus: 2, regions: [region(0x50000000n, mib)] },
        { cpus: 4, regions: [region(0x90000000n, mib)] },
      ],
      hypervisor,
    );
    expect(poolUse(system, events('create 0, create 1, destroy 0'))?.moments.map(({ exhausted }) => exhausted)).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
  });

  test('what is refused costs nothing', () => {
    const system = inlineSystem(root(region(0n, mib)), [{ cpus: 15, regions: [region(0n, mib)] }], hypervisor);
    const [, enabled, refused] = used(system, 'create 0');
    expect(refused).toBe(enabled);
  });

  test('other architectures: nothing is known', () => {
    const system = inlineSystem(root(region(0n, mib)), [], hypervisor);
    expect(poolUse({ ...system, root: { ...system.root, arch: 'x86' } })).toBeUndefined();
  });

  // target-behaviour.md 10: with 4 CPUs, 0x60000 and 0x80000 enable and then answer ENOMEM to create.
  test.each([
    [0x50000n, 'enable'],
    [0x60000n, 'create'],
    [0x80000n, 'create'],
    [0x100000n, 'nothing'],
  ])('%s bytes of hypervisor memory: %s fails', (size, failing) => {
    const qemu = exampleSystem('qemu-arm64', 'qemu-arm64', 'qemu-arm64-inmate-demo');
    const header = qemu.root.system;
    if (header === undefined) throw new Error('no system');
    const memory = { ...header.hypervisorMemory, size: { ...header.hypervisorMemory.size, value: size } };
    const config = { ...qemu.root, cpus: { ...qemu.root.cpus, value: 0xfn }, system: { ...header, hypervisorMemory: memory } };
    const full = poolUse({ ...qemu, root: config }, events('create 0'))?.moments.map(({ exhausted }) => exhausted);
    expect(full?.slice(1)).toEqual([failing === 'enable', failing !== 'nothing']);
    expect(usablePages(config) < enabledPages(config)).toBe(failing === 'enable');
    expect(earlyPages(config)).toBeLessThan(enabledPages(config));
  });

  test('hypervisor memory as large as the address space', () => {
    const system = inlineSystem(root(region(0x201000n, 1n << 60n)), [{ cpus: 2, regions: [region(0x1000n, 1n << 62n)] }], {
      phys: 0x200000n,
      size: 1n << 63n,
    });
    expect(poolUse(system)?.moments.length).toBe(5);
  });

  test('a region as large as the address space ends the count, not the machine', () => {
    const system = inlineSystem(
      root(region(0n, 1n << 62n, ['READ', 'NO_HUGEPAGES'])),
      [{ cpus: 2, regions: [region(0x1000n, 1n << 62n)] }],
      hypervisor,
    );
    expect(poolUse(system)?.moments.at(-1)?.exhausted).toBe(true);
  });
});

describe('page tables', () => {
  const blocks = { blocks: true };

  test('aligned blocks need no tables of their own', () => {
    const tables = new PageTables(0, 1000);
    tables.map(0x40000, 0x40000, 0x40000, blocks);
    expect(tables.count).toBe(1);
    tables.map(0x80000, 0x80000, 0x200, blocks);
    expect(tables.count).toBe(2);
    tables.map(0x80200, 0x80201, 0x200, blocks);
    expect(tables.count).toBe(3);
  });

  test('what is unmapped again leaves none', () => {
    const tables = new PageTables(0, 10_000);
    tables.map(3, 7, 0x50000, blocks);
    tables.map(0x100, 0x100, 0x40000, { blocks: false });
    expect(tables.count).toBeGreaterThan(0x200);
    tables.unmap(0, 0x60000);
    expect(tables.count).toBe(0);
  });

  test('a block over finer tables frees them', () => {
    const tables = new PageTables(0, 10_000);
    tables.map(0, 0, 0x40000, { blocks: false });
    expect(tables.count).toBe(1 + 1 + 512);
    tables.map(0, 0, 0x40000, blocks);
    expect(tables.count).toBe(1);
  });

  test('a mapping in a block splits it with blocks, an unmapping to the last page', () => {
    const mapped = new PageTables(0, 10_000);
    mapped.map(0, 0, 0x40000, blocks);
    mapped.map(5, 9, 1, blocks);
    expect(mapped.count).toBe(3);
    const unmapped = new PageTables(0, 10_000);
    unmapped.map(0, 0, 0x40000, blocks);
    unmapped.unmap(5, 1);
    expect(unmapped.count).toBe(1 + 513);
  });

  test('CPUs with 40 bits: the root table holds no blocks', () => {
    const tables = new PageTables(1, 10_000);
    tables.map(0, 0, 0x40000, blocks);
    expect(tables.count).toBe(1);
  });
});
