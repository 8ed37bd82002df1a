import type { CellReference, LoadedBytes } from '../../machine/machine.ts';
import { type ByteText, fromBytes, toBytes, toMachine } from '../byte-text.ts';
import { ConsoleHandle } from '../kernel/driver.ts';
import { errorText } from '../kernel/errno.ts';
import { openFile } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';
import { complain, print, readAll, reasonOf } from '../kernel/streams.ts';
import { byBytes } from '../shell/patterns.ts';
import { FileError } from '../target.ts';
import { profileOf } from './guest-profiles.ts';
import { configCheck, hardwareCheck } from './jailhouse-checks.ts';
import { cellLinux } from './jailhouse-linux.ts';
import { cellStats } from './jailhouse-stats.ts';
import { usage } from './jailhouse-usage.ts';

export const device = '/dev/jailhouse';
const sysfs = '/sys/devices/jailhouse';

/** Ends the tool with a message on stderr, status 1. */
class Failure extends Error {}
/** Ends the tool with the usage on stdout, status 1. */
class Usage extends Error {}

/** The management tool, version 0.12: texts and order of its checks as recorded. */
export async function jailhouse(process: Process, args: readonly ByteText[]): Promise<number> {
  try {
    return await command(process, args);
  } catch (error) {
    if (error instanceof Usage) {
      await print(process, usage);
      return 1;
    }
    if (!(error instanceof Failure)) throw error;
    await complain(process, error.message);
    return 1;
  }
}

async function command(process: Process, args: readonly ByteText[]): Promise<number> {
  const [name, second, ...rest] = args;
  switch (name) {
    case '--help':
    case '-h':
      if (name === '-h') throw new Usage();
      await print(process, usage);
      return 0;
    case '--version':
      await print(process, 'Jailhouse management tool v0.12\n');
      return 0;
    case 'enable': {
      if (second === undefined || rest.length > 0) throw new Usage();
      const config = await readWhole(process, second);
      return withDevice(process, 'JAILHOUSE_ENABLE', () => process.linux.driver.enable(process, config));
    }
    case 'disable':
      return withDevice(process, 'JAILHOUSE_DISABLE', () => process.linux.driver.disable(process));
    case 'console':
      if (rest.length > 0) throw new Usage();
      return consoleCommand(process, second);
    case 'cell':
      if (second === undefined) throw new Usage();
      return cellCommand(process, second, rest);
    case 'config':
      if (second === 'check') return configCheck(process, rest);
      break;
    case 'hardware':
      if (second === 'check') return hardwareCheck(process);
      break;
  }
  throw new Usage();
}

async function cellCommand(process: Process, name: ByteText, args: readonly ByteText[]): Promise<number> {
  const { driver } = process.linux;
  switch (name) {
    case 'create': {
      const [path] = args;
      if (path === undefined || args.length !== 1) throw new Usage();
      const config = await readWhole(process, path);
      return withDevice(process, 'JAILHOUSE_CELL_CREATE', () => driver.create(process, config));
    }
    case 'list':
      if (args.length > 0) throw new Usage();
      return list(process);
    case 'load':
      return load(process, args);
    case 'start':
    case 'destroy': {
      const { cell, used } = reference(args);
      if (used !== args.length) throw new Usage();
      if (name === 'start') return withDevice(process, 'JAILHOUSE_CELL_START', () => driver.start(process, cell));
      return withDevice(process, 'JAILHOUSE_CELL_DESTROY', () => driver.destroy(process, cell));
    }
    case 'shutdown': {
      const { cell, used } = reference(args);
      if (used !== args.length) throw new Usage();
      return withDevice(process, 'JAILHOUSE_CELL_LOAD', () => driver.loadImages(process, cell, []));
    }
    case 'linux':
      return cellLinux(process, args);
    case 'stats':
      return cellStats(process, args);
  }
  throw new Usage();
}

/** What parses as a number is an id, anything else a name; names are cut after 31 bytes. */
export function reference(args: readonly ByteText[]): { readonly cell: CellReference; readonly used: number } {
  const [first, second] = args;
  if (first === undefined || (first === '--name' && second === undefined)) throw new Usage();
  if (first === '--name') return { cell: { name: toMachine((second as ByteText).slice(0, 31)) }, used: 2 };
  const id = numberOf(first);
  if (id !== undefined && id >= 0n) return { cell: { id: Number(BigInt.asIntN(32, id)) }, used: 1 };
  return { cell: { name: toMachine(first.slice(0, 31)) }, used: 1 };
}

/** As strtoll with base 0: decimal, hexadecimal, octal. Empty text is 0. */
function numberOf(text: ByteText): bigint | undefined {
  const match = /^\s*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/.exec(text);
  if (match === null) return text === '' ? 0n : undefined;
  const [, sign, digits = '0'] = match;
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  if (value >= 1n << 63n) return undefined;
  return sign === '-' ? -value : value;
}

async function load(process: Process, args: readonly ByteText[]): Promise<number> {
  const { cell, used } = reference(args);
  const rest = args.slice(used);
  if (rest.length === 0) throw new Usage();
  const wanted: { readonly source: ByteText; readonly isText: boolean; readonly address: ByteText | undefined }[] = [];
  for (let at = 0; at < rest.length; ) {
    const isText = rest[at] === '-s' || rest[at] === '--string';
    if (isText) at += 1;
    const source = rest[at];
    if (source === undefined) throw new Usage();
    at += 1;
    let address: ByteText | undefined;
    if (rest[at] === '-a' || rest[at] === '--address') {
      address = rest[at + 1];
      if (address === undefined) throw new Usage();
      at += 2;
    }
    wanted.push({ source, isText, address });
  }
  const images: LoadedBytes[] = [];
  for (const { source, isText, address } of wanted) {
    const bytes = isText ? toBytes(`${source}\0`) : await readWhole(process, source);
    const target = address === undefined ? 0n : numberOf(address);
    if (target === undefined) throw new Usage();
    images.push({ bytes, address: BigInt.asUintN(64, target), profile: isText ? undefined : profileOf(process, source) });
  }
  return withDevice(process, 'JAILHOUSE_CELL_LOAD', () => process.linux.driver.loadImages(process, cell, images));
}

async function readWhole(process: Process, path: ByteText): Promise<Uint8Array> {
  try {
    const file = openFile(process, path, 'read');
    try {
      return await readAll(process, file);
    } catch (error) {
      throw new Failure(`reading ${path}: ${reasonOf(error)}`);
    } finally {
      file.release();
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`opening ${path}: ${reasonOf(error)}`);
  }
}

function openDevice(process: Process): ConsoleHandle {
  try {
    const handle = openFile(process, device, 'update');
    if (handle instanceof ConsoleHandle) return handle;
    throw new FileError('ENODEV', device);
  } catch (error) {
    throw new Failure(`opening ${device}: ${reasonOf(error)}`);
  }
}

/** One call of the driver. The handle is kept by the process, so that it goes with it, also when the call never returns. */
async function withDevice(process: Process, call: string, body: () => Promise<string | undefined>): Promise<number> {
  const handle = openDevice(process);
  process.install(3, handle);
  const errno = await body();
  process.close(3);
  if (errno === undefined) return 0;
  await complain(process, `${call}: ${errorText(errno)}`);
  return 1;
}

async function consoleCommand(process: Process, option: ByteText | undefined): Promise<number> {
  const follows = option === '-f' || option === '--follow';
  if (option !== undefined && !follows) throw new Usage();
  const handle = openDevice(process);
  process.install(3, handle);
  handle.nonBlocking = !follows;
  for (;;) {
    let text: ByteText;
    try {
      text = await handle.next(process);
    } catch (error) {
      await complain(process, `read(console): ${reasonOf(error)}`);
      return 1;
    }
    if (text === '') return 0;
    await print(process, text);
  }
}

async function list(process: Process): Promise<number> {
  const { files } = process.linux;
  let names: readonly ByteText[];
  try {
    names = [...files.directory(`${sysfs}/cells`, process.actor).entries.keys()].sort(byBytes);
  } catch {
    return 0;
  }
  if (names.length > 0) await print(process, row('ID', 'Name', 'State', 'Assigned CPUs', 'Failed CPUs'));
  for (const name of names) {
    const fields: ByteText[] = [];
    for (const entry of ['name', 'state', 'cpus_assigned_list', 'cpus_failed_list']) {
      const path = `${sysfs}/cells/${name}/${entry}`;
      try {
        const file = openFile(process, path, 'read');
        fields.push(fromBytes(await readAll(process, file)).replace(/\n$/, ''));
        file.release();
      } catch (error) {
        throw new Failure(`opening ${path}: ${reasonOf(error)}`);
      }
    }
    await print(process, row(name, ...(fields as [ByteText, ByteText, ByteText, ByteText])));
    await process.step();
  }
  return 0;
}

function row(id: ByteText, name: ByteText, state: ByteText, assigned: ByteText, failed: ByteText): ByteText {
  return `${id.padEnd(8)}${name.padEnd(24)}${state.padEnd(18)}${assigned.padEnd(24)}${failed.padEnd(24)}\n`;
}
