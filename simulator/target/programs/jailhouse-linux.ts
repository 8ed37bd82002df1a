import { gunzipSync } from 'node:zlib';
import { ConfigBytes } from '../../machine/config-bytes.ts';
import { type CellDescription, memory, readDescription } from '../../machine/layout.ts';
import type { LoadedBytes } from '../../machine/machine.ts';
import { linuxLoader } from '../../machine/stand-ins.ts';
import { type ByteText, fromMachine, toBytes } from '../byte-text.ts';
import { childNode, type FlattenedTree, readFlattenedTree, writeFlattenedTree } from '../files/flattened-tree.ts';
import { contentOf, superuser } from '../files/inode.ts';
import { errorText } from '../kernel/errno.ts';
import { openFile } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';
import { complain, print, readAll } from '../kernel/streams.ts';
import { FileError } from '../target.ts';
import { profileOf } from './guest-profiles.ts';
import { linuxHelp, linuxUsage } from './jailhouse-usage.ts';
import { osError, traceback } from './tracebacks.ts';

const tool = '/usr/local/libexec/jailhouse/jailhouse-cell-linux';
const cellModule = '/usr/lib/python3/dist-packages/pyjailhouse/cell.py';
export const loaderPath = '/usr/local/libexec/jailhouse/linux-loader.bin';
const page = 0x1000n;
/** Alignment of an arm64 kernel. */
const alignment = 0x200000n;

/** Ends the tool with text on stderr. */
class Stop extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

interface Options {
  readonly config: ByteText;
  readonly kernel: ByteText;
  readonly dtb: ByteText | undefined;
  readonly initrd: ByteText | undefined;
  readonly cmdline: ByteText | undefined;
  readonly params: ByteText | undefined;
  readonly factor: bigint;
}

/** Where everything goes, by the tool's own algorithm. Guest addresses. */
interface Placement {
  readonly dtb: bigint;
  readonly kernel: bigint;
  readonly initrd: bigint;
  readonly loader: bigint;
  readonly params: ByteText;
}

/** `jailhouse cell linux`: a Python program, with Python's errors. */
export async function cellLinux(process: Process, args: readonly ByteText[]): Promise<number> {
  if (args.includes('-h') || args.includes('--help')) {
    await print(process, linuxHelp);
    return 0;
  }
  try {
    return await run(process, readOptions(args));
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    await complain(process, error.message);
    return error.status;
  }
}

function wrong(message: string): Stop {
  return new Stop(`${linuxUsage}jailhouse cell linux: error: ${message}`, 2);
}

const valued: Readonly<Record<string, string>> = {
  '-d': 'dtb',
  '--dtb': 'dtb',
  '-i': 'initrd',
  '--initrd': 'initrd',
  '-c': 'cmdline',
  '--cmdline': 'cmdline',
  '-w': 'params',
  '--write-params': 'params',
  '-a': 'arch',
  '--arch': 'arch',
  '-k': 'factor',
  '--kernel-decomp-factor': 'factor',
};
const shown: Readonly<Record<string, string>> = {
  dtb: '-d/--dtb',
  initrd: '-i/--initrd',
  cmdline: '-c/--cmdline',
  params: '-w/--write-params',
  arch: '-a/--arch',
  factor: '-k/--kernel-decomp-factor',
};

function readOptions(args: readonly ByteText[]): Options {
  const values = new Map<string, ByteText>();
  const operands: ByteText[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] as ByteText;
    const [long = '', ...rest] = arg.split('=');
    const short = arg.slice(0, 2);
    if (arg === '--') {
      operands.push(...args.slice(at + 1));
      break;
    }
    const name = valued[arg] ?? (arg.startsWith('--') ? valued[long] : arg.startsWith('-') ? valued[short] : undefined);
    if (name !== undefined) {
      const attached =
        arg.startsWith('--') && arg.includes('=') ? rest.join('=') : !arg.startsWith('--') && arg.length > 2 ? arg.slice(2) : undefined;
      const value = attached ?? args[at + 1];
      if (value === undefined || (attached === undefined && value.startsWith('-') && !value.includes(' ') && value !== '-')) {
        throw wrong(`argument ${shown[name]}: expected one argument`);
      }
      if (attached === undefined) at += 1;
      values.set(name, value);
    } else if (arg.startsWith('-') && arg !== '-') throw wrong(`unrecognized arguments: ${arg}`);
    else operands.push(arg);
  }
  const [config, kernel, extra] = operands;
  if (config === undefined || kernel === undefined) {
    throw wrong(`the following arguments are required: ${config === undefined ? 'CELLCONFIG, KERNEL' : 'KERNEL'}`);
  }
  if (extra !== undefined) throw wrong(`unrecognized arguments: ${operands.slice(2).join(' ')}`);
  const factor = values.get('factor');
  if (factor !== undefined && !/^-?[0-9]+$/.test(factor)) throw wrong(`argument -k/--kernel-decomp-factor: invalid int value: '${factor}'`);
  const arch = values.get('arch');
  if (arch !== undefined && arch !== 'arm64')
    throw new Stop(['x86', 'arm'].includes(arch) ? `${arch} is not simulated` : 'Unknown architecture', 1);
  return {
    config,
    kernel,
    dtb: values.get('dtb'),
    initrd: values.get('initrd'),
    cmdline: values.get('cmdline'),
    params: values.get('params'),
    factor: BigInt(factor === undefined || factor === '0' ? 1 : factor),
  };
}

async function argument(process: Process, name: string, path: ByteText | undefined): Promise<Uint8Array | undefined> {
  if (path === undefined) return undefined;
  try {
    const file = openFile(process, path, 'read');
    const bytes = await readAll(process, file);
    file.release();
    return bytes;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const number = { ENOENT: 2, EACCES: 13, EISDIR: 21, ENOTDIR: 20 }[error.errno] ?? 5;
    throw wrong(`argument ${name}: can't open '${path}': [Errno ${number}] ${errorText(error.errno)}: '${path}'`);
  }
}

async function run(process: Process, options: Options): Promise<number> {
  const config = (await argument(process, 'CELLCONFIG', options.config)) as Uint8Array;
  const kernelFile = (await argument(process, 'KERNEL', options.kernel)) as Uint8Array;
  const dtbFile = await argument(process, '-d/--dtb', options.dtb);
  const initrd = await argument(process, '-i/--initrd', options.initrd);
  const header = new ConfigBytes(config);
  if (header.text(0, 5) !== 'JHCLL') throw new Stop(`Not a cell configuration: ${options.config}`, 1);
  if (header.u16(6) !== 14) throw new Stop(`Configuration file revision mismatch: ${options.config}`, 1);
  const cell = readDescription(header, 0);
  const zipped = kernelFile[0] === 0x1f && kernelFile[1] === 0x8b;
  const kernel = zipped ? gunzipSync(kernelFile) : kernelFile;
  if (dtbFile === undefined) throw new Stop('No device tree specified', 1);
  const place = placement(cell, kernel, BigInt(dtbFile.length), initrd !== undefined, options.factor);
  const dtb = patched(dtbFile, cell, place, options.cmdline, initrd);
  if (options.params !== undefined) return writeParameters(process, options, cell, place, dtb, zipped);
  return start(process, options, config, { place, kernel, dtb, initrd });
}

function placement(cell: CellDescription, kernel: Uint8Array, dtbLength: bigint, hasInitrd: boolean, factor: bigint): Placement {
  if (kernel.length < 16)
    throw pythonError(
      'struct.error: unpack_from requires a buffer of at least 16 bytes for unpacking 8 bytes at offset 8 (actual buffer size is ' +
        String(kernel.length) +
        ')',
    );
  const offset = new DataView(kernel.buffer, kernel.byteOffset, kernel.byteLength).getBigUint64(8, true);
  let kernelSize = roundUp(BigInt(kernel.length), page);
  let need = offset + kernelSize + alignment;
  if (hasInitrd) {
    const room = factor * kernelSize;
    kernelSize += room;
    need += room;
  }
  const dtbSize = roundUp(dtbLength, page) + page;
  need += dtbSize + 2n * page;
  const ram = cell.regions.find((region) => isRam(region.flags) && region.size >= need);
  if (ram === undefined) throw new Stop('No space found to load all images', 1);
  const dtb = ram.virt === 0n ? 0x2000n : ram.virt;
  const kernelAt = roundUp(dtb + dtbSize, alignment) + offset;
  const params = `kernel=0x${kernelAt.toString(16)} dtb=0x${dtb.toString(16)}`;
  return { dtb, kernel: kernelAt, initrd: kernelAt + kernelSize, loader: cell.resetAddress, params };
}

function isRam(flags: bigint): boolean {
  const all = memory.read | memory.write | memory.execute | memory.dma;
  return (flags & all) === all && (flags & (memory.io | memory.commRegion | memory.rootShared)) === 0n;
}

function roundUp(value: bigint, to: bigint): bigint {
  return ((value + to - 1n) / to) * to;
}

function pythonError(error: string): Stop {
  return new Stop(traceback([{ file: tool, line: 720, where: '<module>', source: 'arch.setup(args, config)' }], error), 1);
}

/** The guest's tree with its memory, command line and initial RAM disk. */
function patched(
  bytes: Uint8Array,
  cell: CellDescription,
  place: Placement,
  cmdline: ByteText | undefined,
  initrd: Uint8Array | undefined,
): Uint8Array {
  const tree: FlattenedTree | undefined = readFlattenedTree(bytes);
  if (tree === undefined) throw pythonError('RuntimeError: Not a device tree blob');
  if (tree.version < 17) throw pythonError(`RuntimeError: Unsupported DTB version ${tree.version}`);
  const cells = (name: string): number => {
    const value = tree.root.properties.get(name);
    if (value === undefined || value.length < 4) throw pythonError('RuntimeError: Invalid DTB');
    return new DataView(value.buffer, value.byteOffset).getUint32(0);
  };
  const [addressWide, sizeWide] = [cells('#address-cells') === 2, cells('#size-cells') === 2];
  const number = (value: bigint, wide: boolean): Uint8Array => {
    if (!wide && value >= 1n << 32n) throw pythonError("struct.error: 'I' format requires 0 <= number <= 4294967295");
    const field = new Uint8Array(wide ? 8 : 4);
    const view = new DataView(field.buffer);
    if (wide) view.setBigUint64(0, value);
    else view.setUint32(0, Number(value));
    return field;
  };
  const memoryNode = childNode(tree.root, 'memory');
  memoryNode.properties.set('device_type', toBytes('memory\0'));
  const reg = cell.regions
    .filter(({ flags, virt, size }) => isRam(flags) && (virt > 0n || size > 0x10000n))
    .flatMap(({ virt, size }) => [number(virt, addressWide), number(size, sizeWide)]);
  memoryNode.properties.set('reg', Buffer.concat(reg));
  const chosen = childNode(tree.root, 'chosen');
  if (cmdline !== undefined) chosen.properties.set('bootargs', toBytes(`${cmdline}\0`));
  if (initrd !== undefined) {
    chosen.properties.set('linux,initrd-start', number(place.initrd, addressWide));
    chosen.properties.set('linux,initrd-end', number(place.initrd + BigInt(initrd.length), addressWide));
  }
  return writeFlattenedTree(tree);
}

async function writeParameters(
  process: Process,
  options: Options,
  cell: CellDescription,
  place: Placement,
  dtb: Uint8Array,
  zipped: boolean,
): Promise<number> {
  const path = options.params ?? '';
  const hex = (address: bigint): string => `0x${address.toString(16)}`;
  try {
    const file = openFile(process, path, 'write');
    await file.write(dtb, process);
    file.release();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw wrong(`argument -w/--write-params: can't open '${path}': ${errorText(error.errno)}`);
  }
  const name = fromMachine(cell.name);
  const initrd = options.initrd === undefined ? '' : `${options.initrd} -a ${hex(place.initrd)} `;
  await print(
    process,
    `Modified device tree written. Start Linux with the following commands (adjusting paths as needed):\n\njailhouse cell create ${options.config}\n` +
      `jailhouse cell load ${name} linux-loader.bin -a ${hex(place.loader)} -s "${place.params}" -a ${hex(place.loader + page)} ` +
      `${options.kernel}${zipped ? '-unzipped' : ''} -a ${hex(place.kernel)} ${initrd}${path} -a ${hex(place.dtb)}\njailhouse cell start ${name}\n`,
  );
  if (zipped) await print(process, `\nNote that ${options.kernel} is zipped and requires decompression first.\n`);
  return 0;
}

interface Loaded {
  readonly place: Placement;
  readonly kernel: Uint8Array;
  readonly dtb: Uint8Array;
  readonly initrd: Uint8Array | undefined;
}

async function start(process: Process, options: Options, config: Uint8Array, { place, kernel, dtb, initrd }: Loaded): Promise<number> {
  const { driver, files } = process.linux;
  const opening = { file: tool, line: 737, where: '<module>', source: 'cell = JailhouseCell(config)', marked: 'JailhouseCell(config)' };
  try {
    process.install(3, openFile(process, '/dev/jailhouse', 'update'));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const frame = {
      file: cellModule,
      line: 28,
      where: '__init__',
      source: "self.dev = open('/dev/jailhouse')",
      marked: "open('/dev/jailhouse')",
    };
    const missing = error.errno === 'ENOENT';
    throw new Stop(
      traceback(
        [opening, frame],
        `${missing ? 'FileNotFoundError: [Errno 2]' : 'PermissionError: [Errno 13]'} ${errorText(error.errno)}: '/dev/jailhouse'`,
      ),
      1,
    );
  }
  const created = await driver.create(process, config);
  if (created !== undefined && created !== 'EEXIST') {
    const frames = [
      opening,
      { file: cellModule, line: 36, where: '__init__', source: 'raise e' },
      { file: cellModule, line: 33, where: '__init__', source: 'fcntl.ioctl(self.dev, JailhouseCell.JAILHOUSE_CELL_CREATE, create)' },
    ];
    throw new Stop(traceback(frames, osError(created)), 1);
  }
  let loader: Uint8Array;
  try {
    const inode = files.inode(loaderPath, superuser);
    loader = inode.kind === 'file' ? contentOf(inode) : new Uint8Array();
  } catch {
    const frame = {
      file: tool,
      line: 738,
      where: '<module>',
      source: "cell.load(open(linux_loader, mode='rb').read(), arch.loader_address())",
      marked: "open(linux_loader, mode='rb')",
    };
    throw new Stop(traceback([frame], `FileNotFoundError: [Errno 2] No such file or directory: '${loaderPath}'`), 1);
  }
  const name = new ConfigBytes(config).text(8, 31);
  const cell = { name };
  const images: readonly (readonly [number, string, LoadedBytes])[] = [
    [
      738,
      "cell.load(open(linux_loader, mode='rb').read(), arch.loader_address())",
      { bytes: loader, address: place.loader, profile: linuxLoader },
    ],
    [
      739,
      'cell.load(arch.kernel_image, arch.kernel_address())',
      { bytes: kernel, address: place.kernel, profile: profileOf(process, options.kernel) },
    ],
    [741, 'cell.load(arch.dtb.get(), arch.dtb_address())', { bytes: dtb, address: place.dtb, profile: undefined }],
    ...(initrd === undefined
      ? []
      : [
          [
            743,
            'cell.load(args.initrd.read(), arch.ramdisk_address())',
            { bytes: initrd, address: place.initrd, profile: undefined },
          ] as const,
        ]),
    [
      744,
      'cell.load(arch.params, arch.params_address())',
      { bytes: toBytes(place.params), address: place.loader + page, profile: undefined },
    ],
  ];
  for (const [line, source, image] of images) {
    const errno = await driver.loadImages(process, cell, [image]);
    if (errno === undefined) continue;
    const frame = { file: cellModule, line: 49, where: 'load', source: 'fcntl.ioctl(self.dev, JailhouseCell.JAILHOUSE_CELL_LOAD, load)' };
    throw new Stop(traceback([{ file: tool, line, where: '<module>', source }, frame], osError(errno)), 1);
  }
  const started = await driver.start(process, cell);
  if (started !== undefined) {
    const frame = {
      file: cellModule,
      line: 57,
      where: 'start',
      source: 'fcntl.ioctl(self.dev, JailhouseCell.JAILHOUSE_CELL_START, start)',
    };
    throw new Stop(traceback([{ file: tool, line: 745, where: '<module>', source: 'cell.start()' }, frame], osError(started)), 1);
  }
  return 0;
}
