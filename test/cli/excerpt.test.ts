import { binaryExcerpt, excerptLines, sourceExcerpt } from '@jailhouse-cells/cli/findings/excerpt.ts';
import { type BinaryPlace, locate, type TextPlace } from '@jailhouse-cells/cli/findings/place.ts';
import { LineIndex } from '@jailhouse-cells/core/source/span.ts';
import { describe, expect, test } from 'vitest';

/** The place of the text between « and » in a source. */
function placeIn(marked: string): TextPlace {
  const start = marked.indexOf('«');
  const end = marked.indexOf('»') - 1;
  const index = new LineIndex(marked.replace('«', '').replace('»', ''));
  const place = locate({ cwd: '/', text: () => index, bytes: () => undefined }, { file: '/a.c', start, end });
  if (place.kind !== 'text') throw new Error('no text');
  return place;
}

function shown(marked: string, width = 80): string {
  return excerptLines(sourceExcerpt(placeIn(marked), width), 3, (marks) => marks).join('\n');
}

describe('the line and the marks under it', () => {
  test('tabs are drawn to the next eighth column', () => {
    expect(shown('x\n\t\t.size =\t«0x1000»,\n')).toBe(
      ['  2 |                 .size = 0x1000,', '    |                         ^^^^^^'].join('\n'),
    );
  });

  test('an empty span marks the character behind it, also at the end of a line', () => {
    expect(shown('a «»b')).toBe('  1 | a b\n    |   ^');
    expect(shown('a;«»\nb')).toBe('  1 | a;\n    |   ^');
    expect(shown('«»')).toBe('  1 |\n    | ^');
  });

  test('a span of several lines is marked to the end of its first', () => {
    expect(shown('  .cpus = «{\n  0xf,\n}»,')).toBe('  1 |   .cpus = {\n    |           ^');
  });

  test('wide characters, marks and escapes keep the marks in place', () => {
    expect(shown('"日本" «x»')).toBe('  1 | "日本" x\n    |        ^');
    expect(shown('"e\u0301" «x»')).toBe('  1 | "e\u0301" x\n    |     ^');
    expect(shown('"\u001b[31m" «x»')).toBe('  1 | "\\x1b[31m" x\n    |            ^');
    expect(shown('«😀» y')).toBe('  1 | 😀 y\n    | ^^');
  });

  test('carriage returns are no part of the line', () => {
    expect(shown('«a»\r\nb\r\n')).toBe('  1 | a\n    | ^');
  });

  test('a long line is cut around the span', () => {
    const long = `${'a'.repeat(100)} «0x1000» ${'b'.repeat(100)}`;
    const lines = shown(long, 40).split('\n');
    expect(lines).toEqual(['  1 | …aaaaaaaaaaa 0x1000 bbbbbbbbbbbbbbbbbbb…', '    |              ^^^^^^']);
    const tail = shown(`${'a'.repeat(100)} «0x1000»`, 40).split('\n');
    expect(tail).toEqual([`  1 | …${'a'.repeat(31)} 0x1000`, `    | ${' '.repeat(33)}^^^^^^`]);
    const head = shown(`«x» ${'b'.repeat(100)}`, 40).split('\n');
    expect(head).toEqual([`  1 | x ${'b'.repeat(36)}…`, '    | ^']);
  });

  test('a span that is wider than the window is marked as far as it is seen', () => {
    const [line, marks] = shown(`«${'a'.repeat(200)}»`, 40).split('\n');
    expect(line).toBe(`  1 | ${'a'.repeat(38)}…`);
    expect(marks).toBe(`    | ${'^'.repeat(38)}`);
  });

  test('a span behind the end of the text is its last position', () => {
    const index = new LineIndex('ab');
    const place = locate({ cwd: '/', text: () => index, bytes: () => undefined }, { file: '/a.c', start: 90, end: 99 });
    expect(place).toMatchObject({ kind: 'text', line: 1, column: 3, endLine: 1, endColumn: 3 });
  });
});

describe('a place in a .cell file', () => {
  const bytes = Uint8Array.from({ length: 20 }, (_, at) => at);
  const place = (offset: number, length: number): BinaryPlace => ({
    kind: 'binary',
    file: '/a.cell',
    shown: 'a.cell',
    offset,
    length,
    bytes,
  });

  test('the row of 16 bytes, with marks', () => {
    expect(binaryExcerpt(place(2, 2))).toEqual({
      gutter: '0x0000',
      line: '00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f',
      marks: '      ^^^^^',
    });
    expect(binaryExcerpt(place(16, 0))).toEqual({ gutter: '0x0010', line: '10 11 12 13', marks: '^^' });
    expect(binaryExcerpt(place(14, 8)).marks).toBe(`${' '.repeat(42)}^^^^^`);
  });

  test('locate tells it by its name and its missing text', () => {
    const source = { cwd: '/work', text: () => undefined, bytes: () => bytes };
    expect(locate(source, { file: '/work/a.cell', start: 4, end: 8 })).toMatchObject({
      kind: 'binary',
      shown: 'a.cell',
      offset: 4,
      length: 4,
    });
    expect(locate(source, { file: 'jailhouse-abi:/14/x.h', start: 4, end: 8 })).toMatchObject({
      kind: 'file',
      shown: 'jailhouse-abi:/14/x.h',
    });
  });
});
