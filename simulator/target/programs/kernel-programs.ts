import type { ByteText } from '../byte-text.ts';
import { superuser } from '../files/inode.ts';
import { moduleSize } from '../files/module-size.ts';
import { absolute } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';
import { complain, print } from '../kernel/streams.ts';
import { readArguments, refuseOption } from './arguments.ts';

export function modulePath(process: Process): ByteText {
  return `/lib/modules/${process.linux.options.facts.kernel.release}/extra/jailhouse.ko`;
}

function isInstalled(process: Process): boolean {
  return process.linux.files.exists(modulePath(process), superuser);
}

const notFound = (process: Process, name: ByteText): ByteText =>
  `Module ${name} not found in directory /lib/modules/${process.linux.options.facts.kernel.release}`;

export async function modprobe(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, operands } = readArguments(args, ['-r', '-q', '-n', '-v', '-f'], []);
  const [name] = operands;
  if (name === undefined) {
    await complain(process, 'modprobe: ERROR: missing parameters. See -h.');
    return 1;
  }
  if (flags.has('-r')) return rmmod(process, operands);
  const { driver } = process.linux;
  if (name !== 'jailhouse' || !isInstalled(process)) {
    if (!flags.has('-q')) await complain(process, `modprobe: FATAL: ${notFound(process, name)}`);
    return 1;
  }
  if (driver.loaded || flags.has('-n')) return 0;
  if (process.actor.uid !== 0) {
    await complain(process, "modprobe: ERROR: could not insert 'jailhouse': Operation not permitted");
    return 1;
  }
  driver.load();
  return 0;
}

export async function insmod(process: Process, args: readonly ByteText[]): Promise<number> {
  const [path = ''] = args;
  if (process.actor.uid !== 0 || !process.linux.files.exists(absolute(process, path), process.actor)) {
    await complain(
      process,
      `insmod: ERROR: could not ${process.actor.uid === 0 ? 'load' : 'insert'} module ${path}: ${process.actor.uid === 0 ? 'No such file or directory' : 'Operation not permitted'}`,
    );
    return 1;
  }
  if (process.linux.driver.loaded) {
    await complain(process, `insmod: ERROR: could not insert module ${path}: File exists`);
    return 1;
  }
  process.linux.driver.load();
  return 0;
}

export async function rmmod(process: Process, args: readonly ByteText[]): Promise<number> {
  const { driver } = process.linux;
  for (const name of args.filter((arg) => !arg.startsWith('-'))) {
    if (name !== 'jailhouse' || !driver.loaded) {
      await complain(process, `rmmod: ERROR: Module ${name} is not currently loaded`);
      return 1;
    }
    if (driver.references > 0) {
      await complain(process, `rmmod: ERROR: Module ${name} is in use`);
      return 1;
    }
    if (process.actor.uid !== 0) {
      await complain(
        process,
        `rmmod: ERROR: could not remove '${name}': Operation not permitted\nrmmod: ERROR: could not remove module ${name}: Operation not permitted`,
      );
      return 1;
    }
    driver.unload();
  }
  return 0;
}

export async function lsmod(process: Process): Promise<number> {
  const { driver } = process.linux;
  await print(process, 'Module                  Size  Used by\n');
  if (driver.loaded) await print(process, `jailhouse              ${moduleSize}  ${driver.references}\n`);
  return 0;
}

export async function modinfo(process: Process, args: readonly ByteText[]): Promise<number> {
  const { values, operands } = readArguments(args, ['-0', '-n'], ['-F', '--field', '-k']);
  const [name = ''] = operands;
  const { facts } = process.linux.options;
  if ((name !== 'jailhouse' && name !== modulePath(process)) || !isInstalled(process)) {
    await complain(process, `modinfo: ERROR: Module ${name} not found.`);
    return 1;
  }
  const fields: readonly (readonly [string, ByteText])[] = [
    ['filename', modulePath(process)],
    ['version', facts.moduleVersion],
    ['firmware', 'jailhouse.bin'],
    ['license', 'GPL'],
    ['description', 'Management driver for Jailhouse partitioning hypervisor'],
    ['srcversion', facts.moduleSource],
    ['depends', ''],
    ['name', 'jailhouse'],
    ['vermagic', `${facts.kernel.release} SMP preempt mod_unload aarch64`],
  ];
  const field = values.get('-F') ?? values.get('--field');
  for (const [key, value] of fields) {
    if (field === undefined) await print(process, `${`${key}:`.padEnd(16)}${value}\n`);
    else if (field === key) await print(process, `${value}\n`);
  }
  return 0;
}

export async function dmesg(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, unknown } = readArguments(
    args,
    ['-T', '-t', '-w', '-W', '-c', '-C', '-r', '-k', '-H', '-x', '--notime', '--follow'],
    ['-l', '-n', '-s'],
  );
  if (unknown !== undefined) return refuseOption(process, 'dmesg', unknown);
  const { log, options } = process.linux;
  if (options.restrictedLog && process.actor.uid !== 0) {
    await complain(process, 'dmesg: read kernel buffer failed: Operation not permitted');
    return 1;
  }
  if ((flags.has('-c') || flags.has('-C')) && process.actor.uid !== 0) {
    await complain(process, 'dmesg: clear kernel buffer failed: Operation not permitted');
    return 1;
  }
  const shown = (text: ByteText): ByteText => (flags.has('-t') || flags.has('--notime') ? text.replace(/^\[ *[0-9.]+\] /gm, '') : text);
  if (!flags.has('-C') && !flags.has('-W')) await print(process, shown(log.text()));
  if (flags.has('-c') || flags.has('-C')) log.clear();
  if (!flags.has('-w') && !flags.has('-W') && !flags.has('--follow')) return 0;
  for (let seen = log.text().length; ; ) {
    await process.sleep(100);
    const text = log.text();
    if (text.length > seen) await print(process, shown(text.slice(seen)));
    seen = text.length;
  }
}
