import { cpSync, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/programs.mjs';
import { MapPage } from './map-page.mjs';
import { Session } from './session.mjs';
import { until } from './workbench.mjs';

const story = 'examples/rpi4-story';

describe('the view of systems in a folder without any', () => {
  /** @type {Session} */
  let session;
  beforeAll(async () => {
    session = await Session.open({ name: 'systems-view', files: { 'notes.md': '# Nothing yet\n' } });
    await session.workbench.command('View: Show Jailhouse');
  });
  afterEach((context) => session.workbench.pictureOfFailure(context));
  afterAll(() => session?.close());

  it('says what to do, and starts no server', async () => {
    const hasText = 'No Jailhouse system was found in this workspace.';
    const welcome = session.workbench.page.locator('.sidebar .welcome-view-content', { hasText });
    await welcome.waitFor();
    const text = await welcome.textContent();
    expect(text).toMatch(/a C file that includes .*jailhouse\/cell-config\.h/);
    expect(text).toContain('jailhouse.json');
    await session.workbench.page.locator('.sidebar .welcome-view-content a', { hasText: 'Look Again' }).waitFor();
    expect(session.languageServers()).toEqual([]);
    await session.workbench.screenshot('empty');
  });

  it('shows a system that appears in the folder', async () => {
    cpSync(join(root, story, 'common'), join(session.workspace, 'common'), { recursive: true });
    const row = session.workbench.systemsRow('rpi4, 1 error · 1 cell');
    // VS Code watches a folder from some time after it is opened: of what appears before that, nobody is told.
    let appeared = 0;
    await until('the system to be shown', async () => {
      if ((await row.count()) > 0) return true;
      if (Date.now() - appeared < 10_000) return false;
      rmSync(join(session.workspace, 'new'), { recursive: true, force: true });
      cpSync(join(root, story, '1-window-over-ram'), join(session.workspace, 'new'), { recursive: true });
      appeared = Date.now();
      return false;
    });
    await session.workbench.systemsRow('rpi4-linux-demo').waitFor();
  });
});

describe('the view of systems in examples/rpi4-story', () => {
  /** @type {Session} */
  let session;
  const folder = '1-window-over-ram';
  const label = `rpi4, ${folder}/configs`;
  beforeAll(async () => {
    session = await Session.open({ name: 'systems-view', example: story });
    await session.workbench.command('View: Show Jailhouse');
    await session.workbench.systemsRow(label).waitFor();
  });
  afterEach((context) => session.workbench.pictureOfFailure(context));
  afterAll(() => session?.close());

  const row = (/** @type {string} */ text) => session.workbench.systemsRow(text);
  /** Opens a row of the tree, if it is closed. @param {string} text */
  const open = async (text) => {
    const wanted = row(text);
    await until(`${text} to be open`, async () => {
      if ((await wanted.getAttribute('aria-expanded')) === 'true') return true;
      await wanted.locator('.monaco-tl-twistie').click();
      return false;
    });
  };

  it('shows the systems of each jailhouse.json, with their problems', async () => {
    const rows = session.workbench.page.locator('.sidebar .monaco-list-row[aria-level="1"]');
    await until('six systems', async () => (await rows.count()) >= 6);
    const texts = await rows.evaluateAll((elements) => elements.map((element) => element.getAttribute('aria-label') ?? ''));
    for (const step of ['1-window-over-ram', '4-window-reserved', '5-memory-in-gpu', '6-final']) {
      expect(texts.join('\n')).toContain(`${step}/configs`);
    }
    expect(texts.find((text) => text.includes('1-window-over-ram'))).toContain('error');
    expect(texts.find((text) => text.includes('6-final'))).not.toContain('error');
  });

  it('shows cells and regions with sizes, and which of them collide', async () => {
    await open(label);
    await open('rpi4-linux-demo, cell');
    await row('mem_regions[0], ').waitFor();
    await open('Jailhouse, hypervisor');
    await row('1 MiB at 0xe0000000')
      .filter({ has: session.workbench.page.locator('.codicon-error') })
      .waitFor();
    await session.workbench.screenshot('systems');
  });

  it('reveals the source of a region by a click', async () => {
    const text = readFileSync(join(session.workspace, folder, 'configs/rpi4.c'), 'utf8').split('\n');
    const line = text.findIndex((candidate) => candidate.includes('.pci_mmconfig_base')) + 1;
    await row('1 MiB at 0xe0000000').click();
    await session.workbench.page.locator('.tab.active', { hasText: 'rpi4.c' }).waitFor();
    await session.workbench.page.locator('#status\\.editor\\.selection', { hasText: `Ln ${line}, Col` }).waitFor();
  });

  it('opens the map of a system by its inline action', async () => {
    await row(label).hover();
    await row(label).getByRole('button', { name: 'Show Memory Map' }).click();
    await new MapPage(session.workbench).block('hypervisor:ecam').waitFor();
    await session.workbench.page.locator('.tab.active', { hasText: 'Memory Map: rpi4' }).waitFor();
    await session.workbench.screenshot('systems-and-map');
  });

  it('keeps what the map tries while the view shows the system as it is', async () => {
    const map = new MapPage(session.workbench);
    await map.button('1 GB').click();
    await map.frame.getByText('No collisions.').waitFor();
    // The view asks anew: its answer has the collision, and the page stays with what it tries.
    await session.workbench.command('Jailhouse: Look for Systems Again');
    await row('1 MiB at 0xe0000000')
      .filter({ has: session.workbench.page.locator('.codicon-error') })
      .waitFor();
    await map.frame.locator('button[aria-pressed="true"]', { hasText: '1 GB' }).waitFor();
    await map.frame.getByText('No collisions.').waitFor();
  });

  it('builds a cell by its inline action', async () => {
    const cell = row('rpi4-linux-demo, cell');
    await cell.hover();
    await cell.getByRole('button', { name: 'Build Cell' }).click();
    const told = await session.workbench.notification(/Built .*rpi4-linux-demo\.cell/);
    const built = /Built (\S+\.cell) \((\d+) bytes\)/.exec(told);
    expect(existsSync(built?.[1] ?? '')).toBe(true);
    expect(statSync(built?.[1] ?? '').size).toBe(Number(built?.[2]));
  });

  it('asks nothing outside of the machine', () => {
    expect(session.workbench.outside).toEqual([]);
  });
});
