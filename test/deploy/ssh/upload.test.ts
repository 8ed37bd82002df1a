import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection, RemoteScript } from '@jailhouse-cells/deploy/ssh/connection.ts';
import { openConnection } from '@jailhouse-cells/deploy/ssh/open-connection.ts';
import { partPrefix, type Upload, type UploadResult, upload } from '@jailhouse-cells/deploy/ssh/upload.ts';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { kill, PlainSshd, processes } from './plain-sshd.ts';

let sshd: PlainSshd;
let connection: Connection;
let folder: string;

beforeAll(async () => {
  sshd = await PlainSshd.start();
  connection = openConnection(sshd.target(), { log: () => {} });
});
beforeEach(() => {
  folder = mkdtempSync(join(sshd.folder, 'upload-'));
});
afterAll(async () => {
  await connection.close();
  await sshd.remove();
});

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function send(name: string, contents: Uint8Array, more: Partial<Upload> = {}): Promise<UploadResult> {
  return upload(connection, {
    remotePath: join(folder, name),
    sha256: digest(contents),
    size: contents.length,
    source: contents,
    limit: 60_000,
    ...more,
  });
}

it('stores a file in one round trip, in folders that it makes', async () => {
  const before = connection.roundTrips;
  const contents = new Uint8Array(3_000_000).map((_, at) => at * 7);
  expect(await send('a/b/cell.bin', contents)).toMatchObject({ kind: 'stored' });
  expect(connection.roundTrips).toBe(before + 1);
  expect(digest(readFileSync(join(folder, 'a/b/cell.bin')))).toBe(digest(contents));
  expect(readdirSync(join(folder, 'a/b'))).toEqual(['cell.bin']);
});

it.each(["it's", '$(touch hacked)', '`touch hacked`', '-rf', 'a b', '*', 'ünï', '\\', '"', '#', '~', ';exit', "'\\''"])(
  'takes %j as a name',
  async (name) => {
    const contents = new TextEncoder().encode(name);
    expect(await send(name, contents)).toMatchObject({ kind: 'stored' });
    expect(readFileSync(join(folder, name), 'utf8')).toBe(name);
    expect(readdirSync(folder)).toEqual([name]);
  },
);

it('takes an empty file', async () => {
  expect(await send('empty', new Uint8Array())).toMatchObject({ kind: 'stored' });
  expect(readFileSync(join(folder, 'empty')).length).toBe(0);
});

it.each(['', 'folder/', '.', 'x/..', 'a\nb', 'a\0b'])('refuses %j as a path', async (remotePath) => {
  const before = connection.roundTrips;
  expect(await send('', new Uint8Array(), { remotePath })).toMatchObject({ kind: 'refused', problem: 'bad-path' });
  expect(connection.roundTrips).toBe(before);
});

it('keeps what was there when other bytes arrive, or fewer', async () => {
  const old = new TextEncoder().encode('old');
  const wanted = new TextEncoder().encode('new');
  await send('f', old);
  expect(await send('f', wanted, { source: new TextEncoder().encode('nEw') })).toMatchObject({ kind: 'refused', problem: 'damaged' });
  expect(await send('f', wanted, { source: new TextEncoder().encode('ne') })).toMatchObject({ kind: 'refused', problem: 'damaged' });
  expect(readFileSync(join(folder, 'f'), 'utf8')).toBe('old');
  expect(readdirSync(folder)).toEqual(['f']);
});

it('notices a file that changed, shrank or went away', async () => {
  const path = join(folder, 'local');
  const contents = new Uint8Array(1_000_000).fill(1);
  writeFileSync(path, contents);
  const source = { path };
  expect(await send('f', contents, { source })).toMatchObject({ kind: 'stored' });
  writeFileSync(path, new Uint8Array(1_000_000).fill(2));
  expect(await send('g', contents, { source })).toMatchObject({ kind: 'refused', problem: 'changed' });
  truncateSync(path, 10);
  expect(await send('g', contents, { source })).toMatchObject({ kind: 'refused', problem: 'changed' });
  rmSync(path);
  expect(await send('g', contents, { source })).toMatchObject({ kind: 'refused', problem: 'unreadable' });
  expect(readdirSync(folder)).toEqual(['f']);
});

it('removes what earlier uploads left, and nothing of one that runs', async () => {
  const running = `${partPrefix}${process.pid}.other`;
  for (const name of [`${partPrefix}99999999.other`, `${partPrefix}${process.pid}.f`, running, '.keep'])
    writeFileSync(join(folder, name), '');
  await send('f', new Uint8Array(1));
  expect(readdirSync(folder).sort()).toEqual(['.keep', running, 'f'].sort());
});

it('says what is in the way', async () => {
  mkdirSync(join(folder, 'f'));
  writeFileSync(join(folder, 'file'), '');
  expect(await send('f', new Uint8Array(1))).toMatchObject({
    problem: 'in-the-way',
    message: expect.stringContaining('a folder of that name'),
  });
  expect(await send('file/g', new Uint8Array(1))).toMatchObject({
    problem: 'in-the-way',
    message: expect.stringContaining('a file is in the way'),
  });
});

// /dev/full takes no byte, whoever writes; the others are said by the words that the target uses.
it('says that the disk is full', async () => {
  const full: Connection = {
    ...connection,
    roundTrips: 0,
    close: async () => {},
    run: (script: RemoteScript) => connection.run({ ...script, script: script.script.replace('cat >"$part"', 'cat >/dev/full') }),
  };
  const result = await upload(full, {
    remotePath: join(folder, 'f'),
    sha256: digest(new Uint8Array(9)),
    size: 9,
    source: new Uint8Array(9),
    limit: 60_000,
  });
  expect(result).toMatchObject({
    kind: 'refused',
    problem: 'no-space',
    message: expect.stringContaining('the disk of the target is full'),
  });
});

it('says that the file system is read-only', async () => {
  expect(await send('', new Uint8Array(1), { remotePath: '/sys/jailhouse-cells/f' })).toMatchObject({ kind: 'refused' });
});

it('says that the login must not write there', async () => {
  const closed = join(folder, 'closed');
  mkdirSync(closed);
  chmodSync(closed, 0o500);
  const result = await send('closed/f', new Uint8Array(1));
  if (process.getuid?.() === 0) expect(result.kind).toBe('stored');
  else expect(result).toMatchObject({ problem: 'permission', message: expect.stringContaining('must not write') });
});

it('leaves no half file under the final name when the connection is cut', async () => {
  const own = openConnection(sshd.target(), { log: () => {}, share: false });
  let cut = false;
  const source = (async function* () {
    for (let at = 0; at < 64; at++) {
      yield new Uint8Array(65_536);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const ssh = processes().find(
      ({ parent, command }) => parent === process.pid && command.startsWith('ssh ') && command.includes(sshd.folder),
    );
    cut = ssh !== undefined;
    if (ssh !== undefined) kill(ssh.pid, 'SIGKILL');
    yield new Uint8Array(65_536);
  })();
  const cutting: Connection = { roundTrips: 0, close: () => own.close(), run: (script) => own.run({ ...script, input: source }) };
  const contents = new Uint8Array(8_000_000);
  const file = { remotePath: join(folder, 'f'), sha256: digest(contents), size: contents.length, source: contents, limit: 60_000 };
  expect(await upload(cutting, file)).toMatchObject({ kind: 'none', reason: 'lost' });
  expect(cut).toBe(true);
  expect(existsSync(join(folder, 'f'))).toBe(false);
  expect(await upload(own, file)).toMatchObject({ kind: 'stored' });
  await own.close();
  expect(readdirSync(folder)).toEqual(['f']);
});
