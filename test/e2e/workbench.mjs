import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

/** How long a wait goes on before it counts as failed, in milliseconds. Generous: the machine may be busy, and nothing here measures time. */
const patience = 60_000;

/** Drives a VS Code in the browser with the keyboard alone. */
export class Workbench {
  /** @param {import('playwright-core').Browser} browser @param {import('playwright-core').Page} page @param {string} shots */
  constructor(browser, page, shots) {
    this.browser = browser;
    this.page = page;
    this.shots = shots;
    /** Requests that left the machine: there must be none. @type {string[]} */
    this.outside = [];
    page.on('request', (request) => {
      const { protocol, hostname, origin } = new URL(request.url());
      // VS Code's name for the files of an extension in a webview: its service worker answers for it, out of this machine.
      if (/^vscode-remote.*\.vscode-resource\.vscode-cdn\.net$/.test(hostname)) return;
      if (/^(https?|wss?):$/.test(protocol) && hostname !== '127.0.0.1') this.outside.push(origin);
    });
  }

  /** @param {{ chromium: string, url: string, folder: string, shots: string }} options */
  static async open({ chromium: executablePath, url, folder, shots }) {
    mkdirSync(shots, { recursive: true });
    const browser = await chromium.launch({
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    try {
      const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
      const page = await context.newPage();
      page.setDefaultTimeout(patience);
      const workbench = new Workbench(browser, page, shots);
      await page.goto(`${url}/?folder=${encodeURIComponent(folder)}`);
      await page.locator('.monaco-workbench').waitFor();
      await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor();
      return workbench;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  close() {
    return this.browser.close();
  }

  /** For afterEach: takes a picture of what a failed test left behind. @param {{ task: import('vitest').RunnerTestCase }} context */
  async pictureOfFailure({ task }) {
    if (task.result?.state === 'fail') await this.screenshot(`failed-${task.name.replace(/\W+/g, '-').slice(0, 60)}`);
  }

  /** @param {string} name @param {{ x: number, y: number, width: number, height: number }} [clip] */
  screenshot(name, clip) {
    return this.page.screenshot({ path: join(this.shots, `${name}.png`), ...(clip ? { clip } : {}) });
  }

  /** Runs a command by its title in the command palette. @param {string} title @param {{ stays?: boolean }} [options] `stays`: the command asks on, in the same place. */
  async command(title, options) {
    await this.quickInput('F1', `>${title}`, title, options);
  }

  /** Opens a file of the workspace by its name. @param {string} name */
  async openFile(name) {
    await this.quickInput('Control+P', name, name);
    await this.page.locator('.tab.active', { hasText: name }).waitFor();
    await this.page.locator('.editor-instance .monaco-editor.focused .view-line').first().waitFor();
  }

  /** @param {string} key A key, or a sequence of them. @param {string} text @param {string} row @param {{ stays?: boolean }} [options] */
  async quickInput(key, text, row, { stays = false } = {}) {
    const input = this.page.locator('.quick-input-widget input').first();
    const wanted = this.page.locator('.quick-input-list .monaco-list-row', { hasText: row }).first();
    // A workbench that has just come up can swallow the key, and its list of commands is that of the moment: extensions may not be in it yet.
    for (let attempt = 0; ; attempt++) {
      for (const chord of key.split(' ')) await this.page.keyboard.press(chord);
      try {
        await input.waitFor({ state: 'visible', timeout: 3000 });
        await input.fill(text);
        await wanted.waitFor({ timeout: attempt < 5 ? 5000 : patience });
        break;
      } catch (error) {
        if (attempt >= 5) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
    // The best match stands first and has the focus; it must be the one that was meant.
    await until(`"${row}" to be the chosen row`, async () => {
      const chosen = this.page.locator('.quick-input-list .monaco-list-row.focused').first();
      return (await chosen.count()) > 0 && ((await chosen.textContent()) ?? '').includes(row);
    });
    await this.page.keyboard.press('Enter');
    if (!stays) await input.waitFor({ state: 'hidden' });
  }

  /** Puts the cursor on a line of the active editor. @param {number} line Counts from 1. */
  async goToLine(line) {
    await this.page.keyboard.press('Control+G');
    const input = this.page.locator('.quick-input-widget input').first();
    await input.waitFor({ state: 'visible' });
    await input.fill(`:${line}`);
    await this.page.keyboard.press('Enter');
    await input.waitFor({ state: 'hidden' });
    await this.page.locator('#status\\.editor\\.selection', { hasText: `Ln ${line}, Col` }).waitFor();
    await this.page.locator('.editor-instance .monaco-editor.focused').waitFor();
  }

  /** Replaces the text of a line in the active editor, not its indentation, by typing. @param {number} line @param {string} text */
  async replaceLine(line, text) {
    await this.goToLine(line);
    await this.page.keyboard.press('End');
    // Home goes to the first letter: the indentation stays.
    await this.page.keyboard.press('Home');
    await this.page.keyboard.press('Shift+End');
    // insertText is one edit: no bracket or quote is closed by the editor.
    await this.page.keyboard.insertText(text);
  }

  /** Writes the memory map in front into a file, by its command, the list of forms and the dialog of files. @param {string} form @param {string} name The name that is offered. */
  async exportMap(form, name) {
    const input = this.page.locator('.quick-input-widget input').first();
    await this.command('Jailhouse: Export Memory Map', { stays: true });
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: form }).first().waitFor();
    await input.fill(form);
    await this.page.locator('.quick-input-list .monaco-list-row.focused', { hasText: form }).first().waitFor();
    await this.page.keyboard.press('Enter');
    await until(`the dialog to offer ${name}`, async () => (await input.isVisible()) && (await input.inputValue()).endsWith(name));
    await this.page.keyboard.press('Enter');
    await input.waitFor({ state: 'hidden' });
  }

  /** Squiggles of a severity that are to be seen in the active editor. @param {'error' | 'warning' | 'info' | 'hint'} severity */
  squiggles(severity) {
    return this.page.locator(`.editor-instance .monaco-editor .squiggly-${severity}`);
  }

  /** Opens the quick fixes at the end of a line of the active editor, and takes the one with this title. @param {number} line @param {string} title */
  async quickFix(line, title) {
    const rows = this.page.locator('.action-widget .monaco-list-row');
    const focused = this.page.locator('.action-widget .monaco-list-row.focused');
    await until(`the quick fix "${title}"`, async () => {
      await this.page.keyboard.press('Escape');
      await this.goToLine(line);
      await this.page.keyboard.press('End');
      // Before the comma: into the value.
      await this.page.keyboard.press('ArrowLeft');
      await this.page.keyboard.press('ArrowLeft');
      await this.page.keyboard.press('Control+Period');
      await rows.first().waitFor();
      return (await rows.filter({ hasText: title }).count()) > 0;
    });
    await until(`"${title}" to be the chosen quick fix`, async () => {
      if ((await focused.filter({ hasText: title }).count()) > 0) return true;
      await this.page.keyboard.press('ArrowDown');
      return false;
    });
    await this.page.keyboard.press('Enter');
    await rows.first().waitFor({ state: 'hidden' });
  }

  /** The rows of the Problems view that hold a text. @param {string} text */
  problemRows(text) {
    return this.page.locator('.markers-panel .monaco-list-row', { hasText: text });
  }

  /** Opens the Problems view and types into its filter. @param {string} filter */
  async filterProblems(filter) {
    const input = this.page.locator('.viewpane-filter input').first();
    // The view takes the focus over late while it fills; what was typed too early went elsewhere.
    await until(`the filter of the Problems view to hold "${filter}"`, async () => {
      await this.command('Problems: Focus on Problems View');
      await this.page.locator('.markers-panel').waitFor();
      // The key opens the editor's search as long as the focus has not come over.
      if (!(await this.focusIsIn('.part.panel'))) return false;
      await this.page.keyboard.press('Control+F');
      if (!(await input.evaluate((element) => element === element.ownerDocument.activeElement))) return false;
      await this.page.keyboard.press('Control+A');
      await this.page.keyboard.press('Delete');
      if (filter !== '') await this.page.keyboard.insertText(filter);
      return (await input.inputValue()) === filter;
    });
  }

  /** @param {string} selector */
  focusIsIn(selector) {
    return this.page.evaluate((wanted) => document.activeElement?.closest(wanted) != null, selector);
  }

  /** The rows of the view of systems whose label for screen readers holds a text; it has the description, too. @param {string} text */
  systemsRow(text) {
    return this.page.locator(`.sidebar .monaco-list-row[aria-label*="${text}"]`).first();
  }

  /** What VS Code says of the language status items of the active editor. */
  async languageStatus() {
    const label = this.page.locator('#status\\.languageStatus .statusbar-item-label');
    return (await label.count()) === 0 ? '' : ((await label.first().getAttribute('aria-label')) ?? '');
  }

  /** Waits for a notification with a text and gives its whole text. @param {RegExp} text */
  async notification(text) {
    const message = this.page.locator('.notification-list-item-message', { hasText: text }).first();
    await message.waitFor();
    return (await message.textContent()) ?? '';
  }

  /** Chooses a color theme by its name, and waits for its class. @param {string} name @param {string} className */
  async chooseTheme(name, className) {
    await this.quickInput('Control+K Control+T', name, name);
    await this.page.locator(`.monaco-workbench.${className}`).waitFor();
  }
}

/**
 * Asks again and again until the answer is yes.
 *
 * @param {string} what For the message of the failure. @param {() => Promise<boolean>} ask
 */
export async function until(what, ask) {
  const deadline = Date.now() + patience;
  while (!(await ask())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
