// A process that opens a connection, runs a script and waits to be killed. Arguments: the ssh configuration, the folder of the connection.
import { openConnection } from '@jailhouse-cells/deploy/ssh/open-connection.ts';

const [sshConfig = '', controlFolder = ''] = process.argv.slice(2);
const connection = openConnection({ name: 'test', host: 'board', sudo: false, sshConfig }, { log: () => {}, controlFolder, persist: 1 });
const { stdout } = await connection.run({ title: 'test', script: 'echo on', limit: 60_000 });
process.stdout.write(stdout);
void connection.run({ title: 'hold', script: 'exec cat >/dev/null', limit: Number.POSITIVE_INFINITY, input: forever() });
setInterval(() => {}, 1000);

async function* forever(): AsyncGenerator<Uint8Array> {
  process.stdout.write('holding\n');
  await new Promise(() => {});
  yield new Uint8Array();
}
