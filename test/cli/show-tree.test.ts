import { execFileSync } from 'node:child_process';
import { run } from '@jailhouse-cells/cli/run.ts';
import { describe, expect, test } from 'vitest';
import { testIo } from './memory-io.ts';

function dtc(source: string, ...args: readonly string[]): Uint8Array {
  return Uint8Array.from(execFileSync('dtc', ['-q', '-I', 'dts', '-O', 'dtb', ...args], { input: source }));
}

const board = `/dts-v1/;
/memreserve/ 0x1000 0x2000;
/ {
	#address-cells = <2>;
	#size-cells = <1>;
	soc {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges = <0x7e000000 0x0 0xfe000000 0x1800000>;
		serial@7e215040 {
			compatible = "brcm,bcm2835-aux-uart";
			reg = <0x7e215040 0x40>;
			odd = [00 aa];
			status;
		};
	};
};
`;

type Files = Readonly<Record<string, string | Uint8Array>>;

async function call(files: Files, argv: readonly string[]): Promise<{ status: number; out: string; err: string }> {
  const io = testIo(files);
  const status = await run(argv, io);
  return { status, ...io.printed() };
}

describe('show, of device trees', () => {
  test('a blob becomes source that dtc compiles to the same blob', async () => {
    const blob = dtc(board);
    const { status, out, err } = await call({ '/work/a.dtb': blob }, ['show', 'a.dtb']);
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(/^\/\/ a\.dtb: device tree, blob of version 17, \d+ bytes\n\/dts-v1\/;\n/);
    expect(out).toContain('reg = <0x7e215040 0x40>; /* 0xfe215040, 64 bytes */');
    expect([...dtc(out)]).toEqual([...blob]);
  });

  test('a source, with includes and macros, says what its blob says', async () => {
    const files = {
      '/work/dts/a.dts': `/dts-v1/;\n#include <uart.h>\n/include/ "rest.dtsi"\n/ { at = <UART SIZE>; to = <&r>; };\n`,
      '/work/include/uart.h': '#define UART (0x7e000000 + 0x215040)\n',
      '/work/dts/rest.dtsi': '/ { r: rest { }; };\n',
    };
    const { status, out, err } = await call(files, ['show', 'dts/a.dts', '-I', 'include', '-D', 'SIZE=0x40']);
    expect([status, err]).toEqual([0, '']);
    expect(out).toContain('at = <0x7e215040 0x40>;');
    const plain = dtc('/dts-v1/;\n/ { r: rest { }; };\n/ { at = <0x7e215040 0x40>; to = <&r>; };');
    expect([...dtc(out)]).toEqual([...plain]);
    expect(out).toContain('to = <&r>;');
  });

  test('an overlay', async () => {
    const source = '/dts-v1/;\n/plugin/;\n&uart1 { status = "okay"; };\n';
    const blob = dtc(source);
    const fromBlob = await call({ '/work/a.dtbo': blob }, ['show', 'a.dtbo']);
    const fromSource = await call({ '/work/a.dtso': source }, ['show', 'a.dtso']);
    expect(fromBlob.out).toContain('// a.dtbo: overlay, blob of version 17');
    expect(fromBlob.out).toContain('target = <0xffffffff /* &uart1 */>;');
    expect(fromSource.out.slice(fromSource.out.indexOf('\n'))).toBe(fromBlob.out.slice(fromBlob.out.indexOf('\n')));
  });

  test('json', async () => {
    const { status, out } = await call({ '/work/fdt': dtc(board) }, ['show', '--format', 'json', 'fdt']);
    expect(status).toBe(0);
    const { configs, deviceTrees } = JSON.parse(out);
    expect(configs).toEqual([]);
    expect(deviceTrees).toMatchObject([
      { path: 'fdt', origin: 'binary', overlay: false, version: 17, bootCpu: 0, reservations: [{ address: '0x1000', size: '0x2000' }] },
    ]);
    const nodes: { path: string }[] = deviceTrees[0].nodes;
    expect(nodes.map(({ path }) => path)).toEqual(['/', '/soc', '/soc/serial@7e215040']);
    expect(nodes[2]).toEqual({
      path: '/soc/serial@7e215040',
      name: 'serial@7e215040',
      labels: [],
      reg: [{ busAddress: '0x7e215040', address: '0xfe215040', size: '0x40' }],
      properties: [
        { name: 'compatible', strings: ['brcm,bcm2835-aux-uart'] },
        { name: 'reg', cells: ['0x7e215040', '0x40'] },
        { name: 'odd', bytes: '00aa' },
        { name: 'status' },
      ],
    });
  });

  test('a damaged blob is shown up to the damage, and the finding names the place', async () => {
    const blob = dtc(board);
    const { status, out, err } = await call({ '/work/a.dtb': blob.slice(0, -150) }, ['show', 'a.dtb']);
    expect(status).toBe(1);
    expect(out).toContain('/ {\n');
    expect(err).toMatch(
      /^a\.dtb:0x4: error: totalsize is 0x[0-9a-f]+, but the file ends after 0x[0-9a-f]+ bytes: .* copy the file again\. \[dtb-damaged\]\n/,
    );
    const nothing = await call({ '/work/a.dtb': 'no blob\u001b[31m' }, ['show', 'a.dtb']);
    expect([nothing.status, nothing.out]).toEqual([1, '']);
    expect(nothing.err).toContain('This is no device tree blob');
  });

  test('a source with a mistake is shown as far as it reads', async () => {
    const { status, out, err } = await call({ '/work/a.dts': '/dts-v1/;\n/ { a = <1; b = <2>; };\n' }, ['show', 'a.dts']);
    expect(status).toBe(1);
    expect(out).toContain('/dts-v1/;');
    expect(err).toMatch(/^a\.dts:2:\d+: error: .* \[dts-syntax\]\n/);
  });

  test('configs and trees in one call', async () => {
    const { status, out, err } = await call({ '/work/a.dtb': dtc(board), '/work/b.cell': 'x' }, ['show', 'b.cell', 'a.dtb']);
    expect(status).toBe(1);
    expect(out).toContain('// a.dtb');
    expect(err).toContain('b.cell');
  });

  test.each([
    [['show', 'b.dtb'], '"b.dtb" does not exist; there is "a.dtb" in its folder.'],
    [['show', 'x.dts'], '"x.dts" is a folder; name a device tree in it.'],
    [['show', 'a.dtb', '-I', 'nowhere'], '-I "nowhere" is no folder.'],
  ])('%j is misuse', async (argv, says) => {
    const { status, err } = await call({ '/work/a.dtb': dtc(board), '/work/x.dts/y': '' }, argv);
    expect(status).toBe(2);
    expect(err).toContain(says);
  });

  test('cancelled', async () => {
    const io = testIo({ '/work/a.dtb': dtc(board) }, { cancelAfter: 0 });
    expect(await run(['show', 'a.dtb'], io)).toBe(130);
  });
});
