import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MapPage } from './map-page.mjs';
import { Session } from './session.mjs';
import { until } from './workbench.mjs';

const ecam = 'hypervisor:ecam';

describe('the memory map of examples/rpi4-story/1-window-over-ram by the keyboard alone', () => {
  /** @type {Session} */
  let session;
  /** @type {MapPage} */
  let map;
  /** @type {import('playwright-core').Keyboard} */
  let keyboard;
  let line = 0;
  /** Height of the block when all of the map fits the view, and as it was zoomed. */
  let fitted = 0;
  let zoomed = 0;
  beforeAll(async () => {
    session = await Session.open({ name: 'memory-map-keyboard', example: 'examples/rpi4-story', within: '1-window-over-ram' });
    const text = readFileSync(join(session.workspace, 'configs/rpi4.c'), 'utf8').split('\n');
    line = text.findIndex((candidate) => candidate.includes('.pci_mmconfig_base')) + 1;
    map = new MapPage(session.workbench);
    keyboard = session.workbench.page.keyboard;
  });
  afterEach((context) => session.workbench.pictureOfFailure(context));
  afterAll(() => session?.close());

  const position = () => session.workbench.page.locator('#status\\.editor\\.selection');
  const isSelected = async () => (await map.block(ecam).getAttribute('aria-pressed')) === 'true';

  it('is opened from the command palette, and has the focus', async () => {
    const { workbench } = session;
    await workbench.openFile('rpi4.c');
    await workbench.goToLine(1);
    await workbench.command('Jailhouse: Show Memory Map');
    await map.block(ecam).waitFor();
    await until('the page of the map to have the keyboard', () => map.hasKeyboard());
  });

  it('tries the sizes of RAM: the collision is there at 4 and 8 GB, not at 1 and 2 GB', async () => {
    for (const [ram, collides] of /** @type {const} */ ([
      ['1 GB', false],
      ['2 GB', false],
      ['4 GB', true],
      ['8 GB', true],
    ])) {
      await map.tabTo(`the button ${ram}`, map.button(ram));
      await keyboard.press('Enter');
      await map.frame.locator('button[aria-pressed="true"]', { hasText: ram }).waitFor();
      await until(`the collision at ${ram} to be ${collides ? 'there' : 'gone'}`, async () => (await map.hatches()) > 0 === collides);
      expect(await map.hasFocus(map.button(ram)), `the focus after ${ram}`).toBe(true);
    }
  });

  it('goes from block to block by arrow keys; Enter puts the caret on .pci_mmconfig_base', async () => {
    await map.tabTo('a block', map.frame.locator('[data-block]:focus'));
    await map.arrowTo(ecam);
    fitted = (await map.box(ecam)).height;
    await keyboard.press('Enter');
    await until('the block to be selected', isSelected);
    expect(await map.hasFocus(map.block(ecam)), 'the focus after Enter').toBe(true);
  });

  it('zooms by key', async () => {
    await keyboard.press('z');
    await until('the block to be large', async () => (await map.box(ecam)).height > fitted * 3);
    zoomed = await map.heightAtRest(ecam);
    await session.workbench.screenshot('zoomed');
  });

  it('moves the block with the number, and back with undo, at the same zoom and with the same selection', async () => {
    const { workbench } = session;
    const label = async () => (await map.block(ecam).textContent()) ?? '';
    await keyboard.press('Control+1');
    await workbench.page.locator('.editor-instance .monaco-editor.focused').waitFor();
    // Where Enter left the caret: nobody has to look for the line.
    await position()
      .filter({ hasText: `Ln ${line}, Col` })
      .waitFor();
    await workbench.replaceLine(line, '.pci_mmconfig_base = 0xff900000,');
    await until('the block to move', async () => (await label()).includes('0xff900000'));
    expect(await isSelected(), 'selected after the edit').toBe(true);
    await map.staysZoomed(ecam, fitted);
    await until('the number to be as it was', async () => {
      const typed = workbench.page.locator('.editor-instance .view-line', { hasText: /\.pci_mmconfig_base\s=\s0xe0000000,/ });
      if ((await typed.count()) > 0) return true;
      await keyboard.press('Control+Z');
      return false;
    });
    await until('the block to come back', async () => (await label()).includes('0xe0000000'));
    expect(await isSelected(), 'selected after undo').toBe(true);
    await until('the zoom to be that of before', async () => Math.abs((await map.box(ecam)).height - zoomed) <= 1);
  });

  it('comes back to the map where the focus was', async () => {
    await keyboard.press('Control+2');
    await until('the block to have the focus again', () => map.hasFocus(map.block(ecam)));
  });

  it('runs the quick fix from the list of collisions by keys, then has none; focus, zoom and selection are still there', async () => {
    const lists = map.frame.getByRole('region', { name: 'Lists' });
    const row = lists.locator('[data-collision]').first();
    await map.tabTo('the list of collisions', row);
    await keyboard.press('Enter');
    await lists.locator('[data-collision][aria-pressed="true"]').waitFor();
    const fix = lists.getByRole('button', { name: /^Reserve it in the board's device tree/ });
    await map.tabTo('the quick fix', fix);
    await keyboard.press('Enter');
    await map.frame.getByText('No collisions.').waitFor();
    await fix.waitFor({ state: 'detached' });
    // Of the collision that is gone, the block that it was about.
    await until('the block to be selected', isSelected);
    await map.staysZoomed(ecam, fitted);
    expect(await map.hasKeyboard(), 'the keyboard after the fix').toBe(true);
    expect(await map.focused(), 'the focus after the fix').not.toBe('');
    await session.workbench.screenshot('mended');
  });
});
