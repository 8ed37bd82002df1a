import { rootByName } from '@jailhouse-cells/core/workspace/naming.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { describe, expect, it } from 'vitest';
import { MemoryFiles } from '../memory-files.ts';

const system = '#include <jailhouse/cell-config.h>\nstruct { struct jailhouse_system header; } config = { .header = { } };\n';
const cell = '#include <jailhouse/cell-config.h>\nstruct { struct jailhouse_cell_desc cell; } config = { .cell = { } };\n';

describe('rootByName', () => {
  it.each([
    ['/c/rpi4-linux-demo.c', ['/c/rpi4.c', '/c/qemu.c'], '/c/rpi4.c'],
    ['/c/imx8-evk-demo.c', ['/c/imx8.c', '/c/imx8-evk.c'], '/c/imx8-evk.c'],
    ['/c/k3-am654-idk-linux-demo.c', ['/c/k3-am654-idk.c', '/c/k3-j721e-evm.c'], '/c/k3-am654-idk.c'],
    ['/c/jetson-demo.c', ['/c/jetson-tk1.c', '/c/other.c'], '/c/jetson-tk1.c'],
    ['/c/jetson-demo.c', ['/c/jetson-tk1.c', '/c/jetson-tx1.c'], undefined],
    ['/c/ioapic-demo.c', ['/c/imb-a180.c', '/c/qemu-x86.c'], undefined],
    ['/c/rpi40-demo.c', ['/c/rpi4.c'], undefined],
  ])('%s among %j belongs to %s', (path, roots, expected) => {
    expect(rootByName(path, roots)).toBe(expected);
  });
});

describe('discovery', () => {
  it('finds configs below a folder, also those that only include another, and no other C files', () => {
    const files = new MemoryFiles({
      '/w/configs/arm64/board.c': system,
      '/w/configs/arm64/board-demo.c': cell,
      '/w/configs/arm64/board-variant.c': '#define VARIANT 1\n#include "board-demo.c"\n',
      '/w/configs/arm64/built.cell': 'JHCLL\u0002\u000e\u0000',
      '/w/configs/arm64/board-demo.cell': 'JHCLL\u0002\u000e\u0000',
      '/w/driver/main.c': 'struct jailhouse_system config_header;\nint main(void) { return 0; }\n',
      // A program that reads configs, with objects of its own.
      '/w/driver/load.c':
        'int load(void)\n{\n\tstruct jailhouse_system header;\n\treturn 0;\n}\n\nstatic const struct operations loading = {\n\t.load = load,\n};\n',
      '/w/node_modules/x/y.c': cell,
      '/w/include/notes.h': cell,
    });
    expect(new Workspace(files).configsIn('/w')).toEqual([
      '/w/configs/arm64/board-demo.c',
      '/w/configs/arm64/board-variant.c',
      '/w/configs/arm64/board.c',
      '/w/configs/arm64/built.cell',
    ]);
  });

  it('puts cells to their root by name, and says so', () => {
    const workspace = new Workspace(
      new MemoryFiles({ '/w/board.c': system, '/w/board-a.c': cell, '/w/board-b.c': cell, '/w/else.c': cell }),
    );
    expect(workspace.check('/w/board-a.c').system).toEqual({
      name: 'board',
      rootCell: '/w/board.c',
      cells: ['/w/board-a.c', '/w/board-b.c'],
      from: 'naming',
      explicitSet: false,
    });
    expect(workspace.check('/w/else.c').system).toBeUndefined();
  });

  it('lets jailhouse.json name headers, systems and cells', () => {
    const project = { revision: 13, systems: { mine: { rootCell: 'c/one.c', cells: [{ config: 'c/two.c' }] } } };
    const files = new MemoryFiles({ '/w/jailhouse.json': JSON.stringify(project), '/w/c/one.c': system, '/w/c/two.c': cell });
    const workspace = new Workspace(files);
    const report = workspace.check('/w/c/two.c');
    expect(report.system).toMatchObject({ name: 'mine', rootCell: '/w/c/one.c', from: 'jailhouse.json', explicitSet: true });
    expect(report.header?.revision).toBe(13);
    expect(workspace.configsIn('/w/jailhouse.json')).toEqual(['/w/c/one.c', '/w/c/two.c']);
  });

  it('reads a config that consists of an include alone', () => {
    const files = new MemoryFiles({ '/w/one.c': system, '/w/other.c': '#include "one.c"\n' });
    const workspace = new Workspace(files);
    const report = workspace.check('/w/other.c');
    expect(report.findings.filter(({ rule }) => rule === 'c-no-config')).toEqual([]);
    expect(report.config?.bytes).toEqual(workspace.check('/w/one.c').config?.bytes);
    expect(workspace.check('/w/one.c').config).toBeDefined();
  });

  it('lets a jailhouse.json that was adopted speak for configs outside of its folder', () => {
    const project = { systems: { far: { rootCell: '../there/one.c', cells: ['../there/two.c'] } } };
    const files = new MemoryFiles({ '/w/p/jailhouse.json': JSON.stringify(project), '/w/there/one.c': system, '/w/there/two.c': cell });
    const workspace = new Workspace(files);
    expect(workspace.check('/w/there/two.c').system?.name).not.toBe('far');
    workspace.adopt('/w/p/jailhouse.json');
    expect(workspace.check('/w/there/two.c').system).toMatchObject({ name: 'far', rootCell: '/w/there/one.c', explicitSet: true });
  });

  it('says what is wrong in jailhouse.json and goes on with the rest', () => {
    const files = new MemoryFiles({
      '/w/jailhouse.json': '{ "revision": 9, "systems": { "x": { "cells": [] }, "y": { "rootCell": "y.c" } } }',
      '/w/y.c': system,
    });
    const workspace = new Workspace(files);
    const messages = workspace.check('/w/jailhouse.json').findings.map((finding) => finding.message);
    expect(messages).toEqual([
      '"revision" must be one of 10, 11, 12, 13, 14.',
      'The system "x" names no "rootCell", the path of its system config.',
    ]);
    expect(workspace.check('/w/y.c').system?.name).toBe('y');
  });

  it('reads a broken jailhouse.json as none', () => {
    const files = new MemoryFiles({ '/w/jailhouse.json': '{ "systems": ', '/w/board.c': system, '/w/board-a.c': cell });
    const workspace = new Workspace(files);
    expect(workspace.check('/w/jailhouse.json').findings).toHaveLength(1);
    expect(workspace.check('/w/board-a.c').system?.from).toBe('naming');
  });
});
