import { createMachine } from '@jailhouse-cells/simulator/machine/create-machine.ts';
import { describe, expect, test } from 'vitest';
import { asRoot, quoted, recordedBoard } from './recorded-board.ts';
import { ask, HandFed, until } from './simulated-session.ts';

const enabled = async (options: Parameters<typeof recordedBoard>[0] = {}) => {
  const target = recordedBoard({ moduleLoaded: true, ...options });
  expect((await ask(target, asRoot('jailhouse enable qemu-arm64.cell'))).status).toBe(0);
  return target;
};

describe('a session without a terminal', () => {
  test('carries bytes as they are, both ways', async () => {
    const target = recordedBoard();
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += 40_000) yield bytes.subarray(at, at + 40_000);
    };
    expect((await ask(target, 'cat > up && sha256sum up', { stdin: pieces() })).stdout).toMatch(/^[0-9a-f]{64} {2}up\n$/);
    expect(target.files.read('/home/dev/up')).toEqual(bytes);
    const out: Uint8Array[] = [];
    await target.run({
      command: 'cat up',
      stdin: pieces(),
      stdout: (piece) => out.push(Uint8Array.from(piece)),
      stderr: () => undefined,
      lost: new AbortController().signal,
      terminal: false,
      environment: {},
    });
    expect(new Uint8Array(Buffer.concat(out))).toEqual(bytes);
  });

  test('leaves a part of a file, and status 0, when an upload is cut', async () => {
    const target = recordedBoard();
    const stdin = new HandFed();
    const lost = new AbortController();
    const running = ask(target, 'cat > part; echo cat rc=$? > fin', { stdin, lost: lost.signal });
    stdin.feed('half of it');
    await until(() => target.files.stat('/home/dev/part')?.size === 10);
    lost.abort();
    stdin.end();
    await running;
    expect(Buffer.from(target.files.read('/home/dev/fin')).toString()).toBe('cat rc=0\n');
    expect(target.files.stat('/home/dev/part')?.size).toBe(10);
  });

  test('goes on to its end when the client is gone', async () => {
    const target = recordedBoard();
    const lost = new AbortController();
    const running = ask(target, 'sleep 0.1; echo finished rc=$? > fin', { lost: lost.signal });
    lost.abort();
    await running;
    expect(Buffer.from(target.files.read('/home/dev/fin')).toString()).toBe('finished rc=0\n');
  });

  test('ends by SIGPIPE at its next output when the client is gone', async () => {
    const target = recordedBoard();
    const lost = new AbortController();
    let output = '';
    const running = ask(target, 'while :; do cat /etc/hostname; sleep 0.02; done; echo never > fin', {
      lost: lost.signal,
      onOutput: (text) => {
        output += text;
      },
    });
    await until(() => output !== '');
    lost.abort();
    // The shell lives on; its children die one after the other.
    const { stdout } = await ask(target, `ps -e -o pid,args | sed -n 's/^ *\\([0-9]*\\) sh -c while.*/\\1/p'`);
    await ask(target, `kill ${stdout.trim()}`);
    expect(await running).toMatchObject({ status: 143 });
  });

  test('waits for children that hold its output, and not for those that do not', async () => {
    const target = recordedBoard();
    const holding = await ask(target, '(sleep 0.1; echo late) & echo early');
    expect(holding.stdout).toBe('early\nlate\n');
    const detached = await ask(target, 'sleep 30 >/dev/null 2>&1 & echo $! > pid; echo early');
    expect(detached.stdout).toBe('early\n');
    expect((await ask(target, 'kill -0 $(cat pid) && kill $(cat pid) && echo alive')).stdout).toBe('alive\n');
  });

  test('keeps a lock until its keeper ends, and tells who has it', async () => {
    const target = recordedBoard();
    const stdin = new HandFed();
    let output = '';
    const lock = '/sys/devices/system/cpu/online';
    const keeper = ask(target, `flock -n ${lock} -c 'echo held; : jailhouse-cells-lock me; exec cat >/dev/null'`, {
      stdin,
      onOutput: (text) => {
        output += text;
      },
    });
    await until(() => output === 'held\n');
    expect((await ask(target, `flock -n ${lock} true`)).status).toBe(1);
    expect((await ask(target, 'ps -e -o args | grep "[j]ailhouse-cells-lock"')).stdout).toContain('jailhouse-cells-lock me');
    stdin.end();
    expect((await keeper).status).toBe(0);
    expect((await ask(target, `flock -n ${lock} true`)).status).toBe(0);
  });
});

describe('console -f', () => {
  test('outlives its client without a terminal, holds the module, and goes with the next line', async () => {
    const target = await enabled();
    const lost = new AbortController();
    let output = '';
    const running = ask(target, asRoot('exec jailhouse console -f'), {
      lost: lost.signal,
      onOutput: (text) => {
        output += text;
      },
    });
    await until(() => output.includes('Activating hypervisor'));
    lost.abort();
    const seen = await ask(target, 'cat /sys/module/jailhouse/refcnt; ps -e -o stat,args | grep "[j]ailhouse console -f"');
    expect(seen.stdout).toMatch(/^2\n/);
    expect(seen.stdout).toMatch(/^D\S* +jailhouse console -f$/m);
    expect((await ask(target, asRoot('jailhouse cell create qemu-arm64-inmate-demo.cell'))).status).toBe(0);
    await running;
    await until(async () => (await ask(target, 'cat /sys/module/jailhouse/refcnt')).stdout === '1\n');
  });

  test('dies with its terminal', async () => {
    const target = await enabled();
    const lost = new AbortController();
    let output = '';
    const running = ask(target, asRoot('exec jailhouse console -f'), {
      lost: lost.signal,
      terminal: true,
      onOutput: (text) => {
        output += text;
      },
    });
    await until(() => output.includes('Activating hypervisor'));
    lost.abort();
    expect((await running).status).toBe(129);
    expect((await ask(target, 'cat /sys/module/jailhouse/refcnt')).stdout).toBe('1\n');
  });

  test('shows the end of the log when the hypervisor is disabled, and does not end', async () => {
    const target = await enabled();
    const lost = new AbortController();
    let output = '';
    const running = ask(target, asRoot('exec jailhouse console -f'), {
      lost: lost.signal,
      terminal: true,
      onOutput: (text) => {
        output += text;
      },
    });
    await until(() => output.includes('Activating hypervisor'));
    await ask(target, asRoot('jailhouse disable'));
    await until(() => output.includes('Releasing CPU 15'));
    expect((await ask(target, asRoot('rmmod jailhouse'))).stderr).toBe('rmmod: ERROR: Module jailhouse is in use\n');
    expect(await Promise.race([running, new Promise((resolve) => setTimeout(() => resolve('runs'), 300))])).toBe('runs');
    await ask(target, asRoot('jailhouse enable qemu-arm64.cell'));
    await until(() => output.split('Activating hypervisor').length === 3);
    lost.abort();
    await running;
  });
});

describe('a terminal', () => {
  test('is an interactive shell with echo, editing, ^C and ^D', async () => {
    const target = recordedBoard({ hostname: 'jailhouse-simulated' });
    const stdin = new HandFed();
    let output = '';
    const running = ask(target, undefined, {
      stdin,
      terminal: true,
      onOutput: (text) => {
        output += text;
      },
    });
    await until(() => output.includes('$ '));
    expect(output).toContain('simulated board');
    expect(output).toContain('dev@jailhouse-simulated:~$ ');
    stdin.feed('echo hxx\x7f\x7fi; cd /tmp\r');
    await until(() => output.endsWith(':/tmp$ '));
    expect(output).toContain('echo hxx\b \b\b \bi; cd /tmp\r\nhi\r\n');
    stdin.feed('sleep 60\r');
    await until(async () => (await ask(target, 'ps -e -o args')).stdout.includes('sleep 60'));
    stdin.feed('\x03');
    await until(() => output.endsWith('^C\r\ndev@jailhouse-simulated:/tmp$ '));
    stdin.feed('if true\rthen echo multi\rfi\r');
    await until(() => output.includes('multi\r\ndev'));
    stdin.feed('(exit 3)\r');
    await until(() => output.split('/tmp$ ').length === 5);
    stdin.feed('\x04');
    expect((await running).status).toBe(3);
  });

  test('shows statistics until q is pressed', async () => {
    const target = await enabled();
    const stdin = new HandFed();
    let output = '';
    const running = ask(target, 'jailhouse cell stats 0', {
      stdin,
      terminal: true,
      environment: { TERM: 'xterm' },
      onOutput: (text) => {
        output += text;
      },
    });
    await until(() => output.includes('vmexits_total'));
    stdin.feed('q\r');
    expect((await running).status).toBe(0);
  });

  test('carries a command and its status', async () => {
    const target = recordedBoard();
    expect(await ask(target, 'tty; test -t 1 && echo tty; exit 4', { terminal: true })).toMatchObject({
      status: 4,
      stdout: '/dev/pts/0\r\ntty\r\n',
    });
  });
});

describe('power', () => {
  test('comes back clean: new boot, empty /tmp, files of the disk kept', async () => {
    const target = await enabled();
    const boot = (await ask(target, 'cat /proc/sys/kernel/random/boot_id; echo kept > kept; echo gone > /tmp/gone')).stdout;
    const hanging = ask(target, 'sleep 1000');
    const states: string[] = [];
    target.onPower((power) => states.push(power));
    target.powerCycle();
    expect(states).toEqual(['off', 'up']);
    expect((await hanging).status).toBe(255);
    const after = await ask(target, 'cat /proc/sys/kernel/random/boot_id; cat kept; ls /tmp; cat /sys/devices/jailhouse/enabled');
    expect(after.stdout).toMatch(/^[0-9a-f-]{36}\nkept\n0\n$/);
    expect(after.stdout.split('\n')[0]).not.toBe(boot.trim());
    expect(target.machine.enabled).toBe(false);
  });

  test('reboots on command', async () => {
    const target = recordedBoard({ rebootTime: 20 });
    const states: string[] = [];
    target.onPower((power) => states.push(power));
    expect((await ask(target, 'sudo -n reboot')).status).toBe(255);
    await until(() => states.length === 2);
    expect(states).toEqual(['off', 'up']);
    expect((await ask(target, 'echo back')).stdout).toBe('back\n');
  });
});

describe('faults', () => {
  test('the disk is full', async () => {
    const target = recordedBoard({ faults: { diskLeft: 1000 } });
    const full = await ask(target, 'cat > big', { stdin: new Uint8Array(5000) });
    expect(full).toMatchObject({ status: 1, stderr: 'cat: write error: No space left on device\n' });
    expect(target.files.stat('/home/dev/big')?.size).toBe(1000);
    expect((await ask(target, 'echo x > y')).stderr).toMatch(/No space left|I\/O error/);
    expect((await ask(target, 'rm big && echo x > y && cat y; df -P . | tail -1')).stdout).toMatch(/^x\n/);
    expect((await ask(target, 'echo x > /tmp/y && cat /tmp/y')).stdout).toBe('x\n');
  });

  test('the disk is read-only', async () => {
    const target = recordedBoard({ faults: { readOnly: true } });
    expect(await ask(target, 'mkdir d')).toMatchObject({
      status: 1,
      stderr: "mkdir: cannot create directory 'd': Read-only file system\n",
    });
    expect(await ask(target, 'echo x > y')).toMatchObject({ status: 2, stderr: 'sh: 1: cannot create y: Read-only file system\n' });
    expect((await ask(target, 'echo x > /tmp/y && cat /tmp/y')).stdout).toBe('x\n');
  });

  test('programs are missing, sudo refuses, commands are slow', async () => {
    const target = recordedBoard();
    Object.assign(target.faults, { missing: ['flock', 'sha256sum'], sudo: 'refused', delay: 50 });
    const started = Date.now();
    expect(await ask(target, 'flock -n /tmp true')).toMatchObject({ status: 127, stderr: 'sh: 1: flock: not found\n' });
    expect(Date.now() - started).toBeGreaterThanOrEqual(45);
    expect((await ask(target, 'command -v sha256sum; echo $?')).stdout).toBe('127\n');
    expect(await ask(target, 'sudo -n jailhouse disable')).toMatchObject({ status: 1, stderr: 'sudo: a password is required\n' });
  });

  test('the log is for root alone', async () => {
    const target = recordedBoard({ restrictedLog: true });
    expect(await ask(target, 'dmesg')).toMatchObject({ status: 1, stderr: 'dmesg: read kernel buffer failed: Operation not permitted\n' });
    expect((await ask(target, 'sudo -n dmesg | tail -1')).stdout).toContain('EXT4-fs');
  });
});

test('sudo lets pass what a line of sudoers lists, and nothing else', async () => {
  const line =
    'dev ALL=(root) NOPASSWD: /usr/local/sbin/jailhouse, /usr/sbin/modprobe jailhouse, /bin/cat /proc/iomem, /usr/sbin/ip address *\n';
  const target = recordedBoard({ faults: { sudo: 'refused' }, files: { '/etc/sudoers.d/jailhouse': line } });
  const status = async (command: string): Promise<number> => (await ask(target, command)).status;
  expect(await status('sudo -n modprobe jailhouse')).toBe(0);
  expect(await status('sudo -n jailhouse console')).toBe(1);
  expect((await ask(target, 'sudo -n /usr/local/sbin/jailhouse console')).stderr).toBe('read(console): Resource temporarily unavailable\n');
  expect((await ask(target, 'sudo -n cat /proc/iomem')).stdout).toMatch(/^08000000-/);
  expect(await status('sudo -n ip address add 10.0.0.1/24 dev eth0')).toBe(0);
  for (const refused of [
    'cat /etc/shadow',
    'cat /proc/iomem /etc/shadow',
    'modprobe -r jailhouse',
    'modprobe',
    'sh -c id',
    'rmmod jailhouse',
    'ip link set eth0 down',
  ]) {
    expect(await ask(target, `sudo -n ${refused}`)).toMatchObject({ status: 1, stderr: 'sudo: a password is required\n' });
  }
});

test('a timer that nobody stops disables the hypervisor', async () => {
  const target = await enabled();
  const armed = `nohup setsid sh -c 'sleep 0.2; sudo -n jailhouse disable' >/dev/null 2>&1 </dev/null & echo $!`;
  const { stdout } = await ask(target, armed);
  await ask(target, `kill -- ${stdout.trim()}`);
  await ask(target, armed);
  expect(target.machine.enabled).toBe(true);
  await until(() => !target.machine.enabled);
});

test('guests go on between calls', async () => {
  let now = 0;
  const target = await enabled({ machine: (board) => createMachine(board, () => now) });
  await ask(
    target,
    asRoot('jailhouse cell create qemu-arm64-inmate-demo.cell; jailhouse cell load 1 gic-demo.bin; jailhouse cell start 1'),
  );
  const total = async (): Promise<number> =>
    Number((await ask(target, 'cat /sys/devices/jailhouse/cells/1/statistics/vmexits_total')).stdout);
  const [before, printed] = [await total(), target.serial.length];
  now += 5000;
  expect(await total()).toBeGreaterThan(before);
  expect(target.serial.slice(printed)).toContain('Timer fired');
});

test('hostile text stays text, also through sudo and sh', async () => {
  const target = recordedBoard();
  for (const name of [
    'a b',
    '$(touch pwned)',
    '`touch pwned`',
    "quo'te",
    'dou"ble',
    'semi;touch pwned',
    'new\nline',
    'back\\slash',
    '&& touch pwned',
    '${HOME}',
    '*',
    'ünï ☃',
    '#x',
    '~',
  ]) {
    const made = await ask(
      target,
      `mkdir -p h && cd h && printf %s content > ${quoted(name)} && cat -- ${quoted(name)} && sudo -n cat ${quoted(name)}`,
    );
    expect(made).toMatchObject({ status: 0, stdout: 'contentcontent', stderr: '' });
    expect(target.files.list('/home/dev/h')).toEqual([name]);
    expect((await ask(target, `cd h && for f in *; do printf '<%s>' "$f"; done && rm -- ${quoted(name)}`)).stdout).toBe(`<${name}>`);
  }
  expect(target.files.list('/home/dev')).toEqual(['h']);
});
