import { until } from './workbench.mjs';

/** More stops of the Tab key than the page of the map has. */
const mostStops = 300;

/** The page of a memory map inside of VS Code's own frames, driven with the keyboard. */
export class MapPage {
  /** @param {import('./workbench.mjs').Workbench} workbench */
  constructor(workbench) {
    this.workbench = workbench;
    this.frame = workbench.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  }

  /** @param {string} id */
  block(id) {
    return this.frame.locator(`[data-block="${id}"]`);
  }

  /** @param {string | RegExp} name */
  button(name) {
    return this.frame.getByRole('button', { name, exact: typeof name === 'string' });
  }

  hatches() {
    return this.frame.locator('.hatch').count();
  }

  /** Has the keyboard. @param {import('playwright-core').Locator} locator */
  async hasFocus(locator) {
    return (
      (await locator.count()) > 0 && locator.first().evaluate((element) => element.matches(':focus') && element.ownerDocument.hasFocus())
    );
  }

  /** The page has the keyboard, whatever in it. */
  async hasKeyboard() {
    return this.frame.locator('body').evaluate((body) => body.ownerDocument.hasFocus());
  }

  /** What has the keyboard in the page, for messages. */
  async focused() {
    return this.frame.locator('body').evaluate((body) => {
      const element = body.ownerDocument.activeElement;
      return element === null || element === body ? '' : (element.getAttribute('aria-label') ?? element.textContent ?? element.tagName);
    });
  }

  /** Goes on with the Tab key until something has the focus. @param {string} what @param {import('playwright-core').Locator} locator @param {'Tab' | 'Shift+Tab'} [key] */
  async tabTo(what, locator, key = 'Tab') {
    /** @type {string[]} */
    const stops = [];
    for (let stop = 0; stop < mostStops; stop++) {
      if (await this.hasFocus(locator)) return;
      await this.workbench.page.keyboard.press(key);
      stops.push(await this.focused());
    }
    throw new Error(`the ${key} key does not reach ${what}; it stopped at: ${[...new Set(stops)].join(' | ').slice(0, 2000)}`);
  }

  /** From the focused block to another one by the arrow keys. @param {string} id */
  async arrowTo(id) {
    const lane = id.slice(0, id.indexOf(':'));
    const { keyboard } = this.workbench.page;
    const focusedBlock = () =>
      this.frame.locator('body').evaluate((body) => body.ownerDocument.activeElement?.getAttribute('data-block') ?? '');
    /** @param {string} key */
    const step = async (key) => {
      const before = await focusedBlock();
      await keyboard.press(key);
      await until(`${key} to lead on from ${before}`, async () => (await focusedBlock()) !== before);
    };
    while (!(await focusedBlock()).startsWith(`${lane}:`)) await step('ArrowRight');
    await keyboard.press('Home');
    while ((await focusedBlock()) !== id) await step('ArrowDown');
  }

  /** Where a block is drawn: what zoom does shows in it. @param {string} id */
  async box(id) {
    const box = await this.block(id).boundingBox();
    if (box === null) throw new Error(`${id} is not drawn`);
    return box;
  }

  /** Its height once a movement has come to rest. @param {string} id */
  async heightAtRest(id) {
    let before = Number.NaN;
    let seen = 0;
    await until('the zoom to come to rest', async () => {
      const { height } = await this.box(id);
      seen = height === before ? seen + 1 : 0;
      before = height;
      return seen >= 4;
    });
    return before;
  }

  /**
   * Fails when all of the map fits the view again. Blocks above may come and go with a text, and with them pixels: the height alone would be no proof.
   *
   * @param {string} id @param {number} fitted Its height when all of the map fitted.
   */
  async staysZoomed(id, fitted) {
    const { height } = await this.box(id);
    if (height < fitted * 2) throw new Error(`the zoom is lost: ${id} is ${height} pixels high, ${fitted} where all of the map fits`);
  }
}
