import { qemuArm64 } from '@jailhouse-cells/simulator/machine/boards.ts';
import { createMachine, type SimulatedMachine } from '@jailhouse-cells/simulator/machine/create-machine.ts';
import { ivshmemDemo } from '@jailhouse-cells/simulator/machine/stand-ins.ts';
import type { TargetAtHand } from '@jailhouse-cells/simulator/target/create.ts';
import { recreate } from '../../outcomes/recreate.ts';
import type { Row } from '../../outcomes/rows.ts';
import { barOfFirstDevice, isDead, probe, probeFromRoot, type RecordedRun, readsOfCellRam } from '../machine/outcome-chain.ts';
import { asRoot, recordedBoard } from './recorded-board.ts';
import { type Answer, ask } from './simulated-session.ts';

/** How a row ended, by what its commands answered and what sysfs, the kernel's log and the UART showed. */
export interface EndedRun {
  readonly class: string;
  readonly firstFailing: string;
  /** Exit status of the operation that failed, `none (no return)` for one that did not come back; 0 when none failed. */
  readonly exitCode: string;
  /** Everything that was printed, for the messages of failing tests. */
  readonly text: string;
}

const never = 'none (no return)';
/** Turns of the event loop in which a call comes back if it ever does: the driver takes one timer of 5 ms, and a `jailhouse` one call. */
const patience = 60;

/** Types the row's commands on a target of its own. What the probe did from Linux is done on the target's machine: no command of it is recorded. */
export async function runRow(row: Row, run: RecordedRun): Promise<EndedRun> {
  const { workspace, paths } = recreate(row);
  const files = Object.fromEntries(
    paths.map((path, index) => {
      const bytes = workspace.check(path).config?.bytes;
      if (bytes === undefined) throw new Error(`${row.id}: ${path} holds no config`);
      return [`/root/jh/${'root a b'.split(' ')[index]}.cell`, bytes];
    }),
  );
  let machine: SimulatedMachine | undefined;
  const target = recordedBoard({
    board: qemuArm64({ cpus: 4 }),
    machine: (board) => {
      machine = createMachine(board);
      return machine;
    },
    moduleLoaded: true,
    files: {
      ...files,
      '/root/jh/ivshmem-demo.bin': new Uint8Array(23000).fill(1),
      '/root/jh/ivshmem-demo.bin.profile.json': JSON.stringify(ivshmemDemo),
    },
  });
  let text = '';
  const lacks: string[] = [];
  let crash: string | undefined;
  let rejected: { readonly operation: string; readonly status: string } | undefined;
  const ended = (name: string, firstFailing: string, exitCode: string): EndedRun => ({
    class: name,
    firstFailing,
    exitCode,
    text: `${text}${lacks.join('\n')}`,
  });
  const sysfs = async (path: string): Promise<string> =>
    (await patiently(target, `cat /sys/devices/jailhouse/${path}`))?.stdout.trimEnd() ?? '';

  const operations = [...(row.kind === 'root' ? [] : ['enable']), ...run.operations];
  const last = [...run.operations, 'none', 'create2', probe, 'start (ivshmem-demo)'].includes(run.firstFailing) ? [] : [run.firstFailing];
  const reads = readsOfCellRam[row.id];
  let bar: bigint | undefined;
  for (const operation of [...operations, ...last]) {
    const name = operation === 'ivstart' ? 'start (ivshmem-demo)' : operation;
    const [serialBefore, logBefore] = [target.serial.length, target.kernelLog.length];
    const answer = await patiently(target, asRoot(`${commandOf(operation)}; echo rc=$?`));
    const status = /rc=(\d+)\n$/.exec(answer?.stdout ?? '')?.[1] ?? never;
    const console = target.serial.slice(serialBefore);
    const log = target.kernelLog.slice(logBefore);
    text += `== ${name}: ${status} ${target.power}\n${answer?.stdout ?? ''}${answer?.stderr ?? ''}${log}${console}`;
    if (status === never || status === '139') {
      const told = /FATAL|Unhandled|Internal error/.test(console + log);
      const parked = target.power === 'up' && (await sysfs('cells/0/cpus_failed_list')) !== '';
      return ended(told || parked || status === '139' ? 'root-or-machine-dies' : 'hang', name, status);
    }
    if (status !== '0') rejected ??= { operation: name, status };
    else {
      const states = (await patiently(target, 'cat /sys/devices/jailhouse/cells/[1-9]*/state'))?.stdout;
      const failed = states?.includes('failed') === true;
      if (operation.includes('start') && failed) crash ??= name;
      if (operation === 'enable') {
        const devices = (await patiently(target, 'ls /sys/bus/pci/devices | grep -c ^0001:'))?.stdout.trim() ?? '0';
        if (Number(devices) < 2) lacks.push(`virtual PCI devices in root: ${devices} instead of 2`);
        if (console === '') lacks.push('no hypervisor output on the UART');
        const root = await sysfs('cells/0/state');
        if (root !== 'running') lacks.push(`root cell is ${root}`);
      }
      if (/^start/.test(operation) && !failed && !console.includes('Timer fired')) lacks.push('inmate prints no "Timer fired"');
      if (operation === 'ivstart' && !failed && !console.includes('IVSHMEM: initialized device')) lacks.push('ivshmem not initialised');
    }
    // From here on as root's own Linux: no command of Jailhouse.
    if (machine === undefined) throw new Error('the target made no machine');
    if (operation === 'enable') bar = barOfFirstDevice(machine);
    if (operation === 'ivstart') {
      const wasFailed = machine.cells[1]?.state === 'failed';
      const access = probeFromRoot(machine, bar);
      if (isDead(access)) return ended('root-or-machine-dies', probe, never);
      if (!wasFailed && !access.console.includes('got interrupt')) lacks.push('no ivshmem interrupt from root');
    }
    if (reads?.after === operation && isDead(machine.rootAccess({ address: 0x7fa00000n, width: 4 })))
      return ended('root-or-machine-dies', reads.name, never);
  }
  if (crash !== undefined) return ended('cell-crashes', crash, '0');
  if (rejected !== undefined) return ended('rejected-clean', rejected.operation, rejected.status);
  return ended(lacks.length > 0 ? 'silently-ignored' : 'accepted-harmless', 'none', '0');
}

/** The answer, or undefined when the command does not come back. */
async function patiently(target: TargetAtHand, command: string): Promise<Answer | undefined> {
  let answer: Answer | undefined;
  void ask(target, command).then((given) => {
    answer = given;
  });
  for (let turn = 0; turn < patience && answer === undefined && target.power === 'up'; turn++)
    await new Promise((resolve) => setTimeout(resolve, 5));
  return answer;
}

function commandOf(operation: string): string {
  const id = operation.endsWith('B') ? 2 : 1;
  switch (operation.replace(/[AB]$/, '')) {
    case 'enable':
      return 'jailhouse enable root.cell';
    case 'create':
      return `jailhouse cell create ${id === 2 ? 'b' : 'a'}.cell`;
    case 'load':
      return `jailhouse cell load ${id} gic-demo.bin`;
    case 'ivload':
      return `jailhouse cell load ${id} ivshmem-demo.bin`;
    case 'start':
    case 'ivstart':
      return `jailhouse cell start ${id}`;
    case 'shutdown':
    case 'sd':
      return `jailhouse cell shutdown ${id}`;
    case 'destroy':
      return `jailhouse cell destroy ${id}`;
    case 'disable':
      return 'jailhouse disable';
    default:
      throw new Error(`unknown operation ${operation}`);
  }
}
