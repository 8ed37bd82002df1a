import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Io, Question } from '@jailhouse-cells/cli/io.ts';
import { run } from '@jailhouse-cells/cli/run.ts';
import { addTarget, targetsFile } from '@jailhouse-cells/deploy/targets-file.ts';
import { writeFilesAtomically } from '@jailhouse-cells/host/atomic-write.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';
import { type SimulatedBoardServer, startSimulatedBoard } from '@jailhouse-cells/simulator/server/simulated-board.ts';
import type { TargetFaults } from '@jailhouse-cells/simulator/target/target.ts';

const examples = fileURLToPath(new URL('../../../examples', import.meta.url));

export interface CallOptions {
  /** Answers the questions of the terminal; left out: there is no terminal. */
  readonly ask?: (question: Question) => Promise<string | undefined>;
  /** Sees everything that is written, and may cancel. */
  readonly onText?: (text: string, cancel: () => void) => void;
  readonly isTerminal?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Called {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** A folder with the examples, a user with a list of targets of his own, and the command line. */
export class Desk {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'deploying-')));
  readonly env = { HOME: join(this.folder, 'home'), XDG_STATE_HOME: join(this.folder, 'state') };

  constructor() {
    cpSync(examples, join(this.folder, 'examples'), { recursive: true });
    mkdirSync(join(this.env.HOME, '.ssh'), { recursive: true });
  }

  /** Runs a command of the command line. */
  async call(words: readonly string[], options: CallOptions = {}): Promise<Called> {
    const texts = { out: '', err: '' };
    const interrupt = new AbortController();
    const sink = (name: 'out' | 'err') => ({
      write: (text: string) => {
        texts[name] += text;
        options.onText?.(text, () => interrupt.abort());
      },
      isTerminal: options.isTerminal ?? false,
      columns: options.isTerminal ? 100 : undefined,
    });
    const io: Io = {
      fs: nodeFileSystem,
      cwd: this.folder,
      env: { ...this.env, ...options.env },
      out: sink('out'),
      err: sink('err'),
      writeFiles: writeFilesAtomically,
      cancelled: async () => interrupt.signal.aborted,
      interrupted: interrupt.signal,
      ...(options.ask && { ask: options.ask }),
    };
    const status = await run(words, io);
    return { status, ...texts };
  }

  /** As `call`, with the object that `--json` prints. */
  async json(words: readonly string[], options: CallOptions = {}): Promise<Called & { readonly json: Record<string, unknown> }> {
    const called = await this.call([...words, '--json'], options);
    return { ...called, json: JSON.parse(called.out) as Record<string, unknown> };
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.folder, path), text);
  }

  /** Replaces a text in a file; there has to be one. */
  edit(path: string, before: string, after: string): void {
    const text = this.read(path);
    if (!text.includes(before)) throw new Error(`${path} does not hold ${before}`);
    this.write(path, text.replaceAll(before, after));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A simulated board that is a target of the desk's user. */
export async function boardFor(desk: Desk, name: string, faults: TargetFaults = {}): Promise<SimulatedBoardServer> {
  const board = await startSimulatedBoard({ folder: join(desk.folder, `board-${name}`), board: 'rpi4-8gb', bootTime: 50, faults });
  const added = await addTarget(targetsFile(desk.env), { name, host: board.host, sudo: true, sshConfig: board.sshConfig, simulated: true });
  if (!added.ok) throw new Error(added.message);
  return board;
}
