import { poll, type TargetLook } from '@jailhouse-cells/deploy/observe/poll.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ObservedBoard } from './observed-board.ts';

let board: ObservedBoard;
beforeAll(async () => {
  board = await ObservedBoard.start();
});
afterAll(() => board.stop());

async function look(before?: TargetLook): Promise<TargetLook> {
  const looked = await poll(board.connection, before);
  if (looked.kind !== 'look') throw new Error(looked.message);
  return looked.look;
}

it('sees cells come, run and go, in one round trip each', async () => {
  const disabled = await look();
  expect(disabled).toMatchObject({ module: 'loaded', enabled: false, cells: [] });
  expect(disabled.bootId).toMatch(/^[0-9a-f-]{36}$/);
  expect(disabled.uptime).toBeGreaterThan(0);

  await board.jailhouse('enable rpi4.cell', 'cell create demo.cell');
  const trips = board.connection.roundTrips;
  const created = await look(disabled);
  expect(board.connection.roundTrips).toBe(trips + 1);
  expect(created.enabled).toBe(true);
  expect(created.cells).toMatchObject([
    { id: 0, name: 'rpi4', state: 'running', cpus: [0, 2, 3], failedCpus: [] },
    { id: 1, state: 'shut down', cpus: [1], failedCpus: [] },
  ]);
  expect(created.cells.map(({ exits, exitsPerSecond }) => [typeof exits, exitsPerSecond])).toEqual([
    ['number', undefined],
    ['number', undefined],
  ]);

  await board.jailhouse('cell destroy 1', 'disable');
  expect(await look(created)).toMatchObject({ enabled: false, cells: [] });
});

it('counts exits per second by the clock of the target', async () => {
  await board.jailhouse('enable rpi4.cell');
  const first = await look();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const second = await look(first);
  const seconds = (second.uptime ?? 0) - (first.uptime ?? 0);
  const more = (second.cells[0]?.exits ?? 0) - (first.cells[0]?.exits ?? 0);
  expect(seconds).toBeGreaterThan(0);
  expect(second.cells[0]?.exitsPerSecond).toBeCloseTo(more / seconds, 6);
  // Another boot, or a cell that was made anew: the counter began again.
  expect((await look({ ...first, bootId: 'another' })).cells[0]?.exitsPerSecond).toBeUndefined();
  expect((await look({ ...first, cells: first.cells.map((cell) => ({ ...cell, inode: '1' })) })).cells[0]?.exitsPerSecond).toBeUndefined();
  await board.jailhouse('disable');
});

it('sees a failed cell', async () => {
  const { rootFiles } = board.served.target;
  rootFiles.write('/home/pi/crash.bin', new Uint8Array(16));
  rootFiles.write(
    '/home/pi/crash.bin.profile.json',
    new TextEncoder().encode(JSON.stringify({ touches: [{ address: '0x70000000', width: 4, access: 'read' }] })),
  );
  await board.jailhouse('enable rpi4.cell', 'cell create demo.cell', 'cell load 1 crash.bin', 'cell start 1');
  expect((await look()).cells[1]).toMatchObject({ state: 'failed', failedCpus: [1] });
  await board.jailhouse('disable');
});

it('says why a target does not answer', async () => {
  const stop = new AbortController();
  stop.abort();
  expect(await poll(board.connection, undefined, stop.signal)).toMatchObject({ kind: 'none', reason: 'cancelled' });
});
