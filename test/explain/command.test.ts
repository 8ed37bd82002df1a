import { readFileSync } from 'node:fs';
import { run } from '@jailhouse-cells/cli/run.ts';
import { describe, expect, test } from 'vitest';
import { testIo } from '../cli/memory-io.ts';

const read = (name: string): string => readFileSync(new URL(`../../examples/qemu-arm64/${name}`, import.meta.url), 'utf8');
const files = {
  '/work/jailhouse.json': read('jailhouse.json'),
  '/work/configs/qemu-arm64.c': read('configs/qemu-arm64.c'),
  '/work/configs/qemu-arm64-inmate-demo.c': read('configs/qemu-arm64-inmate-demo.c').replace('0b0010', '0x100000'),
  '/work/configs/qemu-arm64-linux-demo.c': read('configs/qemu-arm64-linux-demo.c'),
  '/work/boot.log': '[    1.0] Linux version 6.1\n[    2.0] usb 1-1: new device\n',
  '/work/crash.log': 'Unhandled data read at 0x80001000(4)\r\n\r\nParking CPU 1 (Cell: "inmate-demo")\r\n',
};
const cell = 'configs/qemu-arm64-inmate-demo.c';

async function call(argv: readonly string[], stdin?: readonly Uint8Array[]) {
  const io = testIo(files);
  const stream =
    stdin === undefined
      ? {}
      : {
          stream: async function* (path: string) {
            expect(path).toBe('-');
            yield* stdin;
          },
        };
  const status = await run(argv, { ...io, ...stream });
  return { status, ...io.printed() };
}

interface Json {
  readonly version: number;
  readonly explanations: readonly {
    readonly operation: string | null;
    readonly errno: string | null;
    readonly cell: string | null;
    readonly matched: readonly { readonly line: number; readonly text: string }[];
    readonly causes: readonly {
      readonly confidence: string;
      readonly rule: string | null;
      readonly help: string | null;
      readonly places: readonly { readonly file: string; readonly line: number; readonly message: string }[];
    }[];
  }[];
}

describe('explain --errno', () => {
  test('names the line of the config', async () => {
    const { status, out } = await call(['explain', '--errno', 'cell create: EBUSY', cell]);
    expect(status).toBe(0);
    expect(out).toContain('1. likely: Cell takes a CPU that the root cell does not have [cell-cpu-not-in-root]\n');
    expect(out).toContain(`   ${cell}:40:10:\n      40 |         .cpus = { 0x100000 },\n`);
  });

  test('prints json', async () => {
    const { status, out } = await call(['explain', '--errno', 'cell create: EBUSY', '--format', 'json', cell]);
    const report = JSON.parse(out) as Json;
    expect(status).toBe(0);
    expect(report.version).toBe(1);
    expect(report.explanations).toHaveLength(1);
    expect(report.explanations[0]).toMatchObject({ operation: 'create', errno: 'EBUSY', cell: null, matched: [] });
    const [best] = report.explanations[0]?.causes ?? [];
    expect(best).toMatchObject({ confidence: 'likely', rule: 'cell-cpu-not-in-root', help: expect.stringMatching(/cell-cpu-not-in-root/) });
    expect(best?.places[0]).toMatchObject({ file: cell, line: 40 });
  });

  test('without configs says how to go on', async () => {
    const { status, out } = await call(['explain', '--errno', 'cell load: No such file or directory']);
    expect(status).toBe(0);
    expect(out).toContain('There is no such cell');
    expect(out).toContain('Name your configs behind it');
  });

  test.each([
    ['exit code 139', 'a kernel oops in the driver'],
    ['cell create: exit 0, no cell', 'architecture'],
    ['enable hangs', 'The board froze at jailhouse enable'],
    ['cell load freezes', 'The board froze at jailhouse cell load'],
    ['jailhouse: Not a cell configuration', 'does not start with the signature of a cell config'],
    ['EEXIST', 'jailhouse cell create failed with EEXIST'],
    ['FATAL: Unhandled HYP exception: synchronous abort from EL2', 'The hypervisor itself failed'],
    ['No space found to load all images', 'found no memory region'],
    ['pci_bus 0001:00: Invalid domain ffffffff', 'refuses the PCI domain'],
  ])('understands "%s"', async (text, answer) => {
    const { status, out } = await call(['explain', '--errno', text, 'configs']);
    expect(out.replaceAll('\n', ' ')).toContain(answer);
    expect(status).toBe(0);
  });

  test('says what it understood of what it does not know', async () => {
    expect(await call(['explain', '--errno', 'enable: Frobnication'])).toMatchObject({
      status: 1,
      out: '',
      err: expect.stringContaining('the operation is jailhouse enable, but no error, message or exit status in it is known'),
    });
    expect(await call(['explain', '--errno', 'bla'])).toMatchObject({ status: 1, err: expect.stringContaining('"bla": no error') });
    expect((await call(['explain', '--errno', '\u001b]0;x\u0007'])).err).not.toContain('\u001b');
  });
});

describe('explain --log', () => {
  test('reads a file', async () => {
    const { status, out } = await call(['explain', '--log', 'crash.log', cell]);
    expect(status).toBe(0);
    expect(out).toContain('    1 | Unhandled data read at 0x80001000(4)\n    3 | Parking CPU 1 (Cell: "inmate-demo")\n');
    expect(out).toMatch(/1\. likely: The access misses mem_regions\[7\]/);
  });

  test('reads standard input, cut anywhere, with bytes that are no text', async () => {
    const bytes = new TextEncoder().encode(files['/work/crash.log']);
    const noise = new Uint8Array([0xff, 0xfe, 0x80, 0x00, 0x0a, 0xc3]);
    const pieces = [noise, ...Array.from(bytes, (byte) => new Uint8Array([byte]))];
    const { status, out } = await call(['explain', '--log', '-', '--format', 'json', cell], pieces);
    expect(status).toBe(0);
    expect((JSON.parse(out) as Json).explanations).toMatchObject([{ cell: 'inmate-demo' }]);
  });

  test('without a failure in it: status 1', async () => {
    expect(await call(['explain', '--log', 'boot.log', cell])).toMatchObject({
      status: 1,
      out: '',
      err: expect.stringContaining('nothing in the 2 lines of the log tells of a failure'),
    });
  });

  test('prints nothing that a terminal acts on', async () => {
    const text = '\u001b[2JUnhandled data read at 0x1(4)\nParking CPU 1 (Cell: "a\u001b]0;title\u0007\u202eb")\n';
    const { out } = await call(['explain', '--log', '-', cell], [new TextEncoder().encode(text)]);
    expect([...out].filter((character) => /[\p{Cc}\p{Cf}]/u.test(character) && character !== '\n')).toEqual([]);
  });
});

test.each([
  [['--errno', 'EBUSY', '--log', 'crash.log'], 'not both'],
  [['--log', 'absent.log'], 'the log "absent.log" cannot be read'],
  [['--errno', ''], '--errno needs a text'],
  [['--errno', 'EBUSY', 'absent.c'], '"absent.c" does not exist'],
  [['--log'], '--log needs a value'],
])('%j is misuse', async (argv, message) => {
  expect(await call(['explain', ...argv])).toMatchObject({ status: 2, out: '', err: expect.stringContaining(message) });
});
