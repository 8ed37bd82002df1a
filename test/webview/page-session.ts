import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MapPageInput, MapPageOutput } from '@jailhouse-cells/protocol/map-page-messages.ts';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { mapPage } from '../../client/memory-map-page.ts';
import { findChromium } from '../../scripts/chromium.mjs';
import { pageBundle, pageStyle } from '../../scripts/page-bundle.mjs';
import type { Theme } from './themes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const origin = 'https://page.test';

/** The page of the memory map in a browser, with its own content security policy and without VS Code. */
export class PageSession {
  readonly outputs: MapPageOutput[] = [];
  /** Errors of scripts and violations of the policy: there must be none. */
  readonly errors: string[] = [];

  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
  ) {}

  static async open(): Promise<PageSession> {
    const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', '--disable-gpu'] });
    const context = await browser.newContext({ viewport: { width: 1240, height: 900 }, reducedMotion: 'reduce' });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const session = new PageSession(browser, page);
    page.on('pageerror', (error) => session.errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && session.errors.push(message.text()));
    const files = await bundled();
    const nonce = randomUUID();
    files.set('/', mapPage({ script: `${origin}/webview.js`, style: `${origin}/webview.css`, source: origin, nonce }));
    await page.route('**/*', (route) => {
      const path = new URL(route.request().url()).pathname;
      const body = files.get(path);
      const contentType = path.endsWith('.js') ? 'text/javascript' : path.endsWith('.css') ? 'text/css' : 'text/html';
      return body === undefined ? route.fulfill({ status: path === '/favicon.ico' ? 204 : 404 }) : route.fulfill({ body, contentType });
    });
    await page.exposeFunction('sendOut', (message: MapPageOutput) => session.outputs.push(message));
    await page.addInitScript(`
      window.acquireVsCodeApi = () => ({
        postMessage: (message) => window.sendOut(message),
        getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
        setState: (state) => sessionStorage.setItem('state', JSON.stringify(state)),
      });`);
    return session;
  }

  /** Loads the page as for the first time. */
  async loadFresh(theme: Theme): Promise<void> {
    await this.load(theme);
    await this.page.evaluate('sessionStorage.clear()');
    await this.load(theme);
  }

  /** Loads the page, or loads it again with the state that it kept. */
  async load(theme: Theme): Promise<void> {
    this.outputs.length = 0;
    await this.page.goto(`${origin}/`);
    await this.use(theme);
    await this.output('ready');
  }

  async use({ bodyClass, variables }: Theme): Promise<void> {
    const assignments = Object.entries(variables).map(
      ([name, value]) => `document.documentElement.style.setProperty('--vscode-${name}', ${JSON.stringify(value)});`,
    );
    await this.page.evaluate(
      `document.documentElement.removeAttribute('style'); ${assignments.join('')} document.body.className = '${bodyClass}';`,
    );
  }

  send(message: MapPageInput): Promise<unknown> {
    return this.page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`);
  }

  /** Waits for a message of a type and takes it, with all before it, off the list. */
  async output<T extends MapPageOutput['type']>(type: T): Promise<MapPageOutput & { type: T }> {
    for (;;) {
      const index = this.outputs.findIndex((message) => message.type === type);
      if (index >= 0) return this.outputs.splice(0, index + 1).at(-1) as MapPageOutput & { type: T };
      await this.page.waitForTimeout(20);
    }
  }

  /** What axe-core finds: rule, and the elements that break it. */
  async violations(): Promise<string[]> {
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    await this.page.evaluate(`${axe}; undefined`);
    const found: unknown = await this.page.evaluate(
      `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
        violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html + ' ' + failureSummary)))`,
    );
    return found as string[];
  }

  async screenshot(name: string): Promise<void> {
    const folder = join(root, 'test-results/memory-map-page');
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}

async function bundled(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const options of [pageBundle, pageStyle]) {
    const { outputFiles } = await build({ ...options, absWorkingDir: root, outdir: 'dist', write: false, logLevel: 'silent' });
    for (const { path, text } of outputFiles ?? []) files.set(path.slice(path.lastIndexOf('/')), text);
  }
  return files;
}
