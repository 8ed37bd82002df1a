import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { allFiles, allRuns, Bench, commandsOf, Project } from './bench.ts';

let bench: Bench;
let project: Project;

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

const uploads = (plan: { steps: readonly { kind: string; file: { name: string } | undefined }[] }) =>
  plan.steps.filter(({ kind }) => kind === 'upload').map(({ file }) => file?.name);

describe('a deployment to the simulated board', () => {
  it('takes the example from source to running cells, and the second time there is nothing to do', async () => {
    const session = bench.session();
    const first = await bench.go(session, project, { kind: 'deploy' }, { watch: 1 });
    expect(first.result).toMatchObject({ kind: 'done', warnings: [] });
    expect(bench.enabled).toBe(true);
    expect(bench.cells()).toEqual(allRuns);
    expect(bench.deployed()).toEqual(allFiles);
    const kernel = '/home/pi/.jailhouse-cells/rpi4/current/Image';
    const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    expect(digest(bench.files.read(kernel))).toBe(digest(readFileSync(project.path('images/Image'))));
    expect(bench.text('/proc/iomem')).toContain('Jailhouse hypervisor');
    expect(bench.board.target.serial).toContain('Started cell "rpi4-linux-demo"');
    expect(first.roundTrips - uploads(first.plan).length).toBeLessThanOrEqual(20);

    const second = await bench.go(session, project);
    expect(second.plan.steps).toEqual([]);
    expect(second.result.kind).toBe('done');
    expect(second.roundTrips).toBeLessThanOrEqual(3);
    expect(bench.cells()).toEqual(allRuns);
  });

  it('reports each step, what was sent, and the console', async () => {
    const { plan, events } = await bench.go(bench.session(), project, { kind: 'deploy' }, { watch: 1 });
    expect(events.flatMap((event) => (event.kind === 'step' ? [event.step.title] : []))).toEqual(plan.steps.map(({ title }) => title));
    expect(events.filter(({ kind }) => kind === 'done')).toHaveLength(plan.steps.length);
    const image = plan.steps.find(({ file }) => file?.name === 'Image')?.file;
    const sent = events.flatMap((event) => (event.kind === 'sent' && event.step.file === image ? [event.bytes] : []));
    expect(sent.at(-1)).toBe(image?.size);
    expect(events.some((event) => event.kind === 'watching' && event.seconds === 1)).toBe(true);
    const console = (kind: string) => events.find((event) => event.kind === 'done' && event.step.kind === kind);
    expect(console('enable')).toMatchObject({ console: expect.stringContaining('Initializing Jailhouse hypervisor') });
    expect(console('start')).toMatchObject({ console: expect.stringContaining('Started cell "rpi4-inmate-demo"') });
  });

  it('redoes only what an edit touches: an image', async () => {
    const session = bench.session();
    await bench.go(session, project);
    const before = bench.files.stat('/sys/devices/jailhouse/cells/1')?.inode;
    project.write('images/inmate-demo.bin', new Uint8Array(3000).fill(7));
    const { plan, result } = await bench.go(session, project);
    expect(uploads(plan)).toEqual(['inmate-demo.bin']);
    expect(commandsOf(plan)).toEqual([
      'jailhouse cell load --name rpi4-inmate-demo inmate-demo.bin -a 0x0',
      'jailhouse cell start --name rpi4-inmate-demo',
    ]);
    expect(result.kind).toBe('done');
    expect(bench.cells()).toEqual(allRuns);
    expect(bench.files.stat('/sys/devices/jailhouse/cells/1')?.inode).toBe(before);
    expect(bench.deployed()).toEqual(allFiles);
    expect((await bench.go(session, project)).plan.steps).toEqual([]);
  });

  it('a cell config', async () => {
    const session = bench.session();
    await bench.go(session, project);
    project.edit('configs/rpi4-inmate-demo.c', '.size = 0x10000,', '.size = 0x20000,');
    const { plan, result } = await bench.go(session, project);
    expect(uploads(plan)).toEqual(['rpi4-inmate-demo.cell']);
    expect(commandsOf(plan)).toEqual([
      'jailhouse cell destroy 2',
      'jailhouse cell create rpi4-inmate-demo.cell',
      'jailhouse cell load --name rpi4-inmate-demo inmate-demo.bin -a 0x0',
      'jailhouse cell start --name rpi4-inmate-demo',
    ]);
    expect(result.kind).toBe('done');
    expect(bench.cells()).toEqual(allRuns);
  });

  it('the command line of Linux', async () => {
    const session = bench.session();
    await bench.go(session, project);
    project.edit('jailhouse.json', 'ip=192.168.19.2', 'ip=192.168.19.3');
    const { plan, result } = await bench.go(session, project);
    expect(commandsOf(plan)).toEqual([
      'jailhouse cell linux rpi4-linux-demo.cell Image -d inmate-rpi4.dtb -i rootfs.cpio -c console=ttyS0,115200 ip=192.168.19.3',
    ]);
    expect(result.kind).toBe('done');
    expect(bench.cells()).toEqual(allRuns);
  });

  it('the system config: the hypervisor is disabled and enabled again', async () => {
    const session = bench.session();
    await bench.go(session, project);
    project.edit('configs/rpi4.c', '.name = "rpi4"', '.name = "rpi4-b"');
    const { plan, result } = await bench.go(session, project);
    expect(commandsOf(plan).slice(0, 3)).toEqual([
      'jailhouse disable',
      'jailhouse enable rpi4-b.cell',
      'ip address add 192.168.19.1/24 dev eth1',
    ]);
    expect(plan.notes).toEqual(['Disabling destroys the cells rpi4-linux-demo, rpi4-inmate-demo.']);
    expect(result).toMatchObject({ kind: 'done', warnings: [] });
    expect(bench.cells()).toEqual(allRuns.map((cell) => ({ ...cell, name: cell.id === 0 ? 'rpi4-b' : cell.name })));
    expect((await bench.go(session, project)).plan.steps).toEqual([]);
  });

  it('stops, starts again, restarts, destroys, disables', async () => {
    const session = bench.session();
    await bench.go(session, project);
    const state = (name: string) => bench.cells().find((cell) => cell.name === name)?.state;
    const one = ['rpi4-inmate-demo'];
    expect((await bench.go(session, project, { kind: 'stop', cells: one })).result.kind).toBe('done');
    expect(state('rpi4-inmate-demo')).toBe('shut down');
    expect(state('rpi4-linux-demo')).toBe('running');
    await bench.go(session, project);
    expect(bench.cells()).toEqual(allRuns);
    const restart = await bench.go(session, project, { kind: 'restart', cells: ['rpi4-linux-demo'] });
    expect(commandsOf(restart.plan)).toHaveLength(1);
    expect(restart.result.kind).toBe('done');
    expect(bench.board.target.serial.split('Started cell "rpi4-linux-demo"')).toHaveLength(3);
    await bench.go(session, project, { kind: 'destroy', cells: one });
    expect(state('rpi4-inmate-demo')).toBeUndefined();
    expect((await bench.go(session, project, { kind: 'destroy', cells: one })).plan.steps).toEqual([]);
    await bench.go(session, project, { kind: 'disable' });
    expect(bench.enabled).toBe(false);
    expect(bench.cells()).toEqual([]);
    expect((await bench.go(session, project, { kind: 'disable' })).plan.steps).toEqual([]);
    expect((await bench.go(session, project)).result.kind).toBe('done');
    expect(bench.cells()).toEqual(allRuns);
    expect(bench.deployed()).toEqual(allFiles);
  });

  it('takes the system config alone, then one cell, then the set; each leaves the others as they are', async () => {
    const session = bench.session();
    await bench.go(session, project, { kind: 'enable' });
    expect(bench.cells()).toMatchObject([{ name: 'rpi4', cpus: '0-3' }]);
    await bench.go(session, project, { kind: 'deploy', cells: ['rpi4-inmate-demo'] });
    expect(bench.cells()).toMatchObject([{ name: 'rpi4' }, { name: 'rpi4-inmate-demo', state: 'running' }]);
    const rest = await bench.go(session, project);
    expect(uploads(rest.plan)).toEqual(['rpi4-linux-demo.cell', 'Image', 'rootfs.cpio', 'inmate-rpi4.dtb', 'Image.profile.json']);
    expect(bench.cells().map(({ state }) => state)).toEqual(['running', 'running', 'running']);
    // What one cell needs must not be forgotten when another is deployed alone.
    await bench.go(session, project, { kind: 'restart', cells: ['rpi4-linux-demo'] });
    expect(bench.deployed()).toEqual(allFiles);
    expect((await bench.go(session, project)).plan.steps).toEqual([]);
  });

  it('shows the commands of 2020 in the script of its plan', async () => {
    const session = bench.session();
    const proposal = await bench.propose(session, project);
    const lines = session.script(proposal).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'sudo jailhouse enable rpi4.cell',
        'sudo ip address add 192.168.19.1/24 dev eth1',
        "sudo jailhouse cell linux rpi4-linux-demo.cell Image -d inmate-rpi4.dtb -i rootfs.cpio -c 'console=ttyS0,115200 ip=192.168.19.2'",
      ]),
    );
  });
});
