import type { MapWhatIf } from '@jailhouse-cells/protocol/map-messages.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PageSession } from './page-session.ts';
import { exampleMaps } from './story-map.ts';
import { themes } from './themes.ts';

const story = exampleMaps('examples/rpi4-story/1-window-over-ram/configs/rpi4.c');
const [light] = themes;
if (light === undefined) throw new Error('no theme');

let session: PageSession;
beforeAll(async () => {
  session = await PageSession.open();
});
afterAll(() => session?.close());

const block = (id: string) => session.page.locator(`[data-block="${id}"]`);
const show = (whatIf: MapWhatIf) => session.send({ type: 'map', map: story(whatIf), whatIf });

describe.each(themes)('in the $name theme', (theme) => {
  it('is accessible, with and without a selection, in each list, and while it says that there is no map', async () => {
    await session.loadFresh(theme);
    await session.send({ type: 'no-map', reason: 'This file is no Jailhouse config.' });
    await session.page.getByText('This file is no Jailhouse config.').waitFor();
    expect(await session.violations()).toEqual([]);
    await show({});
    await block('hypervisor:ecam').waitFor();
    await session.screenshot(`${theme.name}-start`);
    expect(await session.violations()).toEqual([]);
    await block('root:mem_regions[8]').click();
    for (const tab of ['Regions', 'Free gaps', 'Collisions']) {
      await session.page.getByRole('tab', { name: tab }).click();
      expect(await session.violations()).toEqual([]);
    }
    await session.page.keyboard.press('n');
    await session.page.getByRole('heading', { name: 'Collision 1 (error)' }).waitFor();
    await session.screenshot(`${theme.name}-collision`);
    expect(await session.violations()).toEqual([]);
  });
});

describe('the page of the memory map', () => {
  beforeAll(async () => {
    await session.loadFresh(light);
    await show({});
    await block('hypervisor:ecam').waitFor();
  });
  afterEach(() => {
    expect(session.errors).toEqual([]);
  });

  it('draws each block of each lane', async () => {
    const ids = story({}).lanes.flatMap(({ blocks }) => blocks.map(({ id }) => id));
    const drawn = await session.page
      .locator('[data-block]')
      .evaluateAll((elements) => elements.map((element) => element.getAttribute('data-block')));
    expect([...drawn].sort()).toEqual([...ids].sort());
  });

  it('reveals the source of a block by click, and of its neighbours by arrow keys and Enter', async () => {
    await block('hypervisor:ecam').click();
    const place = story({})
      .lanes.flatMap(({ blocks }) => blocks)
      .find(({ id }) => id === 'hypervisor:ecam')?.place;
    expect((await session.output('reveal')).place).toEqual(place);
    expect(await block('hypervisor:ecam').getAttribute('aria-pressed')).toBe('true');
    await session.page.keyboard.press('ArrowDown');
    await session.page.locator('[data-block="hypervisor:ecam-mmio"]:focus').waitFor();
    await session.page.keyboard.press('ArrowRight');
    await session.page.locator('[data-block^="root:"]:focus').waitFor();
    await session.page.keyboard.press('Enter');
    await session.output('reveal');
    expect(await session.page.locator('[data-block^="root:"][aria-pressed="true"]').count()).toBe(1);
  });

  it('goes to collisions by key, and asks for their fixes', async () => {
    await session.page.keyboard.press('n');
    await session.page.locator('[data-collision][aria-pressed="true"]').waitFor();
    const [collision] = story({}).collisions;
    expect((await session.output('reveal')).place).toEqual(collision?.place);
    expect(await session.page.locator('.hatch').count()).toBe(2);
    const title = collision?.fixes[0] ?? '';
    await session.page.locator('.lower').getByRole('button', { name: title }).click();
    expect(await session.output('fix')).toEqual({ type: 'fix', collision: collision?.id, title });
  });

  it('asks what would be with other RAM, and shows the answer', async () => {
    await session.page.getByRole('button', { name: '2 GB', exact: true }).click();
    const { whatIf } = await session.output('what-if');
    expect(whatIf).toEqual({ variant: '2GiB' });
    await show(whatIf);
    await session.page.getByText('No collisions.').waitFor();
    expect(await session.page.locator('.hatch').count()).toBe(0);
    await session.page.getByRole('button', { name: '8 GB', exact: true }).click();
    await show((await session.output('what-if')).whatIf);
    await session.page.locator('.hatch').first().waitFor();
    await session.page.getByRole('button', { name: 'all', exact: true }).click();
    expect((await session.output('what-if')).whatIf).toEqual({});
    await show({});
  });

  it('asks for another gpu_mem by slider, key and number, to the MiB', async () => {
    const slider = session.page.locator('#gpu-mem');
    const number = session.page.getByRole('spinbutton', { name: 'gpu_mem in MiB' });
    const tries = async (gpuMem: number) => {
      const { whatIf } = await session.output('what-if');
      expect(whatIf).toEqual({ gpuMem });
      await show(whatIf);
      await expect.poll(() => Promise.all([slider.inputValue(), number.inputValue()])).toEqual([String(gpuMem), String(gpuMem)]);
    };
    await slider.fill('250');
    await tries(250);
    await slider.press('PageUp');
    await tries(266);
    await slider.press('ArrowLeft');
    await tries(265);
    await number.fill('301');
    await tries(301);
    await number.press('PageDown');
    await tries(285);
    // What cannot be tried is not asked for, and gone when the field is left.
    await number.fill('99999');
    await number.blur();
    await expect.poll(() => number.inputValue()).toBe('285');
    await session.page.getByRole('button', { name: 'Reset' }).click();
    expect((await session.output('what-if')).whatIf).toEqual({});
    await show({});
  });

  it('has nothing to write or to reset where the gpu_mem that is tried is the stated one', async () => {
    const { gpuMem } = story({});
    const stated = gpuMem?.stated ?? 0;
    await show({ gpuMem: stated });
    await expect.poll(() => session.page.locator('#gpu-mem').inputValue()).toBe(String(stated));
    expect(await session.page.getByRole('button', { name: 'Reset' }).count()).toBe(0);
    await session.page.locator('#gpu-mem').fill('256');
    await show((await session.output('what-if')).whatIf);
    await session.page.getByRole('button', { name: 'Reset' }).waitFor();
    await session.page.locator('#gpu-mem').fill(String(stated));
    expect((await session.output('what-if')).whatIf).toEqual({});
    await show({});
    await session.page.getByRole('button', { name: 'Reset' }).waitFor({ state: 'detached' });
  });

  it('asks to write the gpu_mem that is tried, only where there is a config.txt', async () => {
    const apply = session.page.getByRole('button', { name: 'Apply to config.txt' });
    expect(await apply.count()).toBe(0);
    await session.page.locator('#gpu-mem').fill('256');
    await show((await session.output('what-if')).whatIf);
    await apply.click();
    expect(await session.output('apply')).toEqual({ type: 'apply', gpuMem: 256 });
    // What is written is no longer tried.
    await show({});
    await apply.waitFor({ state: 'detached' });
    const { configTxt: _none, ...unwritable } = story({ gpuMem: 256 });
    await session.send({ type: 'map', map: unwritable, whatIf: { gpuMem: 256 } });
    await session.page.getByRole('button', { name: 'Reset' }).waitFor();
    expect(await apply.count()).toBe(0);
    await show({});
  });

  it('lets the moment be chosen from a menu where there is no room for buttons, and from buttons where there is', async () => {
    const menu = session.page.getByRole('combobox', { name: 'Moment' });
    await menu.selectOption('booted');
    expect((await session.output('what-if')).whatIf).toEqual({ moment: 'booted' });
    await show({ moment: 'booted' });
    expect(await menu.inputValue()).toBe('booted');
    await session.page.setViewportSize({ width: 1900, height: 900 });
    await session.page.getByRole('button', { name: 'cell created' }).click();
    const { whatIf } = await session.output('what-if');
    expect(whatIf.moment).not.toBe('booted');
    await session.page.setViewportSize({ width: 1240, height: 900 });
    await menu.waitFor();
    await show({});
  });

  it('finds what is at an address, in the table and on the axis', async () => {
    await session.page.getByRole('searchbox').fill('0xfe215040');
    await session.page.locator('.mark').waitFor();
    const names = await session.page.locator('tbody .link-button').allTextContents();
    expect(names).toContain('serial@7e215040');
    expect(names).not.toContain('GPU memory');
    await session.page.getByRole('searchbox').fill('> 2 GiB');
    await session.page.getByText('mem_regions[7]').last().waitFor();
    await session.page.getByRole('searchbox').fill('');
  });

  it('sorts the table', async () => {
    await session.page.getByRole('tab', { name: 'Regions' }).click();
    await session.page.getByRole('columnheader', { name: 'Size' }).getByRole('button').click();
    await session.page.getByRole('columnheader', { name: 'Size' }).getByRole('button').click();
    await session.page.locator('th[aria-sort="descending"]', { hasText: 'Size' }).waitFor();
    expect(await session.page.locator('tbody tr').first().textContent()).toContain('4 GiB');
  });

  it('lights up what the cursor stands in, without taking the selection', async () => {
    await session.page.locator('.tabs button').first().press('0');
    await block('hypervisor:memory').click();
    await session.send({ type: 'select', blocks: ['root:mem_regions[8]'] });
    await session.page.locator('[data-block="root:mem_regions[8]"].lit').waitFor();
    expect(await block('hypervisor:memory').getAttribute('aria-pressed')).toBe('true');
  });

  it('keeps zoom, selection, list and choices over an update and a reload', async () => {
    await session.page.getByRole('button', { name: '4 GB', exact: true }).click();
    await show((await session.output('what-if')).whatIf);
    await block('hypervisor:ecam').click();
    await session.page.keyboard.press('z');
    const tall = async () => Math.round((await block('hypervisor:ecam').boundingBox())?.height ?? 0);
    await expect.poll(tall).toBeGreaterThan(100);
    const before = await block('hypervisor:ecam').boundingBox();
    await show({ variant: '4GiB' });
    expect(await block('hypervisor:ecam').boundingBox()).toEqual(before);
    await session.load(light);
    await show({ variant: '4GiB' });
    await block('hypervisor:ecam').waitFor();
    const after = await block('hypervisor:ecam').boundingBox();
    expect(after?.y).toBeCloseTo(before?.y ?? 0, 0);
    expect(after?.height).toBeCloseTo(before?.height ?? 0, 0);
    expect(await block('hypervisor:ecam').getAttribute('aria-pressed')).toBe('true');
    expect(await session.page.getByRole('tab', { selected: true }).textContent()).toContain('Regions');
  });

  it('zooms by wheel at the pointer, pans by drag, and shows all of it again', async () => {
    await session.page.keyboard.press('0');
    const box = await block('hypervisor:memory').boundingBox();
    if (box === null) throw new Error('no block');
    await session.page.mouse.move(box.x + 5, box.y);
    await session.page.mouse.wheel(0, -400);
    await expect.poll(async () => (await block('hypervisor:memory').boundingBox())?.height ?? 0).toBeGreaterThan(box.height * 1.3);
    const zoomed = await block('hypervisor:memory').boundingBox();
    expect(Math.abs((zoomed?.y ?? 0) - box.y)).toBeLessThan(2);
    await session.page.mouse.down();
    await session.page.mouse.move(box.x + 5, box.y - 40, { steps: 4 });
    await session.page.mouse.up();
    await expect.poll(async () => Math.round((zoomed?.y ?? 0) - ((await block('hypervisor:memory').boundingBox())?.y ?? 0))).toBe(40);
    await session.page.keyboard.press('0');
    await expect.poll(async () => (await block('hypervisor:memory').boundingBox())?.y).toBeCloseTo(box.y, 0);
  });

  it('leads the Tab key to a block also when it is out of view', async () => {
    await block('root:mem_regions[9]').click();
    await session.page.keyboard.press('z');
    await expect.poll(async () => (await block('root:mem_regions[9]').boundingBox())?.height ?? 0).toBeGreaterThan(100);
    await session.page.getByRole('button', { name: 'Export' }).focus();
    for (let page = 0; page < 40; page++) await session.page.keyboard.press('PageUp');
    await block('root:mem_regions[6]').waitFor();
    await session.page.keyboard.press('Tab');
    await session.page.locator('[data-block="root:mem_regions[9]"]:focus').waitFor();
    const inView = async () => {
      const box = await block('root:mem_regions[9]').boundingBox();
      const view = await session.page.locator('.map-body').boundingBox();
      return box !== null && view !== null && box.y + box.height > view.y && box.y < view.y + view.height;
    };
    await expect.poll(inView).toBe(true);
    await session.page.keyboard.press('0');
  });

  it('says that a map is not fresh, and that there is none', async () => {
    await session.send({ type: 'map', map: { ...story({}), stale: true }, whatIf: {} });
    await session.page.getByText('this is the last good map').waitFor();
    await session.send({ type: 'no-map', reason: 'The language server has stopped.' });
    await session.page.getByText('The language server has stopped.').waitFor();
    await block('hypervisor:ecam').waitFor();
    await show({});
    await session.page.locator('.notice').waitFor({ state: 'detached' });
  });

  it('copies addresses as text for C and device trees', async () => {
    await block('root:mem_regions[9]').click();
    await session.page.getByRole('button', { name: 'Copy as DTS reg' }).click();
    expect((await session.output('copy')).text).toBe('reg = <0x1 0x0 0x1 0x0>;');
    await session.page.getByRole('button', { name: 'Copy as C fields' }).click();
    expect((await session.output('copy')).text).toContain('.phys_start = 0x100000000,');
  });

  it('fits a narrow column', async () => {
    await session.page.setViewportSize({ width: 420, height: 800 });
    await block('hypervisor:ecam').waitFor();
    await session.screenshot('narrow');
    expect(await session.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await session.page.setViewportSize({ width: 1240, height: 900 });
  });

  it('draws addresses at the top of 64 bits, an empty region, and a system without any', async () => {
    const map = story({});
    const [lane] = map.lanes;
    const [first] = lane?.blocks ?? [];
    if (lane === undefined || first === undefined) throw new Error('no block');
    const odd = [
      { ...first, id: 'huge', start: '0x0', end: '0x8000000000000000', size: '8 EiB' },
      { ...first, id: 'top', start: '0xfffffffffffff000', end: '0x10000000000000000', size: '4 KiB' },
      { ...first, id: 'nothing', kind: 'empty' as const, start: '0x1000', end: '0x1000', size: '0 bytes' },
    ];
    const lanes = [{ ...lane, blocks: odd }];
    await session.send({ type: 'map', map: { ...map, lanes, gaps: [], collisions: [] }, whatIf: {} });
    for (const { id } of odd) await block(id).waitFor();
    await session.send({ type: 'map', map: { ...map, lanes: [], gaps: [], collisions: [] }, whatIf: {} });
    await session.page.getByText('This system has no memory regions yet').waitFor();
    await show({});
    await block('hypervisor:ecam').waitFor();
  });
});
