import { readFileSync } from 'node:fs';
import type { Board, BoardDevice } from '@jailhouse-cells/core/board/board.ts';
import { commandLineOf } from '@jailhouse-cells/core/board/cmdline.ts';
import { psciNode } from '@jailhouse-cells/core/board/cpus.ts';
import { boardFromTree } from '@jailhouse-cells/core/board/from-tree.ts';
import { qemuArm64Board } from '@jailhouse-cells/core/board/qemu-arm64.ts';
import type { AddressWindow } from '@jailhouse-cells/core/config/address-window.ts';
import type { BuiltNode } from '@jailhouse-cells/core/devicetree/built-node.ts';
import { describe, expect, test } from 'vitest';
import { cells, node, strings, treeWith } from '../devicetree/build-tree.ts';

const span = { file: 'jailhouse.json', start: 10, end: 20 };
const builtIn = qemuArm64Board({ ram: 0x40000000n, cpus: 4, span });

/** The tree that QEMU printed: scripts/qemu-virt-facts.ts. */
function printedTree(): BuiltNode {
  const nodes = new Map<string, BuiltNode>([['/', node(undefined, '')]]);
  const at = (path: string): BuiltNode => {
    const known = nodes.get(path);
    if (known !== undefined) return known;
    const slash = path.lastIndexOf('/');
    const made = node(at(slash === 0 ? '/' : path.slice(0, slash)), path.slice(slash + 1));
    nodes.set(path, made);
    return made;
  };
  const text = readFileSync(new URL('qemu-virt.tsv', import.meta.url), 'utf8');
  for (const line of text.split('\n')) {
    const [path, name, value] = line.split('\t');
    if (path === undefined || name === undefined || value === undefined) continue;
    const words = value === '' ? [] : value.split(' ').map(Number);
    at(path).properties.push(value.startsWith('[') ? strings(name, ...(JSON.parse(value) as string[])) : cells(name, ...words));
  }
  return at('/');
}

const printed = boardFromTree(treeWith(printedTree()), { span });

const ranges = (windows: readonly (AddressWindow | undefined)[]) => windows.map((window) => window && [window.start, window.size]);

function facts(devices: readonly BoardDevice[]) {
  return devices
    .map(({ name, compatible, windows, interrupts, enabled }) => ({
      name,
      compatible,
      windows: ranges(windows),
      interrupts: interrupts.map(({ intid, flags }) => [intid, flags]),
      enabled,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

describe("QEMU's arm64 board, built in and by the tree that QEMU prints, agrees on", () => {
  test('all devices', () => {
    expect(printed.devices.length).toBeGreaterThan(40);
    expect(facts(builtIn.devices)).toEqual(facts(printed.devices));
  });

  test('the interrupt controller', () => {
    const windows = ({ gic }: Board) => ranges([gic?.gicd, gic?.gicc, gic?.gich, gic?.gicv, ...(gic?.gicr ?? [])]);
    expect(windows(builtIn)).toEqual(windows(printed));
    expect(printed.gic).toMatchObject({ version: 3, maintenanceIrq: 25 });
    expect(builtIn.gic).toMatchObject({ version: 3, maintenanceIrq: 25 });
  });

  test('the PCI host', () => {
    const hosts = ({ pciHosts }: Board) =>
      pciHosts.map(({ name, domain, enabled, registers, windows }) => ({
        name,
        domain,
        enabled,
        registers: ranges(registers),
        windows: ranges(windows),
      }));
    expect(hosts(printed)).toMatchObject([{ domain: 0, enabled: true }]);
    expect(hosts(builtIn)).toEqual(hosts(printed));
  });

  test('CPUs and RAM', () => {
    const cpus = (board: Board) => board.cpus?.map(({ span: _, ...cpu }) => cpu);
    expect(cpus(builtIn)).toHaveLength(4);
    expect(cpus(builtIn)).toEqual(cpus(printed));
    expect(builtIn.addressBits).toBe(printed.addressBits);
    expect(ranges(builtIn.variants[0]?.ram ?? [])).toEqual(ranges(printed.variants[0]?.ram ?? []));
    expect(builtIn.reserved).toEqual(printed.reserved);
  });

  test('PSCI', () => {
    expect(psciNode(printed.tree?.root ?? node(undefined, ''))?.name).toBe('psci');
  });
});

test('mem=768M leaves Linux the first 768 MiB', () => {
  const commandLine = commandLineOf('console=ttyAMA0 mem=768M', span);
  const [variant] = qemuArm64Board({ ram: 0x40000000n, cpus: 4, commandLine, span }).variants;
  expect(ranges(variant?.ram ?? [])).toEqual([[0x40000000n, 0x40000000n]]);
  expect(ranges(variant?.linux ?? [])).toEqual([[0x40000000n, 0x30000000n]]);
});

test('CPUs come in clusters of 16; numbers that no machine has make no CPUs', () => {
  const mpidrs = (cpus: number) => qemuArm64Board({ ram: 1n << 30n, cpus, span }).cpus?.map(({ mpidr }) => mpidr) ?? [];
  expect(mpidrs(18).slice(14)).toEqual([14n, 15n, 0x100n, 0x101n]);
  expect(mpidrs(Number.NaN)).toEqual([]);
  expect(mpidrs(-1)).toEqual([]);
  expect(mpidrs(1e9)).toHaveLength(123);
});
