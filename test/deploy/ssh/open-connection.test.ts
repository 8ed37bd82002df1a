import { mkdtempSync, rmSync } from 'node:fs';
import type { RemoteScript, SshConnection } from '@jailhouse-cells/deploy/ssh/connection.ts';
import { type ConnectionOptions, openConnection } from '@jailhouse-cells/deploy/ssh/open-connection.ts';
import type { Target } from '@jailhouse-cells/deploy/target.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PlainSshd } from './plain-sshd.ts';

let sshd: PlainSshd;
let controls: string;
const open: SshConnection[] = [];
let log: string[] = [];

beforeAll(async () => {
  sshd = await PlainSshd.start();
  controls = mkdtempSync('/tmp/jhc-c-');
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()));
  log = [];
});
afterAll(async () => {
  await sshd.remove();
  rmSync(controls, { recursive: true, force: true });
});

function connect(target: Target, options: Partial<ConnectionOptions> = {}): SshConnection {
  const connection = openConnection(target, { log: (line) => log.push(line), controlFolder: controls, ...options });
  open.push(connection);
  return connection;
}

function script(text: string, more: Partial<RemoteScript> = {}): RemoteScript {
  return { title: 'test', script: text, limit: 60_000, ...more };
}

describe.each([{ share: true }, { share: false }])('scripts, shared connection: $share', (options) => {
  it('gives output and the real exit status', async () => {
    const connection = connect(sshd.target(), options);
    expect(await connection.run(script('echo out; echo err >&2; exit 7'))).toMatchObject({
      kind: 'answer',
      status: 7,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await connection.run(script('exit 255'))).toMatchObject({ kind: 'answer', status: 255, stdout: '', stderr: '' });
    expect(await connection.run(script("set -e; false; echo 'never'"))).toMatchObject({ kind: 'answer', status: 1, stdout: '' });
    expect(connection.roundTrips).toBe(3);
  });
});
