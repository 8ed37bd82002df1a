import type { ByteText } from '../byte-text.ts';
import { FileError } from '../target.ts';
import { errorText } from './errno.ts';
import { type Process, signalNumbers } from './process.ts';

/** `TERM`, `SIGTERM` or `15` as the name without `SIG`; undefined when there is none. `0` asks only whether a process is there. */
export function signalName(text: ByteText): ByteText | undefined {
  if (text === '0') return '0';
  const upper = text.toUpperCase().replace(/^SIG/, '');
  if (signalNumbers[upper] !== undefined) return upper;
  return Object.entries(signalNumbers).find(([, number]) => String(number) === text)?.[0];
}

/** `kill`, of the shell and as a program. */
export async function killCommand(
  process: Process,
  args: readonly ByteText[],
  complain: (message: ByteText) => Promise<void>,
): Promise<number> {
  let signal: ByteText | undefined = 'TERM';
  const rest = [...args];
  const [first] = rest;
  if (first === '-s') {
    rest.shift();
    signal = signalName(rest.shift() ?? '');
  } else if (first !== undefined && first !== '--' && /^-[A-Za-z0-9]/.test(first) && rest.length > 1) {
    signal = signalName(first.slice(1));
    rest.shift();
  }
  if (rest[0] === '--') rest.shift();
  if (signal === undefined || rest.length === 0) {
    await complain(signal === undefined ? 'bad signal' : 'usage: kill [-s sigspec | -signum] pid...');
    return 2;
  }
  let status = 0;
  for (const target of rest) {
    try {
      if (!/^-?[0-9]+$/.test(target)) throw new FileError('ESRCH', target);
      const pid = Number(target);
      process.linux.kill(pid === 0 ? -process.group : pid, signal, process.actor);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      await complain(`${/^-?[0-9]+$/.test(target) ? '' : `${target}: `}${errorText(error.errno)}`);
      status = 1;
    }
  }
  return status;
}
