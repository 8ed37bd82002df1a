import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rules } from '@jailhouse-cells/core/rules/index.ts';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('the pages of docs/rules are what the rules say', () => {
  const run = spawnSync(process.execPath, ['node_modules/tsx/dist/cli.mjs', 'scripts/generate-rule-docs.ts', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(run.stderr).toBe('');
  expect(run.status).toBe(0);
});

test('every page has its text, and no long dashes', () => {
  for (const { id, title } of rules) {
    const page = readFileSync(`${root}docs/rules/${id}.md`, 'utf8');
    expect(page).toContain(`# ${title}\n`);
    expect(page).not.toMatch(/[\u2013\u2014]/);
  }
});
