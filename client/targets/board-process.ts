import { type ChildProcess, spawn } from 'node:child_process';

export interface BoardCall {
  /** The program, as a bundle: dist/simulator.cjs. */
  readonly program: string;
  readonly board: string;
  /** Of the target. */
  readonly name: string;
}

export type BoardStart =
  | { readonly ok: true; readonly board: BoardProcess }
  | {
      readonly ok: false;
      readonly message: string;
      /** What installs what is missing, as one types it; undefined where nothing is missing. */
      readonly install: string | undefined;
    };

/** Characters of its error text that are kept. */
const mostText = 4000;
/** Of the command line that the program is. */
const nameInFront = 'jailhouse-cells: ';

/** A simulated board as a process of its own. It registers itself as a target, and ends with this process: its standard input is our pipe. */
export class BoardProcess {
  /** Resolves when it is gone; true when nobody here asked for it. */
  readonly gone: Promise<boolean>;
  private stopping = false;

  private constructor(
    private readonly child: ChildProcess,
    readonly name: string,
    readonly board: string,
  ) {
    this.gone = new Promise((resolve) => child.once('exit', () => resolve(!this.stopping)));
  }

  /** Resolves once it answers, or does not come up. */
  static start({ program, board, name }: BoardCall): Promise<BoardStart> {
    const child = spawn(process.execPath, [program, '--board', board, '--name', name, '--json', '--stop-with-stdin'], {
      stdio: ['pipe', 'pipe', 'pipe'],
      // In VS Code execPath is Electron.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      windowsHide: true,
    });
    let [out, err] = ['', ''];
    child.stdin?.on('error', () => undefined);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      err = (err + text).slice(-mostText);
    });
    return new Promise((resolve) => {
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        out += text;
        if (out.includes('\n')) resolve({ ok: true, board: new BoardProcess(child, name, board) });
      });
      child.once('error', (error) =>
        resolve({ ok: false, message: `The simulated board does not start: ${error.message}`, install: undefined }),
      );
      // Not `exit`: what it said has to be read to its end.
      child.once('close', () => resolve(failed(err)));
    });
  }

  async stop(): Promise<void> {
    this.stopping = true;
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.stdin?.end();
    // Its sshd sleeps while the board is frozen: it is given some time.
    const late = setTimeout(() => this.child.kill(), 5000);
    await this.gone;
    clearTimeout(late);
  }
}

/** What it said, without the name of the program in front and what else it offers to know. */
function failed(text: string): BoardStart {
  const lines = text.trim().split('\n');
  const named = lines.find((line) => line.startsWith(nameInFront));
  const said = named?.slice(nameInFront.length) ?? lines.at(-1) ?? '';
  const install = /\b(?:sudo )?apt install [a-z0-9 -]*[a-z0-9]/.exec(text)?.[0].replace(/^sudo /, '');
  return { ok: false, message: `The simulated board does not start: ${said || 'it said nothing.'}`, install };
}
