import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/programs.mjs';
import { MapPage } from './map-page.mjs';
import { Session } from './session.mjs';
import { until } from './workbench.mjs';

/** A window with targets of its own. @param {{ example?: string, files?: Record<string, string> }} workspace */
async function open(workspace) {
  const folder = mkdtempSync(join(tmpdir(), 'jailhouse-cells-targets-'));
  const state = join(folder, 'state');
  const session = await Session.open({
    name: 'targets',
    ...workspace,
    env: { XDG_STATE_HOME: state, XDG_CACHE_HOME: join(folder, 'cache') },
    // The text of terminals can be read then.
    settings: { 'terminal.integrated.gpuAcceleration': 'off' },
  });
  const { page } = session.workbench;
  const file = join(state, 'jailhouse-cells/targets.json');
  const targets = () => {
    try {
      return JSON.parse(readFileSync(file, 'utf8')).targets;
    } catch {
      return [];
    }
  };
  return {
    session,
    page,
    targets,
    /** A row of the tree by the start of its label, with what it says. @param {string} text */
    row: (text) => page.locator(`.sidebar .monaco-list-row[aria-label^="${text}"]`).first(),
    /** Runs a command on the first simulated board, as a person would by ssh. @param {string} command @param {string} [input] */
    ssh: (command, input = '') => {
      const [target] = targets();
      const { stdout, stderr, status } = spawnSync('ssh', ['-F', target.sshConfig, target.host, command], { encoding: 'utf8', input });
      if (status !== 0) throw new Error(`${command}: ${stderr}`);
      return stdout;
    },
    /** Text of the terminal in front. */
    terminal: async () => {
      const rows = await page.locator('.terminal-wrapper.active .xterm-rows > div').allTextContents();
      return rows.join('\n').replaceAll('\u00a0', ' ');
    },
    /** Chooses a row of the open list. @param {string} text */
    pick: async (text) => {
      const input = page.locator('.quick-input-widget input').first();
      await page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().waitFor();
      await input.fill(text);
      await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: text }).first().waitFor();
      await page.keyboard.press('Enter');
    },
    close: async () => {
      await session.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}

describe('the view of targets where there is none', () => {
  /** @type {Awaited<ReturnType<typeof open>>} */
  let window;
  beforeAll(async () => {
    window = await open({ files: { 'notes.md': '# Nothing yet\n' } });
    await window.session.workbench.command('View: Show Jailhouse');
  });
  afterEach((context) => window.session.workbench.pictureOfFailure(context));
  afterAll(() => window?.close());

  it('says how to get one, and starts a simulated board', async () => {
    const welcome = window.page.locator('.sidebar .welcome-view-content').filter({ hasText: 'No target yet' });
    await welcome.waitFor();
    await window.session.workbench.screenshot('welcome');
    await welcome.locator('a', { hasText: 'Start Simulated Board' }).click();
    await window.pick('Raspberry Pi 4, 2 GB');
    await window.row('rpi4-2gb (simulated), driver not loaded').waitFor();
    expect(window.targets()).toMatchObject([{ name: 'rpi4-2gb', simulated: true }]);
  });

  it('opens a terminal on it', async () => {
    await window.session.workbench.command('Jailhouse: Open Terminal on Target', { stays: true });
    await window.pick('rpi4-2gb');
    await until('the prompt of the board', async () => /simulated/.test(await window.terminal()));
    await window.page.keyboard.type('cat /proc/device-tree/model\n');
    await until('the model', async () => (await window.terminal()).includes('Raspberry Pi 4 Model B'));
    await window.session.workbench.screenshot('terminal');
  });

  it('ends it with the window', async () => {
    const [{ process: mark }] = window.targets();
    await window.session.close();
    await until('the board to be gone', async () => {
      try {
        process.kill(mark.pid, 0);
        return false;
      } catch {
        return true;
      }
    });
    expect(window.targets()).toEqual([]);
  });
});

describe('a simulated board in examples/rpi4', () => {
  /** @type {Awaited<ReturnType<typeof open>>} */
  let window;
  beforeAll(async () => {
    window = await open({ example: 'examples/rpi4' });
    await window.session.workbench.command('View: Show Jailhouse');
  });
  afterEach((context) => window.session.workbench.pictureOfFailure(context));
  afterAll(() => window?.close());
  const crash = 'cell load rpi4-inmate-demo crash.bin';

  it('shows beside the target of jailhouse.json, which does not answer', async () => {
    await window.row('rpi4, not reachable').waitFor();
    await window.session.workbench.command('Jailhouse: Start Simulated Board', { stays: true });
    await window.pick('Raspberry Pi 4, 8 GB');
    await window.row('rpi4-8gb (simulated), driver not loaded').waitFor();
    await window.session.workbench.screenshot('board');
  });

  it('shows its cells as they come and go, whoever makes them', async () => {
    const out = join(window.session.folder, 'cells');
    const configs = ['rpi4', 'rpi4-inmate-demo'].map((name) => join(window.session.workspace, `configs/${name}.c`));
    const built = spawnSync(process.execPath, [join(root, 'dist/cli.cjs'), 'build', ...configs, '--out', out], { encoding: 'utf8' });
    expect(built.stderr).toBe('');
    for (const name of readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.cell'))) {
      window.ssh(`base64 -d > ${basename(name)}`, readFileSync(join(out, name)).toString('base64'));
    }
    window.ssh('sudo modprobe jailhouse');
    await window.row('rpi4-8gb (simulated), hypervisor off').waitFor();
    window.ssh('sudo jailhouse enable rpi4.cell');
    await window.row('rpi4, root cell · running').waitFor();
    await window.row('rpi4-8gb (simulated), enabled · no cells').waitFor();
    window.ssh('sudo jailhouse cell create rpi4-inmate-demo.cell');
    await window.row('rpi4-inmate-demo, shut down').waitFor();
    await window.session.workbench.screenshot('cells');
  });

  it('follows the console, and says what a crash means', async () => {
    await window.session.workbench.command('Jailhouse: Open Hypervisor Console', { stays: true });
    await window.pick('rpi4-8gb');
    await until('the terminal', async () => (await window.terminal()).includes('console of rpi4-8gb (simulated)'));
    // Room for the whole report.
    await window.session.workbench.command('View: Toggle Maximized Panel');
    await until('the console', async () => (await window.terminal()).includes('Created cell "rpi4-inmate-demo"'));
    const profile = { touches: [{ address: '0xfe201000', width: 4, access: 'read' }] };
    window.ssh(`echo > crash.bin; cat > crash.bin.profile.json`, JSON.stringify(profile));
    window.ssh(`sudo jailhouse ${crash}; sudo jailhouse cell start rpi4-inmate-demo`);
    await window.row('rpi4-inmate-demo, failed').waitFor();
    await until('the meaning of the crash', async () => /Parking CPU[\s\S]*╰─ The hypervisor stopped CPU/.test(await window.terminal()));
    await window.session.workbench.screenshot('console');
  });

  it('makes the address a link that names the device, and offers a region for it', async () => {
    const line = window.page.locator('.terminal-wrapper.active .xterm-rows > div', { hasText: 'Unhandled data read at' }).last();
    const at = await line.evaluate((row) => {
      const texts = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
      for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
        const start = (node.textContent ?? '').indexOf('0xfe201000');
        if (start < 0) continue;
        const range = document.createRange();
        range.setStart(node, start + 3);
        range.setEnd(node, start + 5);
        const { x, y, height } = range.getBoundingClientRect();
        return { x, y: y + height / 2 };
      }
      throw new Error('no address in the line');
    });
    await window.page.mouse.move(at.x, at.y);
    await window.page.locator('.workbench-hover', { hasText: '0xfe201000 is serial@7e201000 of the board' }).waitFor();
    await window.page.keyboard.down('Control');
    await window.page.mouse.click(at.x, at.y);
    await window.page.keyboard.up('Control');
    const told = await window.session.workbench.notification(/0xfe201000 is/);
    await window.session.workbench.screenshot('link');
    expect(told).toContain('cell "rpi4-inmate-demo" has no region there');
    await window.page.locator('.notification-list-item').getByRole('button', { name: 'Copy a Region' }).click();
    await window.session.workbench.notification(/The region is copied/);
  });

  it('shows on the memory map how the cells are', async () => {
    // The link has shown the source, so that the panel is small again.
    await window.session.workbench.openFile('rpi4.c');
    await window.session.workbench.command('Jailhouse: Show Memory Map');
    const map = new MapPage(window.session.workbench);
    await map.frame.locator('.lane-head', { hasText: 'rpi4-inmate-demo' }).locator('.live', { hasText: 'failed' }).waitFor();
    await window.session.workbench.screenshot('map');
    window.ssh('sudo jailhouse disable');
    await map.frame.locator('.live').first().waitFor({ state: 'detached' });
    await window.row('rpi4-8gb (simulated), hypervisor off').waitFor();
    await until('the console to say so', async () => (await window.terminal()).includes('the hypervisor is not enabled'));
  });

  it('stops by command', async () => {
    await window.session.workbench.command('Jailhouse: Stop Simulated Board');
    await window.row('rpi4-8gb').waitFor({ state: 'detached' });
    expect(window.targets()).toEqual([]);
    expect(window.session.workbench.outside).toEqual([]);
  });
});
