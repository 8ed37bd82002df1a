import { Uris } from '@jailhouse-cells/server/uris.ts';
import { describe, expect, it } from 'vitest';

describe('Uris', () => {
  it.each([
    ['file:///home/user/a.c', '/home/user/a.c'],
    ['file:///home/user/with%20space%20%26%20%C3%A4%23.c', '/home/user/with space & ä#.c'],
    ['file:///c%3A/work/a.c', 'c:/work/a.c'],
    ['file:///C:/work/a.c', 'c:/work/a.c'],
    ['file://server/share/a.c', '//server/share/a.c'],
    ['file://localhost/home/a.c', '/home/a.c'],
    ['file:///a.c?query#fragment', '/a.c'],
    ['jailhouse-abi:/14/jailhouse/cell-config.h', 'jailhouse-abi:/14/jailhouse/cell-config.h'],
    ['untitled:/home/user/new.c', '/home/user/new.c'],
    ['untitled:c:\\work\\new.c', 'c:/work/new.c'],
  ])('reads %s as %s', (uri, path) => {
    expect(new Uris().pathOf(uri)).toBe(path);
  });

  it.each(['git:/home/user/a.c?ref', 'output:x', 'vscode-notebook-cell:/a.ipynb', 'file:///bad%ZZ.c', 'file://', 'nonsense', ''])(
    'has no path for %j',
    (uri) => {
      expect(new Uris().pathOf(uri)).toBeUndefined();
    },
  );

  it.each([
    ['/home/user/a.c', 'file:///home/user/a.c'],
    ["/with space/ä#?%'(1)!*.c", 'file:///with%20space/%C3%A4%23%3F%25%27%281%29%21%2A.c'],
    ['c:/work/a.c', 'file:///c%3A/work/a.c'],
    ['//server/share/a.c', 'file://server/share/a.c'],
    ['jailhouse-abi:/14/jailhouse/cell-config.h', 'jailhouse-abi:/14/jailhouse/cell-config.h'],
  ])('writes %s as %s and back', (path, uri) => {
    const uris = new Uris();
    expect(uris.uriOf(path)).toBe(uri);
    expect(uris.pathOf(uri)).toBe(path);
  });

  it('survives a file name that is no Unicode', () => {
    expect(new Uris().uriOf('/a\ud800b.c')).toBe('file:///a%EF%BF%BDb.c');
  });

  it('answers in the spelling that the client used', () => {
    const uris = new Uris();
    const path = uris.pathOf('file:///C:/work/a%2Bb.c');
    expect(path).toBe('c:/work/a+b.c');
    uris.remember(path ?? '', 'file:///C:/work/a%2Bb.c');
    expect(uris.uriOf('c:/work/a+b.c')).toBe('file:///C:/work/a%2Bb.c');
  });

  it('places unsaved documents in the workspace folder', () => {
    const uris = new Uris();
    expect(uris.pathOf('untitled:Untitled-1')).toBe('/untitled:Untitled-1.c');
    uris.placeUntitledIn('/work');
    expect(uris.pathOf('untitled:Untitled-1')).toBe('/work/untitled:Untitled-1.c');
  });
});
