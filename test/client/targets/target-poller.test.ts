import type { Looked, TargetLook } from '@jailhouse-cells/deploy/observe/poll.ts';
import type { NoAnswerReason } from '@jailhouse-cells/deploy/ssh/connection.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TargetPoller } from '../../../client/targets/target-poller.ts';

const board = { name: 'board', host: 'board', sudo: true };
const look: TargetLook = { bootId: 'b', module: 'loaded', enabled: false, cells: [], uptime: 1 };
const found: Looked = { kind: 'look', look };
const silent = (reason: NoAnswerReason): Looked => ({ kind: 'none', reason, message: reason, stdout: '', stderr: '', milliseconds: 1 });

/** A poller, what it was told, and when it looked, in milliseconds from the start. */
function poller(answer: () => Looked | Promise<Looked>) {
  const began = Date.now();
  const looks: { at: number; asked: boolean; before: TargetLook | undefined }[] = [];
  const changes = vi.fn();
  const made = new TargetPoller({
    look: async (_target, before, asked) => {
      looks.push({ at: Date.now() - began, asked, before });
      return answer();
    },
    onChange: changes,
  });
  pollers.push(made);
  return { made, looks, changes, times: () => looks.map(({ at }) => at) };
}

const pollers: TargetPoller[] = [];
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  for (const made of pollers.splice(0)) made.dispose();
  vi.useRealTimers();
});

describe('looks at targets', () => {
  it('come every two seconds while somebody watches, and none comes while nobody does', async () => {
    const { made, times, looks } = poller(() => found);
    made.setTargets([board]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(times()).toEqual([]);
    made.setActive(true);
    await vi.advanceTimersByTimeAsync(4100);
    expect(times()).toEqual([10_000, 12_000, 14_000]);
    expect(looks.map(({ before }) => before)).toEqual([undefined, look, look]);
    made.setActive(false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times()).toHaveLength(3);
    expect(made.health('board')).toEqual(found);
  });

  it('come less and less often where nothing answers, and at once when something was done', async () => {
    let answer = silent('unreachable');
    const { made, times } = poller(() => answer);
    made.setTargets([board]);
    made.setActive(true);
    await vi.advanceTimersByTimeAsync(200_000);
    expect(times()).toEqual([0, 4000, 12_000, 28_000, 60_000, 120_000, 180_000]);
    expect(made.health('board')).toMatchObject({ kind: 'silent', reason: 'unreachable' });
    answer = found;
    await made.now('board');
    await vi.advanceTimersByTimeAsync(2000);
    expect(times().slice(7)).toEqual([200_000, 202_000]);
  });

  it.each(['authentication', 'host-key-changed', 'host-key-unknown'] as const)('stop at %s until the user asks', async (reason) => {
    const { made, looks } = poller(() => silent(reason));
    made.setTargets([board]);
    made.setActive(true);
    await vi.advanceTimersByTimeAsync(600_000);
    made.setActive(false);
    made.setActive(true);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(looks).toHaveLength(1);
    await made.now('board', true);
    expect(looks[1]).toMatchObject({ asked: true });
  });

  it('never overlap, and one that is asked for meanwhile comes afterwards', async () => {
    let inside = 0;
    const { made, times } = poller(async () => {
      expect(++inside).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 5000));
      inside--;
      return found;
    });
    made.setTargets([board]);
    made.setActive(true);
    await vi.advanceTimersByTimeAsync(100);
    void made.now('board');
    void made.now('board');
    await vi.advanceTimersByTimeAsync(5000);
    expect(times()).toEqual([0, 5000]);
  });

  it('begin anew for a target that is reached in another way, and end for one that is gone', async () => {
    const { made, looks } = poller(() => found);
    made.setTargets([board]);
    made.setActive(true);
    await vi.advanceTimersByTimeAsync(0);
    made.setTargets([{ ...board, host: 'other' }]);
    expect(made.health('board')).toEqual({ kind: 'unknown' });
    await vi.advanceTimersByTimeAsync(0);
    expect(looks[1]?.before).toBeUndefined();
    made.setTargets([]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(looks).toHaveLength(2);
  });
});
