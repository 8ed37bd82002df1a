// Opens the editor on the Raspberry Pi 4 example, with the extension of this checkout and a simulated board: VS Code desktop if `code` is on the PATH, else
// in the browser.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programOnPath, root, run } from './programs.mjs';
import { setUpPackages } from './set-up.mjs';
import { startBoard } from './start-board.mjs';

const example = join(root, 'examples/rpi4');

const problem = setUpPackages();
if (problem !== undefined) fail(problem);

const code = process.argv.includes('--browser') ? undefined : programOnPath('code');
if (code === undefined) await openInBrowser();
else {
  if (run(process.execPath, ['scripts/build.mjs']) !== 0) fail('The build failed; its message stands above.');
  console.log(await startBoard());
  console.log(`Opening VS Code on ${example}; the board runs until the window is closed.`);
  const status = run(code, ['--new-window', '--wait', `--extensionDevelopmentPath=${root}`, example], {
    shell: process.platform === 'win32',
  });
  process.exit(status);
}

async function openInBrowser() {
  if (run(process.execPath, ['scripts/package.mjs']) !== 0) fail('The build failed; its message stands above.');
  const { installExtension, startVscodeServer } = await import('./vscode-server.mjs');
  // A fresh copy each time: the browser VS Code saves by itself.
  const folder = mkdtempSync(join(tmpdir(), 'jailhouse-cells-start-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const workspace = join(folder, 'rpi4');
  cpSync(example, workspace, { recursive: true });
  // One click goes to the simulated board, not to a host "rpi4" that may be somebody's.
  const project = join(workspace, 'jailhouse.json');
  writeFileSync(project, readFileSync(project, 'utf8').replace('"target": "rpi4"', '"target": "simulated"'));
  const options = { userData: join(folder, 'user-data'), extensions: join(folder, 'extensions') };
  try {
    installExtension({ ...options, vsix: join(root, 'dist/jailhouse-cells.vsix') });
    const port = process.env.PORT ? Number(process.env.PORT) : undefined;
    const server = await startVscodeServer({ ...options, ...(port === undefined ? {} : { port }) });
    console.log(`\nVS Code runs in the browser: ${server.url}/?folder=${encodeURIComponent(workspace)}`);
    console.log(await startBoard());
    console.log('The editor works on a copy of examples/rpi4. Ctrl-C ends all of it.');
    let asked = false;
    for (const signal of ['SIGINT', 'SIGTERM']) {
      process.on(signal, () => {
        asked = true;
        server.stop();
      });
    }
    const status = await server.exited;
    if (!asked) fail(`The VS Code server ended with status ${status}.`);
    process.exit(0);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(1);
}
