import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFilesAtomically } from '@jailhouse-cells/host/atomic-write.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atomic-write-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const bytes = (text: string) => new TextEncoder().encode(text);

test('writes into folders that do not exist yet and replaces what is there', async () => {
  writeFileSync(join(folder, 'old.cell'), 'old');
  const result = await writeFilesAtomically([
    { path: join(folder, 'a/b c/ü\n".cell'), bytes: bytes('new') },
    { path: join(folder, 'old.cell'), bytes: bytes('newer') },
  ]);
  expect(result).toEqual({ ok: true });
  expect(readFileSync(join(folder, 'a/b c/ü\n".cell'), 'utf8')).toBe('new');
  expect(readFileSync(join(folder, 'old.cell'), 'utf8')).toBe('newer');
  expect(readdirSync(folder).sort()).toEqual(['a', 'old.cell']);
});

test('when one cannot be written, none is changed and nothing is left behind', async () => {
  writeFileSync(join(folder, 'first.cell'), 'old');
  writeFileSync(join(folder, 'file'), '');
  const result = await writeFilesAtomically([
    { path: join(folder, 'first.cell'), bytes: bytes('new') },
    { path: join(folder, 'file/second.cell'), bytes: bytes('new') },
  ]);
  expect(result).toEqual({ ok: false, path: join(folder, 'file/second.cell'), reason: 'a part of the path is a file, not a folder' });
  expect(readFileSync(join(folder, 'first.cell'), 'utf8')).toBe('old');
  expect(readdirSync(folder).sort()).toEqual(['file', 'first.cell']);
});

test('a folder in the way is named', async () => {
  mkdirSync(join(folder, 'x.cell'));
  const result = await writeFilesAtomically([{ path: join(folder, 'x.cell'), bytes: bytes('new') }]);
  expect(result).toEqual({ ok: false, path: join(folder, 'x.cell'), reason: 'a folder of that name is in the way' });
  expect(readdirSync(folder)).toEqual(['x.cell']);
});

test('a link is replaced, not followed', async () => {
  writeFileSync(join(folder, 'elsewhere'), 'keep');
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'x.cell'));
  expect(await writeFilesAtomically([{ path: join(folder, 'x.cell'), bytes: bytes('new') }])).toEqual({ ok: true });
  expect(readFileSync(join(folder, 'elsewhere'), 'utf8')).toBe('keep');
  expect(readFileSync(join(folder, 'x.cell'), 'utf8')).toBe('new');
});

test('a name too long is a reason, not an exception', async () => {
  const result = await writeFilesAtomically([{ path: join(folder, `${'n'.repeat(300)}.cell`), bytes: bytes('') }]);
  expect(result).toMatchObject({ ok: false, reason: 'the name is too long' });
  expect(readdirSync(folder)).toEqual([]);
});
