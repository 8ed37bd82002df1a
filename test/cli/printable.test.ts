import { nearest } from '@jailhouse-cells/cli/spelling.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { textWidth, wrap } from '@jailhouse-cells/core/source/text-width.ts';
import { describe, expect, test } from 'vitest';

describe('what a terminal would act on is escaped', () => {
  test.each([
    ['\u001b]0;title\u0007', '\\x1b]0;title\\x07'],
    ['a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['\u009b31m', '\\x9b31m'],
    ['\u202eabc\u2066', '\\u{202e}abc\\u{2066}'],
    ['a\u2028b', 'a\\u{2028}b'],
    ['\ud800x', '\\u{d800}x'],
    ['zero\u200bwidth', 'zero\\u{200b}width'],
  ])('%j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test('letters, marks and pictures stay', () => {
    for (const text of ['Zelle "ä" №1', '日本', 'e\u0301', '😀', "it's 100 %"]) expect(printable(text)).toBe(text);
  });
});

describe('widths', () => {
  test('wide characters take two columns, marks none', () => {
    expect(textWidth('abc')).toBe(3);
    expect(textWidth('日本')).toBe(4);
    expect(textWidth('e\u0301')).toBe(1);
    expect(textWidth('😀')).toBe(2);
  });

  test('wrapping breaks at spaces and never inside a word', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('overlong-word x', 5)).toEqual(['overlong-word', 'x']);
    expect(wrap('', 5)).toEqual(['']);
  });
});

describe('guessing what was meant', () => {
  test('close spellings only', () => {
    expect(nearest('chekc', ['check', 'build'])).toBe('check');
    expect(nearest('RPI4.C', ['rpi4.c'])).toBe('rpi4.c');
    expect(nearest('deploy', ['check', 'build'])).toBeUndefined();
    expect(nearest('ls', ['show'])).toBeUndefined();
  });
});
