import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Session } from './session.mjs';
import { SimulatedBoard } from './simulated-board.mjs';

const all = { rpi4: 'running', 'rpi4-linux-demo': 'running', 'rpi4-inmate-demo': 'running' };

/** What a person does with a window. @param {() => Session} session */
function hands(session) {
  const page = () => session().workbench.page;
  const dialog = () => page().locator('.monaco-dialog-box');
  /** Presses a button of the dialog in front. @param {string} name */
  const press = (name) => dialog().getByRole('button', { name, exact: true }).click();
  /** The one click. */
  const clickDeploy = () => page().locator('.editor-actions a[aria-label^="Deploy"]').first().click();
  /** Takes all notifications away, so that the next one is a new one. */
  const clearNotifications = () => session().workbench.command('Notifications: Clear All Notifications');
  /** Chooses a row of the open list by typing. @param {string} text */
  const pick = async (text) => {
    const input = page().locator('.quick-input-widget input').first();
    const wanted = page().locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
    await wanted.waitFor();
    await input.fill(text);
    await page().locator('.quick-input-list .monaco-list-row.focused', { hasText: text }).first().waitFor();
    await page().keyboard.press('Enter');
  };
  return { page, dialog, press, clickDeploy, clearNotifications, pick };
}

describe('deployment of examples/rpi4 to a simulated board', () => {
  /** @type {Session} */
  let session;
  /** @type {SimulatedBoard} */
  let board;
  /** @type {string} */
  let folder;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jailhouse-cells-deploy-'));
    const state = join(folder, 'state');
    board = await SimulatedBoard.start({ folder: join(folder, 'board'), state });
    session = await Session.open({
      name: 'deploy',
      example: 'examples/rpi4',
      env: { XDG_STATE_HOME: state },
      settings: { 'jailhouseCells.deploy.watchSeconds': 2 },
    });
  });
  afterEach((context) => session.workbench.pictureOfFailure(context));
  afterAll(async () => {
    await session?.close();
    await board?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const { page, dialog, press, clickDeploy, clearNotifications, pick } = hands(() => session);

  it('chooses the simulated board, and says in the status bar that it is one', async () => {
    await session.workbench.openFile('rpi4.c');
    await page().locator('.codelens-decoration a', { hasText: 'Deploy' }).first().waitFor();
    await session.workbench.command('Jailhouse: Choose Target', { stays: true });
    await pick('simulated (simulated)');
    await page().locator('.statusbar-item', { hasText: 'simulated (simulated)' }).first().waitFor();
  });

  it('shows the plan without doing anything', async () => {
    await session.workbench.command('Jailhouse: Show Deployment Plan');
    await page().locator('.tab.active', { hasText: '.plan' }).waitFor();
    const text = page().locator('.editor-instance .view-lines');
    await text.filter({ hasText: 'jailhouse cell linux' }).waitFor();
    await session.workbench.screenshot('plan');
    expect(board.cells()).toEqual({});
    await page().keyboard.press('Control+W');
    await clearNotifications();
  });

  it('brings the system to the board by one click, and a yes to the plan', async () => {
    await session.workbench.openFile('rpi4.c');
    await clickDeploy();
    await dialog().filter({ hasText: 'Deploy rpi4 to simulated (simulated)?' }).waitFor();
    await session.workbench.screenshot('question');
    expect(await dialog().textContent()).toContain('enable the hypervisor');
    expect(board.cells()).toEqual({});
    await press('Go On');
    await session.workbench.notification(/Deploy rpi4 to simulated \(simulated\): done/);
    await session.workbench.screenshot('deployed');
    expect(board.cells()).toEqual(all);
  });

  it('writes every command and what the console said into the output channel', async () => {
    await clearNotifications();
    await session.workbench.command('Jailhouse: Show Deployment Log');
    const output = page().locator('.part.panel .view-lines');
    await output.filter({ hasText: 'rpi4-inmate-demo' }).waitFor();
    await output.filter({ hasText: 'Started cell "rpi4-inmate-demo"' }).waitFor();
    await output.filter({ hasText: 'exit status 0 (' }).waitFor();
    await session.workbench.screenshot('output');
  });

  it('does nothing when nothing has changed', async () => {
    await session.workbench.openFile('rpi4.c');
    await clickDeploy();
    await session.workbench.notification(/nothing has to be done/);
    await clearNotifications();
  });

  it('saves an edit, and makes only the cell anew that it is about', async () => {
    const file = join(session.workspace, 'configs/rpi4-inmate-demo.c');
    const line =
      readFileSync(file, 'utf8')
        .split('\n')
        .findIndex((text) => text.includes('.size = 0x10000,')) + 1;
    await session.workbench.openFile('rpi4-inmate-demo.c');
    await session.workbench.replaceLine(line, '.size = 0x20000,');
    await clickDeploy();
    await dialog().filter({ hasText: 'destroy cell rpi4-inmate-demo' }).waitFor();
    const question = (await dialog().textContent()) ?? '';
    expect(question).toContain('its config changed');
    expect(question).not.toContain('rpi4-linux-demo');
    expect(question).not.toContain('enable');
    expect(readFileSync(file, 'utf8')).toContain('.size = 0x20000,');
    await press('Go On');
    await session.workbench.notification(/done/);
    expect(board.cells()).toEqual(all);
    await clearNotifications();
  });

  it('stops a cell and starts it again', async () => {
    await session.workbench.command('Jailhouse: Stop Cell');
    await dialog().filter({ hasText: 'Stop cell rpi4-inmate-demo' }).waitFor();
    await press('Go On');
    await session.workbench.notification(/done/);
    expect(board.cells()).toEqual({ ...all, 'rpi4-inmate-demo': 'shut down' });
    await clearNotifications();
    await session.workbench.command('Jailhouse: Restart Cell');
    await press('Go On');
    await session.workbench.notification(/done/);
    expect(board.cells()).toEqual(all);
    await clearNotifications();
  });

  it('says what crashed and which line is to blame, and puts back what ran', async () => {
    const profile = join(session.workspace, 'images/inmate-demo.bin.profile.json');
    const before = readFileSync(profile, 'utf8');
    writeFileSync(profile, JSON.stringify({ ...JSON.parse(before), touches: [{ address: '0x9000000', width: 4, access: 'read' }] }));
    await clickDeploy();
    await press('Go On');
    const told = await session.workbench.notification(/What was done is undone/);
    await session.workbench.screenshot('crashed');
    expect(told).toContain('9000000');
    await session.workbench.filterProblems('jailhouse-deploy');
    await session.workbench.problemRows('jailhouse-deploy').first().waitFor();
    await session.workbench.screenshot('blamed');
    expect(board.cells()).toEqual(all);
    writeFileSync(profile, before);
    await clearNotifications();
  });

  it('disables the hypervisor', async () => {
    await session.workbench.openFile('rpi4-inmate-demo.c');
    await session.workbench.command('Jailhouse: Disable Hypervisor');
    await dialog().filter({ hasText: 'Disable the hypervisor on simulated (simulated)?' }).waitFor();
    await press('Go On');
    await session.workbench.notification(/done/);
    expect(board.cells()).toEqual({});
    await clearNotifications();
  });

  it('checks the target, in a table', async () => {
    await session.workbench.command('Jailhouse: Check Target (Doctor)');
    const frame = page().frameLocator('iframe.webview.ready').frameLocator('#active-frame');
    await frame.locator('h1', { hasText: 'Target simulated (simulated) for rpi4' }).waitFor();
    await frame.locator('tr', { hasText: 'Hypervisor memory' }).locator('td.ok').waitFor();
    await session.workbench.screenshot('doctor');
    await page().keyboard.press('Control+W');
  });

  it('asks nothing outside of the machine', () => {
    expect(session.workbench.outside).toEqual([]);
  });
});

describe('a deployment that nobody lets come to its end', () => {
  /** @type {Session} */
  let session;
  /** @type {SimulatedBoard[]} */
  const boards = [];
  /** @type {string} */
  let folder;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jailhouse-cells-deploy-'));
    const state = join(folder, 'state');
    boards.push(await SimulatedBoard.start({ folder: join(folder, 'one'), state, name: 'one' }));
    boards.push(await SimulatedBoard.start({ folder: join(folder, 'strict'), state, name: 'strict', args: ['--sudo', 'refused'] }));
    session = await Session.open({
      name: 'deploy',
      example: 'examples/rpi4',
      env: { XDG_STATE_HOME: state },
      // Long enough for everybody to press the button.
      settings: { 'jailhouseCells.deploy.watchSeconds': 600, 'jailhouseCells.deploy.confirm': false },
    });
  });
  afterEach((context) => session.workbench.pictureOfFailure(context));
  afterAll(async () => {
    await session?.close();
    for (const board of boards) await board.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const { page, dialog, press, clickDeploy, clearNotifications, pick } = hands(() => session);

  it('is undone when it is cancelled', async () => {
    await session.workbench.openFile('rpi4.c');
    await session.workbench.command('Jailhouse: Choose Target', { stays: true });
    await pick('one (simulated)');
    await clickDeploy();
    const progress = page().locator('.notification-list-item', { hasText: 'watching the cells' }).first();
    await progress.waitFor();
    expect(boards[0]?.cells()).toEqual(all);
    await progress.getByRole('button', { name: 'Cancel' }).click();
    const told = await session.workbench.notification(/cancelled/);
    expect(told).toContain('What was done is undone');
    expect(boards[0]?.cells()).toEqual({});
    await clearNotifications();
  });

  it('asks for what root lacks on the board, and gives the line for sudoers', async () => {
    await session.workbench.command('Jailhouse: Choose Target', { stays: true });
    await pick('strict (simulated)');
    await clickDeploy();
    await dialog().filter({ hasText: 'strict (simulated) is not ready.' }).waitFor();
    expect(await dialog().textContent()).toContain('NOPASSWD');
    await session.workbench.screenshot('not-ready');
    await press('Deploy Anyway');
    await session.workbench.notification(/may not become root/);
    await page().locator('.notification-list-item').getByRole('button', { name: 'Copy Line for sudoers' }).waitFor();
    expect(boards[1]?.cells()).toEqual({});
  });
});

describe('an untrusted workspace', () => {
  /** @type {Session} */
  let session;
  beforeAll(async () => {
    session = await Session.open({
      name: 'deploy',
      example: 'examples/rpi4',
      trust: true,
      settings: { 'security.workspace.trust.startupPrompt': 'never' },
    });
  });
  afterEach((context) => session.workbench.pictureOfFailure(context));
  afterAll(() => session?.close());

  it('is not deployed, not even by the code lens', async () => {
    const { workbench } = session;
    await workbench.openFile('rpi4.c');
    const lens = workbench.page.locator('.codelens-decoration a', { hasText: 'Deploy' }).first();
    await lens.waitFor();
    expect(await workbench.page.locator('.editor-actions a[aria-label^="Deploy"]').count()).toBe(0);
    await lens.click();
    await workbench.notification(/Nothing connects to a target as long as this workspace is not trusted/);
  });

  it('has none of the commands', async () => {
    const { workbench } = session;
    await workbench.page.keyboard.press('F1');
    const input = workbench.page.locator('.quick-input-widget input').first();
    await input.waitFor({ state: 'visible' });
    await input.fill('>Jailhouse: ');
    const rows = workbench.page.locator('.quick-input-list .monaco-list-row');
    await rows.filter({ hasText: 'Jailhouse: Show Output' }).waitFor();
    for (const title of ['Deploy', 'Show Deployment Plan', 'Stop Cell', 'Check Target', 'Choose Target', 'Start Simulated Board']) {
      expect(await rows.filter({ hasText: `Jailhouse: ${title}` }).count(), title).toBe(0);
    }
    await workbench.page.keyboard.press('Escape');
  });
});
