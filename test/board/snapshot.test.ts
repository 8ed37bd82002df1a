import { decodeBase64 } from '@jailhouse-cells/core/board/base64.ts';
import { readIomem, readSettingLines, revisionIn } from '@jailhouse-cells/core/board/proc-files.ts';
import { readSnapshot } from '@jailhouse-cells/core/board/snapshot.ts';
import { encodeDtb } from '@jailhouse-cells/core/devicetree/encode-dtb.ts';
import { SourceFile } from '@jailhouse-cells/core/source/source-file.ts';
import { describe, expect, test } from 'vitest';
import { cells, node, strings, treeWith } from '../devicetree/build-tree.ts';
import { noise } from './noise.ts';

const GIB = 1n << 30n;
const format = { format: 'jailhouse-cells-board', version: 1 };

/** A tree as the firmware hands it over: `/memory` filled in. */
function blob(memory: readonly number[], compatible: readonly string[] = ['raspberrypi,4-model-b', 'brcm,bcm2711']): Uint8Array {
  const root = node(undefined, '', cells('#address-cells', 2), cells('#size-cells', 1), strings('compatible', ...compatible));
  node(root, 'memory@0', strings('device_type', 'memory'), cells('reg', ...memory));
  return encodeDtb(treeWith(root));
}

const twoGib = [0, 0, 0x3b400000, 0, 0x40000000, 0x40000000];
const embedded = (bytes: Uint8Array) => ({ base64: Buffer.from(bytes).toString('base64') });

function read(json: object | string, files: Readonly<Record<string, Uint8Array>> = {}) {
  const text = typeof json === 'string' ? json : JSON.stringify(json, undefined, 2);
  const { snapshot, findings } = readSnapshot(new SourceFile('/boards/rpi4.json', text), (path) => files[path]);
  return { snapshot, findings, text, messages: findings.map(({ severity, message }) => `${severity}: ${message}`) };
}

describe('snapshot', () => {
  test('everything in it', () => {
    const { snapshot, messages } = read({
      ...format,
      tool: 'jailhouse-cells 0.1.0',
      date: '2026-11-24T15:36:00Z',
      model: 'Raspberry Pi 4 Model B Rev 1.4',
      kernel: '6.6.31+rpt-rpi-v8',
      deviceTree: embedded(blob(twoGib)),
      iomem: '00000000-3b3fffff : System RAM\n  00210000-0121ffff : Kernel code\nfe201000-fe2011ff : serial@7e201000\n',
      cpuinfo: 'processor\t: 0\nRevision\t: b03111\nSerial\t\t: 1000\n',
      cmdline: 'console=ttyS0,115200 mem=512M\n',
      configTxt: 'gpu_mem=64\n[pi3]\ngpu_mem=16\n[all]\narmstub=bl31.bin\ndtoverlay=disable-bt\n',
      firmwareIntegers: 'arm_64bit=1\ngpu_mem=76\n',
    });
    expect(messages).toEqual([]);
    expect(snapshot).toMatchObject({
      piModel: 'raspberrypi,4-model-b',
      ram: 2n * GIB,
      kernel: '6.6.31+rpt-rpi-v8',
      date: '2026-11-24T15:36:00Z',
    });
    expect(snapshot?.gpu).toMatchObject({ start: 0x3b400000n, size: 0x4c00000n });
    expect(snapshot?.iomem?.map(({ start, depth, name }) => [start, depth, name])).toEqual([
      [0n, 0, 'System RAM'],
      [0x210000n, 1, 'Kernel code'],
      [0xfe201000n, 0, 'serial@7e201000'],
    ]);
    expect(snapshot?.commandLine?.parameters.map(({ name }) => name)).toEqual(['console', 'mem']);
    // What the firmware says is in effect counts more than the file.
    expect([...(snapshot?.firmware?.settings ?? [])].map(([name, { value }]) => [name, value])).toEqual([
      ['gpu_mem', '76'],
      ['armstub', 'bl31.bin'],
      ['arm_64bit', '1'],
    ]);
    expect(snapshot?.firmware?.overlays.map(({ value }) => value)).toEqual(['disable-bt']);
  });

  test('spans lead to the members', () => {
    const { snapshot, text } = read({ ...format, cmdline: 'a=1 b', configTxt: 'x=1' });
    const cut = (span: { start: number; end: number } | undefined) => text.slice(span?.start, span?.end);
    expect(snapshot?.commandLine?.parameters.map(({ span }) => cut(span))).toEqual(['a=1', 'b']);
    expect(cut(snapshot?.firmware?.settings.get('x')?.valueSpan)).toBe('"x=1"');
  });

  test('nothing but its format: nothing is known', () => {
    const { snapshot, messages } = read(format);
    expect(messages).toEqual([]);
    for (const key of ['tree', 'ram', 'gpu', 'iomem', 'commandLine', 'firmware', 'piModel'] as const)
      expect(snapshot?.[key], key).toBeUndefined();
  });

  test('a blob beside it', () => {
    const bytes = blob(twoGib);
    const json = { ...format, deviceTree: { file: 'rpi4.dtb' } };
    expect(read(json, { '/boards/rpi4.dtb': bytes }).snapshot?.tree?.path).toBe('/boards/rpi4.dtb');
    const missing = read(json);
    expect(missing.messages).toEqual(['error: The device tree of this snapshot is not there: /boards/rpi4.dtb.']);
    expect(missing.text.slice(missing.findings[0]?.span.start, missing.findings[0]?.span.end)).toBe('"rpi4.dtb"');
  });

  // Without a revision, the top of /memory decides.
  test.each<[string, readonly number[], bigint, bigint | undefined]>([
    ['1 GB', [0, 0, 0x3b400000], GIB, 0x3b400000n],
    ['2 GB', twoGib, 2n * GIB, 0x3b400000n],
    ['4 GB, gpu_mem=256', [0, 0, 0x30000000, 0, 0x40000000, 0xbc000000], 4n * GIB, 0x30000000n],
    ['4 GB in high mode, gpu_mem=144', [0, 0, 0x37000000, 0, 0x40000000, 0xc0000000], 4n * GIB, 0x37000000n],
    ['8 GB', [0, 0, 0x3b400000, 0, 0x40000000, 0xbc000000, 1, 0, 0x80000000, 1, 0x80000000, 0x80000000], 8n * GIB, 0x3b400000n],
  ])('RAM of a board with %s', (_, memory, ram, gpu) => {
    const { snapshot } = read({ ...format, deviceTree: embedded(blob(memory)) });
    expect([snapshot?.ram, snapshot?.gpu?.start]).toEqual([ram, gpu]);
  });

  test('the sum of /memory on another board', () => {
    const { snapshot } = read({ ...format, deviceTree: embedded(blob([0, 0x40000000, 0x30000000], ['acme,board'])) });
    expect([snapshot?.ram, snapshot?.gpu, snapshot?.piModel]).toEqual([0x30000000n, undefined, undefined]);
  });

  test.each<[string, object | string, RegExp]>([
    ['no JSON', '{ "format": ', /^error: This snapshot is no valid JSON/],
    ['empty', '', /^error: This snapshot is no valid JSON/],
    ['another JSON', { a: 1 }, /^error: This is no board snapshot/],
    ['a list', '[]', /^error: This is no board snapshot/],
    ['version that is none', { ...format, version: 'x' }, /^error: "version" must be 1/],
    ['newer version', { ...format, version: 2 }, /^warning: Version 2 of the format is newer/],
    ['a number for a text', { ...format, cmdline: 1 }, /^warning: "cmdline" must be a string/],
    ['date', { ...format, date: 'yesterday' }, /^warning: "yesterday" is no date/],
    ['tree of the wrong form', { ...format, deviceTree: 'AAAA' }, /^error: "deviceTree" must be/],
    ['base64', { ...format, deviceTree: { base64: '!' } }, /^error: "base64" of the device tree is no base64/],
    ['a blob that is none', { ...format, deviceTree: { base64: 'AAAAAAAA' } }, /no device tree blob/],
    ['iomem as seen by anybody', { ...format, iomem: '00000000-00000000 : System RAM\n' }, /^information: All addresses of iomem are 0/],
  ])('%s', (_, json, message) => {
    expect(read(json).messages).toEqual([expect.stringMatching(message)]);
  });

  test('damage in an embedded blob is told at the member', () => {
    const { findings, text } = read({ ...format, deviceTree: embedded(blob(twoGib).slice(0, 100)) });
    expect(findings.length).toBeGreaterThan(0);
    for (const { span } of findings) expect(text.slice(span.start, span.end)).toBe('"deviceTree"');
  });

  test('random texts and random members never throw', () => {
    for (const sample of noise(200, ['{', '}', '"format"', ':', '"jailhouse-cells-board"', ',', '"deviceTree"', '[', ']', '\\'])) {
      read(sample);
      const members = { ...format, iomem: sample, cpuinfo: sample, cmdline: sample, configTxt: sample, firmwareStrings: sample };
      const { snapshot, findings, text } = read({ ...members, deviceTree: { base64: Buffer.from(sample).toString('base64') } });
      expect(snapshot).toBeDefined();
      for (const { span } of findings) expect(span.start <= span.end && span.end <= text.length).toBe(true);
    }
    expect(read('['.repeat(1_000_000)).messages).toHaveLength(1);
  });
});

describe('base64', () => {
  test('equals what Node writes, at every length', () => {
    for (let length = 0; length < 70; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 0xff);
      const text = Buffer.from(bytes).toString('base64');
      expect(decodeBase64(text)).toEqual(bytes);
      expect(decodeBase64(text.replace(/=+$/, ''))).toEqual(bytes);
      expect(decodeBase64(text.replace(/(.{10})/g, '$1\n'))).toEqual(bytes);
    }
  });

  test.each(['A', 'AB==C', 'AAA==', 'AA=', 'AB==', '====', 'AA-_', 'ä', 'AAAA='])('%s is none', (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });
});

describe('files of /proc and the firmware', () => {
  test('revision', () => {
    expect(revisionIn('Hardware\t: BCM2835\nRevision\t: d03114\nSerial\t\t: 0\n')).toBe(0xd03114);
    expect(revisionIn('CPU revision\t: 3\n')).toBeUndefined();
  });

  test('iomem', () => {
    expect(readIomem('100000000-1ffffffff : System RAM\r\nnonsense\n20-10 : x\n')).toEqual([
      { start: 4n * GIB, size: 4n * GIB, name: 'System RAM', depth: 0 },
    ]);
    expect(readIomem('')).toBeUndefined();
  });

  test('setting lines', () => {
    expect([...readSettingLines('arm_freq=1500\nhdmi_force_cec_address:0=65535\n\nkernel=a=b\n1=2\n')]).toEqual([
      ['arm_freq', '1500'],
      ['hdmi_force_cec_address:0', '65535'],
      ['kernel', 'a=b'],
    ]);
    expect(readSettingLines(`a=${' '.repeat(1_000_000)}b`).size).toBe(1);
  });
});
