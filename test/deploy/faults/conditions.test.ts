import type { ApplyResult } from '@jailhouse-cells/deploy/apply/apply.ts';
import type { Prompt } from '@jailhouse-cells/deploy/ssh/connection.ts';
import type { TargetSession } from '@jailhouse-cells/deploy/target-session.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { otherHostKey, protectedIdentity, unknownHostKey } from '../../simulator/server/login-variants.ts';
import { passwordUser, rightPassword, servePasswordBoard } from '../../simulator/server/password-board.ts';
import { allFiles, allRuns, Bench, commandsOf, failed, Project } from '../apply/bench.ts';

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
  bench.removeTree('/tmp/jailhouse-cells.lock');
});

/** As a person would, by hand. */
async function byHand(session: TargetSession, script: string): Promise<void> {
  const answer = await session.connection.run({ title: 'by hand', script, limit: 20_000 });
  expect(answer).toMatchObject({ kind: 'answer', status: 0 });
}

async function deploysNow(session = bench.session()): Promise<void> {
  expect((await bench.go(session, project)).result).toMatchObject({ kind: 'done', warnings: [] });
  expect(bench.cells()).toEqual(allRuns);
  expect(bench.deployed()).toEqual(allFiles);
  expect((await bench.propose(session, project)).plan.steps).toEqual([]);
}

describe('a disk', () => {
  it('that is full keeps a deployment from beginning, and nothing is left on it', async () => {
    project.write('images/inmate-demo.bin', new Uint8Array(60_000).fill(3));
    bench.faults.diskLeft = 50_000;
    const session = bench.session();
    const { problem, undone } = failed((await bench.go(session, project)).result);
    expect(problem).toMatchObject({ kind: 'upload', step: 'send inmate-demo.bin' });
    expect(problem.message).toContain('the disk of the target is full');
    expect(undone).toEqual({ kind: 'nothing' });
    expect(bench.deployed().filter((path) => path.includes('next'))).toEqual([]);
    expect(bench.enabled).toBe(false);
    bench.faults.diskLeft = 10_000_000;
    await deploysNow(session);
  });

  it('that fills up at the end: what runs goes on running, and a warning says what that costs', async () => {
    const session = bench.session();
    const { result } = await bench.go(
      session,
      project,
      { kind: 'deploy' },
      {
        report: (event) => {
          if (event.kind === 'step' && event.step.kind === 'finish') bench.faults.diskLeft = 0;
        },
      },
    );
    expect(result).toMatchObject({ kind: 'done', warnings: [expect.stringContaining('could not be written down')] });
    expect(bench.cells()).toEqual(allRuns);
    expect(bench.deployed().some((path) => path.endsWith('/.record'))).toBe(false);
    bench.faults.diskLeft = 10_000_000;
    await deploysNow(session);
  });

  it('that is read-only', async () => {
    bench.faults.readOnly = true;
    const session = bench.session();
    const { problem } = failed((await bench.go(session, project)).result);
    expect(problem.kind).toBe('upload');
    expect(problem.message).toContain('Read-only file system');
    bench.faults.readOnly = false;
    await deploysNow(session);
  });
});

it('a slow target is waited for', async () => {
  bench.faults.delay = 2000;
  const { result } = await bench.go(bench.session(), project, { kind: 'enable' });
  expect(result.kind).toBe('done');
  expect(bench.enabled).toBe(true);
});

it('a target without sftp server is like any other', async () => {
  const other = await Bench.start({ sftp: false });
  try {
    expect((await other.go(other.session(), project)).result.kind).toBe('done');
    expect(other.cells()).toEqual(allRuns);
  } finally {
    await other.stop();
  }
});

describe('root', () => {
  const line =
    'pi ALL=(root) NOPASSWD: /usr/local/sbin/jailhouse, /usr/sbin/modprobe jailhouse, /usr/sbin/ip address *, /usr/sbin/ip link *, /usr/bin/cat /proc/iomem, /usr/bin/cat /sys/firmware/fdt, /usr/bin/dmesg';

  it('that sudo refuses: the line that allows it is told, and nothing is touched', async () => {
    bench.faults.sudo = 'refused';
    const session = bench.session();
    const done = await bench.go(session, project);
    const { problem } = failed(done.result);
    expect(problem.kind).toBe('no-root');
    expect(problem.message).toContain(line);
    expect(done.proposal.checks.find(({ id }) => id === 'root')).toMatchObject({ level: 'blocker', remedy: expect.stringContaining(line) });
    expect(bench.deployed()).toEqual([]);
    bench.faults.sudo = 'allowed';
    await deploysNow(session);
  });

  it('is not taken by sudo where the target does not say so', async () => {
    const { problem } = failed((await bench.go(bench.session({}, bench.target({ sudo: false })), project)).result);
    expect(problem.kind).toBe('no-root');
    expect(problem.message).toContain('"sudo": true');
    expect(bench.deployed()).toEqual([]);
  });
});

describe('who answers', () => {
  it('is not known, or another one than before: refused, and told apart', async () => {
    const { deployment } = project.deployment();
    const reasonOf = async (sshConfig: string) => {
      const proposed = await bench.session({}, bench.target({ sshConfig })).propose(deployment, { kind: 'deploy' });
      if (proposed.kind !== 'no-target') throw new Error(`it was let through: ${proposed.kind}`);
      return proposed;
    };
    expect(await reasonOf(unknownHostKey(bench.board))).toMatchObject({
      reason: 'host-key-unknown',
      message: expect.stringContaining('not known'),
    });
    expect(await reasonOf(otherHostKey(bench.board))).toMatchObject({
      reason: 'host-key-changed',
      message: expect.stringContaining('has changed'),
    });
    expect(bench.deployed()).toEqual([]);
  });

  const answering = (...answers: string[]): { prompt: Prompt; asked: string[] } => {
    const asked: string[] = [];
    return { asked, prompt: async ({ text }) => answers[asked.push(text) - 1] };
  };

  it('lets in by a password, and after three wrong ones not at all', async () => {
    const served = await servePasswordBoard(bench.board.target, { passwordOnly: true });
    const target = bench.target({ sshConfig: served.sshConfig, host: served.host });
    const wrong = answering('one', 'two', 'three', 'four');
    const refused = await bench.session({ prompt: wrong.prompt }, target).propose(project.deployment().deployment, { kind: 'deploy' });
    expect(refused).toMatchObject({ kind: 'no-target', reason: 'authentication', message: expect.stringContaining('3 answers') });
    expect(wrong.asked).toHaveLength(3);
    const right = answering(rightPassword);
    const session = bench.session({ prompt: right.prompt }, target);
    expect((await bench.go(session, project)).result.kind).toBe('done');
    expect(right.asked).toEqual([expect.stringContaining(passwordUser)]);
    expect(bench.cells()).toEqual(allRuns);
    await session.close();
  });

  it('lets in by a key with a passphrase', async () => {
    const sshConfig = protectedIdentity(bench.board, 'a pass "phrase"');
    const asked = answering('a pass "phrase"');
    const session = bench.session({ prompt: asked.prompt }, bench.target({ sshConfig }));
    expect((await bench.go(session, project)).result.kind).toBe('done');
    expect(asked.asked).toHaveLength(1);
    expect(bench.cells()).toEqual(allRuns);
  });
});

it('a target that restarts in mid-deploy is told as such, and deployed to again', async () => {
  const session = bench.session();
  let restarted: Promise<void> | undefined;
  const { result } = await bench.go(
    session,
    project,
    { kind: 'deploy' },
    {
      report: (event) => {
        if (event.kind === 'step' && event.step.kind === 'linux') restarted = bench.board.powerCycle();
      },
    },
  );
  await restarted;
  expect(failed(result).problem).toMatchObject({ kind: expect.stringMatching(/^(rebooted|lost)$/) });
  expect(bench.enabled).toBe(false);
  await deploysNow();
});

describe('two deployments at once', () => {
  it.each([[[]], [['flock']]])('the second is refused, and told who is at work; not installed: %j', async (missing) => {
    Object.assign(bench.faults, { missing });
    let second: ApplyResult | undefined;
    let running: Promise<unknown> | undefined;
    const { result } = await bench.go(
      bench.session(),
      project,
      { kind: 'deploy' },
      {
        who: 'alice@laptop',
        watch: 3,
        report: (event) => {
          if (event.kind !== 'watching') return;
          running = bench.go(bench.session(), project, { kind: 'stop', cells: ['rpi4-inmate-demo'] }, { who: 'bob@desk' }).then((done) => {
            second = done.result;
          });
        },
      },
    );
    await running;
    expect(result.kind).toBe('done');
    expect(second).toMatchObject({ kind: 'failed', problem: { kind: 'locked', message: expect.stringContaining('alice@laptop') } });
    expect(bench.cells()).toEqual(allRuns);
    expect(bench.files.stat('/tmp/jailhouse-cells.lock')).toBeUndefined();
    expect((await bench.go(bench.session(), project, { kind: 'stop', cells: ['rpi4-inmate-demo'] })).result.kind).toBe('done');
  });

  it('a lock that its session left behind is taken over', async () => {
    Object.assign(bench.faults, { missing: ['flock'] });
    const session = bench.session();
    await byHand(session, 'mkdir /tmp/jailhouse-cells.lock && echo "1 another-boot alice@laptop" > /tmp/jailhouse-cells.lock/owner');
    await deploysNow(session);
    expect(bench.files.stat('/tmp/jailhouse-cells.lock')).toBeUndefined();
  });
});

describe('somebody else', () => {
  it('destroyed a cell: it is made again', async () => {
    const session = bench.session();
    await deploysNow(session);
    await byHand(session, 'sudo -n jailhouse cell destroy rpi4-inmate-demo');
    expect(commandsOf((await bench.propose(session, project)).plan)[0]).toBe('jailhouse cell create rpi4-inmate-demo.cell');
    await deploysNow(session);
  });

  it('made a cell of the same name: its config is not known, so that it is made anew', async () => {
    const session = bench.session();
    await deploysNow(session);
    await byHand(
      session,
      'cd .jailhouse-cells/rpi4/current && sudo -n jailhouse cell destroy rpi4-inmate-demo && sudo -n jailhouse cell create rpi4-inmate-demo.cell',
    );
    expect(commandsOf((await bench.propose(session, project)).plan)[0]).toBe('jailhouse cell destroy 2');
    await deploysNow(session);
  });

  it('made another cell on a CPU that is needed: it goes', async () => {
    const session = bench.session();
    const other = new Project();
    other.edit('configs/rpi4-inmate-demo.c', '.name = "rpi4-inmate-demo"', '.name = "foreign"');
    const bytes = other.deployment().deployment.cells.find(({ name }) => name === 'foreign')?.bytes;
    other.remove();
    if (bytes === undefined) throw new Error('no config');
    await bench.go(session, project, { kind: 'enable' });
    bench.files.write('/tmp/foreign.cell', bytes);
    await byHand(session, 'sudo -n jailhouse cell create /tmp/foreign.cell');
    const destroy = (await bench.propose(session, project)).plan.steps.find(({ kind }) => kind === 'destroy');
    expect(destroy).toMatchObject({ title: 'destroy cell foreign', reason: 'it holds CPU 1, which a cell of rpi4 needs', dangerous: true });
    expect((await bench.go(session, project)).result.kind).toBe('done');
    expect(bench.cells().map(({ name, state }) => `${name} ${state}`)).toEqual(
      ['rpi4 running', 'rpi4-inmate-demo running', 'rpi4-linux-demo running'].sort(
        (a, b) =>
          bench.cells().findIndex(({ name }) => a.startsWith(`${name} `)) - bench.cells().findIndex(({ name }) => b.startsWith(`${name} `)),
      ),
    );
  });

  it('enabled the hypervisor, or changed something between the look and the deployment', async () => {
    const session = bench.session();
    await deploysNow(session);
    project.write('images/inmate-demo.bin', new Uint8Array(1000).fill(9));
    const proposal = await bench.propose(session, project);
    await byHand(bench.session(), 'sudo -n jailhouse cell destroy rpi4-inmate-demo');
    const result = await session.apply(proposal, { explain: async () => [], report: () => undefined, who: 'me@here', watch: 0 });
    expect(failed(result)).toMatchObject({ problem: { kind: 'wrong-state' }, undone: { kind: 'nothing' } });
    await deploysNow(session);
  });

  it('crashed a cell: it is made anew', async () => {
    const session = bench.session();
    await deploysNow(session);
    bench.files.write('/tmp/crash.bin', new Uint8Array(100));
    bench.files.write(
      '/tmp/crash.bin.profile.json',
      Buffer.from(JSON.stringify({ touches: [{ address: '0x40000000', width: 4, access: 'read' }] })),
    );
    await byHand(
      session,
      'sudo -n jailhouse cell load rpi4-inmate-demo /tmp/crash.bin -a 0 && sudo -n jailhouse cell start rpi4-inmate-demo',
    );
    expect(bench.cells()[2]).toMatchObject({ state: 'failed' });
    const destroy = (await bench.propose(session, project)).plan.steps.find(({ kind }) => kind === 'destroy');
    expect(destroy?.reason).toBe('it has failed');
    await deploysNow(session);
  });
});

describe('the dead man’s switch', () => {
  it('disables the hypervisor when nobody confirms, and not otherwise', async () => {
    const session = bench.session();
    await bench.go(session, project, { kind: 'enable' }, { deadMan: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1800));
    expect(bench.enabled).toBe(true);
    await bench.go(session, project, { kind: 'disable' });
    const { result } = await bench.go(
      session,
      project,
      { kind: 'enable' },
      {
        deadMan: 1,
        limits: { comeBack: 0 },
        report: (event) => {
          // From now on the host says nothing more.
          if (event.kind === 'done' && event.step.kind === 'enable') void session.close();
        },
      },
    );
    expect(result.kind).toBe('failed');
    expect(bench.enabled).toBe(true);
    await expect.poll(() => bench.enabled, { timeout: 10_000 }).toBe(false);
    expect(bench.deployed().some((path) => path.endsWith('/armed'))).toBe(false);
  });
});
