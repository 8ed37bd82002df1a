import type { MapWhatIf } from '@jailhouse-cells/protocol/map-messages.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mapModel } from '../../webview/model/map-model.ts';
import { followSelection } from '../../webview/model/selection.ts';
import { PageSession } from './page-session.ts';
import { exampleMaps } from './story-map.ts';
import { themes } from './themes.ts';

const story = exampleMaps('examples/rpi4-story/1-window-over-ram/configs/rpi4.c');
const collides = mapModel(story({ variant: '4GiB' }));
const fine = mapModel(story({ variant: '1GiB' }));
const [collision] = collides.collisions;
if (collision === undefined) throw new Error('step 1 of the story collides');

describe('the selection after the map has changed', () => {
  it('is the block that a collision was about, once it is gone', () => {
    const selection = { kind: 'collision', id: collision.id } as const;
    expect(followSelection(collides, fine, selection)).toEqual({ kind: 'block', id: 'hypervisor:ecam' });
    expect(followSelection(collides, collides, selection)).toBe(selection);
  });

  it('is what it was in all other cases', () => {
    const gap = { kind: 'gap', id: 'no such gap' } as const;
    expect(followSelection(collides, fine, gap)).toBe(gap);
    expect(followSelection(undefined, fine, { kind: 'collision', id: collision.id })).toEqual({ kind: 'collision', id: collision.id });
    expect(followSelection(collides, fine, undefined)).toBeUndefined();
  });
});

describe('the focus of the page', () => {
  let session: PageSession;
  beforeAll(async () => {
    session = await PageSession.open();
  });
  afterAll(() => session?.close());

  const show = (whatIf: MapWhatIf) => session.send({ type: 'map', map: story(whatIf), whatIf });
  const focused = () => session.page.evaluate('document.activeElement === document.body ? "" : document.activeElement.textContent');

  beforeEach(async () => {
    const [light] = themes;
    if (light === undefined) throw new Error('no theme');
    await session.loadFresh(light);
    await show({ variant: '4GiB' });
    await session.page.locator('[data-block="hypervisor:ecam"]').waitFor();
  });

  it('comes back to the element that VS Code took it from', async () => {
    await session.page.locator('[data-block="hypervisor:ecam"]').focus();
    // What VS Code does with a webview that the user leaves and comes back to.
    await session.page.evaluate('document.activeElement.blur(); window.dispatchEvent(new Event("blur"))');
    expect(await focused()).toBe('');
    await session.page.evaluate('window.dispatchEvent(new Event("focus"))');
    await session.page.locator('[data-block="hypervisor:ecam"]:focus').waitFor();
  });

  it('stays near a quick fix that vanishes when it is run', async () => {
    await session.page.keyboard.press('n');
    await session.page.getByRole('region', { name: 'Lists' }).locator('.fix').first().focus();
    await show({ variant: '1GiB' });
    await session.page.getByText('No collisions.').waitFor();
    await session.page.locator('#tab-panel:focus').waitFor();
  });

  it('is left to a click', async () => {
    await session.page.locator('[data-block="hypervisor:ecam"]').focus();
    await session.page.evaluate('document.activeElement.blur(); window.dispatchEvent(new Event("blur"))');
    const at = { clientX: 1, clientY: 1 };
    await session.page.evaluate(
      `document.body.dispatchEvent(new PointerEvent("pointerdown", ${JSON.stringify({ ...at, bubbles: true })}))`,
    );
    await session.page.evaluate('window.dispatchEvent(new Event("focus"))');
    expect(await focused()).toBe('');
  });
});
