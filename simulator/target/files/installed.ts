import { coreSize, fileSize, perCpuSize } from '../../machine/firmware.ts';
import type { BoardFacts } from '../boards/board-facts.ts';
import { type ByteText, toBytes } from '../byte-text.ts';
import { programMark } from '../kernel/execute.ts';
import type { Program } from '../kernel/linux.ts';
import { programPaths } from '../programs/registry.ts';
import type { FileSystem } from './file-system.ts';
import { superuser } from './inode.ts';

export interface Installation {
  readonly facts: BoardFacts;
  readonly hostname: ByteText;
  readonly user: { readonly name: ByteText; readonly uid: number };
  readonly programs: Readonly<Record<string, Program>>;
}

/** Puts what is installed on the disk: programs, firmware, module, settings, home directories. */
export function install(files: FileSystem, { facts, hostname, user, programs }: Installation): void {
  for (const path of [
    'boot',
    'etc',
    'home',
    'lib',
    'root',
    'usr',
    'usr/bin',
    'usr/sbin',
    'usr/local',
    'usr/local/bin',
    'usr/local/sbin',
    'usr/local/libexec',
    'usr/local/libexec/jailhouse',
    'usr/share',
    'var',
    'var/tmp',
    'mnt',
    'opt',
    'lib/firmware',
    'lib/modules',
  ]) {
    files.makeDirectory(`/${path}`, path === 'root' ? 0o700 : path === 'var/tmp' ? 0o1777 : 0o755, superuser);
  }
  for (const [name, target] of [
    ['bin', 'usr/bin'],
    ['sbin', 'usr/sbin'],
  ] as const)
    files.symlink(target, `/${name}`, superuser);
  const put = (path: ByteText, content: ByteText | Uint8Array, mode = 0o644): void => {
    const parts = path.split('/').slice(1, -1);
    for (let end = 1; end <= parts.length; end += 1) {
      const folder = `/${parts.slice(0, end).join('/')}`;
      if (!files.exists(folder, superuser)) files.makeDirectory(folder, 0o755, superuser);
    }
    const file = files.createFile(path, mode, superuser);
    file.bytes = typeof content === 'string' ? toBytes(content) : content;
    file.size = file.bytes.length;
  };
  for (const [path, name] of programPaths(facts.gpuMem !== undefined, programs)) put(path, `${programMark}${name}\n`, 0o755);
  for (const name of [
    'jailhouse-cell-linux',
    'jailhouse-cell-stats',
    'jailhouse-config-check',
    'jailhouse-config-create',
    'jailhouse-hardware-check',
  ]) {
    put(`/usr/local/libexec/jailhouse/${name}`, `#!/usr/bin/env python3\n# Part of the simulated tool.\n`, 0o755);
  }
  put('/usr/local/libexec/jailhouse/linux-loader.bin', new Uint8Array(13496), 0o755);
  put('/lib/firmware/jailhouse.bin', firmware(facts.moduleVersion), 0o755);
  put(`/lib/modules/${facts.kernel.release}/extra/jailhouse.ko`, '\x7fELF simulated module\n');
  put('/etc/hostname', `${hostname}\n`);
  put('/etc/os-release', 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm), simulated"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n');
  put('/etc/motd', 'This is a simulated board of Jailhouse Cells: nothing here is real hardware.\n');
  const login = user.uid === 0 ? '' : `${user.name}:x:${user.uid}:${user.uid}::/home/${user.name}:/bin/sh\n`;
  put('/etc/passwd', `root:x:0:0:root:/root:/bin/sh\n${login}`);
  if (facts.configTxt !== undefined) {
    put('/boot/firmware/config.txt', facts.configTxt);
    put('/boot/firmware/cmdline.txt', `${facts.cmdline}\n`);
    put('/boot/firmware/bl31.bin', 'simulated TF-A\n');
  }
  if (user.uid !== 0) {
    files.makeDirectory(`/home/${user.name}`, 0o755, superuser);
    files.changeOwner(`/home/${user.name}`, { uid: user.uid, gid: user.uid }, superuser);
  }
}

/** A hypervisor image in form: signature and sizes as recorded, and the version's banner. Its code is the simulation. */
function firmware(version: ByteText): Uint8Array {
  const bytes = new Uint8Array(fileSize);
  const view = new DataView(bytes.buffer);
  bytes.set(toBytes('JAILHOUS'));
  // struct jailhouse_header: core size, size per CPU, entry, console page.
  view.setBigUint64(8, BigInt(coreSize), true);
  view.setBigUint64(16, BigInt(perCpuSize), true);
  view.setBigUint64(24, 0x4800n, true);
  view.setBigUint64(32, BigInt(fileSize), true);
  bytes.set(toBytes(`\nInitializing Jailhouse hypervisor ${version} on CPU %d\n\0`), 0x4900);
  return bytes;
}
