import { describe, expect, test } from 'vitest';
import { Choices } from '../generate/choices.ts';
import { randomSource } from './random-source.ts';
import { compileHere } from './source-oracle.ts';

function read(source: string, files: Readonly<Record<string, string>> = {}) {
  return compileHere({ source: `/dts-v1/;\n${source}`, files: new Map(Object.entries(files)), symbols: true });
}

/** `text` so many times. */
const many = (count: number, text: string): string => text.repeat(count);

describe('large and deep sources are read', () => {
  test.each([
    ['10,000 nodes inside each other', `/ ${many(10_000, '{ n ')}{ };${many(10_000, ' };')}`],
    ['the same twice, merged', many(2, `/ ${many(10_000, '{ n ')}{ a; };${many(10_000, ' };')}\n`)],
    ['10,000 nodes deep, and deleted', `/ ${many(10_000, '{ n ')}{ a; };${many(10_000, ' };')}\n/delete-node/ &{/n};`],
    ['20,000 children', `/ { ${Array.from({ length: 20_000 }, (_, i) => `n${i} { };`).join('\n')} };`],
    ['20,000 properties, set twice', many(2, `/ { ${Array.from({ length: 20_000 }, (_, i) => `p${i};`).join('\n')} };\n`)],
    [
      '20,000 references to one label',
      `/ { x: x { }; a = <${many(20_000, '&x ')}>; };`.replace(/x: x \{ \}; (.*) \};$/, '$1 x: x { }; };'),
    ],
    ['a name of 100,000 characters', `/ { ${many(100_000, 'n')} = <1>; };`],
    ['100,000 cells', `/ { a = <${many(100_000, '1 ')}>; };`],
    ['10,000 labels on one node', `/ { ${Array.from({ length: 3000 }, (_, i) => `l${i}: `).join('')}n { }; };`],
  ])('%s', (_name, source) => {
    const { findings, bytes } = read(source);
    expect(findings).toEqual([]);
    expect(bytes.length).toBeGreaterThan(40);
  });
});

describe('hostile sources end in a finding', () => {
  test.each<[string, string, Record<string, string>?]>([
    ['10,000 braces that never close', `/ ${many(10_000, '{ n ')}`],
    ['10,000 braces that were never opened', `/ { };${many(10_000, ' };')}`],
    ['100,000 parentheses', `/ { a = <${many(100_000, '(')}1${many(100_000, ')')}>; };`],
    ['100,000 signs and nothing behind them', `/ { a = <(${many(100_000, '-')})>; };`],
    ['100,000 conditionals inside each other', `/ { a = <(${many(100_000, '1 ? ')}1)>; };`],
    ['a file that includes itself', '/include/ "self.dtsi"', { 'self.dtsi': '/include/ "self.dtsi"\n/include/ "self.dtsi"\n' }],
    ['a file that the preprocessor includes in itself', '#include "self.dtsi"', { 'self.dtsi': '#include "self.dtsi"\n' }],
    [
      'a macro that doubles itself',
      `${Array.from({ length: 40 }, (_, i) => `#define M${i + 1} M${i} M${i}\n`).join('')}#define M0 1\n/ { a = <M40>; };`,
    ],
    ['the same bytes again and again', `/ { a = ${many(2000, '/incbin/("b"), ')}"x"; };`, { b: many(100_000, 'x') }],
    ['comments that do not close', '/include/ "c"', { c: many(50_000, '/* ') }],
    ['open character constants', `/ { a = <${many(50_000, "'\\")}>; };`],
    ['quotes and backslashes', `/ { a = ${many(50_000, '"\\\n')}; };`],
    ['10,000 wrong statements', `/ { ${many(10_000, 'a = {;\n')} };`],
    ['10,000 nodes in values', `/ { ${many(10_000, 'a = ( {\n')}`],
    ['10,000 labels that nobody gave', `/ { a = <${many(10_000, '&nothing ')}>; };`],
    ['control characters and halves of characters', '/ { \u0000\u0001\ud800 \ufeff };'],
  ])('%s', (_name, source, files = {}) => {
    const { findings } = read(source, files);
    expect(findings.filter(({ severity }) => severity === 'error')).not.toEqual([]);
    for (const { span, message } of findings) {
      expect(span.end).toBeGreaterThanOrEqual(span.start);
      expect(message.length).toBeLessThanOrEqual(601);
    }
  });
});

test('sources cut off anywhere are read, and the places of findings lie in them', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { source } = randomSource(Choices.fromSeed(seed));
    const choices = Choices.fromSeed(seed + 1000);
    for (let cut = 0; cut < 20; cut++) {
      const end = choices.below(source.length);
      const middle = choices.below(end + 1);
      for (const text of [
        source.slice(0, end),
        source.slice(0, middle) + source.slice(end),
        `${source.slice(0, middle)}}${source.slice(middle)}`,
      ]) {
        const { findings, tree } = compileHere({ source: text, files: new Map(), symbols: false });
        expect(tree.root.name).toBe('');
        for (const { span } of findings) {
          expect(span.file).toBe('/main.dts');
          expect(span.start).toBeLessThanOrEqual(span.end);
          expect(span.end).toBeLessThanOrEqual(text.length);
        }
      }
    }
  }
});
