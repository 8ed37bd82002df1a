import { readSnapshot } from '@jailhouse-cells/core/board/snapshot.ts';
import type { Deployment } from '@jailhouse-cells/core/deployment/deployment.ts';
import { SourceFile } from '@jailhouse-cells/core/source/source-file.ts';
import { takeLock } from '@jailhouse-cells/deploy/apply/lock.ts';
import type { BoardFacts } from '@jailhouse-cells/deploy/doctor/board-facts.ts';
import type { Check } from '@jailhouse-cells/deploy/doctor/check.ts';
import { checkTarget } from '@jailhouse-cells/deploy/doctor/checks.ts';
import { driftSince, snapshotText } from '@jailhouse-cells/deploy/doctor/snapshot.ts';
import type { BoardName } from '@jailhouse-cells/simulator/server/board-names.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Bench, Project } from '../apply/bench.ts';

let bench: Bench;
let project: Project;
let deployment: Deployment;

beforeAll(async () => {
  bench = await Bench.start();
  project = new Project();
  deployment = project.deployment().deployment;
});
afterAll(async () => {
  project?.remove();
  await bench?.stop();
});
afterEach(() => bench.reset());

async function factsOf(of = bench): Promise<BoardFacts> {
  const session = of.session();
  const facts = await session.facts('rpi4');
  await session.close();
  if ('kind' in facts) throw new Error(facts.message);
  return facts;
}

const now = () => Math.round(Date.now() / 1000);
const table = (facts: BoardFacts, what = deployment, options = { now: now(), toSend: 10_000 }) =>
  checkTarget(facts, what, bench.target(), options);
const notOk = (checks: readonly Check[]) => checks.filter(({ level }) => level !== 'ok').map(({ id, level }) => `${id} ${level}`);

describe('the doctor', () => {
  it('finds nothing wrong with the board that the system is made for', async () => {
    const checks = table(await factsOf());
    expect(notOk(checks)).toEqual([]);
    expect(checks.map(({ id }) => id)).toEqual([
      'root',
      'model',
      'ram',
      'architecture',
      'psci',
      'el2',
      'tool',
      'module',
      'revision',
      'firmware',
      'hypervisor-memory',
      'cell-memory',
      'pci-window',
      'kernel-options',
      'cpus',
      'disk',
      'clock',
      'programs',
      'lock',
      'state',
    ]);
    for (const { found, remedy } of checks) {
      expect(found).toMatch(/\.$/);
      expect(remedy).toBe('');
    }
  });

  it.each<readonly [BoardName, readonly string[]]>([
    ['rpi4-1gb', []],
    ['rpi4-2gb', []],
    ['rpi4-4gb', []],
    ['qemu-arm64', ['model blocker', 'cpus blocker']],
  ])('on %s', async (board, expected) => {
    const other = await Bench.start({ board });
    try {
      const found = notOk(table(await factsOf(other)));
      for (const row of expected) expect(found.some((each) => each.startsWith(row))).toBe(true);
      if (expected.length === 0) expect(found).toEqual([]);
    } finally {
      await other.stop();
    }
  });

  it('sees the RAM that a system is not made for', async () => {
    const one = new Project();
    one.edit('jailhouse.json', '"model": "raspberrypi,4-model-b",', '"model": "raspberrypi,4-model-b", "ram": "4GiB",');
    const checks = table(await factsOf(), one.deployment().deployment);
    one.remove();
    expect(checks.find(({ id }) => id === 'ram')).toMatchObject({ level: 'warning', found: expect.stringContaining('8 GiB') });
  });

  it('sees GPU memory of another size than config.txt of the project asks for', async () => {
    const other = new Project();
    other.write('boot/config.txt', `${other.read('boot/config.txt')}gpu_mem=128\n`);
    const checks = table(await factsOf(), other.deployment().deployment);
    expect(checks.find(({ id }) => id === 'gpu-memory')).toMatchObject({
      level: 'warning',
      found: 'The firmware took 76 MiB, config.txt of the project says 128 MiB.',
      place: { file: other.path('boot/config.txt') },
    });
    other.remove();
  });

  describe('sees what is changed on the board:', () => {
    const byHand = async (script: string) => {
      const session = bench.session();
      expect(await session.connection.run({ title: 'by hand', script, limit: 20_000 })).toMatchObject({ kind: 'answer', status: 0 });
      await session.close();
    };
    const row = async (id: string) => table(await factsOf()).find((check) => check.id === id);

    it('sudo refused', async () => {
      bench.faults.sudo = 'refused';
      expect(await row('root')).toMatchObject({ level: 'blocker', remedy: expect.stringContaining('NOPASSWD') });
      expect(await row('hypervisor-memory')).toMatchObject({ level: 'unknown' });
    });

    it('programs', async () => {
      bench.faults.missing = ['flock'];
      expect(await row('programs')).toMatchObject({ level: 'warning', found: expect.stringContaining('flock') });
      bench.faults.missing = ['sha256sum'];
      expect(await row('programs')).toMatchObject({ level: 'blocker', found: expect.stringContaining('sha256sum') });
      bench.faults.missing = ['jailhouse'];
      expect(await row('tool')).toMatchObject({ level: 'blocker', remedy: expect.stringContaining('make install') });
    });

    it('the disk', async () => {
      bench.faults.diskLeft = 1000;
      expect(await row('disk')).toMatchObject({ level: 'blocker' });
    });

    it('the hypervisor image', async () => {
      const image = bench.files.read('/lib/firmware/jailhouse.bin');
      bench.files.write('/lib/firmware/jailhouse.bin', Buffer.from('ELF something'));
      expect(await row('firmware')).toMatchObject({ level: 'blocker', found: expect.stringContaining('does not begin') });
      bench.files.remove('/lib/firmware/jailhouse.bin');
      expect(await row('firmware')).toMatchObject({ level: 'blocker', found: expect.stringContaining('no jailhouse.bin') });
      bench.files.write('/lib/firmware/jailhouse.bin', image);
    });

    it('a CPU off line', async () => {
      bench.files.write('/sys/devices/system/cpu/cpu2/online', Buffer.from('0'));
      expect(await row('cpus')).toMatchObject({
        level: 'blocker',
        found: expect.stringContaining('CPU 2 of the system config is not on line'),
      });
    });

    it('another session', async () => {
      const options = { folder: 'rpi4', who: 'alice@laptop', reuse: [], files: [], limit: 20_000 };
      const lock = await takeLock(bench.session().connection, options);
      expect(lock.kind).toBe('held');
      expect(await row('lock')).toMatchObject({ level: 'blocker', found: expect.stringContaining('alice@laptop') });
      if (lock.kind === 'held') await lock.release();
      expect(await row('lock')).toMatchObject({ level: 'ok' });
    });

    it('somebody else’s hypervisor', async () => {
      await bench.go(bench.session(), project, { kind: 'enable' });
      expect(await row('state')).toMatchObject({ level: 'ok', found: 'Enabled with rpi4; no cells.' });
      expect(notOk(table(await factsOf()))).toEqual([]);
      await byHand('rm .jailhouse-cells/record');
      expect(await row('state')).toMatchObject({ found: 'Enabled by somebody else; no cells.' });
    });
  });

  describe('sees facts that no simulated board has:', () => {
    let facts: BoardFacts;
    beforeEach(async () => {
      facts ??= await factsOf();
    });

    it.each<readonly [string, string, Check['level'], (facts: BoardFacts) => Partial<BoardFacts>]>([
      ['a 32-bit kernel', 'architecture', 'blocker', () => ({ machine: 'armv7l' })],
      ['CPUs that are started by a spin table', 'psci', 'blocker', () => ({ enableMethods: ['spin-table'] })],
      ['CPUs that were started at EL1', 'el2', 'blocker', () => ({ startedAt: 'EL1' })],
      ['a log that no longer tells', 'el2', 'unknown', () => ({ startedAt: undefined })],
      ['no module', 'module', 'blocker', () => ({ moduleVersion: undefined })],
      ['a module of another revision', 'revision', 'blocker', () => ({ moduleVersion: 'v0.11' })],
      ['no reservation', 'hypervisor-memory', 'blocker', ({ iomem = '' }) => ({ iomem: `${iomem}\n10000000-1fffffff : System RAM\n` })],
      [
        'something in the PCI window',
        'pci-window',
        'warning',
        ({ iomem = '' }) => ({ iomem: `${iomem}\nff900000-ff9fffff : some device\n` }),
      ],
      ['RAM in the PCI window', 'pci-window', 'blocker', ({ iomem = '' }) => ({ iomem: `${iomem}\nff900000-ff9fffff : System RAM\n` })],
      ['a kernel without CPU hotplug', 'kernel-options', 'blocker', () => ({ kernelOptions: new Map([['CONFIG_PCI', 'y']]) })],
      ['another board', 'model', 'blocker', () => ({ compatible: ['raspberrypi,5-model-b'], model: 'Raspberry Pi 5' })],
      ['a wrong clock', 'clock', 'warning', ({ state }) => ({ state: { ...state, clock: 1000 } })],
      [
        'a parked CPU of the root cell',
        'state',
        'blocker',
        ({ state }) => ({
          state: {
            ...state,
            enabled: true,
            cells: [{ id: 0, name: 'rpi4', state: 'running', cpus: [0, 1, 2, 3], failedCpus: [1], inode: '1' }],
          },
        }),
      ],
    ])('%s', (_, id, level, change) => {
      const checks = table({ ...facts, ...change(facts) });
      expect(checks.find((check) => check.id === id)).toMatchObject({ level });
      expect(
        notOk(checks)
          .filter((each) => !each.startsWith(id))
          .filter((each) => !/^cell-memory/.test(each)),
      ).toEqual([]);
    });
  });
});

describe('a snapshot', () => {
  it('gives the engine the facts of the board, and shows what changed since', async () => {
    const facts = await factsOf();
    const text = snapshotText(facts, 'test', new Date());
    const { snapshot, findings } = readSnapshot(new SourceFile('/board.json', text));
    expect(findings).toEqual([]);
    expect(snapshot).toMatchObject({ model: expect.stringContaining('Raspberry Pi 4'), ram: 8n << 30n, kernel: facts.kernel });
    expect(snapshot?.iomem?.length).toBeGreaterThan(0);
    expect(snapshot?.tree).toBeDefined();
    expect(snapshot?.commandLine).toBeDefined();
    expect(driftSince(text, text)).toEqual([]);
    // An enabled hypervisor is no drift.
    await bench.go(bench.session(), project, { kind: 'enable' });
    expect(driftSince(text, snapshotText(await factsOf(), 'test', new Date()))).toEqual([]);
    await bench.reset();
    const path = facts.configTxt?.path ?? '';
    const before = bench.files.read(path);
    bench.files.write(path, Buffer.concat([before, Buffer.from('gpu_mem=128\n')]));
    const drift = driftSince(text, snapshotText(await factsOf(), 'test', new Date()));
    bench.files.write(path, before);
    expect(drift?.map(({ fact }) => fact)).toContain('configTxt');
  });
});
