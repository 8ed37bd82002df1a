import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { qemuArm64 } from '@jailhouse-cells/simulator/machine/boards.ts';
import { createMachine } from '@jailhouse-cells/simulator/machine/create-machine.ts';
import { cpuBack, cpuGone } from '@jailhouse-cells/simulator/machine/kernel-texts.ts';
import type { CallResult, CellReference, LoadedBytes, Machine } from '@jailhouse-cells/simulator/machine/machine.ts';
import { gicDemo } from '@jailhouse-cells/simulator/machine/stand-ins.ts';
import { describe, expect, test } from 'vitest';
import { exampleCell } from './example-cells.ts';

/**
 * What real runs printed (QEMU arm64, 16 CPUs, upstream's configs, of which the examples are the like): from `transcripts.json`, record by record. Of the
 * commands of a record only what they ask of the driver is here; lines of inmates' timers are left out.
 */
interface Step {
  readonly record: number;
  readonly operations: readonly string[];
  /** What `jailhouse` said behind `JAILHOUSE_…:`, in order. */
  readonly errors: readonly string[];
  readonly kernelLog: readonly string[];
  readonly console: readonly string[];
  /** Rows of the next `jailhouse cell list`: number, name, state, CPUs, failed CPUs. */
  readonly cells?: readonly (readonly string[])[];
}

interface Run {
  /** The kernel had lost the PCI domain before the first step. */
  readonly losesPciDomainBefore: boolean;
  readonly steps: readonly Step[];
}

const runs: readonly Run[] = JSON.parse(readFileSync(join(import.meta.dirname, 'recorded-runs.json'), 'utf8'));

const strerror: Readonly<Record<string, string>> = {
  EINVAL: 'Invalid argument',
  EBUSY: 'Device or resource busy',
  EEXIST: 'File exists',
  ENOENT: 'No such file or directory',
};

function changed(bytes: Uint8Array, change: (copy: DataView) => void): Uint8Array {
  const copy = Uint8Array.from(bytes);
  change(new DataView(copy.buffer));
  return copy;
}

const root = exampleCell('qemu-arm64/configs/qemu-arm64.c');
const demo = exampleCell('qemu-arm64/configs/qemu-arm64-inmate-demo.c');
const linux = exampleCell('qemu-arm64/configs/qemu-arm64-linux-demo.c');
/** Region 6 of the bare-metal cell, its RAM: description, CPU set, six regions. */
const ram = 132 + 8 + 6 * 32;
const configs: Readonly<Record<string, Uint8Array>> = {
  root,
  demo,
  linux,
  text: new TextEncoder().encode('vm\n'),
  empty: new Uint8Array(),
  cut: root.subarray(0, 400),
  'root revision': changed(root, (view) => view.setUint16(6, 13, true)),
  'root arch': changed(root, (view) => view.setUint8(5, 0)),
  'missing-high': changed(root, (view) => view.setUint16(488, 0x7fff, true)),
  revision: changed(demo, (view) => view.setUint16(6, 13, true)),
  arch: changed(demo, (view) => view.setUint8(5, 0)),
  unaligned: changed(demo, (view) => view.setBigUint64(ram + 16, 0x10800n, true)),
  overlap: changed(demo, (view) => view.setBigUint64(ram, 0x7fc00000n, true)),
};

function config(name: string): Uint8Array {
  const bytes = configs[name];
  if (bytes === undefined) throw new Error(`no config ${name}`);
  return bytes;
}

const image = (size: number, address: bigint): LoadedBytes => ({ bytes: new Uint8Array(size), address, profile: gicDemo });
const small = 23000;
const big = 8 << 20;

function cellOf(text = ''): CellReference {
  return text.startsWith('name:') ? { name: text.slice(5) } : { id: Number(text) };
}

const silent: CallResult = { end: { kind: 'done' }, kernelLog: [], console: '' };

function perform(machine: Machine, board: ReturnType<typeof qemuArm64>, operation: string): CallResult {
  const [verb = '', first = '', second = '0'] = operation.split(' ');
  switch (verb) {
    case 'enable':
      return machine.enable(config(first === '' ? 'root' : (`root ${first}` in configs && `root ${first}`) || first));
    case 'disable':
      return machine.disable();
    case 'create':
      return machine.create(config(first));
    case 'load':
      return machine.load(cellOf(first), [image(small, 0n)]);
    case 'load-empty':
      return machine.load(cellOf(first), [image(0, 0n)]);
    case 'load-at':
      return machine.load(cellOf(first), [image(small, BigInt(second))]);
    case 'load-big':
      return machine.load(cellOf(first), [image(big, BigInt(second))]);
    case 'load-linux':
      return machine.load(cellOf(first), [
        { bytes: new Uint8Array(small), address: 0n, profile: undefined },
        { bytes: new Uint8Array(big), address: 0x70200000n, profile: undefined },
        { bytes: new Uint8Array(1801), address: 0x70000000n, profile: undefined },
      ]);
    case 'shutdown':
      return machine.load(cellOf(first), []);
    case 'start':
      return machine.start(cellOf(first));
    case 'quietly':
      machine.start(cellOf(second));
      return silent;
    case 'destroy':
      return machine.destroy(cellOf(first));
    case 'offline':
      expect(machine.setOnline(Number(first), false)).toBe(true);
      return { ...silent, kernelLog: [cpuGone(Number(first))] };
    case 'online':
      expect(machine.setOnline(Number(first), true)).toBe(true);
      return { ...silent, kernelLog: cpuBack(board, Number(first)) };
    case 'unload':
      machine.unload();
      return silent;
    default:
      throw new Error(`unknown operation ${operation}`);
  }
}

/** What varies from run to run: the order of CPUs, which of them it is, process numbers, the rest of a kernel warning, the build folder, blank lines. */
function comparable(lines: readonly string[]): readonly string[] {
  const plain = lines
    .filter((line) => line !== '' && !line.startsWith('Timer fired'))
    .map((line) =>
      line
        .replace(/on CPU \d+$/, 'on CPU n')
        .replace(/^WARNING: CPU: \d+ PID: \d+/, 'WARNING: CPU: n PID: n')
        .replace(/\S*\/hypervisor\//, ''),
    );
  const cpuLine = /^ (?:Releasing )?CPU \d+(?:\.\.\. OK)?$/;
  const kept: string[] = [];
  let inWarning = false;
  for (const line of plain) {
    if (line.startsWith('---[ end trace')) inWarning = false;
    if (!inWarning) kept.push(line);
    if (line.startsWith('Modules linked in')) inWarning = true;
  }
  const inOrder = kept.filter((line) => !cpuLine.test(line));
  return [...inOrder, ...kept.filter((line) => cpuLine.test(line)).sort()];
}

function listed(cpus: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const cpu of cpus) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === cpu - 1) last[1] = cpu;
    else runs.push([cpu, cpu]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

describe.each(runs.map((run, index) => ({ run, index })))('recorded run $index', ({ run }) => {
  const board = qemuArm64({ cpus: 16 });
  const machine = createMachine(board);
  if (run.losesPciDomainBefore) {
    machine.enable(root);
    machine.disable();
  }
  for (const step of run.steps) {
    test(`record ${step.record}: ${step.operations.join(', ')}`, () => {
      const results = step.operations.map((operation) => perform(machine, board, operation));
      const errors = results.flatMap(({ end }) => (end.kind === 'error' ? [strerror[end.errno] ?? end.errno] : []));
      expect(errors).toEqual(step.errors);
      const last = results.at(-1)?.end.kind;
      // Where a call did not come back, nothing of what it had printed could be read.
      if (last !== 'root-cpu-parked' && last !== 'freeze') {
        const kernelLog = results.flatMap(({ kernelLog: lines }) => lines);
        expect(comparable(kernelLog)).toEqual(comparable(step.kernelLog));
        const printed = results.flatMap(({ console }) => console.split('\n'));
        const [got, wanted] = [comparable(printed), comparable(step.console)];
        // An inmate and the hypervisor print at the same time.
        if (step.operations.includes('start name:inmate-demo')) expect([...got].sort()).toEqual([...wanted].sort());
        else expect(got).toEqual(wanted);
      } else expect([316, 321]).toContain(step.record);
      if (step.cells === undefined) return;
      const cells = machine.cells.map(({ id, name, state, cpus, failedCpus }) => [
        `${id}`,
        name,
        state,
        listed(cpus),
        `${failedCpus.length} failed`,
      ]);
      expect(cells).toEqual(step.cells.map((row) => [...row.slice(0, 4), `${row[4] === '' ? 0 : 1} failed`]));
    });
  }
});
