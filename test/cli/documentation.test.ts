import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Io } from '@jailhouse-cells/cli/io.ts';
import { run } from '@jailhouse-cells/cli/run.ts';
import { addTarget, targetsFile } from '@jailhouse-cells/deploy/targets-file.ts';
import { writeFilesAtomically } from '@jailhouse-cells/host/atomic-write.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';
import { type SimulatedBoardServer, startSimulatedBoard } from '@jailhouse-cells/simulator/server/simulated-board.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';

/**
 * Runs the commands of docs/command-line.md in a folder that holds a copy of examples/, beside a simulated board, and compares the output. After a
 * change that is meant: UPDATE_DOCS=1 npx vitest run test/cli/documentation.test.ts writes the new output into the page.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const pagePath = join(root, 'docs/command-line.md');
let folder = '';
let board: SimulatedBoardServer | undefined;
const environment = () => ({ HOME: join(folder, '.home'), XDG_STATE_HOME: join(folder, '.state') });

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'command-line-')));
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true });
  // What `jailhouse-cells simulate` would run.
  board = await startSimulatedBoard({ folder: join(folder, '.board'), board: 'rpi4-4gb' });
  const { host, sshConfig } = board;
  await addTarget(targetsFile(environment()), { name: 'simulated', host, sshConfig, sudo: true, simulated: true });
});
afterAll(async () => {
  await board?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function output(argv: readonly string[]): Promise<{ text: string; status: number }> {
  const texts: string[] = [];
  const sink = {
    write: (text: string) => {
      texts.push(text);
    },
    isTerminal: false,
    columns: undefined,
  };
  const io: Io = {
    fs: nodeFileSystem,
    cwd: folder,
    env: environment(),
    out: sink,
    err: sink,
    writeFiles: writeFilesAtomically,
    cancelled: async () => false,
  };
  return { status: await run(argv, io), text: texts.join('') };
}

/** `sed -i s/OLD/NEW/ FILE`, for plain strings. */
function edit([, expression = '', file = '']: readonly string[]): void {
  const [, before = '', after = ''] = expression.split('/');
  const text = readFileSync(join(folder, file), 'utf8');
  expect(text).toContain(before);
  writeFileSync(join(folder, file), text.replaceAll(before, after));
}

test('the output on the page is what the commands print', async () => {
  const page = readFileSync(pagePath, 'utf8');
  const pieces = page.split(/^(```console\n[\s\S]*?^```\n)/m);
  const written: string[] = [];
  let commands = 0;
  let status = 0;
  for (const piece of pieces) {
    if (!piece.startsWith('```console\n')) {
      written.push(piece);
      continue;
    }
    let block = '```console\n';
    for (const line of piece.split('\n').filter((text) => text.startsWith('$ '))) {
      block += `${line}\n`;
      if (line === '$ echo $?') {
        block += `${status}\n`;
        continue;
      }
      const [, program, ...argv] = line.split(' ');
      if (program === 'sed') {
        edit(argv);
        continue;
      }
      expect(program).toBe('jailhouse-cells');
      const result = await output(argv);
      status = result.status;
      block += result.text;
      commands++;
    }
    written.push(`${block}\`\`\`\n`);
  }
  expect(commands).toBeGreaterThan(5);
  if (process.env.UPDATE_DOCS) writeFileSync(pagePath, written.join(''));
  else expect(page).toBe(written.join(''));
});
