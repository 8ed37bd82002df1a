import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CellEvent, momentsOf } from '@jailhouse-cells/core/system/moments.ts';
import { type AccessSpan, accessAt, cellAt, type Holder, rootCell } from '@jailhouse-cells/core/system/ownership.ts';
import type { System } from '@jailhouse-cells/core/system/system.ts';
import { describe, expect, test } from 'vitest';
import { MemoryFiles } from '../memory-files.ts';
import { mutate } from '../outcomes/edit-config.ts';
import { type Mutation, readMutations } from '../outcomes/mutation-language.ts';
import { readConfig, systemOf } from './read-system.ts';

/** Rows of outcomes.tsv that name the address at which the hypervisor parked a CPU: the model must say so too. */

const examples = join(import.meta.dirname, '../../examples/qemu-arm64/configs');
const table = readFileSync(join(import.meta.dirname, '../outcomes/outcomes.tsv'), 'utf8')
  .trimEnd()
  .split('\n');
const columns = (table[0] ?? '').split('\t');
const rows = table.slice(1).map((line) => {
  const cells = line.split('\t');
  return (name: string): string => cells[columns.indexOf(name)] ?? '';
});

/** As a `.cell` file: its counters count, as for the hypervisor. */
function mutated(files: MemoryFiles, name: string, mutations: readonly Mutation[]): string {
  const path = `/rows/${name}.c`;
  files.set(path, readFileSync(join(examples, `${name}.c`), 'utf8'));
  const config = readConfig(files, path);
  if (mutations.length > 0) files.set(path, mutate(config, files.readText(path) ?? '', mutations));
  const binary = `/rows/${name}.cell`;
  files.set(binary, readConfig(files, path).bytes);
  return binary;
}

function systemOfRow(row: (name: string) => string): System {
  const files = new MemoryFiles();
  const mutations = readMutations(row('mutation')).get('') ?? [];
  const isRoot = row('kind') === 'root';
  return systemOf(files, [
    mutated(files, 'qemu-arm64', [{ kind: 'set', path: 'cpus[0]', from: '0xffff', to: '0xf' }, ...(isRoot ? mutations : [])]),
    mutated(files, isRoot ? 'qemu-arm64-inmate-demo' : row('base'), isRoot ? [] : mutations),
  ]);
}

const operations = ['create', 'load', 'start', 'shutdown', 'destroy'] as const;

function operationOf(name: string): CellEvent | undefined {
  const operation = operations.find((known) => name.replace(/^iv/, '') === known);
  return operation && { operation, cell: 0 };
}

/** The events up to the operation that failed: that one is the last. */
function eventsOf(row: (name: string) => string): readonly CellEvent[] {
  const tried = row('operations_tried').split(' > ');
  const failing = row('first_failing_operation').replace('start (ivshmem-demo)', 'ivstart');
  const at = tried.indexOf(failing);
  return (at < 0 ? [...tried, failing] : tried.slice(0, at + 1)).flatMap((name) => operationOf(name) ?? []);
}

interface Fault {
  readonly kind: 'read' | 'write' | 'execute';
  readonly address: bigint;
  readonly holder: Holder;
}

function faultOf(message: string): Fault | undefined {
  const parked = /Parking CPU \d+ \(Cell: "([^"]+)"\)/.exec(message);
  const data = /Unhandled data (read|write) at (0x[0-9a-f]+)/.exec(message);
  const fetch = /instruction abort at (0x[0-9a-f]+)/.exec(message);
  if (parked === null || (data === null && fetch === null)) return undefined;
  const holder = parked[1] === 'qemu-arm64' ? rootCell : cellAt(0);
  return { kind: data === null ? 'execute' : (data[1] as 'read' | 'write'), address: BigInt(data?.[2] ?? fetch?.[1] ?? 0), holder };
}

function accessAfter(
  row: (name: string) => string,
  events: readonly CellEvent[],
  { holder, address }: Omit<Fault, 'kind'>,
): AccessSpan | undefined {
  const system = systemOfRow(row);
  const moment = momentsOf(system, events).at(-1);
  return moment && accessAt(system, moment, holder, address);
}

describe('faults that the hypervisor reported', () => {
  const faults = rows.flatMap((row) => {
    const fault = faultOf(row('key_message'));
    // There a physical device stands in for a virtual one, and EL2 itself dies first.
    return fault === undefined || row('id') === 'C8J-type-device' ? [] : [{ id: row('id'), row, fault }];
  });

  test('there are some', () => {
    expect(faults.length).toBeGreaterThan(15);
  });

  test.each(faults)('$id', ({ row, fault }) => {
    expect(accessAfter(row, eventsOf(row), fault)?.[fault.kind] ?? false).toBe(false);
  });
});

describe('accesses that the hypervisor let pass', () => {
  const ram = { holder: rootCell, address: 0x7fa00000n };
  const all = (...names: readonly CellEvent['operation'][]): CellEvent[] => names.map((operation) => ({ operation, cell: 0 }));
  const passed: readonly (readonly [string, readonly CellEvent[]])[] = [
    ['C3U-shared-load-poke', all('create', 'load', 'start', 'load', 'start', 'shutdown', 'destroy')],
    ['C3Z-baseline-destroy-running-poke', all('create', 'load', 'start', 'load', 'start', 'destroy')],
    ['C3W-baseline-poke-running', all('create', 'load')],
    ['C3W-baseline-poke-running', all()],
  ];
  test.each(passed)('%s', (id, events) => {
    const row = rows.find((candidate) => candidate('id') === id);
    if (row === undefined) throw new Error(`no row ${id}`);
    const span = accessAfter(row, events, ram);
    expect(span).toMatchObject({ kind: 'mapped', read: true, write: true });
    expect(span?.phys).toBe(span?.start);
  });
});
