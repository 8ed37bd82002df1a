import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium } from '../../scripts/chromium.mjs';
import { installExtension, startVscodeServer } from '../../scripts/vscode-server.mjs';
import { Workbench } from './workbench.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A VS Code with the packaged extension in it and nothing else: its own user data, its own extensions, a fresh copy of a workspace.
 *
 * @param {{ vsix: string, example: string, settings?: Record<string, unknown>, trust?: boolean, shots: string }} options
 */
export async function openSession({ vsix, example, settings = {}, trust = false, shots }) {
  const folder = mkdtempSync(join(tmpdir(), 'jailhouse-cells-e2e-'));
  const workspace = join(folder, basename(example));
  cpSync(join(root, example), workspace, { recursive: true });
  const extensions = join(folder, 'extensions');
  const userData = join(folder, 'user-data');
  const cleanUp = () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  try {
    installExtension({ vsix, extensions, userData });
    const server = await startVscodeServer({
      userData,
      extensions,
      trust,
      // Nothing but the test changes a text, and every state is a picture.
      settings: { 'editor.autoClosingBrackets': 'never', 'files.autoSave': 'off', 'editor.minimap.enabled': false, ...settings },
    });
    let workbench;
    try {
      workbench = await Workbench.open({ chromium: findChromium(), url: server.url, folder: workspace, shots });
    } catch (error) {
      await server.stop();
      throw error;
    }
    return {
      workbench,
      workspace,
      userData,
      async close() {
        await workbench.close();
        await server.stop();
        cleanUp();
      },
    };
  } catch (error) {
    cleanUp();
    throw error;
  }
}
