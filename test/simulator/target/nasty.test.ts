import { describe, expect, test } from 'vitest';
import { asRoot, demoConfig, recordedBoard, rootConfig } from './recorded-board.ts';
import { ask, until } from './simulated-session.ts';

const pause = (milliseconds: number): Promise<'nothing'> => new Promise((resolve) => setTimeout(() => resolve('nothing'), milliseconds));

function changed(bytes: Uint8Array, change: (copy: DataView) => void): Uint8Array {
  const copy = Uint8Array.from(bytes);
  change(new DataView(copy.buffer));
  return copy;
}

const loaded = (options: Parameters<typeof recordedBoard>[0] = {}) => recordedBoard({ moduleLoaded: true, ...options });

describe('a board that stops', () => {
  test.each([
    [
      'record 106: a firmware that is cut',
      'head -c 100 /lib/firmware/jailhouse.bin > /var/tmp/fw; cat /var/tmp/fw > /lib/firmware/jailhouse.bin; jailhouse enable qemu-arm64.cell; echo rc=$?',
    ],
    ['record 321: the highest CPU is missing', 'jailhouse enable missing-high.cell; echo rc=$?'],
  ])('%s', async (_, command) => {
    const target = loaded();
    const powers: string[] = [];
    target.onPower((power) => powers.push(power));
    let output = '';
    const calling = ask(target, asRoot(command), {
      onOutput: (text) => {
        output += text;
      },
    });
    await until(() => target.power === 'frozen');
    expect(await Promise.race([calling, ask(target, 'true'), pause(100)])).toBe('nothing');
    expect(output).toBe('');
    expect(powers).toEqual(['frozen']);
    target.powerCycle();
    expect((await ask(target, 'echo back')).stdout).toBe('back\n');
    expect((await calling).status).toBe(255);
  });
});

describe('a driver that is lost', () => {
  test('a CPU of the root cell is parked: the call hangs, the rest can be read, the pool files block', async () => {
    const target = loaded();
    await ask(target, asRoot('jailhouse enable qemu-arm64.cell && jailhouse cell create broken/cell-overlap-hv.cell'));
    const calling = ask(target, asRoot('jailhouse cell load inmate-demo gic-demo.bin; echo rc=$?'));
    expect(await Promise.race([calling, pause(100)])).toBe('nothing');
    const seen = await ask(
      target,
      'cat /sys/devices/jailhouse/enabled /sys/devices/jailhouse/cells/0/state; cat /sys/devices/jailhouse/cells/0/cpus_failed_list',
    );
    expect(seen.stdout).toMatch(/^1\nrunning\n\d+\n$/);
    expect(target.serial).toContain('Unhandled data write at 0x7fc00000(1)');
    expect((await ask(target, 'timeout 0.1 cat /sys/devices/jailhouse/mem_pool_used; echo $?')).stdout).toBe('124\n');
    expect((await ask(target, asRoot('timeout 0.1 jailhouse disable; echo $?'))).stdout).toBe('124\n');
    expect((await ask(target, 'jailhouse cell list | wc -l')).stdout).toBe('3\n');
    // Not even SIGKILL ends the call.
    await ask(target, asRoot("kill -9 $(ps -e -o pid,args | sed -n 's/^ *\\([0-9]*\\) jailhouse cell load.*/\\1/p')"));
    expect((await ask(target, 'ps -e -o stat,args | grep "[j]ailhouse cell load inmate-demo gic-demo.bin$"')).stdout).toMatch(/^R/m);
  });

  test('the kernel oopses: status 139, and the lock stays', async () => {
    const outside = changed(rootConfig, (view) => view.setBigUint64(12, 0x90000000n, true));
    const target = loaded({ files: { '/root/jh/outside.cell': outside } });
    const answer = await ask(target, asRoot('jailhouse enable outside.cell; echo rc=$?'));
    expect(answer).toMatchObject({ stdout: 'rc=139\n', stderr: 'Segmentation fault\n' });
    expect(target.kernelLog).toContain('Internal error: ');
    expect(
      (await ask(target, 'timeout 0.1 cat /sys/devices/jailhouse/mem_pool_used; echo $?; cat /sys/devices/jailhouse/enabled')).stdout,
    ).toBe('124\n0\n');
    expect((await ask(target, 'sudo -n jailhouse --version')).status).toBe(0);
  });
});

describe('commands at once', () => {
  const cell = '/root/jh/qemu-arm64-inmate-demo.cell';

  test('are done one after the other: one create is the first, the other finds the cell', async () => {
    const target = loaded();
    await ask(target, asRoot('jailhouse enable qemu-arm64.cell'));
    const { stdout, stderr } = await ask(
      target,
      asRoot(`(jailhouse cell create ${cell}; echo $?) & (jailhouse cell create ${cell}; echo $?) & wait`),
    );
    expect(stdout.split('\n').sort()).toEqual(['', '0', '1']);
    expect(stderr).toBe('JAILHOUSE_CELL_CREATE: File exists\n');
    const both = await ask(
      target,
      asRoot(
        'jailhouse cell load 1 gic-demo.bin & jailhouse cell load inmate-demo gic-demo.bin & jailhouse cell start 1 & wait; jailhouse cell list | wc -l',
      ),
    );
    expect(both).toMatchObject({ stdout: '3\n', stderr: '' });
  });

  test('a list that meets a cell on its way in or out', async () => {
    const target = loaded();
    await ask(target, asRoot('jailhouse enable qemu-arm64.cell'));
    const seen = new Set<string>();
    for (let turn = 0; turn < 40; turn++) {
      const work = ask(target, asRoot(`jailhouse cell create ${cell}; jailhouse cell destroy inmate-demo`));
      for (let look = 0; look < 4; look++) {
        const { status, stdout, stderr } = await ask(target, 'jailhouse cell list');
        if (status !== 0) seen.add(stderr);
        for (const [, state] of stdout.matchAll(/^1 +inmate-demo +(\S+(?: down)?) /gm)) seen.add(state as string);
      }
      await work;
    }
    expect([...seen]).toEqual(expect.arrayContaining(['invalid']));
    for (const each of seen)
      expect(each).toMatch(/^(?:invalid|shut down|opening \/sys\/devices\/jailhouse\/cells\/1\/\w+: No such file or directory\n)$/);
  });

  test('each cell has a directory with an inode of its own', async () => {
    const target = loaded();
    await ask(target, asRoot('jailhouse enable qemu-arm64.cell'));
    const inode = async (id: number): Promise<string> => (await ask(target, `stat -c %i /sys/devices/jailhouse/cells/${id}`)).stdout;
    const root = await inode(0);
    await ask(target, asRoot(`jailhouse cell create ${cell}`));
    const first = await inode(1);
    await ask(target, asRoot('jailhouse cell load 1 gic-demo.bin; jailhouse cell start 1'));
    expect(await inode(1)).toBe(first);
    await ask(target, asRoot(`jailhouse cell destroy 1; jailhouse cell create ${cell}`));
    expect(await inode(1)).not.toBe(first);
    expect(await inode(0)).toBe(root);
    await ask(target, asRoot('jailhouse disable; jailhouse enable qemu-arm64.cell'));
    expect(await inode(0)).not.toBe(root);
  });
});

describe('cells', () => {
  test('a guest that touches what it may not is failed at once', async () => {
    const profile = JSON.stringify({
      touches: [
        { address: '0x9000000', width: 4, access: 'write' },
        { address: '0xdead0000', width: 4, access: 'read' },
      ],
    });
    const target = loaded({
      files: { '/root/jh/bad.bin': new Uint8Array(64).fill(1), '/root/jh/bad.bin.profile.json': profile, '/root/jh/demo.cell': demoConfig },
    });
    const { stdout } = await ask(
      target,
      asRoot(
        'jailhouse enable qemu-arm64.cell; jailhouse cell create demo.cell; jailhouse cell load 1 bad.bin; jailhouse cell start 1; echo $?; cat /sys/devices/jailhouse/cells/1/state',
      ),
    );
    expect(stdout).toBe('0\nfailed\n');
    expect(target.serial).toMatch(/Unhandled data read at 0xdead0000\(4\)/);
    expect((await ask(target, asRoot('jailhouse console | tail -1'))).stdout).toBe('Parking CPU 1 (Cell: "inmate-demo")\n');
  });

  test('names are taken literally and cut after 31 bytes', async () => {
    const named = (name: string): Uint8Array =>
      changed(demoConfig, (view) => {
        const bytes = Buffer.from(name, 'utf8');
        for (let at = 0; at < 32; at++) view.setUint8(8 + at, bytes[at] ?? 0);
      });
    const name = '$(touch pwned) \'q" ünï';
    const target = loaded({ files: { '/root/jh/hostile.cell': named(name) } });
    const quotedName = `'${name.replaceAll("'", `'\\''`)}'`;
    const { stdout, stderr } = await ask(
      target,
      asRoot(
        `jailhouse enable qemu-arm64.cell; jailhouse cell create hostile.cell; cat /sys/devices/jailhouse/cells/1/name; jailhouse cell load ${quotedName} gic-demo.bin; jailhouse cell list; jailhouse cell destroy --name ${quotedName}; jailhouse cell list | wc -l`,
      ),
    );
    expect(stderr).toBe('');
    expect(stdout).toContain(`${name}\n`);
    expect(stdout).toMatch(/\n2\n$/);
    expect(target.rootFiles.list('/root/jh')).not.toContain('pwned');
    expect(target.kernelLog).toContain(`Created Jailhouse cell "${name}"`);
  });
});
