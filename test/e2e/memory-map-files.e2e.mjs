import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/programs.mjs';
import { MapPage } from './map-page.mjs';
import { Session } from './session.mjs';
import { until } from './workbench.mjs';

describe('files and the memory map of examples/rpi4-story/1-window-over-ram', () => {
  /** @type {Session} */
  let session;
  /** @type {MapPage} */
  let map;
  beforeAll(async () => {
    session = await Session.open({ name: 'memory-map-files', example: 'examples/rpi4-story', within: '1-window-over-ram' });
    map = new MapPage(session.workbench);
  });
  afterEach((context) => session.workbench.pictureOfFailure(context));
  afterAll(() => session?.close());

  /** What the command line prints in the workspace. @param {string[]} args */
  const printed = (args) => {
    const { stdout, stderr } = spawnSync(process.execPath, [join(root, 'cli/bin/jailhouse-cells.mjs'), 'map', ...args, 'configs/rpi4.c'], {
      cwd: session.workspace,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    return stdout;
  };
  const configTxt = () => readFileSync(join(session.workspace, 'boot/config.txt'), 'utf8');
  /** @param {string} name */
  const written = (name) => readFileSync(join(session.workspace, 'configs', name));

  it('is opened by the code lens above the config object', async () => {
    await session.workbench.openFile('rpi4.c');
    const lens = session.workbench.page.locator('.editor-instance .codelens-decoration a', { hasText: 'Show memory map' });
    await lens.waitFor({ state: 'attached' });
    // Above the object, which stands below the fold.
    const text = readFileSync(join(session.workspace, 'configs/rpi4.c'), 'utf8').split('\n');
    await session.workbench.goToLine(text.findIndex((candidate) => candidate.includes('config = {')) + 1);
    await lens.first().click();
    await map.block('hypervisor:ecam').waitFor();
  });

  it('is exported as it is shown: what is written equals what the command line prints', async () => {
    await map.button('4 GB').click();
    await map.frame.locator('button[aria-pressed="true"]', { hasText: '4 GB' }).waitFor();
    await until('the collision to be hatched', async () => (await map.hatches()) > 0);
    for (const [form, name, args] of /** @type {const} */ ([
      ['Markdown', 'rpi4-map.md', ['--md']],
      ['JSON', 'rpi4-map.json', ['--json']],
    ])) {
      await session.workbench.exportMap(form, name);
      await until(`${name} to be written`, async () => existsSync(join(session.workspace, 'configs', name)));
      await session.workbench.notification(new RegExp(`Wrote .*${name}`));
      const wanted = printed(['--ram', '4GiB', ...args]);
      expect(wanted).toContain('pci-window-in-ram');
      expect(written(name).toString('utf8')).toBe(wanted);
    }
    await session.workbench.exportMap('SVG', 'rpi4-map.svg');
    await session.workbench.notification(/Wrote .*rpi4-map\.svg/);
    const drawing = join(session.workspace, 'cli.svg');
    printed(['--ram', '4GiB', '--svg', drawing]);
    expect(written('rpi4-map.svg').toString('utf8')).toBe(readFileSync(drawing, 'utf8'));
  });

  it('is exported as a picture, drawn by its page', async () => {
    await session.workbench.exportMap('PNG', 'rpi4-map.png');
    await session.workbench.notification(/Wrote .*rpi4-map\.png/);
    const picture = written('rpi4-map.png');
    expect(picture.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
    // Width and height stand at the start of the first chunk.
    expect(picture.readUInt32BE(16)).toBeGreaterThan(1000);
    expect(picture.readUInt32BE(20)).toBeGreaterThan(500);
  });

  it('writes the GPU memory that is tried into config.txt, and shows what stands there then', async () => {
    expect(configTxt()).not.toContain('gpu_mem');
    const slider = map.frame.getByRole('slider', { name: 'gpu_mem' });
    const stated = Number(await slider.inputValue());
    const gpu = map.frame.locator('[data-block^="board:gpu"]').first();
    const before = await gpu.textContent();
    await slider.focus();
    await session.workbench.page.keyboard.press('PageUp');
    const tried = String(stated + 16);
    await until('the slider to have moved', async () => (await slider.inputValue()) === tried);
    await until('the block to grow', async () => (await gpu.textContent()) !== before);
    const grown = await gpu.textContent();
    expect(configTxt(), 'nothing is written yet').not.toContain('gpu_mem');
    const apply = map.button('Apply to config.txt');
    await apply.click();
    // There is nothing to apply any more: what is shown is what the file states.
    await apply.waitFor({ state: 'detached' });
    await until('the map to show what was tried', async () => (await gpu.textContent()) === grown && (await slider.inputValue()) === tried);
    await session.workbench.openFile('config.txt');
    await session.workbench.page
      .locator('.editor-instance .view-line', { hasText: `gpu_mem=${tried}` })
      .first()
      .waitFor();
    await session.workbench.command('File: Save All Files');
    await until('the file to hold it', async () => configTxt().includes(`gpu_mem=${tried}\n`));
  });

  it('follows the text of config.txt', async () => {
    const gpu = map.frame.locator('[data-block^="board:gpu"]').first();
    const before = await gpu.textContent();
    const line =
      configTxt()
        .split('\n')
        .findIndex((candidate) => candidate.startsWith('gpu_mem=')) + 1;
    await session.workbench.replaceLine(line, 'gpu_mem=256');
    await until('the block to be another', async () => (await gpu.textContent()) !== before);
    await until('the slider to follow', async () => (await map.frame.getByRole('slider', { name: 'gpu_mem' }).inputValue()) === '256');
  });

  it('asks nothing outside of the machine', () => {
    expect(session.workbench.outside).toEqual([]);
  });
});
