import { join, resolve } from 'node:path';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import type { TargetState } from '@jailhouse-cells/deploy/observe/target-state.ts';
import { safeFileName } from '@jailhouse-cells/deploy/plan/file-name.ts';
import { filesOf, makePlan } from '@jailhouse-cells/deploy/plan/make-plan.ts';
import type { Goal, Plan, Prepared } from '@jailhouse-cells/deploy/plan/plan.ts';
import { prepare } from '@jailhouse-cells/deploy/plan/prepare.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';
import { describe, expect, it } from 'vitest';
import { freshTarget } from './fresh-target.ts';

const example = resolve(import.meta.dirname, '../../../examples/rpi4');
const deployment = new Workspace(nodeFileSystem).deployment(join(example, 'configs/rpi4.c'));
if (deployment === undefined) throw new Error('the example is no system');
const read = await prepare(deployment, { withProfiles: false });
if ('reason' in read) throw new Error(read.reason);
const prepared: Prepared = read;
const everything = [prepared.root, ...prepared.cells.flatMap(filesOf)];

/** The target once the whole example runs. */
function running(): TargetState {
  const [linux, demo] = prepared.cells;
  if (linux === undefined || demo === undefined) throw new Error('two cells');
  const cell = (id: number, name: string, cpus: number[]) => ({
    id,
    name,
    state: 'running',
    cpus,
    failedCpus: [],
    inode: String(100 + id),
  });
  return {
    ...freshTarget,
    module: 'loaded',
    enabled: true,
    cells: [cell(0, 'rpi4', [0]), cell(1, 'rpi4-linux-demo', [2, 3]), cell(2, 'rpi4-inmate-demo', [1])],
    record: {
      system: 'rpi4',
      bootId: 'boot-1',
      root: { inode: '100', config: prepared.root.digest, commands: [] },
      cells: [
        { name: 'rpi4-linux-demo', inode: '101', config: linux.config.digest, guest: linux.guest, commands: [] },
        { name: 'rpi4-inmate-demo', inode: '102', config: demo.config.digest, guest: demo.guest, commands: [] },
      ],
    },
    current: new Map(everything.map(({ name, digest }) => [name, digest])),
    addresses: new Map([['eth1', ['192.168.19.1/24']]]),
  };
}

function plan(state: TargetState, goal: Goal = { kind: 'deploy' }, what = prepared): Plan {
  const made = makePlan(what, state, goal);
  if ('reason' in made) throw new Error(made.reason);
  return made;
}

const words = (made: Plan) =>
  made.steps
    .filter(({ kind }) => kind !== 'upload' && kind !== 'finish')
    .flatMap(({ commands }) => commands.map((command) => command.join(' ')));
const changedCell = (change: (cell: TargetState['cells'][number]) => TargetState['cells'][number], name: string): TargetState => {
  const state = running();
  return { ...state, cells: state.cells.map((cell) => (cell.name === name ? change(cell) : cell)) };
};

describe('a plan', () => {
  it('of a fresh board is the commands of the story, after the files', () => {
    const made = plan(freshTarget);
    expect(made.steps.filter(({ kind }) => kind === 'upload').map(({ file }) => file?.name)).toEqual([
      'rpi4.cell',
      'rpi4-linux-demo.cell',
      'Image',
      'rootfs.cpio',
      'inmate-rpi4.dtb',
      'rpi4-inmate-demo.cell',
      'inmate-demo.bin',
    ]);
    expect(words(made)).toEqual([
      'modprobe jailhouse',
      'jailhouse enable rpi4.cell',
      'ip address add 192.168.19.1/24 dev eth1',
      'ip link set eth1 up',
      'jailhouse cell linux rpi4-linux-demo.cell Image -d inmate-rpi4.dtb -i rootfs.cpio -c console=ttyS0,115200 ip=192.168.19.2',
      'jailhouse cell create rpi4-inmate-demo.cell',
      'jailhouse cell load --name rpi4-inmate-demo inmate-demo.bin -a 0x0',
      'jailhouse cell start --name rpi4-inmate-demo',
    ]);
  });

  it('is empty once all runs', () => {
    expect(plan(running()).steps).toEqual([]);
  });

  it('ends a deployment that was cut off just before its end', () => {
    expect(plan({ ...running(), leftovers: true }).steps.map(({ kind }) => kind)).toEqual(['finish']);
  });

  it('does only what a changed image needs', () => {
    const state = running();
    const record = state.record && {
      ...state.record,
      cells: state.record.cells.map((cell) => (cell.name === 'rpi4-inmate-demo' ? { ...cell, guest: 'other' } : cell)),
    };
    expect(words(plan({ ...state, record }))).toEqual([
      'jailhouse cell load --name rpi4-inmate-demo inmate-demo.bin -a 0x0',
      'jailhouse cell start --name rpi4-inmate-demo',
    ]);
  });

  it.each([
    [
      'its config changed',
      (state: TargetState) => ({
        ...state,
        record: state.record && {
          ...state.record,
          cells: state.record.cells.map((c) => ({ ...c, config: c.name === 'rpi4-inmate-demo' ? 'other' : c.config })),
        },
      }),
    ],
    ['it was made of a config that is not known', () => changedCell((cell) => ({ ...cell, inode: '999' }), 'rpi4-inmate-demo')],
    ['it has failed', () => changedCell((cell) => ({ ...cell, state: 'failed' }), 'rpi4-inmate-demo')],
  ])('makes a cell anew because %s', (reason, change) => {
    const made = plan(change(running()));
    expect(words(made)[0]).toBe('jailhouse cell destroy 2');
    expect(words(made)[1]).toBe('jailhouse cell create rpi4-inmate-demo.cell');
    expect(made.steps.find(({ kind }) => kind === 'destroy')?.reason).toBe(reason);
  });

  it('starts a cell again that somebody stopped', () => {
    expect(words(plan(changedCell((cell) => ({ ...cell, state: 'shut down' }), 'rpi4-inmate-demo')))).toEqual([
      'jailhouse cell load --name rpi4-inmate-demo inmate-demo.bin -a 0x0',
      'jailhouse cell start --name rpi4-inmate-demo',
    ]);
  });

  it.each([
    [
      'another system config',
      (state: TargetState) => ({ ...state, record: state.record && { ...state.record, root: { ...state.record.root, config: 'other' } } }),
    ],
    ['no record', (state: TargetState) => ({ ...state, record: undefined })],
    ['the record of an earlier boot', (state: TargetState) => ({ ...state, bootId: 'boot-2' })],
  ])('begins with disable where the hypervisor runs with %s', (_, change) => {
    const made = plan(change(running()));
    expect(words(made).slice(0, 3)).toEqual(['jailhouse disable', 'jailhouse enable rpi4.cell', 'ip address add 192.168.19.1/24 dev eth1']);
    expect(made.notes).toEqual(['Disabling destroys the cells rpi4-linux-demo, rpi4-inmate-demo.']);
  });

  it('destroys a foreign cell that holds a CPU, and leaves others alone', () => {
    const state = running();
    const foreign = { id: 3, name: '$(reboot)', state: 'running', cpus: [1], failedCpus: [], inode: '7' };
    const other = { id: 4, name: 'other', state: 'running', cpus: [9], failedCpus: [], inode: '8' };
    const cells = [...state.cells.filter(({ id }) => id !== 2), foreign, other];
    expect(words(plan({ ...state, cells }))[0]).toBe('jailhouse cell destroy 3');
    expect(words(plan({ ...state, cells })).filter((line) => line.includes('destroy'))).toHaveLength(1);
  });

  it('sends only files that are not there, in the folder of this or of an unfinished deployment', () => {
    const [first, second] = everything;
    if (first === undefined || second === undefined) throw new Error('files');
    const made = plan({ ...freshTarget, current: new Map([[first.name, first.digest]]), next: new Map([[second.name, second.digest]]) });
    expect(made.steps.filter(({ kind }) => kind === 'upload')).toHaveLength(everything.length - 2);
  });

  it('stops, destroys and disables; doing it twice does nothing', () => {
    expect(words(plan(running(), { kind: 'stop', cells: ['rpi4-linux-demo'] }))).toEqual([
      'jailhouse cell shutdown --name rpi4-linux-demo',
    ]);
    expect(
      plan(
        changedCell((cell) => ({ ...cell, state: 'shut down' }), 'rpi4-linux-demo'),
        { kind: 'stop', cells: ['rpi4-linux-demo'] },
      ).steps,
    ).toEqual([]);
    expect(words(plan(running(), { kind: 'destroy', cells: ['rpi4-inmate-demo'] }))).toEqual(['jailhouse cell destroy 2']);
    expect(plan(freshTarget, { kind: 'destroy', cells: ['rpi4-inmate-demo'] }).steps).toEqual([]);
    expect(words(plan(running(), { kind: 'disable' }))).toEqual(['jailhouse disable']);
    expect(plan(freshTarget, { kind: 'disable' }).steps).toEqual([]);
  });

  it('takes the set alone, or one cell', () => {
    expect(words(plan(freshTarget, { kind: 'enable' }))).toEqual(['modprobe jailhouse', 'jailhouse enable rpi4.cell']);
    expect(words(plan(freshTarget, { kind: 'deploy', cells: ['rpi4-inmate-demo'] }))[2]).toBe(
      'jailhouse cell create rpi4-inmate-demo.cell',
    );
  });

  it('is refused without the jailhouse program', () => {
    expect(makePlan(prepared, { ...freshTarget, tool: undefined }, { kind: 'deploy' })).toMatchObject({
      reason: expect.stringContaining('install the Jailhouse tools'),
    });
  });
});

describe('safe file names', () => {
  it.each(['rpi4.cell', 'Image', 'a-b_c.1.bin'])('keep %s', (name) => expect(safeFileName(name)).toBe(name));
  it.each(['../../etc/passwd', '-rf', '.ssh', 'a b', '$(reboot)', '`id`', 'a\nb', "it's", '', 'ü', 'x'.repeat(300)])(
    'change %j into one that nothing misreads',
    (name) => {
      expect(safeFileName(name)).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/);
    },
  );
  it('tell changed names apart', () => expect(safeFileName('a b')).not.toBe(safeFileName('a_b')));
});

it('sends a file that two cells load once', async () => {
  const [linux, demo] = deployment.cells;
  if (linux === undefined || demo === undefined) throw new Error('two cells');
  const second = { ...demo, name: 'second', path: '/second.c', cpus: [0] };
  const both = await prepare({ ...deployment, cells: [demo, second] }, { withProfiles: true });
  if ('reason' in both) throw new Error(both.reason);
  const made = makePlan(both, freshTarget, { kind: 'deploy' });
  if ('reason' in made) throw new Error(made.reason);
  const sent = made.steps.filter(({ kind }) => kind === 'upload').map(({ file }) => file?.name);
  expect(sent.filter((name) => name === 'inmate-demo.bin')).toHaveLength(1);
  expect(new Set(sent).size).toBe(sent.length);
  expect(words(made).filter((line) => line.includes('cell load'))).toEqual([
    'jailhouse cell load --name rpi4-inmate-demo inmate-demo.bin -a 0x0',
    'jailhouse cell load --name second inmate-demo.bin -a 0x0',
  ]);
});
