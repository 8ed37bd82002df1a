import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MapPage } from './map-page.mjs';
import { Session } from './session.mjs';
import { until } from './workbench.mjs';

describe('the memory map of examples/rpi4-story/1-window-over-ram', () => {
  /** @type {Session} */
  let session;
  /** @type {MapPage} */
  let page;
  /** The page inside of VS Code's own frames. @type {import('playwright-core').FrameLocator} */
  let map;
  let line = 0;
  /** Height of the block when all of the map fits the view, and as it was zoomed. */
  let fitted = 0;
  let zoomed = 0;
  beforeAll(async () => {
    session = await Session.open({ name: 'memory-map', example: 'examples/rpi4-story', within: '1-window-over-ram' });
    const text = readFileSync(join(session.workspace, 'configs/rpi4.c'), 'utf8').split('\n');
    line = text.findIndex((candidate) => candidate.includes('.pci_mmconfig_base')) + 1;
    await session.workbench.openFile('rpi4.c');
    await session.workbench.goToLine(1);
    await session.workbench.command('Jailhouse: Show Memory Map');
    page = new MapPage(session.workbench);
    map = page.frame;
    await block('hypervisor:ecam').waitFor();
  });
  afterEach((context) => session.workbench.pictureOfFailure(context));
  afterAll(() => session?.close());

  /** @param {string} id */
  const block = (id) => page.block(id);
  const hatches = () => page.hatches();
  /** @param {string} name */
  const press = (name) => map.getByRole('button', { name, exact: true }).click();

  it('shows the collision at 4 and 8 GB, and none at 1 and 2 GB', async () => {
    await until('the collision to be hatched', async () => (await hatches()) > 0);
    for (const [ram, collides] of /** @type {const} */ ([
      ['1 GB', false],
      ['4 GB', true],
      ['2 GB', false],
      ['8 GB', true],
    ])) {
      await press(ram);
      await map.locator('.segments button[aria-pressed="true"]', { hasText: ram }).waitFor();
      await until(`the collision at ${ram} to be ${collides ? 'there' : 'gone'}`, async () => (await hatches()) > 0 === collides);
    }
    await session.workbench.screenshot('collision-at-8-gb');
  });

  it('comes back after a reload of the window, with what was chosen', async () => {
    const { page } = session.workbench;
    const gone = page.waitForEvent('load');
    // The window's own reload: it keeps its editors' state first.
    await session.workbench.command('Developer: Reload Window');
    await gone;
    await page.locator('.monaco-workbench').waitFor();
    await block('hypervisor:ecam').waitFor();
    await map.locator('.segments button[aria-pressed="true"]', { hasText: '8 GB' }).waitFor();
  });

  it('puts the caret on .pci_mmconfig_base when the window is clicked', async () => {
    await block('hypervisor:ecam').click();
    await session.workbench.command('View: Focus First Editor Group');
    await session.workbench.page.locator('#status\\.editor\\.selection', { hasText: `Ln ${line}, Col` }).waitFor();
  });

  it('moves the block with the number, and back with undo, at the same zoom and with the same selection', async () => {
    const { workbench } = session;
    const label = async () => (await block('hypervisor:ecam').textContent()) ?? '';
    fitted = (await page.box('hypervisor:ecam')).height;
    // Each click zooms on from where the movement of the one before has come to.
    await until('the block to be large', async () => {
      await map.getByRole('button', { name: 'Zoom in' }).click();
      return (await page.box('hypervisor:ecam')).height > fitted * 3;
    });
    zoomed = await page.heightAtRest('hypervisor:ecam');
    await workbench.openFile('rpi4.c');
    await workbench.replaceLine(line, '.pci_mmconfig_base = 0xff900000,');
    await until('the block to move', async () => (await label()).includes('0xff900000'));
    // The root cell's RAM still leaves the old place out: that is another finding.
    await map.locator('[data-block="hypervisor:ecam"]:not(.colliding)').waitFor();
    expect(await block('hypervisor:ecam').getAttribute('aria-pressed')).toBe('true');
    await page.staysZoomed('hypervisor:ecam', fitted);
    await workbench.screenshot('moved');
    // What was typed at once can be several steps to undo.
    await until('the number to be as it was', async () => {
      const typed = workbench.page.locator('.editor-instance .view-line', { hasText: /\.pci_mmconfig_base\s=\s0xe0000000,/ });
      if ((await typed.count()) > 0) return true;
      await workbench.page.keyboard.press('Control+Z');
      return false;
    });
    await until('the block to come back', async () => (await label()).includes('0xe0000000'));
    await map.locator('[data-block="hypervisor:ecam"].colliding').waitFor();
    await until('the collision to be hatched again', async () => (await hatches()) > 0);
    expect(await block('hypervisor:ecam').getAttribute('aria-pressed')).toBe('true');
    await until('the zoom to be that of before', async () => Math.abs((await page.box('hypervisor:ecam')).height - zoomed) <= 1);
  });

  it('lights up the block that the caret stands in', async () => {
    await session.workbench.goToLine(line);
    await session.workbench.page.keyboard.press('End');
    await session.workbench.page.keyboard.press('ArrowLeft');
    await map.locator('[data-block="hypervisor:ecam"].lit').waitFor();
  });

  it('runs the quick fix from the list of collisions, and then has none', async () => {
    await map.locator('[data-collision]').first().click();
    await map
      .locator('.lower')
      .getByRole('button', { name: /^Reserve it in the board's device tree/ })
      .click();
    await map.getByText('No collisions.').waitFor();
    await map.locator('[data-block^="board:reserved"]', { hasText: '0xe0000000' }).waitFor();
    await page.staysZoomed('hypervisor:ecam', fitted);
    // Of the collision that is gone, the block that it was about.
    await map.locator('[data-block="hypervisor:ecam"][aria-pressed="true"]').waitFor();
    await session.workbench.screenshot('mended');
  });

  it('asks nothing outside of the machine', () => {
    expect(session.workbench.outside).toEqual([]);
  });
});
