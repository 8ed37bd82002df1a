import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { qemuArm64 } from '@jailhouse-cells/simulator/machine/boards.ts';
import { createMachine, type SimulatedMachine } from '@jailhouse-cells/simulator/machine/create-machine.ts';
import type { CallResult, GuestProfile } from '@jailhouse-cells/simulator/machine/machine.ts';
import { gicDemo, ivshmemDemo } from '@jailhouse-cells/simulator/machine/stand-ins.ts';
import { recreate } from '../../outcomes/recreate.ts';
import type { Row } from '../../outcomes/rows.ts';

/** What the columns of outcomes.tsv say of the run itself. */
export interface RecordedRun {
  readonly operations: readonly string[];
  readonly firstFailing: string;
  /** Exit status of the operation that failed, or that it did not come back. */
  readonly exitCode: string;
}

export function readRuns(): ReadonlyMap<string, RecordedRun> {
  const [head = '', ...lines] = readFileSync(join(import.meta.dirname, '../../outcomes/outcomes.tsv'), 'utf8')
    .trimEnd()
    .split('\n');
  const names = head.split('\t');
  return new Map(
    lines.map((line) => {
      const cells = line.split('\t');
      const cell = (name: string): string => cells[names.indexOf(name)] ?? '';
      return [
        cell('id'),
        { operations: cell('operations_tried').split(' > '), firstFailing: cell('first_failing_operation'), exitCode: cell('exit_code') },
      ];
    }),
  );
}

export interface Outcome {
  readonly class: string;
  readonly firstFailing: string;
  /** Everything that was printed, for the messages of failing tests. */
  readonly text: string;
  readonly lacks: readonly string[];
  /** What was printed on the UART. */
  readonly console: string;
  /** Of the first call that failed with one. */
  readonly errno: string | undefined;
}

export const probe = 'root access to its virtual PCI device (probe), after start';
/** Rows in which root also reads the RAM of the cell, and after which operation: what their mutation or note says. */
export const readsOfCellRam: Readonly<Record<string, { readonly after: string; readonly name: string }>> = {
  'C3W-baseline-poke-running': { after: 'ivstart', name: probe },
  'C3X-shared-noload-poke': { after: 'ivstart', name: probe },
  'C3U-shared-load-poke': { after: 'destroy', name: 'poke' },
  'C3Y-shared-load-destroy-running-poke': { after: 'destroy', name: 'create2' },
  'C3Z-baseline-destroy-running-poke': { after: 'destroy', name: 'poke' },
};

/** Bytes of the demo programs, about. */
const imageSize = 0x5c00;

/** Runs what was tried on the real hypervisor, and what did not come back there, on the machine. */
export function replay(row: Row, run: RecordedRun): Outcome {
  const { workspace, paths } = recreate(row);
  const [root, a, b] = paths.map((path) => {
    const bytes = workspace.check(path).config?.bytes;
    if (bytes === undefined) throw new Error(`${row.id}: ${path} holds no config`);
    return bytes;
  });
  const machine = createMachine(qemuArm64({ cpus: 4 }));
  const steps: { readonly operation: string; readonly result: CallResult }[] = [];
  const lacks: string[] = [];
  const load = (id: number, profile: GuestProfile): CallResult =>
    machine.load({ id }, [{ bytes: new Uint8Array(imageSize), address: 0n, profile }]);
  const perform = (operation: string): CallResult => {
    const id = operation.endsWith('B') ? 2 : 1;
    const config = id === 2 ? b : a;
    switch (operation.replace(/[AB]$/, '')) {
      case 'enable':
        return machine.enable(root as Uint8Array);
      case 'create':
        return machine.create(config as Uint8Array);
      case 'load':
        return load(id, gicDemo);
      case 'ivload':
        return load(id, ivshmemDemo);
      case 'start':
      case 'ivstart':
        return machine.start({ id });
      case 'shutdown':
      case 'sd':
        return machine.load({ id }, []);
      case 'destroy':
        return machine.destroy({ id });
      case 'disable':
        return machine.disable();
      default:
        throw new Error(`${row.id}: unknown operation ${operation}`);
    }
  };
  const operations = [...(row.kind === 'root' ? [] : ['enable']), ...run.operations];
  const reads = readsOfCellRam[row.id];
  const last = [...run.operations, 'none', 'create2', probe, 'start (ivshmem-demo)'].includes(run.firstFailing) ? [] : [run.firstFailing];
  let bar: bigint | undefined;
  for (const operation of [...operations, ...last]) {
    const result = perform(operation);
    steps.push({ operation: operation === 'ivstart' ? 'start (ivshmem-demo)' : operation, result });
    if (isDead(result)) break;
    if (operation === 'enable') bar = barOfFirstDevice(machine);
    lacks.push(...lacksAfter(operation, result, machine));
    if (operation === 'ivstart') {
      const wasFailed = machine.cells[1]?.state === 'failed';
      const access = probeFromRoot(machine, bar);
      steps.push({ operation: probe, result: access });
      if (isDead(access)) break;
      if (!wasFailed && !access.console.includes('got interrupt')) lacks.push('no ivshmem interrupt from root');
    }
    if (reads?.after !== operation) continue;
    const access = machine.rootAccess({ address: 0x7fa00000n, width: 4 });
    steps.push({ operation: reads.name, result: access });
    if (isDead(access)) break;
  }
  return judge(steps, lacks);
}

export function isDead({ end }: CallResult): boolean {
  return end.kind !== 'done' && end.kind !== 'error';
}

/** Address that Linux has given to the registers of function 00:00.0 when it found it; undefined: none. */
export function barOfFirstDevice(machine: SimulatedMachine): bigint | undefined {
  const { virtualPci } = machine;
  if (virtualPci === undefined || !virtualPci.functions.some(({ bdf }) => bdf === 0)) return undefined;
  const bar = machine.rootAccess({ address: virtualPci.ecam.start + 0x10n, width: 4 }).value;
  return bar === undefined || bar === 0 ? undefined : BigInt(bar);
}

/** What the probe did on the target: enables the device as sysfs does, reads its id, rings the bare-metal cell. */
export function probeFromRoot(machine: SimulatedMachine, bar: bigint | undefined): CallResult {
  const { virtualPci } = machine;
  if (virtualPci === undefined || bar === undefined) return { end: { kind: 'done' }, kernelLog: [], console: '' };
  const results: CallResult[] = [];
  const accesses = [
    ...(machine.claimedByStub(0) ? [] : [{ address: virtualPci.ecam.start + 4n, width: 2, write: 2 } as const]),
    { address: bar, width: 4 } as const,
    { address: bar + 0xcn, width: 4, write: 1 << 16 } as const,
  ];
  for (const wanted of accesses) {
    const result = machine.rootAccess(wanted);
    results.push(result);
    if (isDead(result)) break;
  }
  const [first] = results;
  return {
    end: results.at(-1)?.end ?? { kind: 'done' },
    kernelLog: first?.kernelLog ?? [],
    console: results.map(({ console }) => console).join(''),
  };
}

function lacksAfter(operation: string, { end, console }: CallResult, machine: SimulatedMachine): readonly string[] {
  if (end.kind !== 'done') return [];
  const failed = machine.cells.slice(1).some(({ state }) => state === 'failed');
  switch (operation) {
    case 'enable': {
      const lacks: string[] = [];
      // As the recording looked for them: in domain 1.
      const functions = machine.virtualPci?.domain === 1 ? machine.virtualPci.functions.length : 0;
      if (functions < 2) lacks.push(`virtual PCI devices in root: ${functions} instead of 2`);
      if (console === '') lacks.push('no hypervisor output on the UART');
      if (machine.cells[0]?.state !== 'running') lacks.push(`root cell is ${machine.cells[0]?.state}`);
      return lacks;
    }
    case 'start':
      return failed || console.includes('Timer fired') ? [] : ['inmate prints no "Timer fired"'];
    case 'ivstart':
      return failed || console.includes('IVSHMEM: initialized device') ? [] : ['ivshmem not initialised'];
    default:
      return [];
  }
}

function judge(steps: readonly { readonly operation: string; readonly result: CallResult }[], lacks: readonly string[]): Outcome {
  const text = steps
    .map(({ operation, result }) => `== ${operation}: ${JSON.stringify(result.end)}\n${result.kernelLog.join('\n')}\n${result.console}`)
    .join('\n');
  const printed = steps.map(({ result }) => result.console).join('');
  const errno = steps.flatMap(({ result: { end } }) => (end.kind === 'error' ? [end.errno] : []))[0];
  const outcome = (name: string, firstFailing: string): Outcome => ({ class: name, firstFailing, text, lacks, console: printed, errno });
  const final = steps.at(-1);
  if (final !== undefined && isDead(final.result)) {
    const { end, console, kernelLog } = final.result;
    const told = /FATAL|Unhandled|Internal error/.test(console + kernelLog.join());
    const died = told || end.kind === 'oops' || end.kind === 'root-cpu-parked';
    return outcome(died ? 'root-or-machine-dies' : 'hang', final.operation);
  }
  const crash = steps.find(({ operation, result }) => operation.startsWith('start') && /Parking CPU/.test(result.console));
  if (crash !== undefined) return outcome('cell-crashes', crash.operation);
  const rejected = steps.find(({ result }) => result.end.kind === 'error');
  if (rejected !== undefined) return outcome('rejected-clean', rejected.operation);
  return outcome(lacks.length > 0 ? 'silently-ignored' : 'accepted-harmless', 'none');
}
