import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { findChromium } from '../../scripts/chromium.mjs';
import { root } from '../../scripts/programs.mjs';
import { installExtension, startVscodeServer } from '../../scripts/vscode-server.mjs';
import { Workbench } from './workbench.mjs';

/** Nothing but the test changes a text, and every picture is the same picture. */
const calmSettings = {
  'editor.autoClosingBrackets': 'never',
  'files.autoSave': 'off',
  'editor.minimap.enabled': false,
  'workbench.colorTheme': 'Light Modern',
  // Findings come from the extension under test alone.
  'C_Cpp.errorSquiggles': 'disabled',
};

/** A VS Code with the packaged extension in it and nothing else: its own user data, its own extensions, a fresh copy of a workspace. */
export class Session {
  /**
   * @param {{ example?: string, within?: string, files?: Record<string, string>, settings?: Record<string, unknown>, env?: Record<string, string>, trust?: boolean, name: string }} options
   *   `example`: folder of the checkout to copy; `within`: the folder of it to open, left out: all of it; `files`: texts by path, for a workspace of the test's own; `name`: for the pictures.
   */
  static async open({ example, within = '', files = {}, settings = {}, env = {}, trust = false, name }) {
    const session = new Session();
    session.folder = mkdtempSync(join(tmpdir(), 'jailhouse-cells-e2e-'));
    try {
      const copy = join(session.folder, example === undefined ? 'workspace' : basename(example));
      cpSync(example === undefined ? mkdtempSync(join(session.folder, 'empty-')) : join(root, example), copy, { recursive: true });
      session.workspace = join(copy, within);
      for (const [path, text] of Object.entries(files)) writeFileSync(join(session.workspace, path), text);
      const places = { userData: join(session.folder, 'user-data'), extensions: join(session.folder, 'extensions') };
      installExtension({ ...places, vsix: join(root, 'dist/jailhouse-cells.vsix') });
      session.server = await startVscodeServer({ ...places, trust, env, settings: { ...calmSettings, ...settings } });
      session.workbench = await Workbench.open({
        chromium: findChromium(),
        url: session.server.url,
        folder: session.workspace,
        shots: join(root, 'test-results', name),
      });
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  async close() {
    await this.workbench?.close();
    await this.server?.stop();
    if (this.folder) rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }

  /** Ids of the processes that run this session's language server. @returns {number[]} */
  languageServers() {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .filter((entry) => {
        try {
          const args = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0');
          return args.some((arg) => arg.startsWith(this.folder) && arg.endsWith('/dist/server.cjs'));
        } catch {
          return false;
        }
      })
      .map(Number);
  }
}
