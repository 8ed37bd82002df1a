import { type ConsoleEvent, ConsoleTail } from '@jailhouse-cells/deploy/observe/console-tail.ts';
import { followConsole } from '@jailhouse-cells/deploy/observe/follow-console.ts';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ObservedBoard } from './observed-board.ts';

let board: ObservedBoard;
beforeAll(async () => {
  board = await ObservedBoard.start();
});
afterAll(() => board.stop());
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Follows until the test is over, or `stop`. */
function follow(connection = board.connection, tail = new ConsoleTail()) {
  const events: ConsoleEvent[] = [];
  const stop = new AbortController();
  const end = followConsole(connection, { onEvent: (event) => events.push(event), signal: stop.signal, tail, every: 20 });
  const finish = () => {
    stop.abort();
    return end;
  };
  stops.push(finish);
  const shown = () => events.map((event) => (event.kind === 'text' ? event.text : `<${event.kind}>`)).join('');
  return { shown, end, finish };
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Loops of ours that still run on the board. */
async function loops(): Promise<number> {
  const answer = await board.connection.run({ title: 'ps', script: 'ps -ef | grep -c "[r]ead -r LOOK"', limit: 60_000 });
  return answer.kind === 'answer' ? Number(answer.stdout) : Number.NaN;
}

it('streams what is new, through disable and enable, and leaves nothing behind', async () => {
  const { shown, finish } = follow();
  await until(() => shown() === '<disabled>');
  await board.jailhouse('enable rpi4.cell');
  await until(() => shown().includes('Activating hypervisor'));
  await board.jailhouse('cell create demo.cell');
  await until(() => shown().includes('Created cell'));
  expect(shown().match(/Activating hypervisor/g)).toHaveLength(1);
  expect(await loops()).toBeGreaterThan(0);
  await board.jailhouse('disable');
  await until(() => shown().endsWith('<disabled>'));
  await board.jailhouse('enable rpi4.cell');
  await until(() => (shown().match(/Activating hypervisor/g) ?? []).length === 2);
  expect(shown()).toMatch(/<disabled><enabled>[\s\S]*Initializing Jailhouse/);
  expect(await finish()).toMatchObject({ kind: 'none', reason: 'cancelled' });
  for (let left = await loops(); left > 0; left = await loops()) await new Promise((resolve) => setTimeout(resolve, 20));
  await board.jailhouse('disable');
});

it('goes on where it was after the connection was lost', async () => {
  await board.jailhouse('enable rpi4.cell');
  const connection = board.connect();
  const tail = new ConsoleTail();
  const first = follow(connection, tail);
  await until(() => first.shown().includes('Activating hypervisor'));
  await connection.close();
  expect(await first.end).toMatchObject({ kind: 'none' });
  await board.jailhouse('cell create demo.cell');
  const second = follow(board.connection, tail);
  await until(() => second.shown().includes('Created cell'));
  expect(second.shown()).not.toContain('Activating hypervisor');
  await board.jailhouse('disable');
});
