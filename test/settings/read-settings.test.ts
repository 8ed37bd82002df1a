import { resolvePath } from '@jailhouse-cells/core/settings/paths.ts';
import { readSettings } from '@jailhouse-cells/core/settings/read-settings.ts';
import { settings } from '@jailhouse-cells/core/settings/settings.ts';
import { defaultSettings } from '@jailhouse-cells/core/workspace/settings.ts';
import { describe, expect, it } from 'vitest';

const base = { folder: '/work/cells', home: '/home/me' };

describe('readSettings', () => {
  it('gives the defaults for the default values, for nothing and for nonsense', () => {
    const defaults = Object.fromEntries(settings.map((setting) => [setting.name, setting.default]));
    for (const section of [defaults, {}, undefined, null, 7, 'text', []]) {
      expect(readSettings(section, base)).toEqual({ workspace: defaultSettings, outputFolder: undefined, problems: [] });
    }
  });

  it('maps every setting, with paths made absolute', () => {
    const section = {
      headers: '../jailhouse',
      revision: 12,
      includePaths: ['include', '/usr/include', '~/more', '${workspaceFolder}/gen'],
      defines: { BASE: '0x30000000', COUNT: 2, 'SQUARE(x)': '((x) * (x))' },
      rules: { 'region-overlap': 'off', 'struct-not-packed': 'warning' },
      build: { outputFolder: 'out' },
    };
    expect(readSettings(section, base)).toEqual({
      workspace: {
        headers: '/work/jailhouse',
        revision: 12,
        includePaths: ['/work/cells/include', '/usr/include', '/home/me/more', '/work/cells/gen'],
        defines: { BASE: '0x30000000', COUNT: '2', 'SQUARE(x)': '((x) * (x))' },
        forcedIncludes: [],
        severity: { 'region-overlap': 'off', 'struct-not-packed': 'warning' },
      },
      outputFolder: '/work/cells/out',
      problems: [],
    });
  });

  it('understands flat names as well', () => {
    expect(readSettings({ 'build.outputFolder': 'out' }, base).outputFolder).toBe('/work/cells/out');
  });

  it('leaves out and names what it does not understand, and keeps the rest', () => {
    const read = readSettings(
      {
        headers: 3,
        revision: 9,
        includePaths: ['ok', 5, ''],
        defines: { 'not a name': '1', OBJECT: {}, GOOD: '1' },
        rules: { 'a-rule': 'fatal', 'b-rule': 'hint', 'no-such': 'off' },
        build: { outputFolder: ['x'] },
      },
      base,
      new Set(['a-rule', 'b-rule']),
    );
    expect(read.workspace).toEqual({
      includePaths: ['/work/cells/ok'],
      defines: { GOOD: '1' },
      forcedIncludes: [],
      severity: { 'b-rule': 'hint' },
    });
    expect(read.outputFolder).toBeUndefined();
    expect(read.problems).toEqual([
      'Setting jailhouseCells.headers is ignored in part: it must be a string.',
      'Setting jailhouseCells.revision is ignored in part: built-in headers exist for the revisions 10, 11, 12, 13, 14.',
      'Setting jailhouseCells.includePaths is ignored in part: each entry must be a string that is not empty.',
      'Setting jailhouseCells.includePaths is ignored in part: each entry must be a string that is not empty.',
      'Setting jailhouseCells.defines is ignored in part: "not a name" is not the name of a macro.',
      'Setting jailhouseCells.defines is ignored in part: the value of OBJECT must be a string, such as "1".',
      'Setting jailhouseCells.rules is ignored in part: the level of a-rule must be one of error, warning, information, hint, off.',
      'Setting jailhouseCells.rules is ignored in part: there is no rule "no-such".',
      'Setting jailhouseCells.build.outputFolder is ignored in part: it must be a string.',
    ]);
  });

  it('says so when a relative path has nothing to start from', () => {
    const read = readSettings({ headers: 'jailhouse' }, { folder: undefined, home: undefined });
    expect(read.workspace.headers).toBeUndefined();
    expect(read.problems).toHaveLength(1);
  });

  it('is not misled by names from the prototype', () => {
    const read = readSettings({ rules: JSON.parse('{"__proto__": "off", "constructor": "off"}') as unknown }, base, new Set(['x']));
    expect(read.workspace.severity).toEqual({});
    expect(read.problems).toHaveLength(2);
  });
});

describe('resolvePath', () => {
  it.each([
    ['a/./b/../c', '/work/cells/a/c'],
    ['../../../..', '/'],
    ['C:\\jailhouse\\include', 'C:/jailhouse/include'],
    ['c:/../x', 'c:/x'],
    ['//host/share/a/../../b', '//host/share/b'],
    ['~', '/home/me'],
    ['~other/x', '/work/cells/~other/x'],
  ])('%s', (text, expected) => {
    expect(resolvePath(text, base)).toBe(expected);
  });
});
