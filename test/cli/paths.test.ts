import { placeOutputs } from '@jailhouse-cells/cli/output-paths.ts';
import { absolutePath, fileUri } from '@jailhouse-cells/cli/paths.ts';
import { isInside, relativePath, shownPath } from '@jailhouse-cells/core/source/shown-path.ts';
import { describe, expect, test } from 'vitest';
import { testIo } from './memory-io.ts';

test('paths of the command line become absolute', () => {
  expect(absolutePath('/work', 'a/../b/./c.c')).toBe('/work/b/c.c');
  expect(absolutePath('/work', '../../../x')).toBe('/x');
  expect(absolutePath('/work', '.')).toBe('/work');
  expect(absolutePath('/work', '/etc//x/')).toBe('/etc/x');
  expect(absolutePath('/work', 'a\\b.c')).toBe('/work/a\\b.c');
  expect(absolutePath('C:/work', '..\\b')).toBe('C:/b');
  expect(absolutePath('C:/work', 'D:\\b')).toBe('D:/b');
});

test('relative ways and what is shown', () => {
  expect(relativePath('/a/b', '/a/c/d')).toBe('../c/d');
  expect(relativePath('/a', '/a')).toBe('.');
  expect(isInside('/a', '/ab')).toBe(false);
  expect(isInside('/', '/ab')).toBe(true);
  expect(shownPath('/a/b', '/a/b/c.c')).toBe('c.c');
  expect(shownPath('/a/b', '/a/c.c')).toBe('/a/c.c');
  expect(shownPath('/home/me/work/b', '/home/me/work/c.c')).toBe('../c.c');
  expect(shownPath('/a/very/deep/folder', '/etc/x.c')).toBe('/etc/x.c');
  expect(shownPath('/a', 'jailhouse-abi:/14/x.h')).toBe('jailhouse-abi:/14/x.h');
});

test('URIs survive hostile names', () => {
  expect(fileUri('/a b/ü#?%.c')).toBe('file:///a%20b/%C3%BC%23%3F%25.c');
  expect(fileUri('/a\ud800.c')).toBe('file:///a%EF%BF%BD.c');
  expect(fileUri('C:/a b.c')).toBe('file:///C:/a%20b.c');
});

describe('where outputs go', () => {
  const io = testIo({ '/work/configs/arm64/a.c': '', '/work/b.c': '', '/else/cells/x/c.c': '', '/work/B.c': '' });
  const out = (...configs: (readonly [string, string])[]) => {
    const placed = placeOutputs(
      configs.map(([operand, path]) => ({ operand, path })),
      '/work/out',
      io,
    );
    return placed.ok ? placed.outputs.map(({ path }) => path) : placed.message;
  };

  test('paths relative to the current folder are kept', () => {
    expect(out(['/work/configs', '/work/configs/arm64/a.c'], ['/work/b.c', '/work/b.c'])).toEqual([
      '/work/out/configs/arm64/a.cell',
      '/work/out/b.cell',
    ]);
  });

  test('from elsewhere: relative to the folder that was named', () => {
    expect(out(['/else/cells', '/else/cells/x/c.c'])).toEqual(['/work/out/x/c.cell']);
    expect(out(['/else/cells/x/c.c', '/else/cells/x/c.c'])).toEqual(['/work/out/c.cell']);
  });

  test('two configs for one file are refused, names that differ in case only too', () => {
    expect(out(['/work/b.c', '/work/b.c'], ['/else/b.c', '/else/b.c'])).toBe(
      '"b.c" and "/else/b.c" would both become "out/b.cell". Build them apart, or from a folder above both.',
    );
    expect(out(['/work/b.c', '/work/b.c'], ['/work/B.c', '/work/B.c'])).toContain('would both become');
  });
});
