import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Session } from './session.mjs';
import { until } from './workbench.mjs';

/** Number of the first line with a text, from 1. @param {string} file @param {string} text */
function lineOf(file, text) {
  const index = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text));
  if (index < 0) throw new Error(`${file} has no line with ${text}`);
  return index + 1;
}

describe('examples/rpi4-story/1-window-over-ram', () => {
  /** @type {Session} */
  let session;
  let line = 0;
  beforeAll(async () => {
    session = await Session.open({ name: 'story-1', example: 'examples/rpi4-story', within: '1-window-over-ram' });
    line = lineOf(join(session.workspace, 'configs/rpi4.c'), '.pci_mmconfig_base');
  });
  afterEach((context) => session.workbench.pictureOfFailure(context));
  afterAll(() => session?.close());

  it('underlines pci_mmconfig_base, and names RAM and the boards that have it there', async () => {
    const { workbench } = session;
    await workbench.openFile('jailhouse.dts');
    await workbench.openFile('rpi4.c');
    await workbench.goToLine(line);
    await workbench.squiggles('error').first().waitFor();
    await workbench.filterProblems('pci-window-in-ram');
    const row = workbench
      .problemRows('pci-window-in-ram')
      .filter({ hasText: `[Ln ${line}, Col` })
      .first();
    await row.waitFor();
    const text = (await row.textContent()) ?? '';
    for (const part of ['RAM', '4 GB', '8 GB']) expect(text).toContain(part);
    for (const part of ['1 GB', '2 GB']) expect(text).not.toContain(part);
    await workbench.screenshot('window-over-ram');
  });

  it("is mended by the quick fix that reserves the window in the board's device tree", async () => {
    const { workbench } = session;
    await workbench.openFile('rpi4.c');
    await workbench.quickFix(line, "Reserve it in the board's device tree");
    await until('the squiggle to go', async () => (await workbench.squiggles('error').count()) === 0);
    await until('the row to go', async () => (await workbench.problemRows('pci-window-in-ram').count()) === 0);
    await workbench.filterProblems('');
    await workbench.page.locator('.markers-panel', { hasText: 'No problems have been detected in the workspace.' }).waitFor();
    await workbench.openFile('jailhouse.dts');
    await workbench.page.locator('.editor-instance .view-line', { hasText: '@e0000000' }).first().waitFor();
    await workbench.screenshot('reserved');
  });

  it('asks nothing outside of the machine', () => {
    expect(session.workbench.outside).toEqual([]);
  });
});

describe('examples/rpi4-story/5-memory-in-gpu', () => {
  /** @type {Session} */
  let session;
  let gpuLine = 0;
  let memoryLine = 0;
  beforeAll(async () => {
    session = await Session.open({ name: 'story-5', example: 'examples/rpi4-story', within: '5-memory-in-gpu' });
    gpuLine = lineOf(join(session.workspace, 'boot/config.txt'), 'gpu_mem=');
    memoryLine = lineOf(join(session.workspace, 'configs/rpi4.c'), '.phys_start = 0x30000000');
  });
  afterEach((context) => session.workbench.pictureOfFailure(context));
  afterAll(() => session?.close());

  /** @param {string} gpuMem */
  async function type(gpuMem) {
    const { workbench } = session;
    await workbench.openFile('config.txt');
    await workbench.replaceLine(gpuLine, gpuMem);
  }

  /** Both files show the collision, or neither does. @param {boolean} shown */
  async function bothShow(shown) {
    const { workbench } = session;
    for (const [file, line] of /** @type {const} */ ([
      ['config.txt', gpuLine],
      ['rpi4.c', memoryLine],
    ])) {
      await workbench.openFile(file);
      await workbench.goToLine(line);
      await until(
        `${file} to be ${shown ? 'underlined' : 'clean'}`,
        async () => (await workbench.squiggles('error').count()) > 0 === shown,
      );
    }
  }

  it('is mended by a smaller gpu_mem', async () => {
    await bothShow(true);
    await type('gpu_mem=128');
    await bothShow(false);
  });

  it('lights up both files when gpu_mem=256 is typed', async () => {
    const { workbench } = session;
    await type('gpu_mem=256');
    await bothShow(true);
    await workbench.filterProblems('GPU');
    for (const file of ['rpi4.c', 'config.txt']) await workbench.problemRows(file).first().waitFor();
    await workbench.screenshot('memory-in-gpu');
  });

  it('is clean again when it is lowered', async () => {
    const { workbench } = session;
    await type('gpu_mem=64');
    await bothShow(false);
    await workbench.filterProblems('');
    await workbench.page.locator('.markers-panel', { hasText: 'No problems have been detected in the workspace.' }).waitFor();
    await workbench.screenshot('clean');
  });

  it('asks nothing outside of the machine', () => {
    expect(session.workbench.outside).toEqual([]);
  });
});
