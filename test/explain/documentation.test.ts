import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeIo } from '@jailhouse-cells/cli/node-io.ts';
import { run } from '@jailhouse-cells/cli/run.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';

/**
 * Runs the commands of docs/explain.md in a folder that holds a copy of examples/, and compares the output. After a change that
 * is meant: UPDATE_DOCS=1 npx vitest run test/explain/documentation.test.ts writes the new output into the page.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const pagePath = join(root, 'docs/explain.md');
let folder = '';

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'explain-')));
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function output(argv: readonly string[]): Promise<string> {
  const texts: string[] = [];
  const sink = { write: (text: string) => void texts.push(text), isTerminal: false, columns: undefined };
  await run(argv, {
    ...nodeIo({ cancelled: false, interrupted: new AbortController().signal }),
    cwd: folder,
    env: {},
    out: sink,
    err: sink,
  });
  return texts.join('');
}

/** Words of a command line; double quotes keep spaces. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}

/** `sed -i s/OLD/NEW/ FILE`, for plain strings in which `\/` is a slash. */
function edit(expression: string, file: string): void {
  const [, before = '', after = ''] = expression.split(/(?<!\\)\//).map((part) => part.replaceAll('\\/', '/'));
  const text = readFileSync(join(folder, file), 'utf8');
  expect(text).toContain(before);
  writeFileSync(
    join(folder, file),
    text.replaceAll(before, () => after),
  );
}

test('the output on the page is what the commands print', async () => {
  const page = readFileSync(pagePath, 'utf8');
  const written: string[] = [];
  let commands = 0;
  for (const piece of page.split(/^(```console\n[\s\S]*?^```\n)/m)) {
    if (!piece.startsWith('```console\n')) {
      written.push(piece);
      continue;
    }
    let block = '```console\n';
    for (const part of piece.slice('```console\n'.length, -'```\n'.length).split(/^(?=\$ )/m)) {
      const [line = '', ...shown] = part.split('\n');
      const [, program, ...argv] = wordsOf(line);
      block += `${line}\n`;
      if (program === 'sed') edit(argv[1] ?? '', argv[2] ?? '');
      else if (program === 'cat') {
        writeFileSync(join(folder, argv[0] ?? ''), shown.join('\n'));
        block += shown.join('\n');
      } else {
        expect(program).toBe('jailhouse-cells');
        block += await output(argv);
        commands++;
      }
    }
    written.push(`${block}\`\`\`\n`);
  }
  expect(commands).toBeGreaterThan(1);
  if (process.env.UPDATE_DOCS) writeFileSync(pagePath, written.join(''));
  else expect(page).toBe(written.join(''));
});
