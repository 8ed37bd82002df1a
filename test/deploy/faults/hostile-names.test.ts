import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Bench, Project } from '../apply/bench.ts';

/** Made by whatever a name manages to run, on either side. */
const canary = 'jhc-canary';

const hostile = [
  'a b',
  "it's",
  '"',
  '\\',
  `$(touch /tmp/${canary})`,
  `\`touch /tmp/${canary}\``,
  `;touch /tmp/${canary};`,
  `|touch /tmp/${canary}`,
  `x\ntouch /tmp/${canary}`,
  '-rf',
  '--name',
  '1',
  'ü€',
  '*',
  '~',
  '..',
];

let bench: Bench;
let project: Project;
let cwd: string;
const before = process.cwd();

beforeAll(async () => {
  bench = await Bench.start();
  // What is run by mistake may name files without a folder.
  cwd = mkdtempSync(join(tmpdir(), 'jhc-cwd-'));
});
afterAll(async () => {
  rmSync(cwd, { recursive: true, force: true });
  await bench?.stop();
});
beforeEach(() => {
  project = new Project();
});
afterEach(async () => {
  expect(existsSync(`/tmp/${canary}`)).toBe(false);
  expect(bench.files.stat(`/tmp/${canary}`)).toBeUndefined();
  expect(readdirSync(cwd)).toEqual([]);
  expect(process.cwd()).toBe(before);
  expect(
    bench.deployed().filter((path) => !/^\/home\/pi\/\.jailhouse-cells\/(?:record|[\w.-]+\/|[\w.-]+\/current\/(?:[\w.-]+)?)$/.test(path)),
  ).toEqual([]);
  project.remove();
  await bench.reset();
});

const inC = (name: string) => JSON.stringify(name);

describe('a hostile name is carried literally, and runs nothing', () => {
  it.each(hostile)('of a cell: %j', async (name) => {
    project.edit('configs/rpi4-inmate-demo.c', '.name = "rpi4-inmate-demo"', `.name = ${inC(name)}`);
    const session = bench.session();
    const { result } = await bench.go(session, project, { kind: 'deploy', cells: [name] });
    expect(result).toMatchObject({ kind: 'done' });
    expect(bench.cells()[1]).toMatchObject({ name, state: 'running' });
    expect((await bench.go(session, project, { kind: 'deploy', cells: [name] })).plan.steps).toEqual([]);
    expect((await bench.go(session, project, { kind: 'stop', cells: [name] })).result.kind).toBe('done');
    expect(bench.cells()[1]).toMatchObject({ name, state: 'shut down' });
  });

  it('of the root cell, the system, the image, the folder, the command line and who deploys', async () => {
    const name = `$(touch /tmp/${canary})`;
    const odd = `a b'"$(touch ${canary})\`touch ${canary}\`;ü -x`;
    project.edit('configs/rpi4.c', '.name = "rpi4"', `.name = ${inC(name)}`);
    project.edit('jailhouse.json', '"rpi4": {\n      "rootCell"', `${JSON.stringify(odd)}: {\n      "rootCell"`);
    project.edit('jailhouse.json', 'images/inmate-demo.bin', `images/${odd}.bin`.replaceAll('"', '\\"'));
    renameSync(project.path('images/inmate-demo.bin'), project.path(`images/${odd}.bin`));
    project.edit('jailhouse.json', 'console=ttyS0,115200', `console=ttyS0,115200 x='$(touch /tmp/${canary})' y=\`touch /tmp/${canary}\``);
    const folder = join(cwd, '..', `${basename(cwd)}-${canary} $(touch ${canary})`);
    mkdirSync(folder);
    const moved = new Project(join(folder, "it's `touch x`"), project.folder);
    try {
      const { result, plan } = await bench.go(bench.session(), moved, { kind: 'deploy' }, { who: `me\n$(touch /tmp/${canary})'` });
      expect(result).toMatchObject({ kind: 'done' });
      expect(bench.cells().map(({ name: each, state }) => [each, state])).toEqual([
        [name, 'running'],
        ['rpi4-linux-demo', 'running'],
        ['rpi4-inmate-demo', 'running'],
      ]);
      const linux = plan.steps.find(({ kind }) => kind === 'linux')?.commands[0];
      expect(linux?.at(-1)).toContain(`x='$(touch /tmp/${canary})'`);
      expect(plan.folder).toMatch(/^[\w.-]+$/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.each(['-oProxyCommand=touch x', `a$(touch ${canary})`, 'a b', 'a\nb', '', 'user@-x', `a;touch ${canary}`])(
    'of a host is refused: %j',
    async (host) => {
      const proposed = await bench.session({}, bench.target({ host })).propose(project.deployment().deployment, { kind: 'deploy' });
      expect(proposed).toMatchObject({ kind: 'no-target', reason: 'misconfigured', message: expect.stringContaining('host') });
    },
  );
});
