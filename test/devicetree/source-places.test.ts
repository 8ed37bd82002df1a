import { bindings } from '@jailhouse-cells/core/devicetree/bindings.ts';
import { nodeAt, property } from '@jailhouse-cells/core/devicetree/tree-access.ts';
import type { Span } from '@jailhouse-cells/core/source/span.ts';
import { describe, expect, test } from 'vitest';
import { compileHere } from './source-oracle.ts';

const source = `/dts-v1/;
#define SPI(n) <0 n 4>
#define BOTH a = <1>; b = <2>
#include "part.dtsi"
/memreserve/ 0x1000 (2 * 8);
/ {
	#address-cells = <2>;
	soc: soc {
		ranges;
		uart: serial@10 {
			reg = <0x10 (0x20 + 1)>, "two", [00 11];
			interrupts = SPI(93);
			clocks = <&clk 7>;
			path = &clk;
			BOTH;
		};
	};
};
&uart {
	status = "okay";
};
`;
const part = '/* no header */\n#define CLOCK 1000\n';
const more = '/ { clk: clk { rate = <CLOCK>; }; };\n';
const files = new Map([
  ['part.dtsi', part],
  ['more.dtsi', more],
]);
const whole = `${source}#include "more.dtsi"\n`;
const { tree, labels, includes, findings } = compileHere({ source: whole, files, symbols: false });

/** The text that a span marks. */
function marked(span: Span): string {
  const text = span.file === '/main.dts' ? whole : files.get(span.file.slice(1));
  return (text ?? '').slice(span.start, span.end);
}

function propertyAt(path: string, name: string) {
  const node = nodeAt(tree.root, path);
  const found = node && property(node, name);
  if (found === undefined) throw new Error(`no ${name} in ${path}`);
  return found;
}

describe('places', () => {
  test('the source reads well', () => {
    expect(findings).toEqual([]);
    expect(includes.map(({ name, file }) => [name, file?.path])).toEqual([
      ['part.dtsi', '/part.dtsi'],
      ['more.dtsi', '/more.dtsi'],
    ]);
    expect([...labels.keys()].sort()).toEqual(['clk', 'soc', 'uart']);
    expect(labels.get('uart')).toBe(nodeAt(tree.root, '/soc/serial@10'));
  });

  test('of nodes: the name, and every place where they are written with its braces', () => {
    const uart = labels.get('uart');
    expect(uart && marked(uart.span)).toBe('serial@10');
    expect(
      uart?.places.map(({ name, body }) => [marked(name), marked(body).replace(/\s+/g, ' ').slice(0, 24), marked(body).slice(-1)]),
    ).toEqual([
      ['serial@10', '{ reg = <0x10 (0x20 + 1)', '}'],
      ['&uart', '{ status = "okay"; }', '}'],
    ]);
    expect(tree.root.places.map(({ name, body }) => [body.file, marked(name), marked(body).at(-1)])).toEqual([
      ['/main.dts', '/', '}'],
      ['/more.dtsi', '/', '}'],
    ]);
  });

  test('of properties: the name, and the value without = and ;', () => {
    const reg = propertyAt('/soc/serial@10', 'reg');
    expect([marked(reg.span), marked(reg.valueSpan)]).toEqual(['reg', '<0x10 (0x20 + 1)>, "two", [00 11]']);
    const ranges = propertyAt('/soc', 'ranges');
    expect([marked(ranges.span), marked(ranges.valueSpan)]).toEqual(['ranges', 'ranges']);
    const cells = propertyAt('/', '#address-cells');
    expect([marked(cells.span), marked(cells.valueSpan)]).toEqual(['#address-cells', '<2>']);
    const rate = propertyAt('/clk', 'rate');
    expect([rate.span.file, marked(rate.span), marked(rate.valueSpan)]).toEqual(['/more.dtsi', 'rate', '<CLOCK>']);
  });

  test('of parts: each with its offset in the value', () => {
    const partsOf = (path: string, name: string) =>
      propertyAt(path, name).parts.map(({ kind, offset, size, span, reference }) => [kind, offset, size, marked(span), reference]);
    expect(partsOf('/soc/serial@10', 'reg')).toEqual([
      ['cell', 0, 4, '0x10', undefined],
      ['cell', 4, 4, '(0x20 + 1)', undefined],
      ['string', 8, 4, '"two"', undefined],
      ['bytes', 12, 2, '[00 11]', undefined],
    ]);
    expect(partsOf('/soc/serial@10', 'clocks')).toEqual([
      ['cell', 0, 4, '&clk', 'clk'],
      ['cell', 4, 4, '7', undefined],
    ]);
    expect(partsOf('/soc/serial@10', 'path')).toEqual([['path', 0, 5, '&clk', 'clk']]);
    expect(partsOf('/clk', 'rate')).toEqual([['cell', 0, 4, 'CLOCK', undefined]]);
  });

  test('of what comes out of a macro: its use, or the argument', () => {
    const interrupts = propertyAt('/soc/serial@10', 'interrupts');
    expect([marked(interrupts.span), marked(interrupts.valueSpan)]).toEqual(['interrupts', 'SPI(93)']);
    expect(interrupts.parts.map(({ span }) => marked(span))).toEqual(['SPI(93)', '93', 'SPI(93)']);
    const b = propertyAt('/soc/serial@10', 'b');
    expect([marked(b.span), marked(b.valueSpan)]).toEqual(['BOTH', 'BOTH']);
  });

  test('of reservations', () => {
    expect(tree.reservations.map(({ address, size, span }) => [address, size, marked(span)])).toEqual([
      [0x1000n, 16n, '/memreserve/ 0x1000 (2 * 8)'],
    ]);
  });
});

test('an error leaves the rest of the tree as it is', () => {
  const read = (text: string) =>
    compileHere({ source: `/dts-v1/;\n/ {\n${text}\n};\n&last { seen; };\n`, files: new Map(), symbols: false });
  const rest = '\tn { c = <3>; };\n\tlast: last { d; };';
  for (const broken of [
    'a = <1',
    'a = <1>',
    'a',
    'a = <FOO 1>;',
    'a = "open;',
    'a b c;',
    'a = [1];',
    '/foo/ a;',
    'a = ;',
    'n0 { x',
    'n0 { x; }',
    '= <1>;',
    ');',
  ]) {
    const { tree: damaged, findings: said } = read(`\tok = <1>;\n\t${broken}\n${rest}`);
    expect(said, broken).not.toEqual([]);
    expect(property(damaged.root, 'ok')?.value, broken).toEqual(Uint8Array.of(0, 0, 0, 1));
    const inside = broken === 'n0 { x' ? '/n0' : '';
    const n = nodeAt(damaged.root, `${inside}/n`);
    expect(n && property(n, 'c')?.value, broken).toEqual(Uint8Array.of(0, 0, 0, 3));
    const last = nodeAt(damaged.root, `${inside}/last`);
    expect(last && property(last, 'd'), broken).toBeDefined();
    if (inside === '') expect(last && property(last, 'seen'), broken).toBeDefined();
  }
});

test('the built-in headers include only each other', () => {
  for (const [name, text] of bindings) {
    for (const [, included] of text.matchAll(/#include <(.*)>/g)) expect(bindings.has(included ?? ''), `${name}: ${included}`).toBe(true);
  }
});
