import type { LookedAtCell, TargetLook } from '@jailhouse-cells/deploy/observe/poll.ts';
import { describe, expect, it } from 'vitest';
import { cellWords, stateText, targetWords } from '../../../client/targets/target-words.ts';

const cell = (id: number, state: string, more: Partial<LookedAtCell> = {}): LookedAtCell => ({
  id,
  name: `cell-${id}`,
  state,
  cpus: [id],
  failedCpus: [],
  inode: '1',
  exits: 5,
  exitsPerSecond: undefined,
  ...more,
});
const health = (cells: readonly LookedAtCell[], more: Partial<TargetLook> = {}) =>
  ({ kind: 'look', look: { bootId: 'b', module: 'loaded', enabled: cells.length > 0, cells, uptime: 1, ...more } }) as const;
const root = cell(0, 'running', { cpus: [0, 2, 3] });
const silent = (reason: 'unreachable' | 'authentication') => ({ kind: 'silent', reason, message: 'why' }) as const;

describe('a target in words', () => {
  it.each([
    [{ kind: 'unknown' } as const, undefined],
    [silent('unreachable'), 'not reachable'],
    [silent('authentication'), 'login needed'],
    [health([], { module: 'not loaded' }), 'driver not loaded'],
    [health([]), 'hypervisor off'],
    [health([root]), 'no cells'],
    [health([root, cell(1, 'running')]), '1 cell runs'],
    [health([root, cell(1, 'running'), cell(2, 'running/locked')]), '2 cells run'],
    [health([root, cell(1, 'shut down')]), '1 cell shut down'],
    [health([root, cell(1, 'failed'), cell(2, 'running')]), '1 cell failed, 1 cell runs'],
    // A parked CPU of Linux: the root cell itself still says that it runs.
    [health([{ ...root, failedCpus: [2] }, cell(1, 'running')]), 'CPU 2 of Linux parked: reset needed'],
  ])('%#: %o', (state, text) => {
    expect(stateText(state)).toBe(text);
  });

  it('says that it is simulated, and only offers to remove what is in the own list', () => {
    const target = { name: 'b', host: 'h', sudo: true };
    expect(targetWords(target, health([root]), true).context).toBe('target enabled own');
    expect(targetWords(target, health([root]), false).context).toBe('target enabled');
    const simulated = targetWords({ ...target, simulated: true }, health([]), true);
    expect(simulated.context).toBe('target disabled simulated');
    expect(simulated.tooltip[0]).toContain('no hardware');
  });

  it('says the state of a cell by a word and an icon', () => {
    expect(cellWords(root)).toMatchObject({ description: 'running · CPUs 0,2-3', icon: 'play-circle', context: 'target-root' });
    expect(cellWords(cell(1, 'failed', { failedCpus: [1] }))).toMatchObject({
      description: 'failed · CPU 1 · CPU 1 failed',
      icon: 'error',
      context: 'target-cell failed',
    });
    expect(cellWords(cell(2, 'running', { exitsPerSecond: 1234.5 })).description).toBe('running · CPU 2 · 1230 exits/s');
    expect(cellWords(cell(2, 'invalid')).icon).toBe('question');
  });
});
