import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Session } from './session.mjs';
import { until } from './workbench.mjs';

const config = `#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>

struct {
	struct jailhouse_cell_desc cell;
	__u64 cpus[1];
} __attribute__((packed)) config = {
	.cell = {
		.signature = JAILHOUSE_CELL_DESC_SIGNATURE,
		.architecture = JAILHOUSE_ARM64,
		.revision = JAILHOUSE_CONFIG_REVISION,
		.name = "small",
		.cpu_set_size = sizeof(config.cpus),
		.no_such_field = 1,
	},
	.cpus = { 0x2 },
};
`;

describe('a workspace of other C files', () => {
  /** @type {Session} */
  let session;
  beforeAll(async () => {
    session = await Session.open({
      name: 'activation',
      files: { 'hello.c': '#include <stdio.h>\n\nint main(void) { return 0; }\n', 'small.c': config },
    });
  });
  afterEach((context) => session.workbench.pictureOfFailure(context));
  afterAll(() => session?.close());

  it('starts no server for a C file that is no config', async () => {
    const { workbench } = session;
    await workbench.openFile('hello.c');
    // The extension is there (its command is) and has had its chance: its channel says that it was activated.
    await workbench.command('Jailhouse: Show Output');
    await workbench.page.locator('.output-view .view-line', { hasText: 'Activated in' }).first().waitFor();
    await workbench.screenshot('no-server');
    expect(session.languageServers()).toEqual([]);
    expect(await workbench.languageStatus()).not.toContain('config');
  });

  it('starts it with the first config, and finds the field that does not exist', async () => {
    const { workbench } = session;
    await workbench.openFile('small.c');
    await workbench.squiggles('error').first().waitFor();
    expect(session.languageServers()).toHaveLength(1);
    await until('the status of the config', async () => (await workbench.languageStatus()).includes('Cell config small (arm64)'));
    expect(await workbench.languageStatus()).toContain('built-in headers, revision 14');
    await workbench.screenshot('config');
  });

  it('has no status for a file that is no config', async () => {
    const { workbench } = session;
    await workbench.openFile('hello.c');
    await until('the status to go', async () => !(await workbench.languageStatus()).includes('Cell config'));
  });

  it('restarts the server by command', async () => {
    const { workbench } = session;
    await workbench.openFile('small.c');
    const before = session.languageServers();
    await workbench.command('Jailhouse: Restart Language Server');
    await until('another server process', async () => {
      const now = session.languageServers();
      return now.length === 1 && now[0] !== before[0];
    });
    await workbench.squiggles('error').first().waitFor();
    await until('the status', async () => (await workbench.languageStatus()).includes('Cell config small'));
  });

  it('survives a crash of the server', async () => {
    const { workbench } = session;
    const before = session.languageServers();
    expect(before).toHaveLength(1);
    process.kill(/** @type {number} */ (before[0]), 'SIGKILL');
    await until('another server process', async () => {
      const now = session.languageServers();
      return now.length === 1 && now[0] !== before[0];
    });
    await until('the status', async () => (await workbench.languageStatus()).includes('Cell config small'));
    await workbench.squiggles('error').first().waitFor();
  });

  it('asks nothing outside of the machine', () => {
    expect(session.workbench.outside).toEqual([]);
  });
});

describe('an untrusted workspace', () => {
  /** @type {Session} */
  let session;
  beforeAll(async () => {
    session = await Session.open({
      name: 'untrusted',
      files: { 'small.c': config },
      trust: true,
      settings: { 'security.workspace.trust.startupPrompt': 'never' },
    });
  });
  afterEach((context) => session.workbench.pictureOfFailure(context));
  afterAll(() => session?.close());

  it('is checked', async () => {
    const { workbench } = session;
    await workbench.openFile('small.c');
    await workbench.squiggles('error').first().waitFor();
    await workbench.screenshot('restricted-mode');
    await workbench.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).first().waitFor();
  });

  it('is not built', async () => {
    const { workbench } = session;
    await workbench.page.keyboard.press('F1');
    const input = workbench.page.locator('.quick-input-widget input').first();
    await input.waitFor({ state: 'visible' });
    await input.fill('>Jailhouse: ');
    await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Jailhouse: Show Output' }).waitFor();
    expect(await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Jailhouse: Build Cell' }).count()).toBe(0);
    await workbench.page.keyboard.press('Escape');
  });
});
