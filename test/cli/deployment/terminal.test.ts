import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SimulatedBoardServer } from '@jailhouse-cells/simulator/server/simulated-board.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { boardFor, Desk } from './board.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const hasScript = spawnSync('script', ['--version']).status === 0;
let desk: Desk;
let board: SimulatedBoardServer;

beforeAll(async () => {
  desk = new Desk();
  board = await boardFor(desk, 'sim');
  // The same board to somebody who has never met it.
  const config = readFileSync(board.sshConfig, 'utf8')
    .replace(/UserKnownHostsFile .*/, `UserKnownHostsFile "${join(desk.folder, 'known_hosts')}"`)
    .replace(/StrictHostKeyChecking .*/, '');
  writeFileSync(join(desk.folder, 'ssh_config'), config, { mode: 0o600 });
  const added = await desk.call(['target', 'add', 'unknown', board.host, '--sudo', '--ssh-config', 'ssh_config']);
  expect(added.status).toBe(0);
});
afterAll(async () => {
  await board.stop();
  desk.remove();
});

/** Runs the command line in a terminal, and types each answer when its question has come. */
function inTerminal(words: readonly string[], answers: readonly (readonly [question: string, answer: string])[]) {
  const program = [process.execPath, '--import', import.meta.resolve('tsx'), join(root, 'cli/main.ts'), ...words]
    .map((word) => `'${word}'`)
    .join(' ');
  const child = spawn('script', ['-qec', `stty cols 100; cd '${desk.folder}' && exec ${program}`, '/dev/null'], {
    cwd: root,
    env: { ...process.env, ...desk.env, SHELL: '/bin/sh' },
  });
  let seen = '';
  let next = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen += text;
    const [question, answer] = answers[next] ?? [];
    if (question === undefined || answer === undefined || !seen.includes(question)) return;
    next++;
    child.stdin.write(answer);
  });
  return new Promise<{ status: number | null; text: string }>((resolve) => child.on('close', (status) => resolve({ status, text: seen })));
}

test.runIf(hasScript)('an unknown host key is asked about with its fingerprint; no is no', async () => {
  const declined = await inTerminal(['status', '--target', 'unknown'], [['(yes/no/[fingerprint])? ', 'no\r']]);
  expect(declined.text).toContain('ED25519 key fingerprint is SHA256:');
  expect(declined.status).toBe(130);
  const taken = await inTerminal(['status', '--target', 'unknown'], [['(yes/no/[fingerprint])? ', 'yesx\x7f\r']]);
  expect(taken).toMatchObject({ status: 0, text: expect.stringContaining('hypervisor not enabled') });
  expect(readFileSync(join(desk.folder, 'known_hosts'), 'utf8')).toContain('ssh-ed25519');
});

test.runIf(hasScript)('the plan is asked about; Ctrl-C at the question, and in the middle of a deployment', async () => {
  const stopped = await inTerminal(['deploy', 'examples/rpi4', '--target', 'sim'], [['Go on? [y/N] ', '\x03']]);
  expect(stopped).toMatchObject({ status: 130, text: expect.stringContaining('not begun') });
  const cancelled = await inTerminal(
    ['deploy', 'examples/rpi4', '--target', 'sim'],
    [
      ['Go on? [y/N] ', 'y\r'],
      ['watching the cells', '\x03'],
    ],
  );
  expect(cancelled.status).toBe(130);
  expect(cancelled.text).toContain('Ctrl-C again gives up at once');
  expect(cancelled.text).toContain('Undone: disable the hypervisor again.');
  expect(board.target.machine.enabled).toBe(false);
});
