import type { ByteText } from '../byte-text.ts';
import type { Program } from '../kernel/linux.ts';
import type { Process } from '../kernel/process.ts';
import { complain, print } from '../kernel/streams.ts';
import { format } from '../shell/printf.ts';
import { TestError, testExpression } from '../shell/test-command.ts';
import * as bytes from './byte-programs.ts';
import * as copying from './copying-programs.ts';
import * as files from './file-programs.ts';
import { find } from './find.ts';
import { flock } from './flock.ts';
import { grep } from './grep.ts';
import * as hardware from './hardware-programs.ts';
import { jailhouse } from './jailhouse.ts';
import * as kernel from './kernel-programs.ts';
import { ls, stat } from './listing-programs.ts';
import * as paths from './path-programs.ts';
import { pgrep, ps } from './process-list.ts';
import * as processes from './process-programs.ts';
import * as reading from './reading-programs.ts';
import { sed } from './sed.ts';
import { sudo } from './sudo.ts';
import * as system from './system-programs.ts';
import { tr } from './tr.ts';

async function echo(process: Process, args: readonly ByteText[]): Promise<number> {
  const plain = args[0] === '-n' ? args.slice(1) : args;
  await print(process, plain.join(' ') + (args[0] === '-n' ? '' : '\n'));
  return 0;
}

async function printf(process: Process, args: readonly ByteText[]): Promise<number> {
  const { text } = format(args[0] ?? '', args.slice(1));
  await print(process, text);
  return 0;
}

async function test(process: Process, args: readonly ByteText[]): Promise<number> {
  try {
    return testExpression(process, args) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof TestError)) throw error;
    await complain(process, `test: ${error.message}`);
    return 2;
  }
}

/** All programs by name and where they are installed. */
const installed: Readonly<Record<string, Readonly<Record<string, Program>>>> = {
  '/usr/bin': {
    '[': (process, args) => test(process, args.slice(0, -1)),
    base64: bytes.base64,
    basename: paths.basename,
    cat: reading.cat,
    chmod: files.chmod,
    chown: files.chown,
    cmp: bytes.cmp,
    cp: copying.cp,
    cut: reading.cut,
    date: system.date,
    dd: bytes.dd,
    df: system.df,
    dirname: paths.dirname,
    dmesg: kernel.dmesg,
    echo,
    env: processes.env,
    false: async () => 1,
    find,
    flock,
    getconf: system.getconf,
    grep,
    head: reading.head,
    hostname: system.hostname,
    id: system.id,
    kill: processes.kill,
    ln: files.ln,
    ls,
    lspci: hardware.lspci,
    md5sum: bytes.digestProgram('md5sum', 'md5'),
    mkdir: files.mkdir,
    mktemp: files.mktemp,
    mv: copying.mv,
    nice: processes.nice,
    nohup: processes.nohup,
    nproc: system.nproc,
    od: bytes.od,
    pgrep,
    printf,
    ps,
    readlink: paths.readlink,
    realpath: paths.realpath,
    rev: reading.rev,
    rm: files.rm,
    rmdir: files.rmdir,
    sed,
    seq: reading.seq,
    setsid: processes.setsid,
    sh: processes.sh,
    sha1sum: bytes.digestProgram('sha1sum', 'sha1'),
    sha256sum: bytes.digestProgram('sha256sum', 'sha256'),
    sleep: processes.sleep,
    sort: reading.sort,
    stat,
    strings: bytes.strings,
    sudo,
    sync: system.sync,
    tail: reading.tail,
    tee: reading.tee,
    test,
    timeout: processes.timeout,
    touch: files.touch,
    tr,
    true: async () => 0,
    truncate: bytes.truncate,
    tty: system.tty,
    uname: system.uname,
    uniq: reading.uniq,
    uptime: system.uptime,
    wc: reading.wc,
    whoami: system.whoami,
    xargs: processes.xargs,
    yes: bytes.yes,
    zcat: bytes.zcat,
  },
  '/usr/sbin': {
    insmod: kernel.insmod,
    ip: hardware.ip,
    lsmod: kernel.lsmod,
    modinfo: kernel.modinfo,
    modprobe: kernel.modprobe,
    reboot: system.reboot,
    rmmod: kernel.rmmod,
  },
  '/usr/local/sbin': { jailhouse },
};

/** Only on a Raspberry Pi. */
const piPrograms: Readonly<Record<string, Program>> = { vcgencmd: hardware.vcgencmd };

export function allPrograms(more: Readonly<Record<string, Program>> = {}): ReadonlyMap<ByteText, Program> {
  return new Map([
    ...Object.values(installed).flatMap((folder) => Object.entries(folder)),
    ...Object.entries(piPrograms),
    ...Object.entries(more),
  ]);
}

/** Absolute path of each program's file. */
export function programPaths(isPi: boolean, more: Readonly<Record<string, Program>> = {}): readonly (readonly [ByteText, ByteText])[] {
  const usual = Object.entries(installed).flatMap(([folder, programs]) =>
    Object.keys(programs).map((name) => [`${folder}/${name}`, name] as const),
  );
  const added = [...(isPi ? Object.keys(piPrograms) : []), ...Object.keys(more)].map((name) => [`/usr/bin/${name}`, name] as const);
  return [...usual, ...added];
}
