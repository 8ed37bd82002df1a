import { printable } from '@jailhouse-cells/core/source/printable.ts';
import type { Target } from '@jailhouse-cells/deploy/target.ts';
import { addTarget, removeTarget, targetsFile, thisProcess } from '@jailhouse-cells/deploy/targets-file.ts';
import { BoardError } from '@jailhouse-cells/simulator/server/board-error.ts';
import type { BoardName } from '@jailhouse-cells/simulator/server/board-names.ts';
import { startSimulatedBoard } from '@jailhouse-cells/simulator/server/simulated-board.ts';
import type { TargetFaults } from '@jailhouse-cells/simulator/target/target.ts';
import { failure } from '../command.ts';
import { exitStatus, type Io, type Outcome } from '../io.ts';

/** A call of `simulate`, read and checked. */
export interface BoardCall {
  /** Of the target. */
  readonly name: string;
  readonly board: BoardName;
  /** Absolute. */
  readonly folder: string;
  readonly sftp: boolean;
  readonly deviceTree?: Uint8Array;
  /** Milliseconds. */
  readonly bootTime?: number;
  readonly faults: TargetFaults;
  readonly json: boolean;
  readonly stopWithStdin: boolean;
}

/** Milliseconds between two looks at Ctrl-C. */
const lookEvery = 100;

/** Runs the board until somebody stops it. While it runs it is one of the user's targets. */
export async function runBoard(call: BoardCall, io: Io): Promise<Outcome> {
  const { name, board, json, stopWithStdin, ...options } = call;
  // From here on: a signal that comes while the board starts must not leave sshd behind.
  const stop = new StopRequest(io, stopWithStdin);
  let running: Awaited<ReturnType<typeof startSimulatedBoard>> | undefined;
  const file = targetsFile(io.env);
  const mark = thisProcess();
  let registered = false;
  try {
    running = await startSimulatedBoard({ ...options, board });
    const target: Target = { name, host: running.host, sudo: true, sshConfig: running.sshConfig, simulated: true };
    const added = await addTarget(file, { ...target, process: mark });
    if (!added.ok) return failure(added.message);
    registered = true;
    if (json) {
      const ready = { version: 1, simulated: true, board, folder: running.folder, port: running.port, pid: process.pid, target };
      io.out.write(`${JSON.stringify(ready)}\n`);
    } else io.out.write(readyText(name, board, running.sshConfig, running.host));
    await stop.requested();
    return { status: exitStatus.fine, ...(!json && { out: 'stopped\n' }) };
  } catch (error) {
    if (error instanceof BoardError) return failure(printable(error.message));
    throw error;
  } finally {
    stop.done();
    if (registered) await removeTarget(file, name, mark);
    await running?.stop();
  }
}

function readyText(name: string, board: BoardName, sshConfig: string, host: string): string {
  const config = shellWord(sshConfig);
  return [
    `simulated board ${board} is running; no hardware is behind it`,
    `  deploy to it   jailhouse-cells deploy --target ${name}`,
    `  log in         ssh -F ${config} ${host}`,
    `  copy files     scp -F ${config} FILE ${host}:`,
    'Ctrl-C stops it.',
    '',
  ].join('\n');
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${printable(word).replaceAll("'", "'\\''")}'`;
}

/** Waits for Ctrl-C, a signal that ends programs, or the end of standard input. */
class StopRequest {
  private wanted = false;
  private readonly signals = ['SIGTERM', 'SIGHUP'] as const;
  private readonly ask = () => {
    this.wanted = true;
  };

  constructor(
    private readonly io: Io,
    private readonly withStdin: boolean,
  ) {
    for (const signal of this.signals) process.on(signal, this.ask);
    if (withStdin) process.stdin.on('end', this.ask).on('error', this.ask).resume();
  }

  async requested(): Promise<void> {
    while (!this.wanted && !(await this.io.cancelled())) await new Promise((resolve) => setTimeout(resolve, lookEvery));
  }

  done(): void {
    for (const signal of this.signals) process.off(signal, this.ask);
    // Else an open pipe would keep this process.
    if (this.withStdin) process.stdin.destroy();
  }
}
