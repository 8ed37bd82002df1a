// Pictures of the memory map in a real VS Code: steps of examples/rpi4-story in light, dark and both high contrasts, into test-results/screenshots.
// The two of the README are copied to docs/images. Arguments choose steps: npm run screenshots -- 1 5
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Session } from '../test/e2e/session.mjs';
import { compactPng } from './compact-png.mjs';
import { root, run } from './programs.mjs';
import { setUpPackages, setUpTestPrograms } from './set-up.mjs';

const story = 'examples/rpi4-story';

/**
 * @typedef {object} Step
 * @property {string} folder
 * @property {string} file The text beside the map.
 * @property {string} line The line of it that the caret is put on, by a part of its text.
 * @property {string} chosen CSS selector of what is selected in the map.
 */

/** @type {readonly Step[]} */
const steps = [
  { folder: '1-window-over-ram', file: 'configs/rpi4.c', line: '.pci_mmconfig_base', chosen: '[data-collision]' },
  { folder: '4-window-reserved', file: 'configs/rpi4.c', line: '.pci_mmconfig_base', chosen: '[data-block="hypervisor:ecam"]' },
  { folder: '5-memory-in-gpu', file: 'boot/config.txt', line: 'gpu_mem=', chosen: '[data-collision]' },
  { folder: '6-final', file: 'configs/rpi4.c', line: '.pci_mmconfig_base', chosen: '[data-block="hypervisor:memory"]' },
];

const looks = /** @type {const} */ ([
  ['light', 'Light Modern', 'vs'],
  ['dark', 'Dark Modern', 'vs-dark'],
  ['high-contrast', 'Dark High Contrast', 'hc-black'],
  ['high-contrast-light', 'Light High Contrast', 'hc-light'],
]);

/** Of the README. */
const best = [
  ['1-window-over-ram-light', 'memory-map-light'],
  ['1-window-over-ram-dark', 'memory-map-dark'],
];

const settings = {
  'workbench.activityBar.location': 'hidden',
  'editor.occurrencesHighlight': 'off',
  'editor.renderWhitespace': 'none',
  'window.commandCenter': false,
  'workbench.layoutControl.enabled': false,
  'breadcrumbs.enabled': false,
  'editor.fontSize': 12,
  'editor.lineNumbersMinChars': 3,
};

/** @param {Step} step */
async function picture({ folder, file, line, chosen }) {
  const session = await Session.open({ name: 'screenshots', example: story, within: folder, settings });
  try {
    const { workbench } = session;
    const text = readFileSync(join(session.workspace, file), 'utf8').split('\n');
    const number = text.findIndex((candidate) => candidate.includes(line)) + 1;
    await workbench.openFile(file.slice(file.lastIndexOf('/') + 1));
    await workbench.goToLine(number);
    await workbench.command('View: Toggle Primary Side Bar Visibility');
    await workbench.command('Jailhouse: Show Memory Map');
    const map = workbench.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
    await map.locator('[data-block="hypervisor:memory"]').waitFor();
    await widen(workbench.page);
    await map.locator(chosen).first().click();
    // The click has shown the source of what it chose.
    await workbench.openFile(file.slice(file.lastIndexOf('/') + 1));
    for (const [name, theme, className] of looks) {
      await workbench.command('View: Focus First Editor Group');
      await workbench.chooseTheme(theme, className);
      await workbench.goToLine(number);
      // The map is told of the new colours after the workbench has them; a picture of the state before it would still show the old.
      await map.locator(`body[data-vscode-theme-kind="${kindOf[className]}"]`).waitFor();
      await workbench.page.mouse.move(300, 20);
      await workbench.page.waitForTimeout(700);
      await workbench.screenshot(`${folder}-${name}`);
      console.log(`test-results/screenshots/${folder}-${name}.png`);
    }
  } finally {
    await session.close();
  }
}

/** VS Code's names for the kinds of its themes, in a webview. */
const kindOf = {
  vs: 'vscode-light',
  'vs-dark': 'vscode-dark',
  'hc-black': 'vscode-high-contrast',
  'hc-light': 'vscode-high-contrast-light',
};

/** Gives the map the larger part, by dragging the sash between it and the text. @param {import('playwright-core').Page} page */
async function widen(page) {
  const box = await page.locator('.editor-group-container').nth(1).boundingBox();
  if (box === null) throw new Error('the map has no column of its own');
  await page.mouse.move(box.x, box.y + 300);
  await page.mouse.down();
  await page.mouse.move(textWidth, box.y + 300, { steps: 8 });
  await page.mouse.up();
}

/** Where the column of the text ends, in pixels of a window of 1400. */
const textWidth = 420;

const problem = setUpPackages() ?? setUpTestPrograms();
if (problem !== undefined) {
  console.error(problem);
  process.exit(1);
}
const packed = run(process.execPath, ['scripts/package.mjs']);
if (packed !== 0) process.exit(packed);
const wanted = process.argv.slice(2);
const taken = steps.filter(({ folder }) => wanted.length === 0 || wanted.some((number) => folder.startsWith(`${number}-`)));
for (const step of taken) await picture(step);
for (const [from, to] of best) {
  if (!taken.some(({ folder }) => from?.startsWith(folder))) continue;
  const file = `docs/images/${to}.png`;
  const compact = compactPng(readFileSync(join(root, 'test-results/screenshots', `${from}.png`)));
  writeFileSync(join(root, file), compact);
  console.log(`${file}, ${(compact.length / 1000).toFixed(0)} kB`);
}
