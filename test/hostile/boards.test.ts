import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { describe, expect, it, test } from 'vitest';
import { MemoryFiles } from '../memory-files.ts';
import { boardFixtures, scenariosOf } from '../rules/board-scenario.ts';
import { filesOf, inWords, RunningSystem } from './board-workspaces.ts';
import { crowdedConfig, crowdedTree } from './crowded-board.ts';
import { mutations } from './mutations.ts';

const rpi4 = filesOf('examples/rpi4');
const story = filesOf('examples/rpi4-story');

describe('files that are half typed in a running session', () => {
  const systems: [string, Record<string, string | Uint8Array>, string][] = [
    ['the Raspberry Pi 4', rpi4, '/w/jailhouse.json'],
    ['the window reserved', story, '/w/4-window-reserved/jailhouse.json'],
    ['the window over RAM', story, '/w/1-window-over-ram/jailhouse.json'],
  ];

  test.each(systems)('%s: jailhouse.json, at every third place', (_name, files, project) => {
    const system = new RunningSystem(files, project);
    const before = system.ofConfigs();
    const text = (files[project] as string).trimEnd();
    for (let end = 0; end < text.length; end += 3) {
      system.workspace.open(project, text.slice(0, end));
      expect(system.workspace.check(project).findings, `up to ${end}`).not.toEqual([]);
      expect(system.ofConfigs(), `up to ${end}`).toEqual(before);
    }
    system.workspace.open(project, text);
    expect(system.workspace.check(project).findings).toEqual([]);
    expect(system.ofConfigs()).toEqual(before);
  });

  test.each(systems)('%s: the device trees', (_name, files, project) => {
    const system = new RunningSystem(files, project);
    const before = system.ofConfigs();
    for (const tree of system.paths.filter((path) => /\.dtsi?$/.test(path))) {
      const text = files[tree] as string;
      for (let end = 0; end < text.length; end += 29) {
        system.workspace.open(tree, text.slice(0, end));
        // An overlay may be complete before its end; a tree that is not must not change what is said of the configs.
        const own = system.paths.flatMap((path) => system.workspace.check(path).findings).filter(({ rule }) => rule.startsWith('dts-'));
        if (own.length > 0) expect(system.ofConfigs(), `${tree} up to ${end}`).toEqual(before);
        expect(system.wrongs(), `${tree} up to ${end}`).toEqual([]);
      }
      system.workspace.open(tree, text);
      expect(system.ofConfigs(), tree).toEqual(before);
    }
  });
});

describe('mutated files of a system', () => {
  const folders = ['examples/rpi4', ...readdirSync(boardFixtures).flatMap((rule) => rejecting(rule))];

  test.each(folders)('%s: every finding speaks plainly and points into its file', (folder) => {
    const system = new RunningSystem(filesOf(folder), '/w/jailhouse.json');
    expect(system.wrongs()).toEqual([]);
    const count = folder.startsWith('examples') ? 40 : 4;
    for (const path of system.paths) {
      const text = system.files.files.get(path);
      if (typeof text !== 'string') continue;
      for (const mutated of mutations(text, count, path.length)) {
        system.workspace.open(path, mutated);
        const wrong = system.wrongs();
        if (wrong.length > 0) throw new Error(`${wrong.join('\n')}\n${path}:\n${mutated}`);
      }
      system.workspace.close(path);
    }
  });
});

function rejecting(rule: string): readonly string[] {
  const [first] = scenariosOf(rule).filter((folder) => basename(folder).startsWith('reject-'));
  return first === undefined ? [] : [`test/fixtures/board-rules/${rule}/${basename(first)}`];
}

/** The Raspberry Pi 4 example with another board, or other members of the system. */
function withBoard(board: object, members: object = {}, more: Record<string, string | Uint8Array> = {}): RunningSystem {
  const project = JSON.parse(rpi4['/w/jailhouse.json'] as string);
  const system = project.systems.rpi4;
  Object.assign(system, members);
  Object.assign(system.board, board);
  return new RunningSystem({ ...rpi4, ...more, '/w/jailhouse.json': JSON.stringify(project) }, '/w/jailhouse.json');
}

describe('a jailhouse.json that names what it cannot mean', () => {
  const guest = (deviceTree: unknown) => ({ cells: [{ config: 'configs/rpi4-linux-demo.c', linux: { deviceTree } }] });
  const wrongs: [string, object, object, string][] = [
    ['a folder as tree', { deviceTree: 'dts' }, {}, '"dts" names no device tree'],
    ['a folder with the name of a tree', { deviceTree: 'folder.dts' }, {}, 'folder.dts is a folder'],
    ['a folder as overlay', { overlays: ['dts'] }, {}, '"dts" names no device tree'],
    ['a config as tree', { deviceTree: 'configs/rpi4.c' }, {}, '"configs/rpi4.c" names no device tree'],
    ['a tree as config.txt', { configTxt: 'dts/board.dts' }, {}, '"dts/board.dts" names no file of the boot partition'],
    ['itself as snapshot', { snapshot: 'jailhouse.json' }, {}, '"jailhouse.json" names no snapshot'],
    ['a tree as root cell', {}, { rootCell: 'dts/board.dts' }, '"dts/board.dts" names no config'],
    ['a tree as cell', {}, { cells: ['dts/board.dts'] }, '"dts/board.dts" names no config'],
    ['the root cell as cell', {}, { cells: ['configs/rpi4.c'] }, 'rpi4.c is the system config of "rpi4"'],
    ['a cell as root cell', {}, { rootCell: 'configs/rpi4-linux-demo.c', cells: [] }, 'rpi4-linux-demo.c is the config of a cell'],
    ['an overlay as board', { deviceTree: 'dts/jailhouse.dts', overlays: [] }, {}, 'jailhouse.dts is an overlay'],
    ['an overlay as guest', {}, guest('dts/jailhouse.dts'), 'jailhouse.dts is an overlay'],
    ['a number as guest', {}, guest(5), '"deviceTree" must be a string'],
    ['a device of the machine', { deviceTree: '/dev/zero' }, {}, '"/dev/zero" names no device tree'],
    ['a place far above', { deviceTree: '../../../../../../etc/x.dts' }, {}, 'there is no file /etc/x.dts'],
    ['a path of 100,000 folders', { deviceTree: `${'a/'.repeat(100_000)}b.dts` }, {}, 'longer than a path can be'],
    ['a name with a NUL', { configTxt: 'a\0.txt' }, {}, 'does not exist'],
    ['nothing', { configTxt: '' }, {}, '"" names no file of the boot partition'],
  ];

  test.each(wrongs)('%s: says so there, and nothing of the configs', (_name, board, members, message) => {
    const system = withBoard(board, members, { '/w/folder.dts/x': '' });
    const said = system.workspace.check(system.project).findings;
    expect(said.map((finding) => finding.message).join('\n')).toContain(message);
    expect(said.every(({ span }) => span.file === system.project)).toBe(true);
    expect(system.ofConfigs()).toEqual([]);
    expect(system.wrongs()).toEqual([]);
  });

  it('a model that nobody knows is told of, where no tree speaks for the board', () => {
    const system = withBoard({ model: 'raspberrypi,4-modelb', deviceTree: undefined, overlays: undefined });
    expect(system.workspace.check(system.project).findings.map(inWords).join()).toContain('No board is known by this model');
    const withTree = withBoard({ model: 'a board of ours' });
    expect([...withTree.workspace.check(withTree.project).findings, ...withTree.ofConfigs()]).toEqual([]);
  });

  it('one that cannot be read leaves the board unknown instead of guessing it by the name of the config', () => {
    const project = '/w/4-window-reserved/jailhouse.json';
    const workspace = new Workspace(new MemoryFiles({ ...story, [project]: (story[project] as string).slice(0, -4) }));
    expect(workspace.check('/w/4-window-reserved/configs/rpi4.c').findings).toEqual([]);
    expect(workspace.check(project).findings).not.toEqual([]);
  });

  it('a byte order mark in front of it says nothing', () => {
    const system = new RunningSystem({ ...rpi4, '/w/jailhouse.json': `\ufeff${rpi4['/w/jailhouse.json']}` }, '/w/jailhouse.json');
    expect(system.configs).toHaveLength(3);
    expect(system.workspace.check(system.project).findings).toEqual([]);
  });

  it('1,000 systems may name the same files', () => {
    const { systems } = JSON.parse(rpi4['/w/jailhouse.json'] as string);
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`system${i}`, systems.rpi4]));
    const text = JSON.stringify({ revision: 14, systems: many });
    const system = new RunningSystem({ ...rpi4, '/w/jailhouse.json': text }, '/w/jailhouse.json');
    expect(system.workspace.check(system.project).findings).toEqual([]);
    expect(system.ofConfigs()).toEqual([]);
  });
});

describe('texts of the boot partition', () => {
  const config = rpi4['/w/boot/config.txt'] as string;
  const line = (rpi4['/w/boot/cmdline.txt'] as string).trim();
  const utf16 = Uint8Array.from([0xff, 0xfe, ...[...config].flatMap((character) => [character.charCodeAt(0), 0])]);
  const texts: [string, string | Uint8Array, string][] = [
    ['UTF-16', utf16, line],
    ['Latin-1 and NULs', Uint8Array.from([...new TextEncoder().encode(config), 0xe9, 0, 0xff]), `${line}\0mem=1G`],
    ['10 MB of comments', `${config}${'#x\n'.repeat(3_500_000)}`, line],
    ['10 MB of settings', `${config}${'gpu_mem=64\n'.repeat(900_000)}`, line],
    ['10 MB in one line', `${config}${'a'.repeat(10_000_000)}`, `${line}${' a=b'.repeat(250_000)}`],
    ['10 MB of spaces', `${config}${' '.repeat(10_000_000)}x`, `${line} ${'"'.repeat(1_000_000)}`],
    ['itself, 1,000 times', `${config}${'include config.txt\n'.repeat(1000)}`, line],
    ['files that are none', `${config}include ../../../etc/passwd\ninclude /dev/zero\ninclude ${'x/'.repeat(60_000)}\n`, line],
    [
      'numbers without measure',
      `${config}gpu_mem=18446744073709551616\ntotal_mem=-1\n`,
      `${line} mem=99999999999999999999G isolcpus=0-4294967295 nr_cpus=-1`,
    ],
    [
      'memory that wraps',
      config,
      `${line} mem=18446744073709551615 cma=1G@0xffffffffffffffff-0 memmap=0xffffffffffffffff$0xffffffffffffffff`,
    ],
  ];

  test.each(texts)('%s', (_name, configTxt, cmdlineTxt) => {
    const system = new RunningSystem({ ...rpi4, '/w/boot/config.txt': configTxt, '/w/boot/cmdline.txt': cmdlineTxt }, '/w/jailhouse.json');
    expect(system.wrongs()).toEqual([]);
  });
});

describe('files that change and vanish between two checks', () => {
  it('each file of the system goes and comes back', () => {
    const system = new RunningSystem(rpi4, '/w/jailhouse.json');
    for (const path of system.paths) {
      system.files.files.delete(path);
      system.workspace.invalidate([path]);
      expect(system.wrongs(), path).toEqual([]);
      system.files.set(path, rpi4[path] as string);
      system.workspace.invalidate([path]);
      expect(
        system.paths.flatMap((each) => system.workspace.check(each).findings.map(inWords)),
        path,
      ).toEqual([]);
    }
  });
});

describe('blobs that lie, as board and as guest', () => {
  const source = crowdedTree(20);
  const blob = crowdedTree(20, 'blob');

  it('the blob says of the configs what its source says', () => {
    const of = (tree: string | Uint8Array, name: string) => {
      const system = withBoard({ deviceTree: name, overlays: [] }, {}, { [`/w/${name}`]: tree });
      return system.configs.flatMap((config) => system.workspace.check(config).findings.map(({ rule }) => rule)).sort();
    };
    expect(of(blob, 'b.dtb')).toEqual(of(source, 'b.dts'));
  });

  it('each of 400 damaged ones gives findings that can be read', () => {
    const members = { cells: [{ config: 'configs/rpi4-linux-demo.c', linux: { deviceTree: 'b.dtb' } }] };
    const system = withBoard({ deviceTree: 'b.dtb', overlays: [] }, members, { '/w/b.dtb': blob });
    for (let i = 0; i < 400; i++) {
      const damaged = i % 4 === 0 ? blob.slice(0, (i * 97) % blob.length) : blob.slice();
      for (let k = 0; k <= i % 5 && damaged.length > 0; k++) damaged[(i * 7919 + k * 104729) % damaged.length] = (i * 31 + k * 17) & 0xff;
      system.files.set('/w/b.dtb', damaged);
      system.workspace.invalidate(['/w/b.dtb']);
      expect(system.wrongs(), `damage ${i}`).toEqual([]);
    }
  });
});

/** No time is measured: what goes with the square of these numbers runs into the test runner's limit. */
describe('boards and configs of thousands', () => {
  const crowds: [string, string, string, string][] = [
    ['5,000 devices in 10,000 regions', crowdedConfig('system', 10_000), crowdedConfig('cell', 10_000), crowdedTree(5000)],
    [
      '5,000 devices between 5,000 regions',
      crowdedConfig('system', 5000),
      crowdedConfig('cell', 5000),
      crowdedTree(5000, 'source', 0x1000n),
    ],
    ['5,000 devices, 2,000 irqchips', crowdedConfig('system', 4, 2000), crowdedConfig('cell', 4, 2000), crowdedTree(5000)],
  ];

  test.each(crowds)('%s', (_name, root, cell, tree) => {
    const systems = {
      a: { rootCell: 'root.c', cells: [{ config: 'cell.c', linux: { deviceTree: 'b.dts' } }], board: { deviceTree: 'b.dts' } },
    };
    const files = { '/w/jailhouse.json': JSON.stringify({ systems }), '/w/root.c': root, '/w/cell.c': cell, '/w/b.dts': tree };
    const { workspace, paths } = new RunningSystem(files, '/w/jailhouse.json');
    const findings = paths.flatMap((path) => workspace.check(path).findings);
    expect(findings.filter(({ rule }) => rule === 'internal' || rule.startsWith('dts-') || rule.startsWith('c-'))).toEqual([]);
    expect(findings.length).toBeGreaterThan(100);
  });
});
