import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FakeTarget, pseudoRandom } from './fake-target.ts';
import { client, finish, serve, testFolder } from './ssh-client.ts';

const bytes = Buffer.concat(pseudoRandom(3_000_001));

describe('scp', () => {
  test('copies there and back, also to names that a shell would take apart', async () => {
    const target = new FakeTarget();
    const served = await serve(target);
    const folder = testFolder();
    const local = join(folder, 'file');
    writeFileSync(local, bytes);
    for (const name of ['plain', 'a b', "it's", '$(touch x)', 'ü€']) {
      expect(await finish(client('scp', served, ['-q', local, `${served.host}:${name}`]))).toMatchObject({ status: 0, stderr: '' });
      expect(Buffer.from(target.files.read(`/home/pi/${name}`)).equals(bytes)).toBe(true);
      const back = join(folder, 'back');
      expect(await finish(client('scp', served, ['-q', `${served.host}:/home/pi/${name}`, back]))).toMatchObject({ status: 0, stderr: '' });
      expect(readFileSync(back).equals(bytes)).toBe(true);
    }
  });

  test('-r copies folders, and -p their modes', async () => {
    const target = new FakeTarget();
    const served = await serve(target);
    const folder = testFolder();
    mkdirSync(join(folder, 'tree/sub'), { recursive: true });
    writeFileSync(join(folder, 'tree/one'), '1');
    writeFileSync(join(folder, 'tree/sub/two'), '2', { mode: 0o755 });
    expect(await finish(client('scp', served, ['-q', '-rp', join(folder, 'tree'), `${served.host}:`]))).toMatchObject({ status: 0 });
    expect(Buffer.from(target.files.read('/home/pi/tree/sub/two')).toString()).toBe('2');
    expect(target.files.stat('/home/pi/tree/sub/two')?.mode).toBe(0o755);
    expect(await finish(client('scp', served, ['-q', '-r', `${served.host}:tree`, join(folder, 'back')]))).toMatchObject({ status: 0 });
    expect(readFileSync(join(folder, 'back/sub/two'), 'utf8')).toBe('2');
  });

  test('says what is wrong', async () => {
    const target = new FakeTarget();
    const served = await serve(target);
    const local = join(testFolder(), 'file');
    writeFileSync(local, bytes);
    const copy = (to: string) => finish(client('scp', served, ['-q', local, `${served.host}:${to}`]));
    expect((await finish(client('scp', served, ['-q', `${served.host}:nowhere`, local]))).stderr).toContain('No such file');
    expect(await copy('no/such/folder/file')).toMatchObject({ status: 1, stderr: expect.stringContaining('No such file') });
    target.files.space = 2_000_000;
    expect(await copy('full')).toMatchObject({ status: 1, stderr: expect.stringContaining('Failure') });
    target.files.readOnly = true;
    expect(await copy('read-only')).toMatchObject({ status: 1, stderr: expect.stringContaining('Permission denied') });
  });

  test('finds no server on a board without sftp', async () => {
    const served = await serve(new FakeTarget(), { sftp: false });
    const local = join(testFolder(), 'file');
    writeFileSync(local, bytes);
    const { status, stderr } = await finish(client('scp', served, [local, `${served.host}:x`]));
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/subsystem request failed|Connection closed/);
  });
});

test('sftp: folders, renames, removals, parts of files', async () => {
  const target = new FakeTarget();
  const served = await serve(target);
  const folder = testFolder();
  writeFileSync(join(folder, 'data'), bytes);
  // The first half is there already.
  target.files.write('/home/pi/half', bytes.subarray(0, 1_500_000));
  const batch = [
    'pwd',
    'mkdir dir',
    `put ${join(folder, 'data')} dir/one`,
    `reput ${join(folder, 'data')} half`,
    'rename dir/one dir/two',
    'ls -l dir',
    'chmod 600 dir/two',
    'mkdir empty',
    'rmdir empty',
    `put ${join(folder, 'data')} gone`,
    'rm gone',
    'ls',
  ];
  const { status, stdout, stderr } = await finish(
    client('sftp', served, ['-q', '-b', '-', served.host]),
    Buffer.from(`${batch.join('\n')}\n`),
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const text = stdout.toString();
  expect(text).toContain('Remote working directory: /home/pi\n');
  expect(text).toMatch(/-rw-r--r-- .* 3000001 Nov 14 22:13 two\n/);
  expect([...target.files.list('/home/pi')].sort()).toEqual(['dir', 'half']);
  expect(target.files.stat('/home/pi/dir/two')?.mode).toBe(0o600);
  for (const path of ['/home/pi/dir/two', '/home/pi/half']) expect(Buffer.from(target.files.read(path)).equals(bytes)).toBe(true);
});
