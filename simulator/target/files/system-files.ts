import { gzipSync } from 'node:zlib';
import { type ByteText, fromBytes, toBytes } from '../byte-text.ts';
import type { Linux } from '../kernel/linux.ts';
import { jailhouseDevice } from '../kernel/opening.ts';
import { FileError } from '../target.ts';
import { cpuList, generated, JailhouseSysfs, kernelDirectory } from './cell-files.ts';
import { deviceTreeDirectory } from './device-tree-files.ts';
import { type Directory, type GeneratedFile, type Inode, makeDirectoryInode, nextNumber, superuser } from './inode.ts';
import { iomemText } from './iomem.ts';
import { moduleSize } from './module-size.ts';

/** Builds /proc, /sys and /dev for one boot into the tree of files. */
export function mountSystemFiles(linux: Linux): void {
  const { entries } = linux.files.root;
  entries.set('sys', sysDirectory(linux));
  entries.set('proc', procDirectory(linux));
  entries.set('dev', devDirectory(linux));
  for (const [name, mode] of [
    ['run', 0o755],
    ['tmp', 0o1777],
  ] as const)
    entries.set(name, makeDirectoryInode('memory', mode, superuser, linux.now()));
}

function link(now: number, target: ByteText): Inode {
  return { kind: 'link', number: nextNumber(), storage: 'kernel', mode: 0o777, uid: 0, gid: 0, modified: now, target };
}

/** Puts an inode at a path below a directory, with the directories on the way. */
function place(root: Directory, path: string, inode: Inode, now: number): void {
  const parts = path.split('/');
  const name = parts.pop() as string;
  let directory = root;
  for (const part of parts) {
    const found = directory.entries.get(part);
    const next = found?.kind === 'directory' ? found : kernelDirectory(now);
    directory.entries.set(part, next);
    directory = next;
  }
  directory.entries.set(name, inode);
}

function sysDirectory(linux: Linux): Directory {
  const { booted: now, options } = linux;
  const { machine, board, deviceTree } = options;
  const sys = kernelDirectory(now);
  const devices = kernelDirectory(now);
  sys.entries.set('devices', devices);
  new JailhouseSysfs(linux, devices);
  const file = (mode: number, text: () => ByteText, write?: (bytes: Uint8Array) => void): GeneratedFile =>
    generated(now, mode, text, write);
  const cpus = kernelDirectory(now);
  const all = Array.from({ length: board.cpus }, (_, cpu) => cpu);
  place(devices, 'system/cpu', cpus, now);
  cpus.entries.set(
    'online',
    file(0o444, () => `${cpuList(machine.onlineCpus)}\n`),
  );
  cpus.entries.set(
    'offline',
    file(0o444, () => `${cpuList(all.filter((cpu) => !machine.onlineCpus.includes(cpu)))}\n`),
  );
  cpus.entries.set(
    'present',
    file(0o444, () => `${cpuList(all)}\n`),
  );
  cpus.entries.set(
    'possible',
    file(0o444, () => `${cpuList(all)}\n`),
  );
  for (const cpu of all) {
    const write = (bytes: Uint8Array): void => {
      const value = fromBytes(bytes).trim();
      if (value !== '0' && value !== '1') throw new FileError('EINVAL', `cpu${cpu}/online`);
      linux.setOnline(cpu, value === '1');
    };
    place(
      cpus,
      `cpu${cpu}/online`,
      file(0o644, () => `${machine.onlineCpus.includes(cpu) ? 1 : 0}\n`, write),
      now,
    );
  }
  place(sys, 'firmware/devicetree/base', deviceTreeDirectory(linux), now);
  place(
    sys,
    'firmware/fdt',
    generated(now, 0o400, () => fromBytes(deviceTree), undefined, deviceTree.length),
    now,
  );
  place(sys, 'module', kernelDirectory(now), now);
  place(sys, 'bus/pci/devices', kernelDirectory(now), now);
  place(sys, 'bus/platform/devices', kernelDirectory(now), now);
  place(sys, 'class/misc', kernelDirectory(now), now);
  place(sys, 'class/net', kernelDirectory(now), now);
  const refresh = (): void => {
    moduleFiles(linux, directoryAt(sys, 'module'));
    const misc = directoryAt(sys, 'class/misc');
    if (!linux.driver.loaded) misc.entries.delete('jailhouse');
    else if (!misc.entries.has('jailhouse')) {
      for (const name of ['dev', 'subsystem', 'uevent'])
        place(
          misc,
          `jailhouse/${name}`,
          file(0o444, () => (name === 'dev' ? '10:127\n' : '')),
          now,
        );
    }
    pciFiles(linux, directoryAt(sys, 'bus/pci/devices'));
    networkFiles(linux, directoryAt(sys, 'class/net'));
  };
  linux.driver.onChange(refresh);
  refresh();
  return sys;
}

function directoryAt(root: Directory, path: string): Directory {
  let directory = root;
  for (const part of path.split('/')) {
    const next = directory.entries.get(part);
    if (next?.kind !== 'directory') throw new Error(`no directory ${path}`);
    directory = next;
  }
  return directory;
}

function moduleFiles(linux: Linux, modules: Directory): void {
  const { driver, options } = linux;
  if (!driver.loaded) {
    modules.entries.delete('jailhouse');
    return;
  }
  if (modules.entries.has('jailhouse')) return;
  const now = linux.now();
  const texts: Readonly<Record<string, () => ByteText>> = {
    coresize: () => `${moduleSize}\n`,
    initsize: () => '0\n',
    initstate: () => 'live\n',
    refcnt: () => `${driver.references}\n`,
    srcversion: () => `${options.facts.moduleSource}\n`,
    taint: () => 'O\n',
    version: () => `${options.facts.moduleVersion}\n`,
  };
  const directory = kernelDirectory(now);
  for (const [name, text] of Object.entries(texts)) directory.entries.set(name, generated(now, 0o444, text));
  directory.entries.set(
    'uevent',
    generated(
      now,
      0o200,
      () => '',
      () => undefined,
    ),
  );
  for (const name of ['drivers', 'holders', 'notes', 'sections']) directory.entries.set(name, kernelDirectory(now));
  modules.entries.set('jailhouse', directory);
}

function pciFiles(linux: Linux, devices: Directory): void {
  const functions = new Map(linux.pciFunctions().map((each) => [each.name, each]));
  for (const name of [...devices.entries.keys()]) if (!functions.has(name)) devices.entries.delete(name);
  const now = linux.now();
  const hex = (value: number, digits: number): ByteText => `0x${value.toString(16).padStart(digits, '0')}\n`;
  for (const [name, { vendor, device, class: code }] of functions) {
    if (devices.entries.has(name)) continue;
    const directory = kernelDirectory(now);
    for (const [file, text] of [
      ['vendor', hex(vendor, 4)],
      ['device', hex(device, 4)],
      ['class', hex(code, 6)],
    ] as const)
      directory.entries.set(
        file,
        generated(now, 0o444, () => text),
      );
    devices.entries.set(name, directory);
  }
}

function networkFiles(linux: Linux, devices: Directory): void {
  const interfaces = linux.network.interfaces();
  for (const name of [...devices.entries.keys()]) if (!interfaces.some((each) => each.name === name)) devices.entries.delete(name);
  for (const { name, mac } of interfaces) {
    if (devices.entries.has(name)) continue;
    const directory = kernelDirectory(linux.now());
    const state = (): ByteText => `${linux.network.interfaces().find((each) => each.name === name)?.up ? 'up' : 'down'}\n`;
    directory.entries.set(
      'address',
      generated(linux.now(), 0o444, () => `${mac}\n`),
    );
    directory.entries.set('operstate', generated(linux.now(), 0o444, state));
    devices.entries.set(name, directory);
  }
}

function procDirectory(linux: Linux): Directory {
  const { booted: now, options, driver } = linux;
  const { facts, machine } = options;
  const proc = kernelDirectory(now);
  const file = (path: string, text: () => ByteText, mode = 0o444): void => place(proc, path, generated(now, mode, text, undefined, 0), now);
  proc.entries.set(
    'iomem',
    generated(now, 0o444, (reader) => toBytes(iomemText(linux, reader.uid)), undefined, 0),
  );
  file('cpuinfo', () => {
    const each = machine.onlineCpus.map((cpu) => `processor\t: ${cpu}\n${facts.cpuinfo.each.map((line) => `${line}\n`).join('')}\n`);
    return each.join('') + facts.cpuinfo.tail.map((line) => `${line}\n`).join('');
  });
  file('cmdline', () => `${facts.cmdline}\n`);
  proc.entries.set(
    'modules',
    generated(
      now,
      0o444,
      (reader) =>
        toBytes(
          driver.loaded
            ? `jailhouse ${moduleSize} ${driver.references} - Live 0x${reader.uid === 0 ? 'ffff8000003e0000' : '0000000000000000'} (O)\n`
            : '',
        ),
      undefined,
      0,
    ),
  );
  file('misc', () => (driver.loaded ? '127 jailhouse\n' : ''));
  file('version', () => `Linux version ${facts.kernel.release} (simulated) (gcc) ${facts.kernel.build}\n`);
  file('uptime', () => `${linux.secondsUp().toFixed(2)} ${linux.secondsUp().toFixed(2)}\n`);
  file('loadavg', () => '0.00 0.00 0.00 1/80 400\n');
  file('meminfo', () => {
    const total =
      Number(
        options.board.linuxRam.reduce((sum, { size }) => sum + size, 0n) - options.board.reserved.reduce((sum, { size }) => sum + size, 0n),
      ) / 1024;
    const rows: readonly (readonly [string, number])[] = [
      ['MemTotal:', Math.floor(total * 0.97)],
      ['MemFree:', Math.floor(total * 0.8)],
      ['MemAvailable:', Math.floor(total * 0.85)],
    ];
    return rows.map(([name, value]) => `${name.padEnd(16)}${String(value).padStart(8)} kB\n`).join('');
  });
  file(
    'mounts',
    () =>
      '/dev/root / ext4 rw,relatime 0 0\nproc /proc proc rw 0 0\nsysfs /sys sysfs rw 0 0\ntmpfs /run tmpfs rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n',
  );
  file('sys/kernel/random/boot_id', () => `${linux.bootId}\n`);
  file('sys/kernel/hostname', () => `${options.hostname}\n`);
  file('sys/kernel/dmesg_restrict', () => `${options.restrictedLog ? 1 : 0}\n`);
  const config = gzipSync(toBytes(`${facts.kernelOptions.join('\n')}\n`));
  proc.entries.set(
    'config.gz',
    generated(now, 0o444, () => config, undefined, config.length),
  );
  proc.entries.set('device-tree', link(now, '/sys/firmware/devicetree/base'));
  return proc;
}

function devDirectory(linux: Linux): Directory {
  const now = linux.booted;
  const dev = makeDirectoryInode('devices', 0o755, superuser, now);
  const node = (name: string, major: number, minor: number, mode: number): void => {
    dev.entries.set(name, {
      kind: 'device',
      number: nextNumber(),
      storage: 'devices',
      mode,
      uid: 0,
      gid: 0,
      modified: linux.now(),
      major,
      minor,
    });
  };
  node('null', 1, 3, 0o666);
  node('zero', 1, 5, 0o666);
  node('full', 1, 7, 0o666);
  node('random', 1, 8, 0o666);
  node('urandom', 1, 9, 0o666);
  node('tty', 5, 0, 0o666);
  dev.entries.set('shm', makeDirectoryInode('memory', 0o1777, superuser, now));
  const refresh = (): void => {
    if (!linux.driver.loaded) dev.entries.delete('jailhouse');
    else if (!dev.entries.has('jailhouse')) node('jailhouse', jailhouseDevice.major, jailhouseDevice.minor, 0o600);
  };
  linux.driver.onChange(refresh);
  refresh();
  return dev;
}
