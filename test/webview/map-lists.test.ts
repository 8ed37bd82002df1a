import type { MemoryMapResult } from '@jailhouse-cells/protocol/map-messages.ts';
import type { SystemResources } from '@jailhouse-cells/protocol/resource-messages.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PageSession } from './page-session.ts';
import { resources } from './resource-fixture.ts';
import { exampleMaps } from './story-map.ts';
import { themes } from './themes.ts';

const story = exampleMaps('examples/rpi4-story/1-window-over-ram/configs/rpi4.c')({});
const map: MemoryMapResult = { ...story, resources: resources(story) };
const nothing: SystemResources = { cpus: [], interrupts: [], functions: [], links: [] };
const tabs = ['Collisions', 'Regions', 'Free gaps', 'CPUs', 'Interrupts', 'PCI functions', 'Links'];
const [light] = themes;
if (light === undefined) throw new Error('no theme');

let session: PageSession;
beforeAll(async () => {
  session = await PageSession.open();
});
afterAll(() => session?.close());
afterEach(() => {
  expect(session.errors.splice(0)).toEqual([]);
});

const show = (shown: MemoryMapResult) => session.send({ type: 'map', map: shown, whatIf: {} });
const tab = (name: string) => session.page.getByRole('tab', { name });
const row = (id: string) => session.page.locator(`[data-row="${id}"]`);
const lower = () => session.page.locator('.lower');
const texts = async (selector: string) => (await session.page.locator(selector).allTextContents()).map((text) => text.trim());

describe.each(themes)('the lists in the $name theme', (theme) => {
  it('are accessible, each of them', async () => {
    await session.loadFresh(theme);
    await show(map);
    for (const name of tabs) {
      await tab(name).click();
      await session.page.locator('[role="tab"][aria-selected="true"]', { hasText: name }).waitFor();
      expect(await session.violations(), name).toEqual([]);
      await session.screenshot(`${theme.name}-${name.toLowerCase().replaceAll(' ', '-')}`);
    }
  });
});

describe('the lists of resources', () => {
  beforeAll(async () => {
    await session.loadFresh(light);
    await show(map);
    await tab('CPUs').waitFor();
  });

  it('tell who has which CPU in words, and lead to where it is asked for', async () => {
    await tab('CPUs').click();
    expect(await row('cpu:0').locator('td').allTextContents()).toEqual(['0', '● has it', '–no', 'rpi4']);
    expect(await row('cpu:3').locator('td').allTextContents()).toEqual(['3', '○ lends it', '● has it', 'rpi4-linux-demo']);
    expect(await row('cpu:7').textContent()).toContain('not on the board');
    await row('cpu:3').getByRole('button', { name: 'lends it' }).click();
    expect((await session.output('reveal')).place).toEqual(map.resources.cpus[1]?.claims[0]?.place);
  });

  it('say what is wrong in a sentence below the row, with the severity as a word, and count it in the tab', async () => {
    const problem = session.page.locator('tr.below', { hasText: 'CPU 7 is not one of the root cell' });
    expect(await problem.textContent()).toContain('error');
    await problem.getByRole('button').click();
    expect((await session.output('reveal')).place).toEqual(map.resources.cpus[2]?.problems[0]?.place);
    expect(await tab('CPUs').textContent()).toContain('1 problem');
    // What is only told is no problem.
    expect(await tab('Links').textContent()).not.toContain('problem');
  });

  it('show interrupts with INTID, SPI, devices, virtual PCI and who has them', async () => {
    await tab('Interrupts').click();
    expect(await texts('thead th')).toEqual(['INTID', 'SPI', 'Devices', 'Virtual PCI', 'Asked for by', 'Has it now']);
    expect(await row('irq:125').textContent()).toContain('serial@7e215040, spi@7e215080');
    expect(await row('irq:153').locator('td').allTextContents()).toEqual([
      '153',
      '121',
      '–',
      'ivshmem 00:00.0 of rpi4',
      'no config',
      'Jailhouse',
    ]);
  });

  it('sort by a column and turn round', async () => {
    const first = () => session.page.locator('tbody tr').first().getAttribute('data-row');
    const head = session.page.getByRole('columnheader', { name: 'SPI' }).getByRole('button');
    await head.click();
    expect(await first()).toBe('irq:125');
    await head.click();
    await session.page.locator('th[aria-sort="descending"]', { hasText: 'SPI' }).waitFor();
    expect(await first()).toBe('irq:153');
  });

  it('find by whole numbers and by parts of words', async () => {
    const search = session.page.getByRole('searchbox');
    await search.fill('93');
    await row('irq:153').waitFor({ state: 'detached' });
    expect(await row('irq:125').count()).toBe(1);
    await search.fill('12');
    await session.page.getByText('Nothing found for “12”.').waitFor();
    await search.fill('ivsh');
    await row('irq:153').waitFor();
    expect(await row('irq:125').count()).toBe(0);
    await tab('PCI functions').click();
    await row('pci:1:0:0.0').waitFor();
    expect(await row('pci:0:1:0.0').count()).toBe(0);
    await search.fill('');
    await row('pci:0:1:0.0').waitFor();
    expect(await row('pci:1:0:0.0').locator('td').last().textContent()).toBe('rpi4, rpi4-linux-demo');
  });

  it('show links with their peers, and who may write which section; a section leads to its block', async () => {
    await tab('Links').click();
    const link = row('link:1:0:0.0');
    expect(await link.locator('.peer').allTextContents()).toEqual([
      'peer 0: rpi4signalled by INTID 153',
      'peer 1: rpi4-linux-demosignalled by MSI-X',
      'peer 2no cell of the system',
    ]);
    const cells = (title: string) => link.locator('tbody tr', { hasText: title }).locator('td').allTextContents();
    expect((await cells('state table')).slice(-2)).toEqual(['→ reads', '→ reads']);
    expect((await cells('output section of peer 0')).slice(-2)).toEqual(['✎ reads and writes', '→ reads']);
    await session.page.getByRole('searchbox').fill('0x3faff000');
    await link.waitFor();
    await session.page.getByRole('searchbox').fill('0x3fb00000');
    await link.waitFor({ state: 'detached' });
    await session.page.getByRole('searchbox').fill('');
    await link.getByRole('button', { name: 'state table' }).click();
    const id = map.resources.links[0]?.sections[0]?.blocks[0] ?? '';
    await session.page.locator(`[data-block="${id}"][aria-pressed="true"]`).waitFor();
  });

  it('show all that the server finds in an example', async () => {
    const real = exampleMaps('examples/rpi4/configs/rpi4.c')({});
    const { cpus, interrupts, functions, links } = real.resources;
    await show(real);
    for (const [name, rows] of [
      ['CPUs', cpus],
      ['Interrupts', interrupts],
      ['PCI functions', functions],
      ['Links', links],
    ] as const) {
      expect(rows.length, name).toBeGreaterThan(1);
      await tab(name).click();
      await expect.poll(() => lower().locator('[data-row]').count(), { message: name }).toBe(rows.length);
    }
    await show(map);
  });

  it('say why they are empty, in one line', async () => {
    await show({ ...map, resources: nothing, collisions: [] });
    for (const [name, text] of [
      ['Collisions', 'No collisions.'],
      ['CPUs', 'no config of this system sets a bit in cpus'],
      ['Interrupts', 'no config of this system has any in irqchips'],
      ['PCI functions', 'no config of this system has any in pci_devices'],
      ['Links', 'no config of this system has a virtual PCI device'],
    ] as const) {
      await tab(name).click();
      await lower().getByText(text).waitFor();
      expect((await lower().boundingBox())?.height, name).toBeLessThan(70);
    }
    await show(map);
  });

  it('are chosen by arrow keys, Home and End', async () => {
    await tab('Collisions').click();
    for (const [key, name] of [
      ['ArrowLeft', 'Links'],
      ['ArrowRight', 'Collisions'],
      ['End', 'Links'],
      ['Home', 'Collisions'],
      ['ArrowRight', 'Regions'],
    ] as const) {
      await session.page.keyboard.press(key);
      await session.page.locator('[role="tab"][aria-selected="true"]:focus', { hasText: name }).waitFor();
    }
  });
});

describe('the room of the lists', () => {
  beforeAll(async () => {
    await session.loadFresh(light);
    await show(map);
    await tab('Regions').click();
  });
  const height = async () => Math.round((await lower().boundingBox())?.height ?? 0);
  const splitter = () => session.page.getByRole('separator', { name: 'Height of the lists' });

  it('changes by keys and by dragging, is kept over a reload, and is as before after a double click', async () => {
    const before = await height();
    await splitter().focus();
    await session.page.keyboard.press('ArrowUp');
    await expect.poll(height).toBe(before + 24);
    await session.page.keyboard.press('ArrowDown');
    await session.page.keyboard.press('ArrowDown');
    await expect.poll(height).toBe(before - 24);
    const box = await splitter().boundingBox();
    if (box === null) throw new Error('no splitter');
    await session.page.mouse.move(600, box.y + 3);
    await session.page.mouse.down();
    await session.page.mouse.move(600, box.y + 3 - 130, { steps: 5 });
    await session.page.mouse.up();
    await expect.poll(height).toBe(before + 106);
    expect(await splitter().getAttribute('aria-valuenow')).toBe(String(before + 106));
    await session.load(light);
    await show(map);
    await splitter().waitFor();
    expect(await height()).toBe(before + 106);
    await splitter().press('End');
    await expect.poll(async () => (await session.page.locator('.map-body').boundingBox())?.height ?? 0).toBeGreaterThan(60);
    await splitter().dblclick();
    await expect.poll(height).toBe(before);
  });

  it('shows the row of what is chosen in the map', async () => {
    const last = map.lanes.find(({ kind }) => kind === 'root')?.blocks.at(-1);
    await session.page.locator(`[data-block="${last?.id}"]`).click();
    const inView = async () => {
      const chosen = await session.page.locator('tr.selected').boundingBox();
      const panel = await session.page.locator('.tab-panel').boundingBox();
      return chosen !== null && panel !== null && chosen.y >= panel.y && chosen.y + chosen.height <= panel.y + panel.height + 1;
    };
    await expect.poll(inView).toBe(true);
  });

  it('has a legend that is closed and opened, as it was before a reload', async () => {
    const button = session.page.getByRole('button', { name: 'Legend' });
    await session.page.locator('.legend').waitFor();
    await button.click();
    await session.page.locator('.legend').waitFor({ state: 'detached' });
    expect(await button.getAttribute('aria-expanded')).toBe('false');
    await session.load(light);
    await show(map);
    await button.waitFor();
    expect(await session.page.locator('.legend').count()).toBe(0);
    await button.click();
    await session.page.locator('.legend').waitFor();
  });

  it('is enough from the narrowest column to a wide window', async () => {
    for (const width of [320, 420, 700, 1900]) {
      await session.page.setViewportSize({ width, height: 800 });
      for (const name of tabs) {
        await tab(name).click();
        expect(await session.page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${name} at ${width}`).toBe(true);
      }
      await session.screenshot(`width-${width}`);
    }
    await session.page.setViewportSize({ width: 1240, height: 900 });
  });
});

describe('a hostile map', () => {
  const many = 10_000;
  const numbers = Array.from({ length: many }, (_, index) => index);
  const [interrupt] = map.resources.interrupts;
  const [link] = map.resources.links;
  const [collision] = map.collisions;
  const [lane] = map.lanes;
  const [block] = lane?.blocks ?? [];
  if (interrupt === undefined || link === undefined || collision === undefined || lane === undefined || block === undefined) {
    throw new Error('no rows');
  }
  const hex = (number: number) => `0x${number.toString(16)}`;
  const hostile: MemoryMapResult = {
    ...map,
    lanes: [{ ...lane, blocks: numbers.map((at) => ({ ...block, id: `b${at}`, start: hex(at * 8192), end: hex(at * 8192 + 4096) })) }],
    gaps: numbers.map((at) => ({ start: hex(at * 8192 + 4096), end: hex(at * 8192 + 8192), size: '4 KiB' })),
    collisions: numbers.map((at) => ({ ...collision, id: `c${at}`, start: hex(4096 * at), end: hex(4096 * at + 4096), blocks: ['b0'] })),
    resources: {
      cpus: numbers.map((cpu) => ({ id: `cpu:${cpu}`, cpu, claims: [], holder: undefined, problems: [], onBoard: undefined })),
      interrupts: numbers.map((intid) => ({
        ...interrupt,
        id: `irq:${intid}`,
        intid,
        devices: numbers.slice(0, intid === 0 ? 50 : 0).map((device) => `device@${device}`),
        problems: numbers
          .slice(0, intid === 0 ? 20 : 0)
          .map((line) => ({ ...(interrupt.problems[0] ?? fail()), message: `problem ${line}` })),
      })),
      functions: [],
      links: numbers.slice(0, 200).map((at) => ({ ...link, id: `l${at}`, absentPeers: numbers.slice(3, 255) })),
    },
  };

  it.each(tabs.filter((name) => name !== 'PCI functions'))(
    'lists no more of %s than can be read, says how many there are, and shows more',
    async (name) => {
      await session.loadFresh(light);
      await show({
        ...map,
        lanes: hostile.lanes.map((shown) => ({ ...shown, blocks: shown.blocks.slice(0, name === 'Regions' ? many : 10) })),
        gaps: name === 'Free gaps' ? hostile.gaps : [],
        collisions: name === 'Collisions' ? hostile.collisions : [],
        resources: tabs.indexOf(name) > 2 ? hostile.resources : nothing,
      });
      await tab(name).click();
      const rows = () => lower().locator('[data-row], [data-collision], .gap-list li:not(.more)').count();
      await expect.poll(rows).toBeGreaterThan(0);
      const before = await rows();
      expect(before).toBeLessThanOrEqual(400);
      const total = name === 'Links' ? 200 : many;
      await lower()
        .getByText(`${total - before} more.`)
        .waitFor();
      await lower()
        .getByRole('button', { name: /^Show \d+ more$/ })
        .click();
      await expect.poll(rows).toBe(before * 2);
    },
  );

  it('names the cells that ask for a CPU where there are too many for a column each', async () => {
    await session.loadFresh(light);
    const cells = numbers.slice(0, 300).map((at) => ({ ...lane, id: `cell:c${at}`, title: `c${at}`, kind: 'cell' as const, blocks: [] }));
    await show({ ...map, lanes: [...map.lanes, ...cells] });
    await tab('CPUs').click();
    expect(await texts('thead th')).toEqual(['CPU', 'Asked for by', 'Has it now']);
    expect(await row('cpu:3').locator('td').allTextContents()).toEqual(['3', 'rpi4, rpi4-linux-demo', 'rpi4-linux-demo']);
  });

  it('lists the collision that the keys go to, however far down it is', async () => {
    await session.loadFresh(light);
    await show({
      ...map,
      collisions: hostile.collisions.slice(0, 500),
      lanes: hostile.lanes.map((shown) => ({ ...shown, blocks: shown.blocks.slice(0, 10) })),
    });
    await session.page.locator('[data-collision]').first().waitFor();
    await session.page.keyboard.press('p');
    await session.page.locator('[data-collision="c499"][aria-pressed="true"]').waitFor();
  });
});

function fail(): never {
  throw new Error('no problem');
}
