import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkFolder } from '../rules/board-scenario.ts';

const examples = join(import.meta.dirname, '../../examples');

/** Everything that is said of a folder, with `ram` stated in its jailhouse.json. */
function said(folder: string, ram?: string): readonly string[] {
  const project = join(folder, 'jailhouse.json');
  const text = readFileSync(project, 'utf8');
  const stated = text.replace('"model":', `"ram": "${ram}", "model":`);
  const { findings, readable } = checkFolder(folder, new Map(ram === undefined ? [] : [[project, stated]]));
  expect(readable, 'all configs can be read').toBe(true);
  return findings.map(({ rule, severity, message }) => `${severity} ${rule}: ${message}`);
}

describe('examples/rpi4, with its board and its guest', () => {
  const folder = join(examples, 'rpi4');

  test('is clean for every RAM size at once', () => {
    expect(said(folder)).toEqual([]);
  });

  test.each(['1GiB', '2GiB', '4GiB', '8GiB'])('is clean with %s', (ram) => {
    expect(said(folder, ram)).toEqual([]);
  });

  test('is read with its trees and boot files', () => {
    const { workspace } = checkFolder(folder);
    const root = join(folder, 'configs/rpi4.c');
    const board = workspace.board(root);
    expect(board?.damaged).toBe(false);
    expect(board?.board).toMatchObject({ kind: 'raspberry-pi-4', gic: { version: 2, maintenanceIrq: 25 } });
    expect(board?.board.variants.map(({ name }) => name)).toEqual(['1 GB', '2 GB', '4 GB', '8 GB']);
    expect(board?.board.reserved?.map(({ start, size, noMap }) => [start, size, noMap])).toEqual([[0x10000000n, 0x10000000n, true]]);
    expect(board?.board.firmware?.settings.get('armstub')?.value).toBe('bl31.bin');
    expect(board?.board.commandLine?.parameters.some(({ name }) => name === 'clk_ignore_unused')).toBe(true);
    expect(workspace.guest(join(folder, 'configs/rpi4-linux-demo.c'))?.tree).toBeDefined();
  });
});

describe('examples/qemu-arm64, with its machine and its guest', () => {
  const folder = join(examples, 'qemu-arm64');

  test('is clean', () => {
    expect(said(folder)).toEqual([]);
  });

  test('is read with 16 CPUs, and 768 MiB for Linux', () => {
    const { workspace } = checkFolder(folder);
    const board = workspace.board(join(folder, 'configs/qemu-arm64.c'))?.board;
    expect(board?.cpus?.length).toBe(16);
    expect(board?.variants.map(({ linux }) => linux.map(({ start, size }) => [start, size]))).toEqual([[[0x40000000n, 0x30000000n]]]);
    expect(workspace.guest(join(folder, 'configs/qemu-arm64-linux-demo.c'))?.tree).toBeDefined();
  });
});
