import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/programs.mjs';
import { Session } from './session.mjs';
import { until } from './workbench.mjs';

/** Number of the first line with a text, from 1. @param {string} file @param {string} text */
function lineOf(file, text) {
  const index = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text));
  if (index < 0) throw new Error(`${file} has no line with ${text}`);
  return index + 1;
}

describe('examples/rpi4', () => {
  /** @type {Session} */
  let session;
  let config = '';
  beforeAll(async () => {
    session = await Session.open({ name: 'example', example: 'examples/rpi4' });
    config = join(session.workspace, 'configs/rpi4.c');
  });
  afterEach((context) => session.workbench.pictureOfFailure(context));
  afterAll(() => session?.close());

  it('starts the server for its jailhouse.json, before any file is open', async () => {
    await until('the language server', async () => session.languageServers().length === 1);
  });

  it('says what is checked, against which headers, revision and system', async () => {
    const { workbench } = session;
    await workbench.openFile('rpi4.c');
    await until('the status', async () => (await workbench.languageStatus()).includes('System config rpi4 (arm64)'));
    expect(await workbench.languageStatus()).toContain(
      'built-in headers, revision 14 · system rpi4 with 2 cells (by jailhouse.json) · no errors',
    );
  });

  it('is clean', async () => {
    const { workbench } = session;
    await workbench.command('Problems: Focus on Problems View');
    await workbench.page.locator('.markers-panel', { hasText: 'No problems have been detected in the workspace.' }).waitFor();
    await workbench.screenshot('clean');
  });

  it('underlines both sides of a collision while it is typed, in the files that it concerns', async () => {
    const { workbench } = session;
    await workbench.openFile('rpi4.c');
    const line = lineOf(config, '.phys_start = 0x1fc00000');
    // The hypervisor one MiB lower: onto the shared memory of the virtual network.
    await workbench.replaceLine(line, '.phys_start = 0x1fb00000,');
    await workbench.filterProblems('region-overlaps-hypervisor');
    await workbench.problemRows('overlaps hypervisor memory 0x1fb00000-0x1fefffff (4 MiB)').first().waitFor();
    for (const file of ['rpi4.c', 'rpi4-linux-demo.c']) await workbench.problemRows(file).first().waitFor();
    await workbench.screenshot('collision');
  });

  it('links the other culprit', async () => {
    const { workbench } = session;
    const line = lineOf(config, '.phys_start = 0x1fc00000');
    const related = workbench.problemRows('hypervisor memory 0x1fb00000').filter({ hasText: `rpi4.c[Ln ${line}, Col` });
    await related.first().waitFor();
  });

  it('is clean again when the line is mended', async () => {
    const { workbench } = session;
    await workbench.openFile('rpi4.c');
    await workbench.replaceLine(lineOf(config, '.phys_start = 0x1fc00000'), '.phys_start = 0x1fc00000,');
    await until('the squiggles to go', async () => (await workbench.squiggles('error').count()) === 0);
    await workbench.filterProblems('');
    await workbench.page.locator('.markers-panel', { hasText: 'No problems have been detected in the workspace.' }).waitFor();
  });

  it('builds the .cell file, the same as the command line does', async () => {
    const { workbench } = session;
    await workbench.openFile('rpi4.c');
    await workbench.command('Jailhouse: Build Cell');
    const cell = join(session.workspace, 'configs/rpi4.cell');
    expect(await workbench.notification(/^Built /)).toContain(cell);
    await workbench.screenshot('built');
    const out = join(session.folder, 'out');
    execFileSync(process.execPath, [join(root, 'dist/cli.cjs'), 'build', join(root, 'examples/rpi4/configs/rpi4.c'), '--out', out]);
    const expected = execFileSync('find', [out, '-name', 'rpi4.cell'], { encoding: 'utf8' }).trim();
    expect(readFileSync(cell).equals(readFileSync(expected))).toBe(true);
  });

  it('builds nothing from a config with errors unless told to', async () => {
    const { workbench } = session;
    await workbench.command('Notifications: Clear All Notifications');
    await workbench.openFile('rpi4-inmate-demo.c');
    const source = join(session.workspace, 'configs/rpi4-inmate-demo.c');
    const cell = source.replace(/c$/, 'cell');
    const line = lineOf(source, '.revision = ');
    await workbench.replaceLine(line, '.revision = 13,');
    await workbench.squiggles('error').first().waitFor();
    await workbench.command('Jailhouse: Build Cell');
    expect(await workbench.notification(/error/)).toContain('Nothing was written: the config has an error.');
    await workbench.screenshot('not-built');
    expect(existsSync(cell)).toBe(false);
    await workbench.command('Notifications: Clear All Notifications');
  });

  it('validates jailhouse.json', async () => {
    const { workbench } = session;
    await workbench.openFile('jailhouse.json');
    const file = join(session.workspace, 'jailhouse.json');
    await workbench.replaceLine(lineOf(file, '"revision"'), '"revision": 9,');
    await workbench.squiggles('warning').first().waitFor();
    await workbench.screenshot('schema');
  });

  it('asks nothing outside of the machine', () => {
    expect(session.workbench.outside).toEqual([]);
  });
});
