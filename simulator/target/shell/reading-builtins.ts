import { type ByteText, fromBytes } from '../byte-text.ts';
import type { Shell } from './shell.ts';

/** Reads a line byte by byte, so that what follows it stays for others. */
export async function read(shell: Shell, args: readonly ByteText[]): Promise<number> {
  const names: ByteText[] = [];
  let raw = false;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] as ByteText;
    if (arg === '-r') raw = true;
    else if (arg === '-p') at += 1;
    else names.push(arg);
  }
  if (names.length === 0) {
    await shell.complain('read: arg count');
    return 2;
  }
  const input = shell.process.descriptor(0);
  let line = '';
  /** Which characters were escaped: they separate nothing. */
  const escaped: boolean[] = [];
  let ended = false;
  for (;;) {
    const piece = await input.read(4096, shell.process);
    if (piece === undefined) {
      ended = true;
      break;
    }
    const text = fromBytes(piece);
    let at = 0;
    let done = false;
    for (; at < text.length; at += 1) {
      const next = text[at] as string;
      if (next === '\n') {
        done = true;
        at += 1;
        break;
      }
      if (next === '\\' && !raw) {
        let following = text[at + 1];
        if (following === undefined) {
          const more = await input.read(1, shell.process);
          following = more === undefined ? '' : fromBytes(more);
        } else at += 1;
        if (following === '\n') continue;
        line += following;
        escaped[line.length - 1] = true;
      } else if (next !== '\0') line += next;
    }
    if (done) {
      input.unread(piece.subarray(at));
      break;
    }
  }
  assignFields(shell, names, line, escaped);
  return ended ? 1 : 0;
}

function assignFields(shell: Shell, names: readonly ByteText[], line: ByteText, escaped: readonly boolean[]): void {
  const ifs = shell.variables.get('IFS') ?? ' \t\n';
  const separates = (at: number): boolean => at < line.length && ifs.includes(line[at] as string) && escaped[at] !== true;
  const blank = (at: number): boolean => separates(at) && ' \t\n'.includes(line[at] as string);
  let at = 0;
  while (blank(at)) at += 1;
  for (const [index, name] of names.entries()) {
    if (index === names.length - 1) {
      let end = line.length;
      while (end > at && blank(end - 1)) end -= 1;
      // One separator at the very end belongs to the last field's gap, not to the field.
      if (end > at && separates(end - 1) && !blank(end - 1)) {
        let inner = at;
        while (inner < end - 1 && !separates(inner)) inner += 1;
        if (inner === end - 1) end -= 1;
      }
      shell.assign(name, line.slice(at, end));
      return;
    }
    const start = at;
    while (at < line.length && !separates(at)) at += 1;
    shell.assign(name, line.slice(start, at));
    while (blank(at)) at += 1;
    if (separates(at)) {
      at += 1;
      while (blank(at)) at += 1;
    }
  }
}

/** Options of a script, one at each call. */
export async function getopts(shell: Shell, args: readonly ByteText[]): Promise<number> {
  const [spec = '', name = 'opt', ...given] = args;
  const words = given.length > 0 ? given : shell.positional;
  const index = Number(shell.variables.get('OPTIND') ?? '1');
  const offset = shell.optionOffset;
  const word = words[index - 1];
  if (word === undefined || !word.startsWith('-') || word === '-' || word === '--') {
    if (word === '--') shell.assign('OPTIND', String(index + 1));
    shell.assign(name, '?');
    shell.optionOffset = 1;
    return 1;
  }
  const option = word[offset] as string;
  const known = spec.indexOf(option);
  const last = offset + 1 >= word.length;
  shell.optionOffset = last ? 1 : offset + 1;
  if (last) shell.assign('OPTIND', String(index + 1));
  shell.assign('OPTARG', '');
  if (known < 0 || option === ':') {
    if (!spec.startsWith(':')) await shell.complain(`Illegal option -${option}`);
    shell.assign(name, '?');
    return 0;
  }
  if (spec[known + 1] === ':') {
    const argument = last ? words[index] : word.slice(offset + 1);
    shell.optionOffset = 1;
    shell.assign('OPTIND', String(index + (last ? 2 : 1)));
    if (argument === undefined) {
      await shell.complain(`No arg for -${option} option`);
      shell.assign(name, '?');
      return 0;
    }
    shell.assign('OPTARG', argument);
  }
  shell.assign(name, option);
  return 0;
}
