import { listenForSignals, nodeIo } from './node-io.ts';
import { run } from './run.ts';

// The status is set, not exited with: what was written to a pipe has to arrive first.
void run(process.argv.slice(2), nodeIo(listenForSignals())).then((status) => {
  process.exitCode = status;
});
