import { createReadStream } from 'node:fs';
import { writeFilesAtomically } from '@jailhouse-cells/host/atomic-write.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';
import type { Io, Sink } from './io.ts';
import { askAtTerminal, hasTerminal } from './terminal-questions.ts';

/** Milliseconds between two looks at the signals: a turn of the event loop for every small file would cost more than the file. */
const listenEvery = 20;

/** The process as the commands see it. */
export function nodeIo(signals: Signals): Io {
  let listenedAt = performance.now();
  return {
    fs: nodeFileSystem,
    cwd: process.platform === 'win32' ? process.cwd().replaceAll('\\', '/') : process.cwd(),
    env: process.env,
    out: sink(process.stdout),
    err: sink(process.stderr),
    writeFiles: writeFilesAtomically,
    stream: (path) => (path === '-' ? process.stdin : createReadStream(path)),
    cancelled: async () => {
      if (performance.now() - listenedAt > listenEvery) {
        await new Promise((resolve) => setImmediate(resolve));
        listenedAt = performance.now();
      }
      return signals.cancelled;
    },
    interrupted: signals.interrupted,
    ...(hasTerminal() && { ask: askAtTerminal }),
  };
}

export interface Signals {
  readonly cancelled: boolean;
  readonly interrupted: AbortSignal;
}

/** The first Ctrl-C asks the command to stop between two files; whoever presses it again does not want to wait. */
export function listenForSignals(): Signals {
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  return {
    get cancelled() {
      return interrupt.signal.aborted;
    },
    interrupted: interrupt.signal,
  };
}

function sink(stream: NodeJS.WriteStream): Sink {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`| head`) is no error.
    if (error.code === 'EPIPE') return;
    // After main has set the status of the command.
    setImmediate(() => {
      process.exitCode = 1;
      if (stream !== process.stderr) process.stderr.write(`jailhouse-cells: cannot write the output: ${error.code ?? error.message}.\n`);
    });
  });
  return {
    write: (text) => {
      stream.write(text);
    },
    isTerminal: stream.isTTY === true,
    columns: stream.isTTY === true ? stream.columns : undefined,
  };
}
