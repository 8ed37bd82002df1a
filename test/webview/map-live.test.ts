import { afterAll, beforeAll, expect, it } from 'vitest';
import { PageSession } from './page-session.ts';
import { exampleMaps } from './story-map.ts';
import { themes } from './themes.ts';

const map = exampleMaps('examples/rpi4/configs/rpi4.c')({});

let session: PageSession;
beforeAll(async () => {
  session = await PageSession.open();
});
afterAll(() => session?.close());

const head = (title: string) => session.page.locator('.lane-head', { hasText: title });

it.each(themes)('the heads of the lanes say how the cells are on a target ($name)', async (theme) => {
  await session.loadFresh(theme);
  await session.send({ type: 'map', map, whatIf: {} });
  await head('rpi4-linux-demo').waitFor();
  expect(await session.page.locator('.live').count()).toBe(0);
  const lane = (title: string) => map.lanes.find((candidate) => candidate.title === title)?.id ?? '';
  await session.send({
    type: 'live',
    target: 'board (simulated)',
    cells: [
      { lane: lane('rpi4'), state: 'running', failed: false },
      { lane: lane('rpi4-linux-demo'), state: 'shut down', failed: false },
      { lane: lane('rpi4-inmate-demo'), state: 'failed', failed: true },
    ],
  });
  await head('rpi4-inmate-demo').locator('.live', { hasText: '✖ failed' }).waitFor();
  expect(await head('rpi4-linux-demo').locator('.live').textContent()).toBe('■ shut down');
  expect(await session.page.locator('.live-runs').textContent()).toBe('▶ running');
  expect(await session.page.locator('.live-runs').getAttribute('title')).toBe('running on board (simulated)');
  await session.page
    .getByText('On board (simulated): rpi4 running, rpi4-linux-demo shut down, rpi4-inmate-demo failed')
    .waitFor({ state: 'attached' });
  expect(await session.violations()).toEqual([]);
  await session.screenshot(`${theme.name}-live`);
  // The whole head is to be seen: nothing of it is cut.
  const cut = await session.page
    .locator('.lane-head')
    .evaluateAll((heads) => heads.filter((one) => one.scrollHeight > one.clientHeight + 1).length);
  expect(cut).toBe(0);
  await session.send({ type: 'live', target: '', cells: [] });
  await session.page.locator('.live').first().waitFor({ state: 'detached' });
});
