import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { type ByteText, fromBytes, toBytes } from '../byte-text.ts';
import type { OpenFile } from '../kernel/descriptors.ts';
import { OpenStoredFile } from '../kernel/descriptors.ts';
import { openFile } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';
import { complain, linesOf, piecesOf, print, readAll, reasonOf } from '../kernel/streams.ts';
import { readArguments, refuseOption } from './arguments.ts';
import { eachInput } from './inputs.ts';

/** `sha256sum` and its kin. */
export function digestProgram(name: string, algorithm: string): (process: Process, args: readonly ByteText[]) => Promise<number> {
  return async (process, args) => {
    const { flags, operands, unknown } = readArguments(args, ['-b', '-t', '-c', '--check', '--quiet', '--status', '-z'], []);
    if (unknown !== undefined) return refuseOption(process, name, unknown);
    if (flags.has('-c') || flags.has('--check')) return check(process, name, algorithm, operands, flags);
    return eachInput(process, name, operands, async (file, path) => {
      const shown = path ?? '-';
      const escaped = /[\n\\]/.test(shown);
      const label = escaped ? shown.replaceAll('\\', '\\\\').replaceAll('\n', '\\n') : shown;
      await print(process, `${escaped ? '\\' : ''}${await digest(process, file, algorithm)} ${flags.has('-b') ? '*' : ' '}${label}\n`);
    });
  };
}

async function digest(process: Process, file: OpenFile, algorithm: string): Promise<ByteText> {
  const hash = createHash(algorithm);
  for await (const piece of piecesOf(process, file)) hash.update(piece);
  return hash.digest('hex');
}

async function check(
  process: Process,
  name: string,
  algorithm: string,
  lists: readonly ByteText[],
  flags: ReadonlySet<string>,
): Promise<number> {
  let failed = 0;
  await eachInput(process, name, lists, async (list) => {
    for await (const line of linesOf(process, list)) {
      const [, sum, path] = /^\\?([0-9a-f]+) [ *](.*)\n?$/.exec(line) ?? [];
      if (sum === undefined || path === undefined) continue;
      try {
        const file = openFile(process, path, 'read');
        const good = (await digest(process, file, algorithm)) === sum;
        file.release();
        if (!good) failed += 1;
        if (!flags.has('--status') && !(good && flags.has('--quiet'))) await print(process, `${path}: ${good ? 'OK' : 'FAILED'}\n`);
      } catch (error) {
        failed += 1;
        await complain(process, `${name}: ${path}: ${reasonOf(error)}`);
        if (!flags.has('--status')) await print(process, `${path}: FAILED open or read\n`);
      }
    }
  });
  if (failed > 0 && !flags.has('--status'))
    await complain(process, `${name}: WARNING: ${failed} computed checksum${failed === 1 ? '' : 's'} did NOT match`);
  return failed === 0 ? 0 : 1;
}

export async function base64(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, values, operands, unknown } = readArguments(args, ['-d', '--decode', '-i'], ['-w', '--wrap']);
  if (unknown !== undefined) return refuseOption(process, 'base64', unknown);
  const width = Number(values.get('-w') ?? values.get('--wrap') ?? '76');
  return eachInput(process, 'base64', operands.slice(0, 1), async (file) => {
    const bytes = await readAll(process, file);
    if (flags.has('-d') || flags.has('--decode')) {
      await process.descriptor(1).write(Buffer.from(fromBytes(bytes), 'base64'), process);
      return;
    }
    const text = Buffer.from(bytes).toString('base64');
    const wrapped = width === 0 ? text : text.replace(new RegExp(`.{1,${width}}`, 'g'), '$&\n');
    await print(process, wrapped);
  });
}

export async function zcat(process: Process, args: readonly ByteText[]): Promise<number> {
  const { operands } = readArguments(args, ['-f', '-d', '-c', '-q'], []);
  let status = 0;
  const opened = await eachInput(process, 'gzip', operands, async (file, path) => {
    const bytes = await readAll(process, file);
    let text: Uint8Array;
    try {
      text = gunzipSync(bytes);
    } catch {
      await complain(process, `\ngzip: ${path ?? 'stdin'}: not in gzip format`);
      status = 1;
      return;
    }
    await process.descriptor(1).write(text, process);
  });
  return opened === 0 ? status : opened;
}

/** `od`, as it is used to look at bytes: -A, -t x1/x4/d4/c/x1z…, -N, -j, -v, -w. */
export async function od(process: Process, args: readonly ByteText[]): Promise<number> {
  // -w takes its value only in the same word.
  const width = Number(args.find((arg) => /^-w[0-9]+$/.test(arg))?.slice(2) ?? '16');
  const rest = args.filter((arg) => !/^-w[0-9]*$/.test(arg));
  const { flags, values, operands, unknown } = readArguments(rest, ['-v', '-b', '-c', '-x', '-d'], ['-A', '-t', '-N', '-j', '--endian']);
  if (unknown !== undefined) return refuseOption(process, 'od', unknown);
  const type =
    values.get('-t') ?? (flags.has('-c') ? 'c' : flags.has('-x') ? 'x2' : flags.has('-b') ? 'o1' : flags.has('-d') ? 'u2' : 'o2');
  const base = values.get('-A') ?? 'o';
  const endian = values.get('--endian') === 'big' ? 'big' : 'little';
  const pieces: Uint8Array[] = [];
  const status = await eachInput(process, 'od', operands, async (file) => {
    pieces.push(await readAll(process, file));
  });
  const all = pieces.length === 0 ? new Uint8Array() : Buffer.concat(pieces);
  if (status !== 0 && all.length === 0) {
    if (base !== 'n') await print(process, `${address(0, base)}\n`);
    return status;
  }
  const skip = Number(values.get('-j') ?? '0');
  const bytes = all.subarray(skip, values.has('-N') ? skip + Number(values.get('-N')) : undefined);
  let last: ByteText | undefined;
  let starred = false;
  for (let at = 0; at < bytes.length; at += width) {
    const row = bytes.subarray(at, at + width);
    const shown = rowText(row, type, width, endian);
    if (shown === last && !flags.has('-v') && row.length === width) {
      if (!starred) await print(process, '*\n');
      starred = true;
      continue;
    }
    starred = false;
    last = shown;
    await print(process, `${base === 'n' ? '' : address(skip + at, base)}${shown}\n`);
  }
  if (base !== 'n') await print(process, `${address(skip + bytes.length, base)}\n`);
  return status;
}

function address(at: number, base: string): ByteText {
  return base === 'x' ? at.toString(16).padStart(6, '0') : at.toString(base === 'd' ? 10 : 8).padStart(7, '0');
}

function rowText(row: Uint8Array, type: string, width: number, endian: 'big' | 'little'): ByteText {
  const [, kind = 'o', sizeText = '', trailer = ''] = /^([acdoux])([0-9CSIL]*)(z?)$/.exec(type) ?? [];
  if (kind === 'c' || kind === 'a') return [...row].map((byte) => characterText(byte).padStart(4)).join('');
  const sizes: Readonly<Record<string, number>> = { C: 1, S: 2, I: 4, L: 8, '': 4 };
  const size = sizes[sizeText] ?? Number(sizeText);
  let text = '';
  for (let at = 0; at < row.length; at += size) {
    const unit = [...row.subarray(at, at + size)];
    while (unit.length < size) unit.push(0);
    if (endian === 'little') unit.reverse();
    const value = unit.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    const digits = Math.ceil((size * 8) / (kind === 'x' ? 4 : 3));
    const decimalWidth = kind === 'd' ? [0, 4, 6, 0, 11, 0, 0, 0, 20][size] : [0, 3, 5, 0, 10, 0, 0, 0, 20][size];
    const shown =
      kind === 'x'
        ? value.toString(16).padStart(digits, '0')
        : kind === 'o'
          ? value.toString(8).padStart(digits, '0')
          : (kind === 'd' ? BigInt.asIntN(size * 8, value) : value).toString().padStart(decimalWidth ?? 0);
    text += ` ${shown}`;
  }
  if (trailer === '') return text;
  const units = Math.ceil(width / size) - Math.ceil(row.length / size);
  const digits = Math.ceil((size * 8) / 4) + 1;
  return `${text}${' '.repeat(units * digits)}  >${[...row].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('')}<`;
}

function characterText(byte: number): string {
  const known: Readonly<Record<number, string>> = { 0: '\\0', 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r' };
  return known[byte] ?? (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : byte.toString(8).padStart(3, '0'));
}

export async function strings(process: Process, args: readonly ByteText[]): Promise<number> {
  const { operands } = readArguments(args, ['-a'], ['-n']);
  return eachInput(process, 'strings', operands, async (file) => {
    for (const [run] of fromBytes(await readAll(process, file)).matchAll(/[\t -~]{4,}/g)) await print(process, `${run}\n`);
  });
}

export async function cmp(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, operands } = readArguments(args, ['-s', '-l'], []);
  const contents: Uint8Array[] = [];
  const status = await eachInput(process, 'cmp', operands.slice(0, 2), async (file) => {
    contents.push(await readAll(process, file));
  });
  if (status !== 0) return 2;
  const [a = new Uint8Array(), b = new Uint8Array()] = contents;
  const differs = a.findIndex((byte, index) => byte !== b[index]);
  if (differs < 0 && a.length === b.length) return 0;
  if (!flags.has('-s')) {
    const at = differs < 0 ? Math.min(a.length, b.length) : differs;
    const shorter = at >= a.length ? operands[0] : at >= b.length ? operands[1] : undefined;
    if (shorter !== undefined) await complain(process, `cmp: EOF on ${shorter} after byte ${at}`);
    else
      await print(
        process,
        `${operands[0]} ${operands[1]} differ: byte ${at + 1}, line ${fromBytes(a.subarray(0, at)).split('\n').length}\n`,
      );
  }
  return 1;
}

/** `dd` with if, of, bs, count, skip, seek, conv and status. */
export async function dd(process: Process, args: readonly ByteText[]): Promise<number> {
  const options = new Map(args.map((arg): [ByteText, ByteText] => [arg.split('=')[0] as ByteText, arg.split('=').slice(1).join('=')]));
  const size = sizeOf(options.get('bs') ?? options.get('ibs') ?? '512');
  const count = options.has('count') ? sizeOf(options.get('count') as ByteText) : Number.POSITIVE_INFINITY;
  const conversions = (options.get('conv') ?? '').split(',');
  const started = process.linux.now();
  let failing: ByteText = 'if';
  try {
    const input = options.has('if') ? openFile(process, options.get('if') as ByteText, 'read') : process.descriptor(0).retain();
    failing = 'of';
    const seek = sizeOf(options.get('seek') ?? '0') * size;
    const output = options.has('of')
      ? openFile(process, options.get('of') as ByteText, 'write', conversions.includes('notrunc') || seek > 0)
      : process.descriptor(1).retain();
    if (seek > 0 && output instanceof OpenStoredFile) output.seek(seek);
    for (let skip = sizeOf(options.get('skip') ?? '0') * size; skip > 0; ) {
      const piece = await input.read(skip, process);
      if (piece === undefined) break;
      skip -= piece.length;
    }
    let [full, partial, bytes] = [0, 0, 0];
    try {
      while (full + partial < count) {
        const block = await readBlock(process, input, size, options.get('iflag') === 'fullblock' || size > 65536);
        if (block === undefined) break;
        failing = 'write';
        await output.write(block, process);
        bytes += block.length;
        if (block.length === size) full += 1;
        else partial += 1;
      }
    } finally {
      input.release();
      output.release();
    }
    const seconds = Math.max((process.linux.now() - started) / 1000, 1e-5);
    const summary = options.get('status') === 'none' ? [] : [`${full}+${partial} records in`, `${full}+${partial} records out`];
    if (options.get('status') !== 'none' && options.get('status') !== 'noxfer') {
      const human = bytes >= 1000 ? ` (${decimalUnits(bytes)}, ${binaryUnits(bytes)})` : '';
      summary.push(
        `${bytes} bytes${human} copied, ${seconds.toPrecision(6).replace(/0+$/, '').replace(/\.$/, '')} s, ${decimalUnits(bytes / seconds)}/s`,
      );
    }
    for (const line of summary) await complain(process, line);
    return 0;
  } catch (error) {
    const what =
      failing === 'write' ? `error writing '${options.get('of') ?? 'standard output'}'` : `failed to open '${options.get(failing) ?? ''}'`;
    await complain(process, `dd: ${what}: ${reasonOf(error)}`);
    return 1;
  }
}

async function readBlock(process: Process, input: OpenFile, size: number, whole: boolean): Promise<Uint8Array | undefined> {
  const first = await input.read(size, process);
  if (first === undefined || !whole || first.length === size) return first;
  const pieces = [first];
  for (let left = size - first.length; left > 0; ) {
    const piece = await input.read(left, process);
    if (piece === undefined) break;
    pieces.push(piece);
    left -= piece.length;
  }
  return Buffer.concat(pieces);
}

function sizeOf(text: ByteText): number {
  const units: Readonly<Record<string, number>> = {
    '': 1,
    c: 1,
    k: 1024,
    K: 1024,
    KiB: 1024,
    M: 1 << 20,
    MiB: 1 << 20,
    G: 1 << 30,
    kB: 1000,
    MB: 1e6,
  };
  const [, digits = '0', unit = ''] = /^([0-9]+)([A-Za-z]*)$/.exec(text) ?? [];
  return Number(digits) * (units[unit] ?? 1);
}

function decimalUnits(bytes: number): ByteText {
  const steps: readonly [number, string][] = [
    [1e9, 'GB'],
    [1e6, 'MB'],
    [1e3, 'kB'],
  ];
  for (const [size, unit] of steps) if (bytes >= size) return `${rounded(bytes / size)} ${unit}`;
  return `${Math.round(bytes)} B`;
}

function binaryUnits(bytes: number): ByteText {
  const steps: readonly [number, string][] = [
    [1 << 30, 'GiB'],
    [1 << 20, 'MiB'],
    [1 << 10, 'KiB'],
  ];
  for (const [size, unit] of steps) if (bytes >= size) return `${rounded(bytes / size)} ${unit}`;
  return `${bytes} B`;
}

function rounded(value: number): string {
  return value >= 10 ? String(Math.round(value)) : value.toFixed(1);
}

export async function truncate(process: Process, args: readonly ByteText[]): Promise<number> {
  const { values, operands } = readArguments(args, ['-c'], ['-s', '--size']);
  const size = sizeOf(values.get('-s') ?? values.get('--size') ?? '0');
  for (const path of operands) {
    try {
      const file = openFile(process, path, 'write', true);
      if (file.inode?.kind === 'file') process.linux.files.truncate(file.inode, size);
      file.release();
    } catch (error) {
      await complain(process, `truncate: cannot open '${path}' for writing: ${reasonOf(error)}`);
      return 1;
    }
  }
  return 0;
}

export async function yes(process: Process, args: readonly ByteText[]): Promise<number> {
  const line = toBytes(`${args.join(' ') || 'y'}\n`.repeat(512));
  for (;;) {
    await process.descriptor(1).write(line, process);
    await process.step();
  }
}
