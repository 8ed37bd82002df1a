import type { Question } from './io.ts';

/** Somebody can be asked: input comes from a terminal, and the error stream goes to one. */
export function hasTerminal(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Asks on the error stream, so that the output stays what it is, and reads one line. Ctrl-C and Ctrl-D give no answer. */
export function askAtTerminal({ text, secret, signal }: Question): Promise<string | undefined> {
  const { stdin, stderr } = process;
  return new Promise((resolve) => {
    let typed = '';
    const end = (answer: string | undefined): void => {
      stdin.off('data', take);
      signal?.removeEventListener('abort', stop);
      stdin.setRawMode(false);
      stdin.pause();
      // Else a terminal that nobody reads would keep the process.
      stdin.unref();
      stderr.write('\n');
      resolve(answer);
    };
    const stop = (): void => end(undefined);
    const show = (echo: string): void => {
      if (!secret) stderr.write(echo);
    };
    const take = (chunk: string): void => {
      for (const character of chunk) {
        if ('\r\n\u0003\u0004'.includes(character)) {
          end(character === '\r' || character === '\n' ? typed : undefined);
          // Raw mode took the meaning from the key.
          if (character === '\u0003') process.kill(process.pid, 'SIGINT');
          return;
        }
        if (character === '\u007f' || character === '\b') {
          if (typed !== '') show('\b \b');
          typed = [...typed].slice(0, -1).join('');
        } else if (character === '\u0015') {
          show('\b \b'.repeat([...typed].length));
          typed = '';
        } else if (character >= ' ') {
          typed += character;
          show(character);
        }
      }
    };
    if (signal?.aborted) {
      resolve(undefined);
      return;
    }
    stderr.write(text);
    stdin.setRawMode(true);
    stdin.setEncoding('utf8');
    stdin.ref();
    stdin.resume();
    stdin.on('data', take);
    signal?.addEventListener('abort', stop);
  });
}
