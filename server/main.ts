import { homedir } from 'node:os';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { writeFilesAtomically } from '@jailhouse-cells/host/atomic-write.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { describeThrown } from './guard.ts';
import { serve } from './server.ts';
import { version } from './version.ts';

// Transports: --node-ipc, --stdio, --pipe=NAME, --socket=PORT. Who starts the server by hand gets stdio.
if (process.argv.length <= 2) process.argv.push('--stdio');
const connection = createConnection(ProposedFeatures.all);
// What no handler caught must not end the server: the editor would restart it a few times and then give up.
process.on('uncaughtException', (thrown) => connection.console.error(`uncaught: ${describeThrown(thrown)}`));
process.on('unhandledRejection', (thrown) => connection.console.error(`unhandled: ${describeThrown(thrown)}`));
serve(connection, new Workspace(nodeFileSystem), {
  fs: nodeFileSystem,
  home: homedir().replaceAll('\\', '/'),
  version,
  write: async (path, bytes) => {
    const result = await writeFilesAtomically([{ path, bytes }]);
    return result.ok ? undefined : `${result.path} could not be written: ${result.reason}.`;
  },
});
connection.listen();
