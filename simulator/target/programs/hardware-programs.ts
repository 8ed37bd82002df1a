import type { ByteText } from '../byte-text.ts';
import { fromBytes } from '../byte-text.ts';
import { superuser } from '../files/inode.ts';
import type { Process } from '../kernel/process.ts';
import { complain, print } from '../kernel/streams.ts';

/** `ip address …` and `ip link …` for the interfaces of the board. */
export async function ip(process: Process, args: readonly ByteText[]): Promise<number> {
  const rest = args.filter((arg) => !arg.startsWith('-'));
  const form =
    args.includes('-br') || args.includes('-brief') ? 'brief' : args.includes('-o') || args.includes('-oneline') ? 'line' : 'full';
  const [object = '', verb = 'show', ...words] = rest;
  const { network } = process.linux;
  if ('address'.startsWith(object) && object !== '') {
    if ('show'.startsWith(verb) || 'list'.startsWith(verb)) {
      const wanted = words.filter((word) => word !== 'dev').at(0);
      return show(process, wanted, form, true);
    }
    const device = words[words.indexOf('dev') + 1];
    const [address = ''] = words;
    if (process.actor.uid !== 0) {
      await complain(process, 'RTNETLINK answers: Operation not permitted');
      return 2;
    }
    if (!/^[0-9.]+(\/[0-9]+)?$|^[0-9a-f:]+(\/[0-9]+)?$/i.test(address)) {
      await complain(process, `Error: any valid prefix is expected rather than "${address}".`);
      return 1;
    }
    const found = network.interfaces().find(({ name }) => name === device);
    if (!words.includes('dev') || found === undefined) {
      await complain(
        process,
        words.includes('dev') ? `Cannot find device "${device ?? ''}"` : 'Not enough information: "dev" argument is required.',
      );
      return 1;
    }
    const full = address.includes('/') ? address : `${address}/32`;
    const has = found.addresses.includes(full);
    if ('add'.startsWith(verb) || 'replace'.startsWith(verb) || 'change'.startsWith(verb)) {
      if (has && 'add'.startsWith(verb)) {
        await complain(process, 'RTNETLINK answers: File exists');
        return 2;
      }
      if (!has) network.addAddress(found.name, full);
      return 0;
    }
    if ('delete'.startsWith(verb)) {
      if (!has) {
        await complain(process, 'RTNETLINK answers: Cannot assign requested address');
        return 2;
      }
      network.removeAddress(found.name, full);
      return 0;
    }
  }
  if ('link'.startsWith(object) && object !== '') {
    if ('show'.startsWith(verb) || 'list'.startsWith(verb)) return show(process, words.filter((word) => word !== 'dev').at(0), form, false);
    const device = words.find((word) => network.interfaces().some(({ name }) => name === word));
    if (verb === 'set') {
      if (process.actor.uid !== 0) {
        await complain(process, 'RTNETLINK answers: Operation not permitted');
        return 2;
      }
      if (device === undefined) {
        await complain(process, `Cannot find device "${words.filter((word) => word !== 'dev').at(0) ?? ''}"`);
        return 1;
      }
      network.setUp(device, !words.includes('down'));
      return 0;
    }
  }
  if (object === 'route' || object === 'r') return 0;
  await complain(process, `Object "${object}" is unknown, try "ip help".`);
  return 1;
}

/** `line`: one line for each address, as scripts read it; backslashes stand for line ends. */
type ShownForm = 'full' | 'brief' | 'line';

async function show(process: Process, wanted: ByteText | undefined, form: ShownForm, addresses: boolean): Promise<number> {
  const interfaces = process.linux.network.interfaces();
  const shown = wanted === undefined ? interfaces : interfaces.filter(({ name }) => name === wanted);
  if (shown.length === 0) {
    await complain(process, `Device "${wanted ?? ''}" does not exist.`);
    return 1;
  }
  for (const { index, name, up, mac, addresses: list } of shown) {
    const loop = name === 'lo';
    if (form === 'brief') {
      await print(
        process,
        `${name.padEnd(16)} ${(loop ? 'UNKNOWN' : up ? 'UP' : 'DOWN').padEnd(14)} ${addresses ? list.join(' ') : mac} \n`,
      );
      continue;
    }
    const flags = loop ? 'LOOPBACK,UP,LOWER_UP' : `BROADCAST,MULTICAST${up ? ',UP,LOWER_UP' : ''}`;
    const link = [
      `${index}: ${name}: <${flags}> mtu ${loop ? 65536 : 1500} qdisc ${loop ? 'noqueue' : 'mq'} state ${loop ? 'UNKNOWN' : up ? 'UP' : 'DOWN'} group default qlen 1000`,
      `    link/${loop ? 'loopback' : 'ether'} ${mac} brd ${loop ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff'}`,
    ];
    if (form === 'full') await print(process, `${link.join('\n')}\n`);
    else if (!addresses) await print(process, `${link.join('\\')}\n`);
    if (!addresses) continue;
    for (const address of list) {
      const six = address.includes(':');
      const text = `    inet${six ? '6' : ''} ${address} scope ${loop ? 'host' : 'global'} ${six ? '' : name}`;
      const life = '       valid_lft forever preferred_lft forever';
      await print(process, form === 'line' ? `${index}: ${name}${text}\\${life}\n` : `${text}\n${life}\n`);
    }
  }
  return 0;
}

/** `vcgencmd get_config int`, `get_config NAME`, `get_mem gpu|arm`, `version`: what the firmware of a Raspberry Pi made of config.txt. */
export async function vcgencmd(process: Process, args: readonly ByteText[]): Promise<number> {
  const { facts } = process.linux.options;
  const [command, name] = args;
  const config = configTxt(process);
  const gpu = facts.gpuMem ?? 76;
  if (command === 'get_mem') {
    if (name !== 'gpu' && name !== 'arm') {
      await print(process, 'error=1 error_msg="Command not registered"\n');
      return 0;
    }
    await print(process, `${name}=${name === 'gpu' ? gpu : Number(facts.ram >> 20n) - gpu}M\n`);
    return 0;
  }
  if (command === 'get_config') {
    const values = new Map<string, string>([
      ['arm_freq', '1500'],
      ['gpu_freq', '500'],
      ['total_mem', String(facts.ram >> 20n)],
      ...config,
      ['gpu_mem', String(gpu)],
    ]);
    if (name === 'int' || name === 'str') {
      const numbers = [...values]
        .filter(([, value]) => /^(0x)?[0-9a-f]+$/i.test(value) === (name === 'int'))
        .sort(([a], [b]) => (a < b ? -1 : 1));
      await print(process, numbers.map(([key, value]) => `${key}=${value}\n`).join(''));
      return 0;
    }
    const value = values.get(name ?? '');
    await print(process, value === undefined ? `${name ?? ''}=0\n` : `${name ?? ''}=${value}\n`);
    return 0;
  }
  if (command === 'version') {
    await print(process, 'Jan  1 2024 00:00:00 \nCopyright (c) 2012 Broadcom\nversion simulated (clean) (release) (start)\n');
    return 0;
  }
  await print(process, 'error=1 error_msg="Command not registered"\n');
  return 0;
}

function configTxt(process: Process): [string, string][] {
  try {
    const inode = process.linux.files.inode('/boot/firmware/config.txt', superuser);
    if (inode.kind !== 'file') return [];
    return fromBytes(inode.bytes.subarray(0, inode.size))
      .split('\n')
      .flatMap((line): [string, string][] => {
        const [, key, value] = /^\s*([a-z0-9_]+)=([^#]*?)\s*$/.exec(line) ?? [];
        return key === undefined || value === undefined || ['dtoverlay', 'dtparam', 'kernel', 'armstub', 'initramfs'].includes(key)
          ? []
          : [[key, value]];
      });
  } catch {
    return [];
  }
}

export async function lspci(process: Process, args: readonly ByteText[]): Promise<number> {
  const numeric = args.includes('-nn') || args.includes('-n');
  for (const { name, vendor, device, class: code } of process.linux.pciFunctions()) {
    const hex = (value: number): string => value.toString(16).padStart(4, '0');
    const type = hex(code >> 8);
    await print(
      process,
      numeric
        ? `${name} Class [${type}]: Device [${hex(vendor)}:${hex(device)}]\n`
        : `${name} Class ${type}: Device ${hex(vendor)}:${hex(device)}\n`,
    );
  }
  return 0;
}
