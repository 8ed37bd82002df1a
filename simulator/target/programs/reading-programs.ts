import { type ByteText, fromBytes, toBytes } from '../byte-text.ts';
import { openFile } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';
import { complain, linesOf, piecesOf, print, readAll, reasonOf } from '../kernel/streams.ts';
import { byBytes } from '../shell/patterns.ts';
import { readArguments, refuseOption, shellQuoted } from './arguments.ts';
import { eachInput } from './inputs.ts';

export async function cat(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, operands, unknown } = readArguments(args, ['-n', '-u', '-v', '-A', '-e', '-t', '-s', '-E', '-T'], []);
  if (unknown !== undefined) return refuseOption(process, 'cat', unknown);
  const stdout = process.descriptor(1);
  let number = 0;
  return eachInput(process, 'cat', operands, async (file) => {
    if (flags.size === 0 || (flags.size === 1 && flags.has('-u'))) {
      for await (const piece of piecesOf(process, file)) await stdout.write(piece, process);
      return;
    }
    for await (const line of linesOf(process, file)) {
      number += 1;
      const shown = flags.has('-v') || flags.has('-A') || flags.has('-e') || flags.has('-t') ? visible(line) : line;
      const ends = flags.has('-A') || flags.has('-e') || flags.has('-E') ? shown.replace(/\n$/, '$\n') : shown;
      await print(process, (flags.has('-n') ? `${String(number).padStart(6)}\t` : '') + ends);
    }
  });
}

function visible(text: ByteText): ByteText {
  return text.replace(/[^\n\t -~]/g, (character) => {
    const code = character.charCodeAt(0);
    const low = code & 0x7f;
    return (code > 127 ? 'M-' : '') + (low < 32 ? `^${String.fromCharCode(low + 64)}` : low === 127 ? '^?' : String.fromCharCode(low));
  });
}

function countOf(text: ByteText): number {
  const match = /^([0-9]+)([kKMG]?)/.exec(text);
  const units: Readonly<Record<string, number>> = { '': 1, k: 1024, K: 1024, M: 1 << 20, G: 1 << 30 };
  return match === null ? Number.NaN : Number(match[1]) * (units[match[2] ?? ''] ?? 1);
}

/** `-3` is the old way to write `-n 3`. */
function modern(args: readonly ByteText[]): readonly ByteText[] {
  return args.flatMap((arg, index) =>
    /^-[0-9]+$/.test(arg) && !['-n', '-c'].includes(args[index - 1] ?? '') ? ['-n', arg.slice(1)] : [arg],
  );
}

export async function head(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, values, operands, unknown } = readArguments(modern(args), ['-q', '-v'], ['-n', '-c', '--lines', '--bytes']);
  if (unknown !== undefined) return refuseOption(process, 'head', unknown);
  const bytes = values.get('-c') ?? values.get('--bytes');
  const given = bytes ?? values.get('-n') ?? values.get('--lines') ?? '10';
  const count = countOf(given.replace(/^-/, ''));
  if (Number.isNaN(count)) {
    await complain(process, `head: invalid number of ${bytes === undefined ? 'lines' : 'bytes'}: '${given}'`);
    return 1;
  }
  let first = true;
  return eachInput(
    process,
    'head',
    operands,
    async (file, path) => {
      if ((operands.length > 1 && !flags.has('-q')) || flags.has('-v'))
        await print(process, `${first ? '' : '\n'}==> ${path ?? 'standard input'} <==\n`);
      first = false;
      if (given.startsWith('-')) {
        const all = fromBytes(await readAll(process, file));
        const lines = all.match(/[^\n]*\n|[^\n]+$/g) ?? [];
        await print(
          process,
          bytes === undefined ? lines.slice(0, Math.max(0, lines.length - count)).join('') : all.slice(0, Math.max(0, all.length - count)),
        );
        return;
      }
      let left = count;
      while (left > 0) {
        const piece = await file.read(65536, process);
        if (piece === undefined) return;
        let end = Math.min(piece.length, left);
        if (bytes === undefined) {
          end = 0;
          while (left > 0 && end < piece.length) {
            if (piece[end] === 10) left -= 1;
            end += 1;
          }
        } else left -= end;
        await process.descriptor(1).write(piece.subarray(0, end), process);
        file.unread(piece.subarray(end));
      }
    },
    (path, reason) => `head: cannot open ${shellQuoted(path, true)} for reading: ${reason}`,
  );
}

export async function tail(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, values, operands, unknown } = readArguments(modern(args), ['-q', '-f', '-F'], ['-n', '-c', '--lines', '--bytes', '-s']);
  if (unknown !== undefined) return refuseOption(process, 'tail', unknown);
  const bytes = values.get('-c') ?? values.get('--bytes');
  const given = bytes ?? values.get('-n') ?? values.get('--lines') ?? '10';
  const fromStart = given.startsWith('+');
  const count = countOf(given.replace(/^[-+]/, ''));
  if (Number.isNaN(count)) {
    await complain(process, `tail: invalid number of ${bytes === undefined ? 'lines' : 'bytes'}: '${given}'`);
    return 1;
  }
  return eachInput(
    process,
    'tail',
    operands,
    async (file) => {
      const all = fromBytes(await readAll(process, file));
      const units = bytes === undefined ? (all.match(/[^\n]*\n|[^\n]+$/g) ?? []) : all;
      const kept = fromStart ? units.slice(Math.max(0, count - 1)) : count === 0 ? units.slice(units.length) : units.slice(-count);
      await print(process, typeof kept === 'string' ? kept : kept.join(''));
      if (!flags.has('-f') && !flags.has('-F')) return;
      for (;;) {
        const piece = await file.read(65536, process);
        if (piece === undefined) await process.sleep(200);
        else await process.descriptor(1).write(piece, process);
      }
    },
    (path, reason) => `tail: cannot open ${shellQuoted(path, true)} for reading: ${reason}`,
  );
}

export async function wc(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, operands, unknown } = readArguments(args, ['-l', '-w', '-c', '-m', '-L'], []);
  if (unknown !== undefined) return refuseOption(process, 'wc', unknown);
  const total = [0, 0, 0];
  const columns = [flags.has('-l'), flags.has('-w'), flags.has('-c') || flags.has('-m')];
  const shown = columns.some(Boolean) ? columns : [true, true, true];
  const line = (counts: readonly number[], path: ByteText | undefined): ByteText => {
    const wanted = counts.filter((_, index) => shown[index]);
    const width = wanted.length === 1 && operands.length <= 1 ? 1 : operands.length === 0 ? 7 : 0;
    return `${wanted.map((count) => String(count).padStart(width)).join(' ')}${path === undefined ? '' : ` ${path}`}\n`;
  };
  const status = await eachInput(process, 'wc', operands, async (file, path) => {
    const text = fromBytes(await readAll(process, file));
    const counts = [text.split('\n').length - 1, (text.match(/\S+/g) ?? []).length, text.length];
    for (const [index, count] of counts.entries()) total[index] = (total[index] ?? 0) + count;
    await print(process, line(counts, path));
  });
  if (operands.length > 1) await print(process, line(total, 'total'));
  return status;
}

export async function sort(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, values, operands, unknown } = readArguments(
    args,
    ['-n', '-r', '-u', '-V', '-b', '-f', '-s', '-g', '-h', '-c'],
    ['-k', '-t', '-o'],
  );
  if (unknown !== undefined) return refuseOption(process, 'sort', unknown, 2);
  const lines: ByteText[] = [];
  const status = await eachInput(
    process,
    'sort',
    operands,
    async (file) => {
      for await (const line of linesOf(process, file)) lines.push(line.replace(/\n$/, ''));
    },
    (path, reason) => `sort: cannot read: ${path}: ${reason}`,
  );
  if (status !== 0) return 2;
  const key = values.get('-k');
  const keyed = (line: ByteText): ByteText => (key === undefined ? line : fieldsFrom(line, key, values.get('-t')));
  const numeric = flags.has('-n') || flags.has('-g') || /^[0-9.,]*n/.test(key ?? '');
  const compare = (a: ByteText, b: ByteText): number => {
    const [left, right] = [keyed(a), keyed(b)];
    const order = numeric
      ? (Number.parseFloat(left) || 0) - (Number.parseFloat(right) || 0)
      : flags.has('-V')
        ? left.localeCompare(right, 'en', { numeric: true })
        : byBytes(flags.has('-f') ? left.toUpperCase() : left, flags.has('-f') ? right.toUpperCase() : right);
    return order !== 0 || flags.has('-s') || flags.has('-u') ? order : byBytes(a, b);
  };
  lines.sort((a, b) => (flags.has('-r') ? -compare(a, b) : compare(a, b)));
  const kept = flags.has('-u') ? lines.filter((line, index) => index === 0 || compare(lines[index - 1] as ByteText, line) !== 0) : lines;
  await print(process, kept.map((line) => `${line}\n`).join(''));
  return 0;
}

/** `-k2,3`: from a field to the end of another. */
function fieldsFrom(line: ByteText, key: ByteText, separator: ByteText | undefined): ByteText {
  const [, from = '1', to] = /^([0-9]+)[^,]*(?:,([0-9]+))?/.exec(key) ?? [];
  const fields = separator === undefined ? (line.match(/\s*\S+/g) ?? []) : line.split(separator);
  return fields.slice(Number(from) - 1, to === undefined ? undefined : Number(to)).join(separator ?? '');
}

export async function uniq(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, operands, unknown } = readArguments(args, ['-c', '-d', '-u', '-i'], []);
  if (unknown !== undefined) return refuseOption(process, 'uniq', unknown);
  return eachInput(process, 'uniq', operands.slice(0, 1), async (file) => {
    let before: ByteText | undefined;
    let count = 0;
    const flush = async (): Promise<void> => {
      if (before === undefined || (flags.has('-d') && count < 2) || (flags.has('-u') && count > 1)) return;
      await print(process, `${flags.has('-c') ? `${String(count).padStart(7)} ` : ''}${before}\n`);
    };
    for await (const raw of linesOf(process, file)) {
      const line = raw.replace(/\n$/, '');
      if (line === before) count += 1;
      else {
        await flush();
        before = line;
        count = 1;
      }
    }
    await flush();
  });
}

export async function cut(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, values, operands, unknown } = readArguments(args, ['-s', '-n'], ['-d', '-f', '-c', '-b', '--delimiter', '--fields']);
  if (unknown !== undefined) return refuseOption(process, 'cut', unknown);
  const list = values.get('-f') ?? values.get('--fields') ?? values.get('-c') ?? values.get('-b');
  if (list === undefined) {
    await complain(process, 'cut: you must specify a list of bytes, characters, or fields');
    return 1;
  }
  const ranges = list.split(',').map((range): readonly [number, number] => {
    const [, from, dash, to] = /^(\d*)(-?)(\d*)$/.exec(range) ?? [];
    return [
      from === '' || from === undefined ? 1 : Number(from),
      dash === '-' ? (to === '' ? Number.POSITIVE_INFINITY : Number(to)) : Number(from),
    ];
  });
  const wanted = (index: number): boolean => ranges.some(([from, to]) => index + 1 >= from && index + 1 <= to);
  const separator = values.get('-d') ?? values.get('--delimiter') ?? '\t';
  const byField = values.has('-f') || values.has('--fields');
  return eachInput(process, 'cut', operands, async (file) => {
    for await (const raw of linesOf(process, file)) {
      const line = raw.replace(/\n$/, '');
      if (byField) {
        if (!line.includes(separator)) {
          if (!flags.has('-s')) await print(process, `${line}\n`);
          continue;
        }
        await print(
          process,
          `${line
            .split(separator)
            .filter((_, index) => wanted(index))
            .join(separator)}\n`,
        );
      } else await print(process, `${[...line].filter((_, index) => wanted(index)).join('')}\n`);
    }
  });
}

export async function tee(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, operands } = readArguments(args, ['-a', '-i'], []);
  let status = 0;
  const outputs = [process.descriptor(1).retain()];
  for (const path of operands) {
    try {
      outputs.push(openFile(process, path, flags.has('-a') ? 'append' : 'write'));
    } catch (error) {
      await complain(process, `tee: ${path}: ${reasonOf(error)}`);
      status = 1;
    }
  }
  for await (const piece of piecesOf(process, process.descriptor(0))) {
    for (const output of [...outputs]) {
      try {
        await output.write(piece, process);
      } catch (error) {
        await complain(process, `tee: ${output.path}: ${reasonOf(error)}`);
        outputs.splice(outputs.indexOf(output), 1);
        output.release();
        status = 1;
      }
    }
  }
  for (const output of outputs) output.release();
  return status;
}

export async function seq(process: Process, args: readonly ByteText[]): Promise<number> {
  const numbers = args.filter((arg) => /^-?[0-9.]+$/.test(arg)).map(Number);
  const [first, step, last] =
    numbers.length === 1 ? [1, 1, numbers[0]] : numbers.length === 2 ? [numbers[0], 1, numbers[1]] : [numbers[0], numbers[1], numbers[2]];
  if (first === undefined || step === undefined || last === undefined || step === 0) {
    await complain(process, 'seq: missing operand');
    return 1;
  }
  for (let value = first; step > 0 ? value <= last : value >= last; value += step) await print(process, `${value}\n`);
  return 0;
}

export async function rev(process: Process): Promise<number> {
  for await (const line of linesOf(process, process.descriptor(0))) {
    await process.descriptor(1).write(toBytes(`${[...line.replace(/\n$/, '')].reverse().join('')}\n`), process);
  }
  return 0;
}
