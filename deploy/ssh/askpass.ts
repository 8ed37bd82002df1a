import { randomBytes, timingSafeEqual } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ControlFolder } from './control-folder.ts';

/** A question of ssh. `notice` wants no answer: a key waits to be touched. */
export interface AskpassQuestion {
  readonly kind: 'secret' | 'confirm' | 'notice';
  readonly text: string;
  /** Aborted when ssh wants the answer no more. */
  readonly signal: AbortSignal;
}

export type Ask = (question: AskpassQuestion) => Promise<string | undefined>;

/** Bytes of a question: the longest are those about host keys. */
const longestQuestion = 64 * 1024;

// VS Code's own program runs as Node only when told.
const posixLauncher = '#!/bin/sh\nELECTRON_RUN_AS_NODE=1 exec "$JHC_ASKPASS_NODE" "$JHC_ASKPASS_PROGRAM" "$@"\n';
const windowsLauncher = '@set ELECTRON_RUN_AS_NODE=1\r\n@"%JHC_ASKPASS_NODE%" "%JHC_ASKPASS_PROGRAM%" %*\r\n';

/** askpass-program.cjs beside this file, in the checkout as in dist/. */
export function askpassProgram(): string {
  // A CommonJS bundle has no import.meta.url, a module no __dirname.
  return typeof __dirname === 'string'
    ? join(__dirname, 'askpass-program.cjs')
    : fileURLToPath(new URL('./askpass-program.cjs', import.meta.url));
}

/** Answers the questions of ssh processes of this connection. The answers pass through memory and pipes only. */
export class Askpass {
  private readonly sessions = new Map<string, { readonly ask: Ask; readonly over: AbortController }>();
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly folder: ControlFolder,
    private readonly launcher: string,
    private readonly program: string,
    private readonly node: string,
  ) {
    server.on('connection', (socket) => this.serve(socket));
  }

  /** @param node Program that runs `program`; Electron's as well. */
  static async open(folder: ControlFolder, program: string, node: string, platform: NodeJS.Platform): Promise<Askpass> {
    const windows = platform === 'win32';
    // ssh starts a program without arguments of ours; what to run stands in the environment.
    const launcher = join(folder.path, windows ? 'ask.cmd' : 'ask');
    const text = windows ? windowsLauncher : posixLauncher;
    await writeFile(launcher, text, { mode: 0o700 });
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(folder.askpassSocket, resolve);
    });
    server.on('error', () => undefined);
    server.unref();
    return new Askpass(server, folder, launcher, program, node);
  }

  /** Environment for one ssh, whose questions go to `ask`. */
  session(ask: Ask): { readonly environment: NodeJS.ProcessEnv; end(): void } {
    const token = randomBytes(32).toString('hex');
    const over = new AbortController();
    this.sessions.set(token, { ask, over });
    return {
      environment: {
        SSH_ASKPASS: this.launcher,
        SSH_ASKPASS_REQUIRE: 'force',
        // Before OpenSSH 8.4, having a display and no terminal is what makes ssh use the program.
        DISPLAY: process.env.DISPLAY ?? ':0',
        JHC_ASKPASS_NODE: this.node,
        JHC_ASKPASS_PROGRAM: this.program,
        JHC_ASKPASS_SOCKET: this.folder.askpassSocket,
        JHC_ASKPASS_TOKEN: token,
      },
      end: () => {
        this.sessions.delete(token);
        over.abort();
      },
    };
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    await rm(this.launcher, { force: true });
  }

  private serve(socket: Socket): void {
    const gone = new AbortController();
    let text = '';
    this.sockets.add(socket);
    socket.setEncoding('utf8');
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.sockets.delete(socket);
      gone.abort();
    });
    socket.on('data', (chunk: string) => {
      const complete = text.includes('\n');
      text += chunk;
      if (text.length > longestQuestion) socket.destroy();
      else if (!complete && text.includes('\n')) void this.answer(text.slice(0, text.indexOf('\n')), socket, gone.signal);
    });
  }

  private async answer(line: string, socket: Socket, signal: AbortSignal): Promise<void> {
    const question = questionOf(line);
    const session = question && this.find(question.token);
    if (question === undefined || session === undefined) {
      socket.destroy();
      return;
    }
    const { text, hint } = question;
    session.over.signal.addEventListener('abort', () => socket.destroy());
    const answer = await session.ask({ kind: kindOf(text, hint), text, signal }).catch(() => undefined);
    socket.end(JSON.stringify(answer === undefined ? {} : { answer }));
  }

  private find(token: string): { readonly ask: Ask; readonly over: AbortController } | undefined {
    const given = Buffer.from(token);
    for (const [known, session] of this.sessions) {
      const wanted = Buffer.from(known);
      if (wanted.length === given.length && timingSafeEqual(wanted, given)) return session;
    }
    return undefined;
  }
}

function questionOf(line: string): { token: string; text: string; hint: string | undefined } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { token, text, hint } = value as Record<string, unknown>;
  if (typeof token !== 'string' || typeof text !== 'string') return undefined;
  return { token, text, hint: typeof hint === 'string' ? hint : undefined };
}

/** SSH_ASKPASS_PROMPT is of OpenSSH 8.2; the question about a host key comes without it. */
function kindOf(text: string, hint: string | undefined): AskpassQuestion['kind'] {
  if (hint === 'none') return 'notice';
  return hint === 'confirm' || /\(yes\/no|type 'yes'/.test(text) ? 'confirm' : 'secret';
}
