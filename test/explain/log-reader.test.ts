import { errnoIn } from '@jailhouse-cells/core/explain/errno.ts';
import { cleanLine, LineSplitter } from '@jailhouse-cells/core/explain/log-lines.ts';
import { LogReader, type ReadLog } from '@jailhouse-cells/core/explain/log-reader.ts';
import { operationIn } from '@jailhouse-cells/core/explain/operation.ts';
import { listedRules } from '@jailhouse-cells/core/explain/rule-symptoms.ts';
import { findRule } from '@jailhouse-cells/core/rules/index.ts';
import { describe, expect, test } from 'vitest';

function read(...pieces: string[]): ReadLog {
  const reader = new LogReader();
  for (const piece of pieces) reader.push(piece);
  return reader.end();
}

const report = [
  'Unhandled data write at 0x9000000(4)',
  '',
  'FATAL: unhandled trap (exception class 0x24)',
  'Cell state before exception:',
  ' pc: 00000000000050c8   lr: 0000000000001234 spsr: 60000005     EL1',
  ' sp: 0000000000007ff0  elr: 0000000000000000  esr: 24 1 1410005',
  ' x0: 0000000009000000   x1: 0000000000000018   x2: 0000000000000000',
  '',
  'Parking CPU 1 (Cell: "inmate-demo")',
];

describe('lines', () => {
  const lines = (...pieces: string[]): string[] => {
    const taken: string[] = [];
    const splitter = new LineSplitter((line) => taken.push(`${line.number}:${line.text}`));
    for (const piece of pieces) splitter.push(piece);
    splitter.end();
    return taken;
  };

  test('end with LF, CRLF, CR or NUL, also across pieces', () => {
    expect(lines('a\r', '\nb\nc\rd\0e')).toEqual(['1:a', '2:b', '3:c', '4:d', '5:e']);
    expect(lines('a\r', 'b')).toEqual(['1:a', '2:b']);
    expect(lines('ab', 'c', '\n\n', 'd\n')).toEqual(['1:abc', '2:', '3:d']);
    expect(lines('')).toEqual([]);
  });

  test('of any length keep their beginning', () => {
    const [first, second] = lines('x'.repeat(1_000_000), 'y'.repeat(1_000_000), '\nz\n');
    expect(first).toHaveLength(2002);
    expect(second).toBe('2:z');
  });

  test.each([
    ['[  284.301135] jailhouse: x', 'jailhouse: x'],
    ['<3>[    1.5] jailhouse: x', 'jailhouse: x'],
    ['[   12.345678][    T1] jailhouse: x', 'jailhouse: x'],
    ['Nov 23 01:56:18 rpi4 kernel: [   12.3] jailhouse: x', 'jailhouse: x'],
    ['2026-11-23T01:56:18+0000 rpi4 kernel: jailhouse: x', 'jailhouse: x'],
    ['\u001b[1;31mjail\u001b[0mhouse: x\u0007', 'jailhouse: x'],
    ['\ufffd\u0000\u202ejailhouse: x', 'jailhouse: x'],
    [' x0: 0000000000000001', ' x0: 0000000000000001'],
  ])('%j is cleaned', (dirty, clean) => {
    expect(cleanLine(dirty)).toBe(clean);
  });
});

describe('errors and operations', () => {
  test.each([
    ['JAILHOUSE_CELL_CREATE: Invalid argument', 'create', 'EINVAL'],
    ['cell create: EINVAL', 'create', 'EINVAL'],
    ['enable EBUSY', 'enable', 'EBUSY'],
    ['jailhouse disable: device or resource busy', 'disable', 'EBUSY'],
    ['cell load -22', 'load', undefined],
    ['start errno 2', 'start', 'ENOENT'],
    ['OSError: [Errno 22] Invalid argument', undefined, 'EINVAL'],
    ['-17', undefined, 'EEXIST'],
    ['destroy: No such device', 'destroy', 'ENODEV'],
    ['nothing of interest', undefined, undefined],
  ])('%s', (text, operation, errno) => {
    expect(operationIn(text)).toBe(operation);
    expect(errnoIn(text)).toBe(errno);
  });
});

describe('a report of the hypervisor', () => {
  test('is read whole', () => {
    const [crash] = read(`${report.join('\r\n')}\r\n`).incidents;
    expect(crash).toMatchObject({
      kind: 'crash',
      access: { direction: 'write', address: 0x9000000n, size: 4, space: 'guest' },
      exceptionClass: 0x24,
      syndrome: 0x1410005n,
      programCounter: 0x50c8n,
      cpu: 1,
      cell: 'inmate-demo',
    });
    expect(crash?.kind === 'crash' && crash.registers.get(1)).toBe(0x18n);
  });

  test('stands time stamps, colours, foreign lines and noise in between', () => {
    const noisy = report
      .map((line, at) => `[   12.${at}] \u001b[0m${line}\u0007\r\nhello from the guest ${at}\r\n\ufffd\u0001\ufffd\r\n`)
      .join('');
    const [crash, ...more] = read(noisy).incidents;
    expect(more).toEqual([]);
    expect(crash).toMatchObject({ access: { address: 0x9000000n }, cpu: 1, cell: 'inmate-demo' });
  });

  test('reads the same in whatever pieces it arrives', () => {
    const text = report.join('\n');
    const whole = read(text);
    for (const size of [1, 2, 7, 64]) {
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, at) => text.slice(at * size, (at + 1) * size));
      expect(read(...pieces)).toEqual(whole);
    }
  });

  test('of each kind gives its facts', () => {
    const one = (line: string) => read(`${line}\n\nParking CPU 0 (Cell: "a")\n`).incidents[0];
    expect(one('FATAL: Invalid MMIO read, address: 9000018, size: 4')).toMatchObject({
      access: { direction: 'read', address: 0x9000018n, size: 4, space: 'physical' },
    });
    expect(one('FATAL: instruction abort at 0x6fffff10')).toMatchObject({
      access: { direction: 'execute', address: 0x6fffff10n, size: undefined },
    });
    expect(one('FATAL: Invalid PCI MMCONFIG write, device 01:02.3, reg: 0xc, size: 4')).toMatchObject({
      pci: { bdf: 0x113, register: 12, size: 4 },
    });
    expect(one('FATAL: Invalid PCI MSI-X table/PBA access, device 00:00.0')).toMatchObject({ pci: { bdf: 0, what: 'msix' } });
    expect(one('Attempt to route IRQ144 outside of cell')).toMatchObject({ intid: 144 });
    expect(one('FATAL: Invalid MMIO/RAM write, addr: 0x00000000fee00000 size: 4')).toMatchObject({
      access: { direction: 'write', address: 0xfee00000n },
    });
    expect(one('FATAL: Unhandled MSR read: 8b')).toMatchObject({ reason: 'FATAL: Unhandled MSR read: 8b' });
    expect(one('pc=0x00001000 cpsr=0x600001d3 hsr=0x93830006')).toMatchObject({ kind: 'crash', cell: 'a' });
  });

  test('of a 32-bit cell has its state, too', () => {
    const text =
      'FATAL: unhandled trap (exception class 0x24)\npc=0x00001000 cpsr=0x600001d3 hsr=0x93830006\nr0=0x09000000 r1=0x00000002\n\nParking CPU 1 (Cell: "a")\n';
    expect(read(text).incidents[0]).toMatchObject({ exceptionClass: 0x24, syndrome: 0x1830006n, programCounter: 0x1000n });
  });

  test('of another program that says FATAL is none', () => {
    expect(read('modprobe: FATAL: Module foo not found.\nFATAL: kernel too old\n').incidents).toEqual([]);
  });
});

describe('a log with several runs', () => {
  const start = '\nInitializing Jailhouse hypervisor v0.12 (324-ge57d1eff) on CPU 2\n';

  test('the latest counts, the others are counted', () => {
    const log = read(`${start}FATAL: instruction abort at 0x0\nParking CPU 1 (Cell: "old")\n${start}${report.join('\n')}\n`);
    expect(log.incidents).toMatchObject([{ cell: 'inmate-demo' }]);
    expect(log.earlier).toBe(1);
  });

  test('a run without a fault does not hide the one before', () => {
    const log = read(`${start}${report.join('\n')}\n${start}Activating hypervisor\n[ 5.0] The Jailhouse is opening.\n`);
    expect(log.incidents).toMatchObject([{ cell: 'inmate-demo' }]);
    expect(log.earlier).toBe(0);
  });

  test('Linux in a cell boots without ending the run', () => {
    const log = read(
      `${start}Started cell "linux"\n[    0.000000] Booting Linux on physical CPU 0x2\n${report.join('\n')}\nParking CPU 0 (Cell: "root")\n`,
    );
    expect(log.incidents).toMatchObject([{ cell: 'inmate-demo' }, { cell: 'root' }]);
  });

  test('the reason of an error is found before and behind it', () => {
    const before = read(`${start}arm-common/irqchip.c:427: returning error -EINVAL\nJAILHOUSE_ENABLE: Invalid argument\n`);
    const behind = read(`JAILHOUSE_ENABLE: Invalid argument\n${start}arm-common/irqchip.c:427: returning error -EINVAL\n`);
    for (const log of [before, behind]) {
      expect(log.incidents).toHaveLength(1);
      expect(log.incidents[0]).toMatchObject({
        kind: 'failure',
        operation: 'enable',
        errno: 'EINVAL',
        details: [{ values: ['arm-common/irqchip.c', '427', 'EINVAL'] }],
      });
    }
  });

  test('a message of another command is no reason', () => {
    const log = read('[ 1.0] jailhouse: Not a cell configuration\nJAILHOUSE_ENABLE: Invalid argument\n');
    expect(log.incidents).toMatchObject([{ kind: 'notice' }, { kind: 'failure', details: [] }]);
  });

  test('a Python traceback names the operation', () => {
    const text =
      'Traceback (most recent call last):\n    fcntl.ioctl(self.dev, JailhouseCell.JAILHOUSE_CELL_CREATE, create)\nOSError: [Errno 22] Invalid argument\n';
    expect(read(text).incidents).toMatchObject([{ kind: 'failure', operation: 'create', errno: 'EINVAL' }]);
  });

  test('silence in the middle of enable is told, a finished enable is not', () => {
    expect(read(`${start}Initializing processors:\n CPU 2... `).incidents).toMatchObject([{ kind: 'silence', at: 'processors' }]);
    expect(read(`${start}Initializing unit: PCI\nActivating hypervisor\n`).incidents).toMatchObject([
      { kind: 'silence', at: 'activating' },
    ]);
    expect(read(`${start}Activating hypervisor\nThe Jailhouse is opening.\nCreated cell "a"\n`).incidents).toEqual([]);
  });
});

describe('hostile logs', () => {
  test('a guest that dies again and again fills no memory', () => {
    const log = read(...Array.from({ length: 2000 }, () => `${report.join('\n')}\n`));
    expect(log.incidents).toMatchObject([{ cell: 'inmate-demo', times: 2000 }]);
  });

  test('nor does one that dies elsewhere each time', () => {
    const log = read(
      ...Array.from({ length: 2000 }, (_, at) => `Unhandled data read at 0x${at.toString(16)}(4)\nParking CPU 1 (Cell: "a")\n`),
    );
    expect(log.incidents).toHaveLength(100);
    expect(log.omitted).toBe(1900);
  });

  test('long and broken numbers are no trouble', () => {
    for (const text of [
      `Unhandled data write at 0x${'f'.repeat(5000)}(4)`,
      'Unhandled data write at 0x(4)',
      `FATAL: Invalid MMIO read, address: ${'9'.repeat(3000)}, size: ${'1'.repeat(3000)}`,
      `Page pool usage after x: mem ${'9'.repeat(400)}/1, remap 1/1`,
      `Parking CPU ${'9'.repeat(400)} (Cell: "${'a'.repeat(4000)}")`,
      `esr: 24 1 1410005 x0: ${'0'.repeat(4000)}`,
      'JAILHOUSE_CELL_: ',
      'JAILHOUSE_ENABLE: \u202eInvalid argument',
    ]) {
      expect(() => read(text, '\n', text)).not.toThrow();
    }
  });
});

test('every rule that the table of symptoms names exists', () => {
  expect(listedRules.filter((rule) => findRule(rule) === undefined)).toEqual([]);
});
