import { resolve } from 'node:path';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import type { Limits } from '@jailhouse-cells/deploy/apply/limits.ts';
import { makePlan } from '@jailhouse-cells/deploy/plan/make-plan.ts';
import { prepare } from '@jailhouse-cells/deploy/plan/prepare.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';
import type { Machine } from '@jailhouse-cells/simulator/machine/machine.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { allFiles, allRuns, Bench, commandsOf, type Done, Project } from '../apply/bench.ts';
import { freshTarget } from '../plan/fresh-target.ts';
import { BreakableSsh } from './breakable-ssh.ts';

/** The steps that the tests below cut at: those of a fresh board. */
const steps = await (async () => {
  const deployment = new Workspace(nodeFileSystem).deployment(resolve(import.meta.dirname, '../../../examples/rpi4/configs/rpi4.c'));
  if (deployment === undefined) throw new Error('the example is no system');
  const prepared = await prepare(deployment, { withProfiles: true });
  if ('reason' in prepared) throw new Error(prepared.reason);
  const plan = makePlan(prepared, freshTarget, { kind: 'deploy' });
  if ('reason' in plan) throw new Error(plan.reason);
  return plan.steps;
})();
const titles = steps.map(({ title }) => title);
const sent = steps.flatMap(({ title, file }) => (file === undefined ? [] : [[title, file.name, file.size] as const]));

let bench: Bench;
let ssh: BreakableSsh;
const project = new Project();
/** A cut connection is no board that restarts: nobody waits for it. */
const limits: Partial<Limits> = { comeBack: 0 };

beforeAll(async () => {
  bench = await Bench.start();
  ssh = new BreakableSsh(bench.board.sshConfig);
});
afterAll(async () => {
  project.remove();
  ssh?.remove();
  await bench?.stop();
});
afterEach(async () => {
  ssh.mend();
  await bench.reset();
});

const session = () => bench.session({ ssh: ssh.program, controlFolder: ssh.controlFolder, connectTimeout: 3 });

/** A deployment that is cut off, and what a plain one makes of it afterwards. */
async function cutThenAgain(settings: Parameters<Bench['go']>[3]): Promise<Done> {
  const first = session();
  const { result } = await bench.go(first, project, { kind: 'deploy' }, { limits, ...settings });
  expect(result).toMatchObject({ kind: 'failed', problem: { kind: expect.stringMatching(/^(lost|unreachable)$/) } });
  if (result.kind === 'failed') expect(result.undone.kind).toBe('left');
  await first.close();
  ssh.mend();
  const again = session();
  const done = await bench.go(again, project);
  expect(done.result).toMatchObject({ kind: 'done', warnings: [] });
  expect(bench.cells()).toEqual(allRuns);
  expect(bench.deployed()).toEqual(allFiles);
  const after = await bench.propose(again, project);
  expect(after.plan.steps).toEqual([]);
  await again.close();
  return done;
}

describe('a connection that is cut', () => {
  it.each(titles)('before "%s"', async (title) => {
    await cutThenAgain({
      report: (event) => {
        if (event.kind === 'step' && event.step.title === title) ssh.cut();
      },
    });
  });

  it.each(sent)('in the middle of "%s"', async (title, name, size) => {
    const half = Math.floor(size / 2);
    let wasHalf = false;
    const cutAtHalf = async () => {
      const folder = '/home/pi/.jailhouse-cells/rpi4/next';
      for (;;) {
        const part = bench.files.list(folder).find((file) => file.startsWith('.jhc-part.') && file.endsWith(`.${name}`));
        wasHalf = part !== undefined && bench.files.stat(`${folder}/${part}`)?.size === half;
        if (wasHalf) return ssh.cut();
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    };
    const done = await cutThenAgain({
      report: (event) => {
        if (event.kind !== 'step' || event.step.title !== title) return;
        ssh.sendOnly(half);
        void cutAtHalf();
      },
    });
    expect(wasHalf).toBe(true);
    // What came through before is not sent again; this is.
    const first = done.plan.steps.find(({ kind }) => kind === 'upload');
    expect(first?.title).toBe(title);
  });

  it.each<readonly [keyof Machine & ('enable' | 'create' | 'load' | 'start'), number]>([
    ['enable', 1],
    ['create', 1],
    ['load', 1],
    ['start', 1],
    ['create', 2],
    ['load', 2],
    ['start', 2],
  ])('in the middle of the call "%s", time %i', async (call, time) => {
    const { machine } = bench.board.target;
    const original = machine[call].bind(machine) as (...words: unknown[]) => never;
    let calls = 0;
    Object.assign(machine, {
      [call]: (...words: unknown[]) => {
        calls += 1;
        if (calls === time) ssh.cut();
        return original(...words);
      },
    });
    const again = await cutThenAgain({});
    expect(calls).toBeGreaterThanOrEqual(time);
    // The target wrote down itself what it did: nothing of it is done a second time.
    expect(commandsOf(again.plan).filter((command) => /disable|destroy/.test(command))).toEqual([]);
  });

  it('while the cells are watched', async () => {
    await cutThenAgain({
      watch: 2,
      report: (event) => {
        if (event.kind === 'watching') setTimeout(() => ssh.cut(), 300);
      },
    });
  });

  it('and comes back at once: nothing goes on without the lock', async () => {
    const first = session();
    const { result } = await bench.go(
      first,
      project,
      { kind: 'deploy' },
      {
        limits,
        report: (event) => {
          if (event.kind === 'done' && event.step.kind === 'enable') ssh.kill();
        },
      },
    );
    expect(result).toMatchObject({ kind: 'failed', problem: { kind: 'lost' } });
    expect((await bench.go(session(), project)).result.kind).toBe('done');
    expect(bench.cells()).toEqual(allRuns);
    expect(bench.deployed()).toEqual(allFiles);
  });
});
