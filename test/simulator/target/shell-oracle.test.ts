import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { qemuArm64 } from '@jailhouse-cells/simulator/machine/boards.ts';
import { createMachine } from '@jailhouse-cells/simulator/machine/create-machine.ts';
import { createTarget } from '@jailhouse-cells/simulator/target/create.ts';
import { describe, expect, test } from 'vitest';
import { snippets } from './shell-snippets.ts';
import { ask } from './simulated-session.ts';

const target = createTarget({
  board: qemuArm64({ cpus: 4 }),
  machine: createMachine,
  user: { name: 'dev', uid: 1000, sudo: true },
});
const environment = { LC_ALL: 'C', HOME: '/tmp' };

function onHost(script: string): { status: number | null; stdout: string; stderr: string } {
  const folder = mkdtempSync(join(tmpdir(), 'shell-oracle-'));
  try {
    return spawnSync('dash', ['-c', script], { cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH ?? '', ...environment } });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the shell of the target, measured by dash', () => {
  for (const [name, script] of Object.entries(snippets)) {
    test(name, async () => {
      const wanted = onHost(script);
      const folder = `/tmp/${name.replaceAll(' ', '-')}`;
      await ask(target, `mkdir '${folder}'`);
      const got = await ask(target, `cd '${folder}'\n${script}`, { environment });
      expect(got.stdout).toBe(wanted.stdout);
      expect(got.status).toBe(wanted.status);
      expect(got.stderr === '').toBe(wanted.stderr === '');
    });
  }
});
