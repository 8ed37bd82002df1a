import type { Limits } from '@jailhouse-cells/deploy/apply/limits.ts';
import type { Problem } from '@jailhouse-cells/deploy/apply/problem.ts';
import type { CallEnd, CallResult, Machine } from '@jailhouse-cells/simulator/machine/machine.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { allRuns, Bench, failed, Project } from '../apply/bench.ts';

let bench: Bench;
let project: Project;
const limits: Partial<Limits> = { command: 3000, probe: 2000, comeBack: 0 };

beforeAll(async () => {
  bench = await Bench.start();
});
afterAll(() => bench?.stop());
beforeEach(() => {
  project = new Project();
});
afterEach(async () => {
  project.remove();
  await bench.reset();
});

/** The line of the project's text that is to blame. */
function blamed({ place }: Problem): string {
  if (place === undefined) return '';
  return (project.read(place.file.slice(project.folder.length + 1)).split('\n')[place.line] ?? '').trim();
}

/** Makes the next calls of this kind end like that. */
function endOf(call: 'enable' | 'create' | 'load' | 'start' | 'disable', end: CallEnd, more: Partial<CallResult> = {}): void {
  Object.assign(bench.board.target.machine, { [call]: (): CallResult => ({ end, kernelLog: [], console: '', ...more }) });
}

describe('what looks like a success on the target is told as what it is', () => {
  it('exit status 0 and nothing created: a config of another architecture', async () => {
    project.edit('configs/rpi4-inmate-demo.c', '.architecture = JAILHOUSE_ARM64', '.architecture = JAILHOUSE_ARM');
    const { result } = await bench.go(bench.session(), project, { kind: 'deploy' }, { limits });
    const { problem, undone } = failed(result);
    expect(problem).toMatchObject({ kind: 'nothing-done', step: 'create cell rpi4-inmate-demo' });
    expect(problem.message).toContain('although the command reported success');
    expect(problem.kernelLog).toContain('architecture mismatch');
    expect(blamed(problem)).toContain('.architecture = JAILHOUSE_ARM');
    expect(undone).toMatchObject({ kind: 'undone', steps: ['disable the hypervisor again'], lost: [] });
    expect(bench.enabled).toBe(false);
  });

  it('a crash at the start, of which the command knows nothing', async () => {
    const profile = { touches: [{ address: '0x40000000', width: 4, access: 'read' }] };
    project.write('images/inmate-demo.bin.profile.json', JSON.stringify(profile));
    const { result } = await bench.go(bench.session(), project, { kind: 'deploy' }, { limits });
    const { problem, undone } = failed(result);
    expect(problem).toMatchObject({ kind: 'cell-failed', step: 'start cell rpi4-inmate-demo' });
    expect(problem.message).toContain('crashed (CPU 1 is parked)');
    expect(problem.console).toContain('Unhandled data read at 0x40000000(4)');
    expect(problem.meanings.length).toBeGreaterThan(0);
    expect(problem.place?.file).toBe(project.path('configs/rpi4-inmate-demo.c'));
    expect(undone.kind).toBe('undone');
    expect(bench.enabled).toBe(false);
  });

  it('a crash after a while', async () => {
    const { machine } = bench.board.target;
    const cells = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(machine), 'cells')?.get;
    if (cells === undefined) throw new Error('the machine has no cells');
    let crashed = false;
    Object.defineProperty(machine, 'cells', {
      get: () =>
        (cells.call(machine) as Machine['cells']).map((cell) =>
          crashed && cell.id === 2 ? { ...cell, state: 'failed', failedCpus: cell.cpus } : cell,
        ),
    });
    const { result } = await bench.go(
      bench.session(),
      project,
      { kind: 'deploy' },
      {
        limits,
        watch: 10,
        report: (event) => {
          if (event.kind !== 'watching') return;
          setTimeout(() => {
            crashed = true;
          }, 300);
        },
      },
    );
    const { problem, undone } = failed(result);
    expect(problem).toMatchObject({ kind: 'cell-failed', step: 'start cell rpi4-inmate-demo' });
    expect(undone.kind).toBe('undone');
    expect(bench.enabled).toBe(false);
  });

  it('a load that never comes back, while the board lives', async () => {
    endOf('load', { kind: 'hang' });
    const session = bench.session();
    const { result } = await bench.go(session, project, { kind: 'deploy' }, { limits });
    const { problem, undone } = failed(result);
    expect(problem).toMatchObject({ kind: 'hangs', step: 'start Linux in cell rpi4-linux-demo' });
    expect(problem.message).toContain('though the target answers');
    expect(problem.place?.file).toMatch(/\.c$/);
    expect(undone).toEqual({ kind: 'left', why: expect.stringContaining('switched off and on') });
    // Another try does not run into the same: it says what is under way.
    const again = await session.propose(project.deployment().deployment, { kind: 'deploy' });
    expect(again).toMatchObject({ kind: 'no-plan', reason: expect.stringMatching(/^"jailhouse cell linux .* is under way/) });
    await bench.board.powerCycle();
    expect((await bench.go(bench.session(), project)).result.kind).toBe('done');
    expect(bench.cells()).toEqual(allRuns);
  });

  it('a board that stands still at enable', async () => {
    endOf('enable', { kind: 'freeze' });
    const { result } = await bench.go(bench.session(), project, { kind: 'deploy' }, { limits });
    const { problem, undone } = failed(result);
    expect(problem).toMatchObject({ kind: 'frozen', step: 'enable the hypervisor' });
    expect(problem.message).toContain('switch it off and on');
    expect(problem.place?.file).toBe(project.root);
    expect(undone.kind).toBe('left');
    await bench.board.powerCycle();
    expect(bench.enabled).toBe(false);
    expect((await bench.go(bench.session(), project)).result.kind).toBe('done');
    expect(bench.cells()).toEqual(allRuns);
  });

  it('a parked CPU of the root cell', async () => {
    const text = 'Unhandled data read at 0xfd580000(4)\n\nFATAL: unhandled trap (exception class 0x24)\nParking CPU 0 (Cell: "rpi4")\n';
    const { machine } = bench.board.target;
    const cells = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(machine), 'cells')?.get;
    if (cells === undefined) throw new Error('the machine has no cells');
    let parked = false;
    Object.defineProperty(machine, 'cells', {
      get: () => (cells.call(machine) as Machine['cells']).map((cell) => (parked && cell.id === 0 ? { ...cell, failedCpus: [0] } : cell)),
    });
    Object.assign(machine, {
      create: (): CallResult => {
        parked = true;
        return { end: { kind: 'root-cpu-parked', cpu: 0 }, kernelLog: [], console: text };
      },
    });
    const { result } = await bench.go(bench.session(), project, { kind: 'deploy', cells: ['rpi4-inmate-demo'] }, { limits });
    const { problem, undone } = failed(result);
    expect(problem).toMatchObject({ kind: 'root-cpu-parked', step: 'create cell rpi4-inmate-demo' });
    expect(problem.message).toContain('parked CPU 0 of the root cell');
    expect(problem.place?.file).toMatch(/\.c$/);
    expect(undone.kind).toBe('left');
  });

  it('a crash of the kernel in the call', async () => {
    endOf('enable', { kind: 'oops' }, { kernelLog: ['Unable to handle kernel paging request at virtual address ffffffc010000000'] });
    const { result } = await bench.go(bench.session(), project, { kind: 'deploy' }, { limits });
    const { problem, undone } = failed(result);
    expect(problem).toMatchObject({ kind: 'oops', step: 'enable the hypervisor' });
    expect(problem.message).toContain('exit status 139');
    expect(problem.kernelLog).toContain('Unable to handle kernel paging request');
    expect(problem.place?.file).toBe(project.root);
    expect(undone.kind).toBe('left');
  });

  it('hypervisor memory that Linux uses is refused with the guilty line', async () => {
    project.edit('configs/rpi4.c', '.phys_start = 0x1fc00000', '.phys_start = 0x30000000');
    const { result } = await bench.go(bench.session(), project, { kind: 'deploy' }, { limits });
    const { problem, undone } = failed(result);
    expect(problem).toMatchObject({ kind: 'refused', step: 'enable the hypervisor' });
    expect(problem.message).toContain('JAILHOUSE_ENABLE: Invalid argument');
    expect(blamed(problem)).toContain('0x30000000');
    expect(undone).toEqual({ kind: 'nothing' });
    expect(bench.deployed().filter((path) => path.includes('/next'))).toEqual([]);
  });
});

describe('what ran before runs again', () => {
  /** Runs the example, and gives its guest a fault. */
  async function runThenBreak(): Promise<ReturnType<Bench['session']>> {
    const session = bench.session();
    expect((await bench.go(session, project)).result.kind).toBe('done');
    project.write('images/inmate-demo.bin', new Uint8Array(2000).fill(1));
    project.write(
      'images/inmate-demo.bin.profile.json',
      JSON.stringify({ touches: [{ address: '0x40000000', width: 4, access: 'read' }] }),
    );
    return session;
  }

  it('after a new image crashed: the old one is loaded and started', async () => {
    const session = await runThenBreak();
    const { result } = await bench.go(session, project, { kind: 'deploy' }, { limits });
    const { problem, undone } = failed(result);
    expect(problem.kind).toBe('cell-failed');
    expect(undone).toEqual({
      kind: 'undone',
      steps: ['load cell rpi4-inmate-demo as it was', 'start cell rpi4-inmate-demo as it was'],
      lost: [],
    });
    expect(bench.cells()).toEqual(allRuns);
    project.remove();
    project = new Project();
    expect((await bench.go(session, project)).plan.steps).toEqual([]);
  });

  it('after a new cell config failed: the cell is made of the old one', async () => {
    const session = await runThenBreak();
    project.edit('configs/rpi4-inmate-demo.c', '.size = 0x10000,', '.size = 0x20000,');
    const { result } = await bench.go(session, project, { kind: 'deploy' }, { limits });
    expect(failed(result).undone).toMatchObject({ kind: 'undone', lost: [] });
    expect(bench.cells()).toEqual(allRuns);
    project.remove();
    project = new Project();
    expect((await bench.go(session, project)).plan.steps).toEqual([]);
  });

  it('after a new system config failed: all of the old system', async () => {
    const session = bench.session();
    await bench.go(session, project);
    project.edit('configs/rpi4.c', '.phys_start = 0x1fc00000', '.phys_start = 0x30000000');
    const { result } = await bench.go(session, project, { kind: 'deploy' }, { limits });
    const { problem, undone } = failed(result);
    expect(problem).toMatchObject({ kind: 'refused', step: 'enable the hypervisor' });
    expect(undone).toMatchObject({ kind: 'undone', lost: [] });
    expect(bench.cells()).toEqual(allRuns);
    project.remove();
    project = new Project();
    const { plan } = await bench.go(session, project);
    expect(plan.steps.filter(({ kind }) => kind !== 'network' && kind !== 'finish')).toEqual([]);
  });

  it('or is told as lost, where somebody else made it', async () => {
    const session = await runThenBreak();
    bench.files.remove('/home/pi/.jailhouse-cells/record');
    const { result } = await bench.go(session, project, { kind: 'deploy' }, { limits });
    expect(failed(result).undone).toMatchObject({ kind: 'undone', lost: ['rpi4', 'rpi4-linux-demo', 'rpi4-inmate-demo'] });
    expect(bench.enabled).toBe(false);
  });
});

describe('a deployment that is cancelled', () => {
  const at = async (title: string) => {
    const cancel = new AbortController();
    const { result } = await bench.go(
      bench.session(),
      project,
      { kind: 'deploy' },
      {
        limits,
        signal: cancel.signal,
        report: (event) => {
          // A moment later the script is on its way.
          if (event.kind === 'step' && event.step.title === title && !event.undoing) setTimeout(() => cancel.abort(), 20);
        },
      },
    );
    return failed(result);
  };

  it.each([
    'send rpi4.cell',
    'send Image',
    'load the kernel module',
    'enable the hypervisor',
    'give eth1 the address 192.168.19.1/24',
    'start Linux in cell rpi4-linux-demo',
    'create cell rpi4-inmate-demo',
    'load cell rpi4-inmate-demo',
    'start cell rpi4-inmate-demo',
  ])('at "%s" leaves nothing behind', async (title) => {
    const { problem, undone } = await at(title);
    expect(problem.kind).toBe('cancelled');
    expect(['nothing', 'undone']).toContain(undone.kind);
    expect(bench.enabled).toBe(false);
    expect(bench.deployed().filter((path) => /next|old|armed|\.record|part/.test(path))).toEqual([]);
  });
});
