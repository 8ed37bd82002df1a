import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unifiedDiff } from '@jailhouse-cells/cli/findings/unified-diff.ts';
import { run } from '@jailhouse-cells/cli/run.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { testIo } from '../cli/memory-io.ts';

const examples = fileURLToPath(new URL('../../examples/rpi4-mistakes', import.meta.url));
const names = readdirSync(examples).filter((name) => name.endsWith('.c'));
const files = Object.fromEntries(names.map((name) => [`/w/${name}`, readFileSync(join(examples, name), 'utf8')]));

describe('check --fix', () => {
  test('writes what it says, and a second run finds nothing more to do', async () => {
    const io = testIo(files, { cwd: '/w' });
    await run(['check', '--fix', '.'], io);
    const { out } = io.printed();
    expect(out).toContain('fixed rpi4-comm-region-two-pages.c:49: Set size to 0x1000 [comm-region-size]');
    expect(out).toMatch(/^\d+ fixes in \d+ files$/m);
    expect(io.written.length).toBeGreaterThan(15);
    const mended = { ...files };
    for (const { path, bytes } of io.written) {
      expect(Object.keys(files)).toContain(path);
      mended[path] = new TextDecoder().decode(bytes);
    }
    const again = testIo(mended, { cwd: '/w' });
    await run(['check', '--fix', '.'], again);
    expect(again.written).toEqual([]);
    expect(again.printed().out).toContain('0 fixes in 0 files');
  });

  test('exits by what remains', async () => {
    const one = (name: string) => testIo({ [`/w/${name}`]: files[`/w/${name}`] as string }, { cwd: '/w' });
    expect(await run(['check', '--fix', 'rpi4-comm-region-two-pages.c'], one('rpi4-comm-region-two-pages.c'))).toBe(0);
    // A guessed name is no safe fix.
    expect(await run(['check', '--fix', 'rpi4-unknown-field.c'], one('rpi4-unknown-field.c'))).toBe(1);
  });

  test('tells JSON what was done', async () => {
    const io = testIo({ '/w/a.c': files['/w/rpi4-comm-region-two-pages.c'] as string }, { cwd: '/w' });
    await run(['check', '--fix', '--format', 'json', 'a.c'], io);
    const answer = JSON.parse(io.printed().out) as { fixed: unknown; diff: unknown; findings: unknown[] };
    expect(answer.fixed).toEqual([{ file: 'a.c', line: 49, rule: 'comm-region-size', title: 'Set size to 0x1000' }]);
    expect(answer.diff).toBeNull();
    expect(answer.findings).toEqual([]);
  });

  test('--dry-run prints a diff that git applies, and writes nothing', async () => {
    const io = testIo(files, { cwd: '/w' });
    await run(['check', '--fix', '--dry-run', '.'], io);
    expect(io.written).toEqual([]);
    const fixing = testIo(files, { cwd: '/w' });
    await run(['check', '--fix', '.'], fixing);
    const folder = mkdtempSync(join(tmpdir(), 'check-fix-'));
    try {
      for (const name of names) writeFileSync(join(folder, name), files[`/w/${name}`] as string);
      const applied = spawnSync('git', ['apply', '-'], { cwd: folder, input: io.printed().out, encoding: 'utf8' });
      expect(applied.stderr).toBe('');
      for (const { path, bytes } of fixing.written)
        expect(readFileSync(join(folder, path.slice(3)), 'utf8')).toBe(new TextDecoder().decode(bytes));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('--dry-run alone is a wrong call', async () => {
    const io = testIo(files, { cwd: '/w' });
    expect(await run(['check', '--dry-run', '.'], io)).toBe(2);
    expect(io.printed().err).toContain('--fix');
  });

  test('leaves a file that is not UTF-8 as it is, and keeps a byte order mark', async () => {
    const text = files['/w/rpi4-comm-region-two-pages.c'] as string;
    const latin = Buffer.from(text.replace('Communication region', 'Communication r\u00e9gion'), 'latin1');
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]);
    const io = testIo({ '/w/latin.c': new Uint8Array(latin), '/w/marked.c': new Uint8Array(marked) }, { cwd: '/w' });
    await run(['check', '--fix', '.'], io);
    expect(io.printed().out).toContain('left alone latin.c: it is not UTF-8 text');
    expect(io.written.map(({ path }) => path)).toEqual(['/w/marked.c']);
    expect([...(io.written[0]?.bytes.slice(0, 3) ?? [])]).toEqual([0xef, 0xbb, 0xbf]);
    expect(io.written[0]?.bytes.length).toBe(marked.length);
  });
});

test('the diff of any two texts turns the one into the other, as git reads it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'diff-'));
  const line = fc.constantFrom('a', 'b', 'c', '', 'x y', 'd\r');
  const text = fc
    .tuple(fc.array(line, { maxLength: 25 }), fc.boolean())
    .map(([lines, last]) => lines.join('\n') + (last && lines.length > 0 ? '\n' : ''));
  try {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = unifiedDiff('a/f', 'b/f', before, after);
        expect(diff === '').toBe(before === after);
        if (diff === '' || before === '' || after === '') return;
        writeFileSync(join(folder, 'f'), before);
        const applied = spawnSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: folder, input: diff, encoding: 'utf8' });
        expect(applied.stderr, diff).toBe('');
        expect(readFileSync(join(folder, 'f'), 'utf8')).toBe(after);
      }),
      { numRuns: 60, seed: 7 },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
