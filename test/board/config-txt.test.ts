import { readConfigTxt, settingNumber } from '@jailhouse-cells/core/board/config-txt.ts';
import { ConfigTxtFilters } from '@jailhouse-cells/core/board/config-txt-filters.ts';
import { leadingNumber } from '@jailhouse-cells/core/board/config-txt-names.ts';
import type { PiModel } from '@jailhouse-cells/core/board/pi-model.ts';
import { SourceFile } from '@jailhouse-cells/core/source/source-file.ts';
import { describe, expect, test } from 'vitest';
import { noise } from './noise.ts';

const PATH = '/boot/config.txt';

function read(text: string, options: { model?: PiModel; files?: Readonly<Record<string, string>> } = {}) {
  const files = options.files ?? {};
  const host = {
    read: (path: string) => {
      const name = path.replace('/boot/', '');
      return Object.hasOwn(files, name) ? new SourceFile(path, files[name] as string) : undefined;
    },
  };
  const { firmware, findings } = readConfigTxt(new SourceFile(PATH, text), host, options.model ?? 'raspberrypi,4-model-b');
  const value = (name: string) => firmware.settings.get(name)?.value;
  return { firmware, findings, value, messages: findings.map(({ severity, message }) => `${severity}: ${message}`) };
}

describe('settings', () => {
  test.each<[string, string, Record<string, string | undefined>]>([
    ['one setting', 'gpu_mem=256', { gpu_mem: '256' }],
    ['comments and blank lines', '# gpu_mem=16\n\n  # more\ngpu_mem=64\n', { gpu_mem: '64' }],
    ['a comment is no setting', '#gpu_mem=16\n', { gpu_mem: undefined }],
    ['the last one wins', 'gpu_mem=16\ngpu_mem=128\ngpu_mem=64', { gpu_mem: '64' }],
    ['line ends of Windows', 'arm_64bit=1\r\narmstub=bl31.bin\r\n', { arm_64bit: '1', armstub: 'bl31.bin' }],
    ['indentation and space behind', '  armstub=bl31.bin \t\n', { armstub: 'bl31.bin' }],
    ['an equals sign in the value', 'dtoverlay=x\nkernel=a=b.img', { kernel: 'a=b.img' }],
    ['an empty value', 'armstub=', { armstub: '' }],
    ['no line end at the end', 'enable_uart=1\nenable_gic=1', { enable_uart: '1', enable_gic: '1' }],
    ['settings that nobody checks', 'hdmi_group:0=2\nmax_framebuffers=2', { 'hdmi_group:0': '2', max_framebuffers: '2' }],
    ['an empty file', '', { gpu_mem: undefined }],
  ])('%s', (_, text, expected) => {
    const { value, messages } = read(text);
    for (const [name, wanted] of Object.entries(expected)) expect(value(name), name).toBe(wanted);
    expect(messages).toEqual([]);
  });

  test('spans lead to the text', () => {
    const text = '# x\n  gpu_mem=256\n[all]\ndtoverlay=disable-bt\n';
    const { firmware } = read(text);
    const setting = firmware.settings.get('gpu_mem');
    expect(text.slice(setting?.span.start, setting?.span.end)).toBe('gpu_mem=256');
    expect(text.slice(setting?.valueSpan.start, setting?.valueSpan.end)).toBe('256');
    expect(firmware.overlays.map(({ span }) => text.slice(span.start, span.end))).toEqual(['dtoverlay=disable-bt']);
    expect(firmware.end).toEqual({ file: PATH, start: text.length, end: text.length });
  });

  test('overlays are kept in order, repeated ones too', () => {
    const { firmware } = read('dtoverlay=a,x=1\ndtparam=y=2\ndtoverlay=b\ndtoverlay=a,x=1');
    expect(firmware.overlays.map(({ value }) => value)).toEqual(['a,x=1', 'b', 'a,x=1']);
  });

  test.each<[string, number | undefined, string]>([
    ['256', 256, ''],
    ['0x100', 256, ''],
    ['0X100', 256, ''],
    ['-1', -1, ''],
    ['64 # MiB', 64, ' # MiB'],
    ['1" other', 1, '" other'],
    ['', undefined, ''],
    ['big', undefined, ''],
    ['0x', 0, 'x'],
    ['4294967295', 0xffffffff, ''],
    ['4294967296', undefined, ''],
    ['9'.repeat(400), undefined, ''],
  ])('number %s', (text, value, rest) => {
    expect(leadingNumber(text)).toEqual(value === undefined ? undefined : { value, rest });
  });

  test('a number that is none counts as not set', () => {
    expect(settingNumber(read('gpu_mem=lots').firmware, 'gpu_mem')).toBeUndefined();
    expect(settingNumber(read('gpu_mem=0x40').firmware, 'gpu_mem')).toBe(64);
    expect(settingNumber(undefined, 'gpu_mem')).toBeUndefined();
  });
});

describe('filters', () => {
  const b = 'raspberrypi,4-model-b';
  const pi400 = 'raspberrypi,400';
  const cm4 = 'raspberrypi,4-compute-module';

  test.each<[readonly string[], PiModel, string]>([
    [[], b, 'yes'],
    [['pi4'], b, 'yes'],
    [['pi4'], pi400, 'yes'],
    [['pi4'], cm4, 'yes'],
    [['pi400'], b, 'no'],
    [['pi400'], pi400, 'yes'],
    [['cm4'], cm4, 'yes'],
    [['cm4'], b, 'no'],
    [['cm4s'], cm4, 'no'],
    [['pi3'], b, 'no'],
    [['pi3+'], b, 'no'],
    [['pi5'], b, 'no'],
    // Filters of one kind replace each other.
    [['pi3', 'pi4'], b, 'yes'],
    [['pi4', 'pi3'], b, 'no'],
    [['pi3', 'all'], b, 'yes'],
    [['none'], b, 'no'],
    [['none', 'all'], b, 'yes'],
    [['board-type=0x11'], b, 'yes'],
    [['board-type=0x11'], pi400, 'no'],
    [['board-type=0x13'], pi400, 'yes'],
    [['board-type=20'], cm4, 'yes'],
    // What only the running board can decide.
    [['EDID=DEL-U2422H'], b, 'maybe'],
    [['0x12345678'], b, 'maybe'],
    [['gpio4=1'], b, 'maybe'],
    [['HDMI:1'], b, 'maybe'],
    [['tryboot'], b, 'maybe'],
    // Different kinds combine.
    [['EDID=DEL-U2422H', 'pi4'], b, 'maybe'],
    [['EDID=DEL-U2422H', 'pi3'], b, 'no'],
    [['pi3', 'gpio4=1'], b, 'no'],
    [['gpio4=1', 'all'], b, 'yes'],
    // Whether [none] ends with the next filter is not documented.
    [['none', 'pi4'], b, 'maybe'],
    [['none', 'pi3'], b, 'no'],
    [['something-new'], b, 'maybe'],
    [['something-new', 'all'], b, 'yes'],
  ])('%j on %s: %s', (filters, model, expected) => {
    const state = new ConfigTxtFilters(model);
    for (const filter of filters) state.set(filter);
    expect(state.applies()).toBe(expected);
  });

  test('a setting counts for the boards that its filter names', () => {
    const text = 'gpu_mem=64\n[pi400]\ngpu_mem=128\n[cm4]\ngpu_mem=256\n[all]\narm_64bit=1\n';
    expect(read(text).value('gpu_mem')).toBe('64');
    expect(read(text, { model: pi400 }).value('gpu_mem')).toBe('128');
    expect(read(text, { model: cm4 }).value('gpu_mem')).toBe('256');
    expect(read(text).value('arm_64bit')).toBe('1');
  });

  test('a line under an undecided filter sets nothing and is mentioned', () => {
    const { value, messages } = read('gpu_mem=64\n[gpio4=1]\ngpu_mem=512\nhdmi_group=2\n[all]\n');
    expect(value('gpu_mem')).toBe('64');
    expect(messages).toEqual([expect.stringMatching(/^information: Whether gpu_mem counts here/)]);
  });

  test.each([
    ['[Pi4]\ngpu_mem=64', /^warning: \[Pi4\] is no filter.*\[pi4\] is/],
    ['[foobarbaz]\nhdmi_group=1', /^information: \[foobarbaz\] is no filter/],
    ['[pi4\nhdmi_group=1', /^warning: A filter without its closing bracket/],
  ])('%s', (text, message) => {
    expect(read(text).messages[0]).toMatch(message);
  });
});

describe('includes', () => {
  test('settings of an included file count where it stands', () => {
    const { value, messages } = read('kernel=a.img\ninclude more.txt\nenable_uart=1', {
      files: { 'more.txt': 'kernel=b.img\nenable_uart=0\n' },
    });
    expect([value('kernel'), value('enable_uart')]).toEqual(['b.img', '1']);
    expect(messages).toEqual([]);
  });

  test('their spans lead to the included file', () => {
    const { firmware } = read('include more.txt', { files: { 'more.txt': 'kernel=b.img' } });
    expect(firmware.settings.get('kernel')?.span).toEqual({ file: '/boot/more.txt', start: 0, end: 12 });
  });

  test('what the bootloader reads has no effect there', () => {
    const { value, messages } = read('gpu_mem=64\ninclude more.txt', { files: { 'more.txt': 'gpu_mem=512\ntotal_mem=1024' } });
    expect([value('gpu_mem'), value('total_mem')]).toEqual(['64', undefined]);
    expect(messages).toEqual([
      expect.stringMatching(/^warning: The bootloader reads gpu_mem/),
      expect.stringMatching(/^warning: The bootloader reads total_mem/),
    ]);
  });

  test('a filter goes on in the included file and behind it', () => {
    const files = { 'more.txt': 'kernel=b.img\n[pi3]\n' };
    expect(read('[pi3]\ninclude more.txt\n[all]\narmstub=x', { files }).value('kernel')).toBeUndefined();
    expect(read('include more.txt\narmstub=x', { files }).value('armstub')).toBeUndefined();
  });

  test('a file that is not there is a warning, and none under a filter for other boards', () => {
    expect(read('include no.txt').messages).toEqual([expect.stringMatching(/^warning: "no\.txt" is not beside config\.txt/)]);
    expect(read('[pi3]\ninclude no.txt').messages).toEqual([]);
  });

  test('cycles end', () => {
    const files = { 'config.txt': 'include a.txt', 'a.txt': 'include b.txt\nkernel=a', 'b.txt': 'include a.txt\ninclude config.txt' };
    const { value, messages } = read('include a.txt', { files });
    expect(value('kernel')).toBe('a');
    expect(messages).toEqual([expect.stringMatching(/"a\.txt" includes itself/), expect.stringMatching(/"config\.txt" includes itself/)]);
  });

  test('a tree of includes that doubles at every level ends', () => {
    const files: Record<string, string> = {};
    for (let level = 0; level < 40; level++) files[`f${level}.txt`] = `include f${level + 1}.txt\n`.repeat(2);
    expect(read('include f0.txt', { files }).messages.some((message) => message.includes('More than 64 included files'))).toBe(true);
  });
});

describe('findings', () => {
  test.each<[string, RegExp]>([
    ['gpu_men=256', /^warning: .*no setting "gpu_men"; "gpu_mem" is one/],
    ['GPU_MEM=256', /^warning: .*no setting "GPU_MEM"; "gpu_mem" is one/],
    ['gpumem=256', /^warning: .*"gpu_mem" is one/],
    ['amrstub=bl31.bin', /^warning: .*"armstub" is one/],
    ['gpu_mem = 256', /^warning: No space may stand before "="/],
    ['gpu_mem=lots', /^warning: "lots" is no number/],
    ['arm_64bit=yes', /^warning: "yes" is no number/],
    ['gpu_mem=8', /^warning: gpu_mem is in MiB, from 16 to 944/],
    ['gpu_mem_1024=1024', /^warning: gpu_mem_1024 is in MiB/],
    ['total_mem=1', /^warning: total_mem is in MiB/],
    ['armstub=bl31.bin # TF-A', /^warning: A comment must stand on a line of its own/],
    ['just words', /^warning: No setting: a line reads name=value/],
    [`dtoverlay=${'x'.repeat(100)}`, /^warning: The firmware reads 98 characters of a line; this one has 110/],
  ])('%s', (text, message) => {
    const { messages } = read(text);
    expect(messages).toEqual([expect.stringMatching(message)]);
  });

  test.each([
    'core_freq_min=500',
    'gpu_freq=500',
    'start_debug=1',
    'kernel_old=1',
    'gpu_mem=16',
    'gpu_mem=944',
    'gpu_mem=76 ',
    'total_mem=1024',
    'initramfs initrd.img followkernel',
    `# ${'x'.repeat(200)}`,
    'hdmi_cvt=800 480 60 6',
    'gpio=4=op,dh',
    'otg_mode=1',
    'disable_overscan=1',
    'camera_auto_detect=1',
    'auto_initramfs=1',
    'arm_boost=1',
    'dtparam=spi=on',
    'display_auto_detect=1',
    'over_voltage=2',
    'arm_freq_min=600',
    'device_tree=',
  ])('nothing is wrong with %s', (text) => {
    expect(read(text).messages).toEqual([]);
  });

  test.each([
    ['gpu_men=256', 'gpu_mem=256'],
    ['gpu_mem = 256', 'gpu_mem=256'],
    ['armstub=bl31.bin # TF-A', 'armstub=bl31.bin'],
    ['[Pi4]', '[pi4]'],
  ])('the fix of %s gives %s', (text, expected) => {
    const edit = read(text).findings[0]?.fixes[0]?.edits[0];
    expect(edit && text.slice(0, edit.span.start) + edit.newText + text.slice(edit.span.end)).toBe(expected);
    expect(read(expected).messages).toEqual([]);
  });
});

describe('encodings', () => {
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  const text = 'gpu_mem=256\narmstub=bl31.bin\n';
  const wide = (order: 'le' | 'be', mark: boolean) => {
    const bytes: number[] = mark ? (order === 'le' ? [0xff, 0xfe] : [0xfe, 0xff]) : [];
    for (const letter of text) bytes.push(...(order === 'le' ? [letter.charCodeAt(0), 0] : [0, letter.charCodeAt(0)]));
    return utf8.decode(new Uint8Array(bytes));
  };

  test.each<[string, string]>([
    ['little endian with its mark', wide('le', true)],
    ['little endian', wide('le', false)],
    ['big endian with its mark', wide('be', true)],
    ['big endian', wide('be', false)],
  ])('UTF-16, %s: nothing is read, once said', (_, decoded) => {
    const { firmware, messages } = read(decoded);
    expect(firmware.settings.size).toBe(0);
    expect(messages).toEqual([expect.stringMatching(/^warning: This file is UTF-16/)]);
  });

  test('a byte order mark', () => {
    const { value, messages } = read(`\ufeff${text}`);
    expect([value('gpu_mem'), value('armstub')]).toEqual(['256', 'bl31.bin']);
    expect(messages).toEqual([expect.stringMatching(/^warning: The file starts with a byte order mark/)]);
  });

  test('Latin-1 in a comment does no harm', () => {
    const { value, messages } = read(utf8.decode(new Uint8Array([0x23, 0xe4, 0x0a, ...new TextEncoder().encode(text)])));
    expect(value('gpu_mem')).toBe('256');
    expect(messages).toEqual([expect.stringMatching(/^information: A byte that is no UTF-8/)]);
  });

  test('NUL bytes', () => {
    expect(read('kernel=a\0b\n').messages).toEqual([expect.stringMatching(/^warning: A NUL byte/)]);
  });

  test('random bytes and random lines never throw, and findings stay few', () => {
    for (const sample of noise(300, [
      '[',
      ']',
      '=',
      '#',
      '\n',
      '\r\n',
      'gpu_mem',
      'include config.txt',
      '[pi4]',
      '0x',
      ' ',
      '\0',
      '\ufeff',
    ])) {
      const { findings } = read(sample, { files: { 'config.txt': sample } });
      expect(findings.length).toBeLessThanOrEqual(100);
      for (const { span, severity } of findings) {
        expect(span.start).toBeLessThanOrEqual(span.end);
        expect(span.end).toBeLessThanOrEqual(sample.length);
        expect(severity).not.toBe('error');
      }
    }
  });

  test('megabytes in one line', () => {
    expect(read('['.repeat(2_000_000)).messages).toHaveLength(1);
    expect(read(`gpu_mem=${'9'.repeat(2_000_000)}`).value('gpu_mem')).toHaveLength(2_000_000);
    expect(read(`${'x'.repeat(2_000_000)}=1`).messages).toHaveLength(1);
    expect(read(`kernel=a${' '.repeat(2_000_000)}b`).messages).toHaveLength(1);
  });
});
