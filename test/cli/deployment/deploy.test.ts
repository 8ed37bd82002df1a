import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SimulatedBoardServer } from '@jailhouse-cells/simulator/server/simulated-board.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { boardFor, Desk } from './board.ts';

const quick = ['--watch-seconds', '0'];
const to = ['--target', 'sim'];
let desk: Desk;
let board: SimulatedBoardServer;
const faults = {};

beforeAll(async () => {
  desk = new Desk();
  board = await boardFor(desk, 'sim', faults);
});
afterAll(async () => {
  await board.stop();
  desk.remove();
});
beforeEach(async () => {
  for (const name of Object.keys(faults)) Reflect.deleteProperty(faults, name);
  await board.powerCycle();
  for (const name of board.target.rootFiles.list('/home/pi').filter((entry) => entry.startsWith('.jailhouse')))
    removeAll(`/home/pi/${name}`);
});

function removeAll(path: string): void {
  const { rootFiles } = board.target;
  if (rootFiles.stat(path)?.kind === 'directory') for (const name of rootFiles.list(path)) removeAll(`${path}/${name}`);
  rootFiles.remove(path);
}

/** Name and state of the cells beside the root cell, from the simulated machine itself, which has a character for each byte. */
const cells = () => board.target.machine.cells.slice(1).map(({ name, state }) => `${Buffer.from(name, 'latin1').toString()}: ${state}`);
const both = ['rpi4-linux-demo: running', 'rpi4-inmate-demo: running'];

describe('deploy', () => {
  test('a system comes to run; a second run does nothing; an edit does no more than it needs', async () => {
    const first = await desk.call(['deploy', 'examples/rpi4', ...to]);
    expect(first).toMatchObject({ status: 0, out: 'deploy rpi4 to sim (simulated): done, 17 steps\n' });
    expect(first.err).toMatch(/^\[1\/17\] send rpi4\.cell\n/);
    expect(first.err).toContain('\nwatching the cells for 5 seconds\n[17/17] write down what runs\n');
    expect(first.err).not.toContain('\u001b');
    expect(cells()).toEqual(both);
    expect(await desk.call(['deploy', 'examples/rpi4', ...to])).toEqual({
      status: 0,
      out: 'deploy rpi4 to sim (simulated): nothing to do\n',
      err: '',
    });

    desk.edit('examples/rpi4/images/inmate-demo.bin.profile.json', 'bare-metal', 'bare metal');
    const again = await desk.json(['deploy', 'examples/rpi4', ...to, ...quick]);
    expect(again).toMatchObject({ status: 0, json: { version: 1, result: 'done', target: { name: 'sim', simulated: true } } });
    const steps = again.json.steps as readonly { kind: string; done: boolean }[];
    expect(steps.map(({ kind }) => kind)).toEqual(['upload', 'load', 'start', 'finish']);
    expect(steps.every(({ done }) => done)).toBe(true);
    expect(cells()).toEqual(both);
  });

  test('one cell by its config, the system config alone, stop, restart, destroy, disable', async () => {
    expect((await desk.call(['deploy', 'examples/rpi4/configs/rpi4-inmate-demo.c', ...to, ...quick])).status).toBe(0);
    expect(cells()).toEqual(['rpi4-inmate-demo: running']);
    expect((await desk.call(['stop', 'examples/rpi4', 'rpi4-inmate-demo', ...to])).out).toContain('stop cell rpi4-inmate-demo on sim');
    expect(cells()).toEqual(['rpi4-inmate-demo: shut down']);
    expect((await desk.call(['restart', 'examples/rpi4', 'rpi4-inmate-demo', ...to])).status).toBe(0);
    expect(cells()).toEqual(['rpi4-inmate-demo: running']);
    expect((await desk.call(['destroy', 'examples/rpi4', 'rpi4-inmate-demo', ...to])).status).toBe(0);
    expect(cells()).toEqual([]);
    expect((await desk.call(['deploy', '--cell', 'rpi4-linux-demo', 'examples/rpi4', ...to, ...quick])).status).toBe(0);
    expect(cells()).toEqual(['rpi4-linux-demo: running']);
    const disabled = await desk.call(['disable', ...to]);
    expect(disabled).toMatchObject({ status: 0, err: expect.stringMatching(/^Disabling destroys the cell rpi4-linux-demo\.\n\[1\//) });
    expect(board.target.machine.enabled).toBe(false);
    expect(await desk.call(['disable', ...to])).toMatchObject({ status: 0, out: expect.stringContaining('nothing to do') });
    expect((await desk.call(['deploy', '--no-cells', 'examples/rpi4', ...to])).status).toBe(0);
    expect({ enabled: board.target.machine.enabled, cells: cells() }).toEqual({ enabled: true, cells: [] });
  });

  test('progress on a terminal is one line, drawn anew; the plan is shown and asked about', async () => {
    const questions: string[] = [];
    const ask = (answer: string) => async (question: { readonly text: string }) => {
      questions.push(question.text);
      return answer;
    };
    const no = await desk.call(['deploy', 'examples/rpi4', ...to], { isTerminal: true, ask: ask('') });
    expect(no.status).toBe(130);
    expect(no.err).toContain('$ jailhouse enable rpi4.cell');
    expect(no.err).toContain('not begun');
    expect(board.target.machine.enabled).toBe(false);
    const yes = await desk.call(['deploy', 'examples/rpi4', ...to, ...quick], { isTerminal: true, ask: ask('y') });
    expect(yes.status).toBe(0);
    expect(questions).toEqual(['Go on? [y/N] ', 'Go on? [y/N] ']);
    const drawn = yes.err.slice(yes.err.indexOf('[1/17]'));
    expect(drawn).not.toContain('\n');
    expect(drawn.endsWith('\r\u001b[K')).toBe(true);
    expect(cells()).toEqual(both);
    const unasked = await desk.call(['stop', 'examples/rpi4', 'rpi4-inmate-demo', ...to, '--yes'], { isTerminal: true, ask: ask('n') });
    expect({ status: unasked.status, asked: questions.length }).toEqual({ status: 0, asked: 2 });
  });

  test('Ctrl-C: what was done is undone, status 130', async () => {
    const { status, err } = await desk.call(['deploy', 'examples/rpi4', ...to, ...quick], {
      onText: (text, cancel) => {
        if (text.includes('create cell rpi4-inmate-demo')) cancel();
      },
    });
    expect(status).toBe(130);
    expect(err).toContain('Ctrl-C again gives up at once');
    expect(err).toMatch(/cancelled\. Undone: disable the hypervisor again\.\n$/);
    expect(board.target.machine.enabled).toBe(false);
    expect((await desk.call(['deploy', 'examples/rpi4', ...to, ...quick])).status).toBe(0);
    expect(cells()).toEqual(both);
  });

  test('a cell that crashes: status 1, the line to blame, the console, what it means, what was undone', async () => {
    const profile = 'examples/rpi4/images/inmate-demo.bin.profile.json';
    const before = desk.read(profile);
    desk.write(profile, '{ "touches": [{ "address": "0x3f000000", "width": 4, "access": "read" }] }');
    try {
      const { status, out, err } = await desk.call(['deploy', 'examples/rpi4', ...to, ...quick]);
      expect(status).toBe(1);
      expect(out).toMatch(
        /^examples\/rpi4\/configs\/rpi4[-\w]*\.c:\d+:\d+: error: The cell rpi4-inmate-demo crashed .*\[cell-failed\]\n +\d+ \|/,
      );
      expect(out).toContain('\n  | Unhandled data read at 0x3f000000(4)\n');
      expect(out).toContain('it read 4 bytes at 0x3f000000');
      expect(out).toContain('0x3f000000 is in mem_regions[12]');
      expect(out).toMatch(/Undone: disable the hypervisor again\.\n$/);
      expect(err).toMatch(/failed\n$/);
      expect(board.target.machine.enabled).toBe(false);
      const { json } = await desk.json(['deploy', 'examples/rpi4', ...to, ...quick]);
      expect(json).toMatchObject({
        result: 'failed',
        undone: { kind: 'undone' },
        problem: { kind: 'cell-failed', place: { file: expect.stringContaining('rpi4'), line: expect.any(Number) } },
      });
    } finally {
      desk.write(profile, before);
    }
  });

  test('errors in the configs stop it, but not what only ends something', async () => {
    const config = 'examples/rpi4/configs/rpi4-inmate-demo.c';
    desk.edit(config, '0x1fa00000', '0x1fc00000');
    try {
      const { status, out } = await desk.call(['deploy', 'examples/rpi4', ...to]);
      expect(status).toBe(1);
      expect(out).toMatch(/rpi4-inmate-demo\.c:46:18: error: .*\[region-overlaps-hypervisor\]\n +46 \|/);
      expect(out).toMatch(/not deployed: rpi4 has 1 error; --force deploys in spite of that\n$/);
      expect(board.target.machine.enabled).toBe(false);
      const refused = await desk.json(['deploy', 'examples/rpi4', ...to]);
      expect(refused.json).toMatchObject({ result: 'refused', findings: [{ rule: 'region-overlaps-hypervisor', place: { line: 46 } }] });
      // What ends something is done in spite of them.
      expect((await desk.call(['disable', 'examples/rpi4', ...to])).status).toBe(0);
    } finally {
      desk.edit(config, '0x1fc00000', '0x1fa00000');
    }
  });

  test('without root: status 3 with the line for sudoers', async () => {
    Object.assign(faults, { sudo: 'refused' });
    const { status, err } = await desk.call(['deploy', 'examples/rpi4', ...to]);
    expect(status).toBe(3);
    expect(err.replace(/\s+/g, ' ')).toContain('pi ALL=(root) NOPASSWD: /usr/local/sbin/jailhouse');
    expect(board.target.machine.enabled).toBe(false);
    Object.assign(faults, { sudo: 'allowed' });
    await desk.call(['deploy', 'examples/rpi4', ...to, ...quick]);
    Object.assign(faults, { sudo: 'refused' });
    const stopped = await desk.call(['stop', 'examples/rpi4', 'rpi4-inmate-demo', ...to]);
    expect(stopped.status).toBe(3);
    expect(stopped.out.match(/pi ALL=\(root\) NOPASSWD: /g)).toHaveLength(1);
    expect(cells()).toEqual(both);
  });
});

test('--force goes on in spite of errors', async () => {
  // Harmless to the hypervisor: only the finding is raised.
  desk.edit('examples/rpi4/configs/rpi4-inmate-demo.c', '.name = "rpi4-inmate-demo"', '.name = ""');
  try {
    const words = ['deploy', 'examples/rpi4/configs/rpi4.c', '--no-cells', ...to, '--severity', 'name-empty=error'];
    expect((await desk.call(words)).status).toBe(1);
    expect((await desk.call([...words, '--force'])).status).toBe(0);
    expect(board.target.machine.enabled).toBe(true);
  } finally {
    desk.edit('examples/rpi4/configs/rpi4-inmate-demo.c', '.name = ""', '.name = "rpi4-inmate-demo"');
  }
});

describe('hostile names', () => {
  test.each(["it's $(touch canary) `touch canary`", '-rf "x"', 'ü \u202e ;touch canary'])(
    'folder, system and cell %j are carried literally',
    async (name) => {
      const folder = `./${name}`;
      cpSync(join(desk.folder, 'examples/rpi4'), join(desk.folder, folder), { recursive: true });
      const cell = name.replaceAll('"', "'").slice(0, 27);
      desk.edit(`${folder}/configs/rpi4-inmate-demo.c`, '.name = "rpi4-inmate-demo"', `.name = "${cell}"`);
      desk.edit(`${folder}/jailhouse.json`, '"rpi4": {\n      "rootCell"', `${JSON.stringify(name)}: {\n      "rootCell"`);
      const { status, out, err } = await desk.call(['deploy', ...to, ...quick, '--', folder]);
      expect({ status, err: status === 0 ? '' : err }).toEqual({ status: 0, err: '' });
      expect(cells()).toEqual(['rpi4-linux-demo: running', `${cell}: running`]);
      expect(out + err).not.toContain('\u202e');
      expect((await desk.call(['stop', ...to, '--', folder, cell])).status).toBe(0);
      expect(cells()).toEqual(['rpi4-linux-demo: running', `${cell}: shut down`]);
      expect((await desk.call(['plan', ...to, '--', folder])).out).not.toContain('\u202e');
      for (const path of ['canary', `${folder}/canary`]) expect(existsSync(join(desk.folder, path))).toBe(false);
      for (const path of ['/home/pi', '/home/pi/.jailhouse-cells', '/']) expect(board.target.rootFiles.list(path)).not.toContain('canary');
    },
  );
});

describe('plan', () => {
  test('shows the steps and changes nothing', async () => {
    const { status, out } = await desk.call(['plan', 'examples/rpi4', ...to]);
    expect(status).toBe(0);
    expect(out).toMatch(/^deploy rpi4 to sim \(simulated\): 17 steps, 9 files to send/);
    expect(out).toContain(
      "$ jailhouse cell linux rpi4-linux-demo.cell Image -d inmate-rpi4.dtb -i rootfs.cpio -c 'console=ttyS0,115200 ip=192.168.19.2'",
    );
    expect(board.target.machine.enabled).toBe(false);
    const { json } = await desk.json(['plan', 'examples/rpi4', ...to]);
    expect(json).toMatchObject({ version: 1, system: 'rpi4', target: { name: 'sim', simulated: true } });
    expect(json.steps).toHaveLength(17);
  });

  test('as a script, into a file or to the output', async () => {
    const { status, out } = await desk.call(['plan', 'examples/rpi4', ...to, '--script', 'plan.sh']);
    expect({ status, last: out.trimEnd().split('\n').at(-1) }).toEqual({ status: 0, last: 'wrote plan.sh' });
    const script = desk.read('plan.sh');
    expect(script).toContain('\nsudo jailhouse enable rpi4.cell\n');
    expect((await desk.call(['plan', 'examples/rpi4', ...to, '--script', '-'])).out).toBe(script);
  });
});

describe('status and console', () => {
  test('before and after', async () => {
    expect(await desk.call(['status', ...to])).toMatchObject({
      status: 0,
      out: 'sim (simulated): hypervisor not enabled, its kernel module is not loaded\n',
    });
    expect(await desk.call(['console', ...to])).toMatchObject({ status: 0, out: '', err: expect.stringContaining('not enabled') });
    await desk.call(['deploy', 'examples/rpi4', ...to, ...quick]);
    const { out } = await desk.call(['status', ...to]);
    expect(out).toMatch(/^sim \(simulated\): hypervisor enabled, 2 cells/);
    expect(out).toMatch(/^ +1 +rpi4-linux-demo +running +2,3$/m);
    const { json } = await desk.json(['status', ...to]);
    expect(json).toMatchObject({
      version: 1,
      enabled: true,
      module: true,
      cells: [{ id: 0 }, { name: 'rpi4-linux-demo', cpus: [2, 3] }, {}],
    });
    expect((await desk.call(['console', ...to])).out).toContain('Started cell "rpi4-inmate-demo"');
  });

  test('status --watch prints what changes until Ctrl-C', async () => {
    const watching = desk.call(['status', '--watch', ...to], {
      onText: (text, cancel) => {
        if (text.includes('hypervisor enabled')) cancel();
        else void desk.call(['deploy', '--no-cells', 'examples/rpi4', ...to]);
      },
    });
    const { status, out } = await watching;
    expect(status).toBe(130);
    expect(out).toMatch(/^sim \(simulated\): hypervisor not enabled.*\nsim \(simulated\): hypervisor enabled, no cells/);
  });

  test('console --follow goes over enable, and names what is at an address', async () => {
    let working: Promise<unknown> | undefined;
    const { status, out, err } = await desk.call(['console', '--follow', 'examples/rpi4', ...to], {
      onText: (text, cancel) => {
        if (text.includes('not enabled')) working ??= desk.call(['deploy', 'examples/rpi4', ...to, ...quick]).then(() => crashByHand());
        if (text.includes('mem_regions[12]')) cancel();
      },
    });
    await working;
    expect(status).toBe(130);
    expect(err).toContain('sim (simulated): the hypervisor is not enabled\nsim (simulated): the hypervisor was enabled\n');
    const lines = out.split('\n');
    const parking = lines.indexOf('Parking CPU 1 (Cell: "rpi4-inmate-demo")');
    expect(lines.indexOf('Unhandled data read at 0x3f000000(4)')).toBeGreaterThan(0);
    expect(lines[parking + 1]).toMatch(/^=> .*rpi4-inmate-demo/);
    expect(lines.slice(0, parking).some((line) => line.startsWith('=>'))).toBe(false);
    const once = await desk.call(['console', 'examples/rpi4', ...to]);
    expect(once.out.split('\n').slice(-6).join('')).toContain('=>');
    expect((await desk.json(['console', 'examples/rpi4', ...to])).json).toMatchObject({
      enabled: true,
      meanings: [{ causes: expect.anything() }],
    });
  });
});

/** Somebody loads another program into a cell that runs: it reads where the cell has nothing. */
async function crashByHand(): Promise<void> {
  const profile = '{ "touches": [{ "address": "0x3f000000", "width": 4, "access": "read" }] }';
  const jailhouse = 'sudo /usr/local/sbin/jailhouse cell';
  const status = await board.target.run({
    command: `cd .jailhouse-cells/rpi4/current && cp inmate-demo.bin /tmp/bad.bin && echo '${profile}' > /tmp/bad.bin.profile.json && ${jailhouse} load rpi4-inmate-demo /tmp/bad.bin -a 0 && ${jailhouse} start rpi4-inmate-demo`,
    stdin: (async function* () {})(),
    stdout: () => undefined,
    stderr: () => undefined,
    lost: new AbortController().signal,
    terminal: false,
    environment: {},
  });
  expect(status).toBe(0);
}

describe('doctor and snapshot', () => {
  test('the doctor says what is fit, and with status 1 what is not', async () => {
    const good = await desk.call(['target', 'doctor', 'examples/rpi4', ...to]);
    expect(good).toMatchObject({ status: 0, out: expect.stringMatching(/sim \(simulated\) for rpi4: no blockers, no warnings\n$/) });
    Object.assign(faults, { sudo: 'refused' });
    const bad = await desk.json(['target', 'doctor', 'examples/rpi4', ...to]);
    expect(bad.status).toBe(1);
    expect((bad.json.checks as readonly { id: string; level: string }[]).find(({ id }) => id === 'root')?.level).toBe('blocker');
  });

  test('a snapshot is written, and the second tells of drift', async () => {
    const first = await desk.call(['target', 'snapshot', 'examples/rpi4', '--out', 'board.json', ...to]);
    expect(first).toMatchObject({ status: 0, out: expect.stringMatching(/^wrote board\.json \(Raspberry Pi 4 .* bytes\)\n$/) });
    expect(JSON.parse(desk.read('board.json'))).toMatchObject({ format: 'jailhouse-cells-board', version: 1 });
    expect((await desk.call(['target', 'snapshot', '--out', 'board.json', ...to])).out).toContain('nothing changed since the last one');
    desk.edit('board.json', '"kernel": "', '"kernel": "old-');
    const { json } = await desk.json(['target', 'snapshot', '--out', 'board.json', ...to]);
    expect(json).toMatchObject({ path: 'board.json', drift: ['kernel'] });
    expect((await desk.call(['target', 'snapshot', 'examples/rpi4', ...to])).status).toBe(2);
    expect(existsSync(join(desk.folder, 'home/.jailhouse-cells'))).toBe(false);
  });
});
