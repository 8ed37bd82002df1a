import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { FileChangeType } from 'vscode-languageserver';
import { type ClientOptions, LspClient, pushing, uriOf } from './lsp-client.ts';
import { MemoryFileSystem } from './memory-file-system.ts';
import { linux, linuxText, replaced, root, rootText, rpi4Files, soloCell, strayCpuRule, strayCpuText } from './rpi4-configs.ts';

let client: LspClient;
let fs: MemoryFileSystem;

async function start(files: Record<string, string>, options: ClientOptions = {}): Promise<void> {
  fs = new MemoryFileSystem(files);
  client = await LspClient.start(new Workspace(fs), fs, options);
}

afterEach(async () => {
  expect(client.logged).toEqual([]);
  await client.stop();
});

function codes(path: string): unknown[] {
  return (client.last(path)?.diagnostics ?? []).map(({ code }) => code);
}

describe('settings', () => {
  const off = { rules: { [strayCpuRule]: 'off' } };
  const asking = {
    ...pushing,
    workspace: { ...pushing.workspace, configuration: true, didChangeConfiguration: { dynamicRegistration: true } },
  };

  it('are asked of the client before the first check, and again when they change', async () => {
    const settings: { section: unknown } = { section: off };
    await start({ ...rpi4Files(), [linux]: strayCpuText }, { folders: ['/work'], capabilities: asking, settings });
    await client.quiet();
    expect(client.registered).toContain('workspace/didChangeConfiguration');
    expect(client.published.flatMap(({ diagnostics }) => diagnostics.map(({ code }) => code))).not.toContain(strayCpuRule);
    settings.section = { rules: { [strayCpuRule]: 'warning' } };
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await client.until(() => codes(linux).includes(strayCpuRule));
    expect(client.last(linux)?.diagnostics.find(({ code }) => code === strayCpuRule)?.severity).toBe(2);
  });

  it('come with initializationOptions from a client that cannot be asked', async () => {
    await start({ ...rpi4Files(), [linux]: strayCpuText }, { folders: ['/work'], initializationOptions: { jailhouseCells: off } });
    await client.quiet();
    expect(codes(linux)).not.toContain(strayCpuRule);
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: { jailhouseCells: {} } });
    await client.until(() => codes(linux).includes(strayCpuRule));
  });

  it('that are not understood are named once and take no others down', async () => {
    const initializationOptions = { revision: 99, ...off };
    await start({ ...rpi4Files(), [linux]: strayCpuText }, { folders: ['/work'], initializationOptions });
    await client.until(() => client.shown.length > 0);
    await client.quiet();
    expect(client.shown).toHaveLength(1);
    expect(client.shown[0]).toContain('jailhouseCells.revision');
    expect(codes(linux)).not.toContain(strayCpuRule);
  });
});

describe('changes on disk', () => {
  const watching = { ...pushing, workspace: { ...pushing.workspace, didChangeWatchedFiles: { dynamicRegistration: true } } };

  it('are watched for sources, headers, binaries, project files and folders', async () => {
    await start({}, { capabilities: watching });
    await client.quiet();
    expect(client.registered).toContain('workspace/didChangeWatchedFiles');
    expect(client.watchers.map(({ globPattern }) => globPattern)).toEqual([
      '**/*.{c,h,cell,dts,dtsi,dtso,overlay,dtb,dtbo,txt}',
      '**/jailhouse.json',
      '**/*',
    ]);
  });

  it('of a header reach the configs that include it', async () => {
    const header = '/work/configs/cpus.h';
    const withHeader = replaced(linuxText, '#include <jailhouse/cell-config.h>', '#include <jailhouse/cell-config.h>\n#include "cpus.h"');
    const text = replaced(withHeader, '{ 0b1100 }', '{ LINUX_CPUS }');
    await start({ ...rpi4Files(), [linux]: text, [header]: '#define LINUX_CPUS 0b1100\n' }, { folders: ['/work'] });
    await client.quiet();
    expect(codes(linux)).not.toContain(strayCpuRule);
    fs.files.set(header, '#define LINUX_CPUS 0b11000\n');
    await client.changedOnDisk(header, FileChangeType.Changed);
    await client.until(() => codes(linux).includes(strayCpuRule));
    fs.files.delete(header);
    await client.changedOnDisk(header, FileChangeType.Deleted);
    await client.until(() => codes(linux).includes('c-include'));
    fs.files.set(header, '#define LINUX_CPUS 0b1100\n');
    await client.changedOnDisk(header, FileChangeType.Created);
    await client.until(() => codes(linux).length === 0);
  });

  it('bring new configs in and take deleted ones out, also with their folder', async () => {
    await start(rpi4Files(), { folders: ['/work'] });
    await client.quiet();
    const added = '/work/configs/rpi4-new.c';
    fs.files.set(added, strayCpuText);
    await client.changedOnDisk(added, FileChangeType.Created);
    await client.until(() => codes(added).includes(strayCpuRule));
    fs.files.delete(added);
    await client.changedOnDisk(added, FileChangeType.Deleted);
    await client.until(() => client.last(added)?.diagnostics.length === 0);

    const moved = '/work/more/rpi4-linux-demo.c';
    fs.files.set('/work/more/rpi4.c', rootText);
    fs.files.set(moved, strayCpuText);
    await client.changedOnDisk('/work/more', FileChangeType.Created);
    await client.until(() => codes(moved).includes(strayCpuRule));
    for (const path of ['/work/more/rpi4.c', moved]) fs.files.delete(path);
    await client.changedOnDisk('/work/more', FileChangeType.Deleted);
    await client.until(() => client.last(moved)?.diagnostics.length === 0);
  });

  it('do not count for a document that is open', async () => {
    await start(rpi4Files(), { folders: ['/work'] });
    await client.open(linux, linuxText);
    await client.quiet();
    fs.files.set(linux, strayCpuText);
    await client.changedOnDisk(linux, FileChangeType.Changed);
    await client.quiet();
    expect(codes(linux)).not.toContain(strayCpuRule);
  });

  it('of a root cell that vanishes end the findings made against it', async () => {
    await start({ ...rpi4Files(), [linux]: strayCpuText }, { folders: ['/work'] });
    await client.until(() => codes(linux).includes(strayCpuRule));
    fs.files.delete(root);
    await client.changedOnDisk(root, FileChangeType.Deleted);
    await client.until(() => !codes(linux).includes(strayCpuRule));
  });
});

describe('a jailhouse.json', () => {
  it('is checked itself, and its text in the editor counts for the configs', async () => {
    const project = '/work/jailhouse.json';
    const json = '{ "systems": { "rpi4": { "rootCell": "configs/rpi4.c", "cells": [{ "config": "elsewhere/demo.c" }] } } }';
    const lonely = '/work/elsewhere/demo.c';
    await start({ ...rpi4Files(), [lonely]: strayCpuText, [project]: '{ nonsense' }, { folders: ['/work'] });
    await client.until(() => codes(project).length > 0);
    await client.quiet();
    expect(codes(lonely)).not.toContain(strayCpuRule);
    await client.open(project, json);
    await client.until(() => codes(project).length === 0 && codes(lonely).includes(strayCpuRule));
  });
});

describe('workspace folders', () => {
  it('can be added and removed', async () => {
    const wrong = replaced(soloCell, '.revision', '.revizion');
    await start({ '/one/a.c': wrong, '/two/b.c': wrong, '/two/deep/c.c': wrong }, { folders: ['/one'] });
    await client.until(() => codes('/one/a.c').length > 0);
    const change = (added: string[], removed: string[]) =>
      client.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
        event: {
          added: added.map((path) => ({ uri: uriOf(path), name: path })),
          removed: removed.map((path) => ({ uri: uriOf(path), name: path })),
        },
      });
    await change(['/two'], []);
    await client.until(() => codes('/two/b.c').length > 0 && codes('/two/deep/c.c').length > 0);
    await client.open('/one/a.c', wrong);
    await change([], ['/one', '/two']);
    await client.until(() => client.last('/two/b.c')?.diagnostics.length === 0 && client.last('/two/deep/c.c')?.diagnostics.length === 0);
    expect(codes('/one/a.c').length).toBeGreaterThan(0);
    await client.close('/one/a.c');
    await client.until(() => client.last('/one/a.c')?.diagnostics.length === 0);
  });
});
