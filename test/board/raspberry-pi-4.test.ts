import { readCommandLine } from '@jailhouse-cells/core/board/cmdline.ts';
import { composeBoard } from '@jailhouse-cells/core/board/compose-board.ts';
import { readConfigTxt } from '@jailhouse-cells/core/board/config-txt.ts';
import {
  modelByName,
  modelFromRevision,
  type PiModel,
  piModelOf,
  piModels,
  ramFromRevision,
} from '@jailhouse-cells/core/board/pi-model.ts';
import { raspberryPi4 } from '@jailhouse-cells/core/board/raspberry-pi-4.ts';
import { fromBusAddress } from '@jailhouse-cells/core/board/raspberry-pi-4-devices.ts';
import { overlaps } from '@jailhouse-cells/core/config/address-window.ts';
import { SourceFile } from '@jailhouse-cells/core/source/source-file.ts';
import { describe, expect, test } from 'vitest';
import { cells, node, strings, treeWith } from '../devicetree/build-tree.ts';

const span = { file: '/jailhouse.json', start: 10, end: 20 };
const GIB = 1n << 30n;
const b = 'raspberrypi,4-model-b';

function board(options: { model?: PiModel; ram?: bigint; config?: string; cmdline?: string } = {}) {
  const model = options.model ?? b;
  const firmware =
    options.config === undefined
      ? undefined
      : readConfigTxt(new SourceFile('/boot/config.txt', options.config), { read: () => undefined }, model).firmware;
  const commandLine =
    options.cmdline === undefined ? undefined : readCommandLine(new SourceFile('/boot/cmdline.txt', options.cmdline)).commandLine;
  return { facts: raspberryPi4({ model, ram: options.ram, firmware, commandLine, span }), firmware, commandLine };
}

const ranges = (windows: readonly { start: bigint; size: bigint }[]) => windows.map(({ start, size }) => [start, start + size]);

describe('RAM variants', () => {
  // The memory nodes that the firmware writes with gpu_mem=76.
  const memory: readonly [bigint, readonly (readonly [bigint, bigint])[]][] = [
    [GIB, [[0n, 0x3b400000n]]],
    [
      2n * GIB,
      [
        [0n, 0x3b400000n],
        [0x40000000n, 0x80000000n],
      ],
    ],
    [
      4n * GIB,
      [
        [0n, 0x3b400000n],
        [0x40000000n, 0xfc000000n],
      ],
    ],
    [
      8n * GIB,
      [
        [0n, 0x3b400000n],
        [0x40000000n, 0xfc000000n],
        [0x100000000n, 0x200000000n],
      ],
    ],
  ];

  test.each(memory)('%d bytes', (ram, expected) => {
    const { variants } = board({ ram }).facts;
    expect(variants).toHaveLength(1);
    expect(variants[0]?.size).toBe(ram);
    expect(ranges(variants[0]?.linux ?? [])).toEqual(expected);
    expect(ranges([variants[0]?.gpu ?? { start: 0n, size: 0n }])).toEqual([[0x3b400000n, 0x40000000n]]);
  });

  test.each<[PiModel, readonly string[]]>([
    [b, ['1 GB', '2 GB', '4 GB', '8 GB']],
    ['raspberrypi,400', ['4 GB']],
    ['raspberrypi,4-compute-module', ['1 GB', '2 GB', '4 GB', '8 GB']],
  ])('%s is sold with', (model, names) => {
    expect(board({ model }).facts.variants.map(({ name }) => name)).toEqual(names);
  });

  test('in high mode nothing hides RAM', () => {
    const { facts } = board({ config: 'arm_peri_high=1', ram: 8n * GIB });
    expect(ranges(facts.variants[0]?.ram ?? [])).toEqual([[0n, 8n * GIB]]);
    expect(ranges(facts.variants[0]?.linux ?? [])).toEqual([
      [0n, 0x3b400000n],
      [0x40000000n, 8n * GIB],
    ]);
    expect(facts.devices.find(({ name }) => name === 'ethernet@7d580000')?.windows[0]?.start).toBe(0x47d580000n);
    expect(facts.gic.gicd.start).toBe(0x4c0041000n);
  });

  test('RAM and devices never overlap, in either mode', () => {
    for (const model of piModels) {
      for (const config of ['', 'arm_peri_high=1', 'total_mem=512', 'gpu_mem=944']) {
        const { facts } = board({ model, config });
        const windows = [
          ...facts.apertures,
          ...facts.devices.flatMap((device) => device.windows),
          ...facts.pciHosts.flatMap((host) => host.windows),
        ];
        for (const { ram } of facts.variants)
          for (const bank of ram) expect(windows.filter((window) => overlaps(bank, window))).toEqual([]);
      }
    }
  });
});

describe('GPU memory', () => {
  test.each<[string, bigint]>([
    ['', 0x3b400000n],
    ['gpu_mem=16', 0x3f000000n],
    ['gpu_mem=64', 0x3c000000n],
    ['gpu_mem=76', 0x3b400000n],
    ['gpu_mem=128', 0x38000000n],
    ['gpu_mem=256', 0x30000000n],
    ['gpu_mem=512', 0x20000000n],
    ['gpu_mem=0x80', 0x38000000n],
    ['gpu_mem=128\ngpu_mem=256', 0x30000000n],
    // Overridden by the setting for boards of 1 GiB and more, wherever it stands.
    ['gpu_mem_1024=256\ngpu_mem=128', 0x30000000n],
    ['gpu_mem=128\ngpu_mem_256=16\ngpu_mem_512=16', 0x38000000n],
    ['[pi3]\ngpu_mem=512', 0x3b400000n],
    ['[none]\ngpu_mem=512', 0x3b400000n],
    ['gpu_mem=nonsense', 0x3b400000n],
    ['gpu_mem=2', 0x3f000000n],
    ['gpu_mem=9999', 0x5000000n],
    ['start_file=start4cd.elf', 0x3f000000n],
    ['start_file=start4x.elf\ngpu_mem=128', 0x38000000n],
  ])('%j begins at %d on every variant', (config, start) => {
    for (const { gpu } of board({ config }).facts.variants)
      expect(ranges([gpu ?? { start: 0n, size: 0n }])).toEqual([[start, 0x40000000n]]);
  });

  test('its span is the value that decides, else the board', () => {
    const config = 'gpu_mem=128\ngpu_mem_1024=256';
    const { gpu } = board({ config, ram: GIB }).facts.variants[0] ?? {};
    expect(config.slice(gpu?.span.start, gpu?.span.end)).toBe('256');
    expect(gpu?.span.file).toBe('/boot/config.txt');
    expect(board({ ram: GIB }).facts.variants[0]?.gpu?.span).toBe(span);
  });
});

describe('total_mem', () => {
  test.each<[string, bigint, readonly (readonly bigint[])[]]>([
    ['total_mem=1024', 4n * GIB, [[0n, 0x40000000n]]],
    ['total_mem=2048', 4n * GIB, [[0n, 0x80000000n]]],
    ['total_mem=8192', 4n * GIB, [[0n, 0xfc000000n]]],
    [
      'total_mem=6144',
      8n * GIB,
      [
        [0n, 0xfc000000n],
        [0x100000000n, 0x180000000n],
      ],
    ],
    ['total_mem=1', GIB, [[0n, 0x8000000n]]],
    ['total_mem=lots', GIB, [[0n, 0x40000000n]]],
  ])('%s', (config, ram, expected) => {
    const variant = board({ config, ram }).facts.variants[0];
    expect(ranges(variant?.ram ?? [])).toEqual(expected);
    expect(variant?.size).toBe(ram);
  });
});

test('mem= cuts what Linux has, not what is there', () => {
  const variant = board({ cmdline: 'mem=768M', ram: 4n * GIB }).facts.variants[0];
  expect(ranges(variant?.linux ?? [])).toEqual([[0n, 0x30000000n]]);
  expect(ranges(variant?.ram ?? [])).toEqual([[0n, 0xfc000000n]]);
});

test.each<[string | undefined, string | undefined]>([
  [undefined, undefined],
  ['', 'spin-table'],
  ['armstub=bl31.bin', 'psci'],
  ['armstub=RPI_EFI.fd', 'psci'],
  ['armstub=armstub8-gic.bin', undefined],
])('CPUs with %j are started by %s', (config, method) => {
  const { cpus } = board(config === undefined ? {} : { config }).facts;
  expect(cpus.map((cpu) => [cpu.index, cpu.mpidr, cpu.enableMethod])).toEqual([0, 1, 2, 3].map((index) => [index, BigInt(index), method]));
});

test('devices have ARM addresses and INTIDs', () => {
  const found = (start: bigint) => board().facts.devices.find(({ windows }) => windows[0]?.start === start);
  expect(found(0xfe215040n)).toMatchObject({ windows: [{ busAddress: 0x7e215040n, size: 0x40n }], interrupts: [{ intid: 125 }] });
  for (const uart of [0xfe201000n, 0xfe201400n, 0xfe201600n, 0xfe201800n, 0xfe201a00n])
    expect(found(uart)).toMatchObject({ interrupts: [{ intid: 153 }] });
  expect(found(0xfd580000n)?.interrupts.map(({ intid }) => intid)).toEqual([189, 190]);
  expect(found(0xfe003000n)?.interrupts.map(({ intid }) => intid)).toEqual([96, 97, 98, 99]);
  expect(board().facts.gic).toMatchObject({
    version: 2,
    gicd: { start: 0xff841000n },
    gicc: { start: 0xff842000n },
    gich: { start: 0xff844000n },
    gicv: { start: 0xff846000n },
    maintenanceIrq: 25,
  });
});

test.each<[bigint, bigint | undefined]>([
  [0x7e215040n, 0xfe215040n],
  [0x7c000000n, 0xfc000000n],
  [0x7d580000n, 0xfd580000n],
  [0x40041000n, 0xff841000n],
  [0x7f800000n, undefined],
  [0xfe215040n, undefined],
  [0n, undefined],
])('bus address %d', (bus, cpu) => {
  expect(fromBusAddress(bus)).toBe(cpu);
});

test.each<[number, bigint | undefined, string | undefined]>([
  [0xa03111, GIB, b],
  [0xb03111, 2n * GIB, b],
  [0xc03111, 4n * GIB, b],
  [0xd03114, 8n * GIB, b],
  [0xc03130, 4n * GIB, 'raspberrypi,400'],
  [0xb03140, 2n * GIB, 'raspberrypi,4-compute-module'],
  // Pi Zero W: 512 MB, and none of ours. Old style codes say nothing.
  [0x9000c1, 512n << 20n, undefined],
  [0x0010, undefined, undefined],
  [-1, undefined, undefined],
  [Number.NaN, undefined, undefined],
])('revision %d', (revision, ram, model) => {
  expect(ramFromRevision(revision)).toBe(ram);
  expect(modelFromRevision(revision)).toBe(model);
});

test.each<[string, string | undefined]>([
  ['rpi4', b],
  ['rpi4.c', b],
  ['RPi4.cell', b],
  ['rpi-4', b],
  ['raspberrypi4', b],
  ['raspberry-pi-4', b],
  ['my_rpi4_test.c', b],
  ['pi4', b],
  ['bcm2711', b],
  ['rpi400', 'raspberrypi,400'],
  ['cm4', 'raspberrypi,4-compute-module'],
  ['rpi-cm4', 'raspberrypi,4-compute-module'],
  ['qemu-arm64.c', 'linux,dummy-virt'],
  ['zynqmp-zcu102', undefined],
  ['api4', undefined],
  ['rpi3', undefined],
  ['qemu-x86', undefined],
])('%s speaks of %s', (name, model) => {
  expect(modelByName(name)).toBe(model);
});

test('a tree names the model by any of its compatible strings', () => {
  expect(piModelOf(['raspberrypi,400', 'brcm,bcm2711'])).toBe('raspberrypi,400');
  expect(piModelOf(['brcm,bcm2711'])).toBe(b);
  expect(piModelOf(['raspberrypi,3-model-b', 'brcm,bcm2837'])).toBeUndefined();
});

describe('composition', () => {
  function piTree(memory: readonly number[]) {
    const root = node(undefined, '', cells('#address-cells', 2), cells('#size-cells', 1), strings('compatible', b, 'brcm,bcm2711'));
    node(root, 'memory@0', strings('device_type', 'memory'), cells('reg', ...memory));
    const cpus = node(root, 'cpus', cells('#address-cells', 1), cells('#size-cells', 0));
    node(
      cpus,
      'cpu@0',
      strings('device_type', 'cpu'),
      cells('reg', 0),
      strings('enable-method', 'spin-table'),
      strings('compatible', 'arm,cortex-a72'),
    );
    return treeWith(root);
  }

  test('by model alone', () => {
    const made = composeBoard({ model: b, span });
    expect(made).toMatchObject({ kind: 'raspberry-pi-4', name: 'Raspberry Pi 4', reserved: undefined, tree: undefined, span });
    expect(made.variants).toHaveLength(4);
  });

  test('a tree gives reservations and CPUs, the model gives RAM whatever the file says of it', () => {
    for (const memory of [
      [0, 0, 0],
      [0, 0, 0x40000000],
    ]) {
      const made = composeBoard({ tree: piTree(memory), span });
      expect(made.kind).toBe('raspberry-pi-4');
      expect(made.variants.map(({ name }) => name)).toEqual(['1 GB', '2 GB', '4 GB', '8 GB']);
      expect(made.reserved).toEqual([]);
      expect(made.cpus).toHaveLength(1);
      expect(made.addressBits).toBe(44);
    }
  });

  test('TF-A starts the CPUs of a tree whose file says spin-table', () => {
    const methods = (config: string | undefined) => {
      const { firmware } = board(config === undefined ? {} : { config });
      return composeBoard({ tree: piTree([0, 0, 0]), firmware, span }).cpus?.map(({ enableMethod }) => enableMethod);
    };
    expect(methods('armstub=bl31.bin')).toEqual(['psci']);
    expect(methods('')).toEqual(['spin-table']);
    expect(methods(undefined)).toEqual([undefined]);
  });

  test('GPU memory that the live board shows counts instead of config.txt', () => {
    const { firmware } = board({ config: 'gpu_mem=512' });
    const gpu = { name: 'GPU memory', start: 0x38000000n, size: 0x8000000n, span };
    expect(composeBoard({ model: b, firmware, gpu, span }).variants.map((variant) => variant.gpu)).toEqual([gpu, gpu, gpu, gpu]);
  });

  test('QEMU with and without its options', () => {
    const stated = composeBoard({ model: 'linux,dummy-virt', ram: GIB, cpus: 4, span });
    expect(stated.kind).toBe('qemu-arm64');
    expect(stated.cpus).toHaveLength(4);
    expect(stated.variants.map(({ ram }) => ranges(ram))).toEqual([[[GIB, 2n * GIB]]]);
    const open = composeBoard({ model: 'linux,dummy-virt', span });
    expect([open.variants, open.cpus]).toEqual([[], undefined]);
  });

  test('a board of which only the name is known', () => {
    expect(composeBoard({ model: 'acme,board', span })).toMatchObject({
      kind: 'other',
      name: 'acme,board',
      variants: [],
      reserved: undefined,
    });
  });
});
