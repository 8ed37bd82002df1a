import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Connection } from '@jailhouse-cells/deploy/ssh/connection.ts';
import { openConnection } from '@jailhouse-cells/deploy/ssh/open-connection.ts';
import { upload } from '@jailhouse-cells/deploy/ssh/upload.ts';
import { type SimulatedBoardServer, startSimulatedBoard } from '@jailhouse-cells/simulator/server/simulated-board.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';

let board: SimulatedBoardServer;
let folder: string;
let connection: Connection;

beforeAll(async () => {
  folder = mkdtempSync('/tmp/jhc-board-');
  board = await startSimulatedBoard({ board: 'rpi4-4gb', folder, bootTime: 50 });
  connection = openConnection(
    { name: 'simulated', host: board.host, sshConfig: board.sshConfig, sudo: true, simulated: true },
    { log: () => {} },
  );
});
afterAll(async () => {
  await connection.close();
  await board.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('runs scripts with their real status on the simulated board', async () => {
  expect(await connection.run({ title: 'look', script: 'hostname; exit 255', limit: 60_000 })).toMatchObject({
    kind: 'answer',
    status: 255,
    stdout: 'jailhouse-simulated\n',
    stderr: '',
  });
});

it('uploads to the simulated board, whatever the name', async () => {
  const bytes = new Uint8Array(2_000_000).map((_, at) => at * 13);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  for (const name of ['cell.bin', "it's $(id) `id` \\ *"]) {
    const file = { remotePath: `.jailhouse-cells/rpi4/${name}`, sha256, size: bytes.length, source: bytes, limit: 60_000 };
    const stored = await upload(connection, file);
    expect(stored).toEqual({ kind: 'stored', milliseconds: expect.any(Number) });
    expect(await upload(connection, { ...file, sha256: sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) })).toMatchObject({
      problem: 'damaged',
    });
  }
  const listed = await connection.run({
    title: 'list',
    script: 'ls -A .jailhouse-cells/rpi4; sha256sum <.jailhouse-cells/rpi4/cell.bin',
    limit: 60_000,
  });
  expect(listed.stdout).toBe(`cell.bin\nit's $(id) \`id\` \\ *\n${sha256}  -\n`);
});
