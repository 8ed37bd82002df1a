import { run } from '@jailhouse-cells/cli/run.ts';
import { afterAll, describe, expect, test } from 'vitest';
import { SourceOracle } from '../devicetree/source-oracle.ts';
import { testIo } from './memory-io.ts';

const oracle = new SourceOracle();
afterAll(() => oracle.close());

type Options = Parameters<typeof testIo>[1];

async function call(files: Readonly<Record<string, string | Uint8Array>>, argv: readonly string[], options: Options = {}) {
  const io = testIo(files, options);
  const status = await run(['dtc', ...argv], io);
  return { status, ...io.printed(), written: io.written };
}

const guest = `/dts-v1/;
#include <dt-bindings/interrupt-controller/arm-gic.h>
#include "part.dtsi"
/ { uart { clocks = <&clk RATE>; interrupts = <GIC_SPI 93 IRQ_TYPE_LEVEL_HIGH>; }; };
`;
const part = '#ifndef RATE\n#define RATE 1000\n#endif\n/ { clk: clk { }; };\n';
const files = { '/work/dts/guest.dts': guest, '/work/dts/part.dtsi': part };

describe('dtc', () => {
  test.each([
    { argv: [], symbols: false, source: guest },
    { argv: ['-@'], symbols: true, source: guest },
    { argv: ['-D', 'RATE=24000000'], symbols: false, source: `#define RATE 24000000\n${guest}` },
  ])('$argv: writes what cpp and dtc write', async ({ argv, symbols, source }) => {
    const { status, out, err, written } = await call(files, [...argv, 'dts/guest.dts', '-o', 'out/guest.dtb']);
    const { bytes } = oracle.compile({ source, files: new Map([['part.dtsi', part]]), symbols });
    expect({ status, out, err }).toEqual({ status: 0, out: `wrote out/guest.dtb (${bytes?.length} bytes)\n`, err: '' });
    expect(written.map(({ path }) => path)).toEqual(['/work/out/guest.dtb']);
    expect(Buffer.from(written[0]?.bytes ?? []).equals(Buffer.from(bytes ?? []))).toBe(true);
  });

  test('include paths come before the built-in headers', async () => {
    const own = {
      ...files,
      '/work/linux/dt-bindings/interrupt-controller/arm-gic.h': '#define GIC_SPI 7\n#define IRQ_TYPE_LEVEL_HIGH 8\n',
    };
    const { status, written } = await call(own, ['-I', 'linux', 'dts/guest.dts', '-o', 'guest.dtb']);
    expect(status).toBe(0);
    expect(Buffer.from(written[0]?.bytes ?? []).includes(Buffer.from([0, 0, 0, 7, 0, 0, 0, 93, 0, 0, 0, 8]))).toBe(true);
  });

  test('an overlay is called one', async () => {
    const { out } = await call({ '/work/o.dts': '/dts-v1/;\n/plugin/;\n&x { y; };\n' }, ['o.dts', '-o', 'o.dtbo']);
    expect(out).toMatch(/^wrote o\.dtbo \(overlay, \d+ bytes\)\n$/);
  });

  test('an error: status 1, the place on the error stream, nothing written', async () => {
    const { status, out, err, written } = await call({ '/work/a.dts': '/dts-v1/;\n/ {\n\ta = <&b>;\n};\n' }, ['a.dts', '-o', 'a.dtb']);
    expect({ status, out, written }).toEqual({ status: 1, out: '', written: [] });
    expect(err).toContain('a.dts:3:7: error: No node has the label b.');
    expect(err).toMatch(/\[dts-reference\]\n[\s\S]*\nnothing written: 1 error\n$/);
  });

  test('a missing include names the folders that were looked in', async () => {
    const { status, err } = await call({ '/work/a.dts': '/dts-v1/;\n#include <dt-bindings/x.h>\n/ { };\n' }, ['a.dts', '-o', 'a.dtb']);
    expect(status).toBe(1);
    expect(err).toContain('[dts-include]');
  });

  test('cancelled: nothing is written', async () => {
    expect(await call(files, ['dts/guest.dts', '-o', 'g.dtb'], { cancelAfter: 0 })).toMatchObject({ status: 130, written: [] });
  });

  const blob = Uint8Array.of(
    0xd0,
    0x0d,
    0xfe,
    0xed,
    0,
    0,
    0,
    40,
    0,
    0,
    0,
    40,
    0,
    0,
    0,
    40,
    0,
    0,
    0,
    40,
    0,
    0,
    0,
    17,
    0,
    0,
    0,
    16,
    ...Array(12).fill(0),
  );
  test.each([
    [['dts/guest.dts'], 'dtc needs -o FILE'],
    [['-o', 'x.dtb'], 'dtc needs the FILE'],
    [['dts/guest.dts', 'x.dtb', '-o', 'y.dtb'], '"x.dtb" is a second one'],
    [['dts/gues.dts', '-o', 'x.dtb'], '"dts/gues.dts"'],
    [['dts', '-o', 'x.dtb'], '"dts" is a folder'],
    [['dts/guest.dts', '-o', 'dts'], '-o "dts" is a folder'],
    [['dts/guest.dts', '-o', 'dts/guest.dts'], 'would replace the source'],
    [['-I', 'nowhere', 'dts/guest.dts', '-o', 'x.dtb'], '-I "nowhere" is no folder'],
    [['blob.dtb', '-o', 'x.dtb'], 'is a blob already'],
  ])('%j is a wrong call', async (argv, message) => {
    const { status, out, err, written } = await call({ ...files, '/work/blob.dtb': blob }, argv);
    expect({ status, out, written }).toEqual({ status: 2, out: '', written: [] });
    expect(err).toContain(message);
    expect(err).toContain('"jailhouse-cells dtc --help" explains the call.\n');
  });
});
