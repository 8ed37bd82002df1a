import type { ByteText } from '../byte-text.ts';
import { allows } from '../files/file-system.ts';
import { absolute } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';
import { complain, linesOf, print } from '../kernel/streams.ts';
import { byBytes } from '../shell/patterns.ts';
import { readArguments } from './arguments.ts';
import { eachInput } from './inputs.ts';
import { ExpressionError, toRegExp } from './regular-expressions.ts';

const flagNames = '-i -v -c -l -L -q -s -n -o -w -x -E -F -G -H -h -r -R -a -z --quiet --color --text --line-buffered'.split(' ');
const valueNames = '-e -f -m -A -B -C --max-count --include'.split(' ');

export async function grep(process: Process, args: readonly ByteText[]): Promise<number> {
  const separate = args.filter((arg) => arg !== '-P' && !arg.startsWith('--color'));
  const { flags, values, operands, unknown } = readArguments(separate, flagNames, valueNames);
  if (unknown !== undefined) {
    await complain(process, `grep: invalid option -- '${unknown.slice(0, 1)}'`);
    await complain(process, 'Usage: grep [OPTION]... PATTERNS [FILE]...');
    return 2;
  }
  const rest = [...operands];
  const patterns = separate.flatMap((arg, index) => (arg === '-e' ? [separate[index + 1] ?? ''] : []));
  const joined = values.get('-e') ?? rest.shift();
  if (joined === undefined) {
    await complain(process, 'Usage: grep [OPTION]... PATTERNS [FILE]...');
    return 2;
  }
  let expressions: readonly RegExp[];
  try {
    const texts = (patterns.length > 0 ? patterns : [joined]).flatMap((pattern) => pattern.split('\n'));
    expressions = texts.map((text) => compiled(text, flags));
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    await complain(process, `grep: ${error.message}`);
    return 2;
  }
  const most = values.has('-m') ? Number(values.get('-m')) : Number.POSITIVE_INFINITY;
  const context = Number(values.get('-C') ?? 0);
  const before = Number(values.get('-B') ?? context);
  const after = Number(values.get('-A') ?? context);
  const recursive = flags.has('-r') || flags.has('-R');
  const paths = recursive ? (rest.length === 0 ? ['.'] : rest).flatMap((path) => filesBelow(process, path)) : rest;
  const named = flags.has('-H') || ((paths.length > 1 || recursive) && !flags.has('-h'));
  const quiet = flags.has('-q') || flags.has('--quiet');
  let matched = false;
  let failed = false;
  const status = await eachInput(
    process,
    'grep',
    paths,
    async (file, path) => {
      if (file.inode?.kind === 'directory') {
        await complain(process, `grep: ${path ?? ''}: Is a directory`);
        return;
      }
      const label = path ?? '(standard input)';
      const prefix = (number: number, mark: string): ByteText =>
        (named ? `${label}${mark}` : '') + (flags.has('-n') ? `${number}${mark}` : '');
      const held: { readonly number: number; readonly line: ByteText }[] = [];
      let count = 0;
      let number = 0;
      let lastPrinted = 0;
      let follow = 0;
      for await (const raw of linesOf(process, file)) {
        number += 1;
        const line = raw.replace(/\n$/, '');
        const hit = expressions.some((expression) => expression.test(line)) !== flags.has('-v');
        if (hit && count < most) {
          count += 1;
          matched = true;
          if (quiet) return;
          if (flags.has('-c') || flags.has('-l') || flags.has('-L')) continue;
          if (flags.has('-o')) {
            for (const expression of expressions) {
              for (const [found] of line.matchAll(new RegExp(expression.source, `${expression.flags.replace('g', '')}g`))) {
                if (found !== '') await print(process, `${prefix(number, ':')}${found}\n`);
              }
            }
            continue;
          }
          const first = held[0]?.number ?? number;
          if ((before > 0 || after > 0) && lastPrinted > 0 && first > lastPrinted + 1) await print(process, '--\n');
          for (const { number: at, line: text } of held.splice(0)) await print(process, `${prefix(at, '-')}${text}\n`);
          await print(process, `${prefix(number, ':')}${line}\n`);
          lastPrinted = number;
          follow = after;
        } else if (follow > 0) {
          follow -= 1;
          await print(process, `${prefix(number, '-')}${line}\n`);
          lastPrinted = number;
        } else {
          if (count >= most) return;
          if (before > 0) {
            held.push({ number, line });
            if (held.length > before) held.shift();
          }
        }
      }
      if (flags.has('-c')) await print(process, `${named ? `${label}:` : ''}${count}\n`);
      if (flags.has('-l') && count > 0) await print(process, `${label}\n`);
      if (flags.has('-L') && count === 0) await print(process, `${label}\n`);
    },
    (path, reason) => {
      failed = true;
      return flags.has('-s') ? '' : `grep: ${path}: ${reason}`;
    },
  );
  if (quiet && matched) return 0;
  return status !== 0 || failed ? 2 : matched ? 0 : 1;
}

function compiled(text: ByteText, flags: ReadonlySet<string>): RegExp {
  const mode = flags.has('-i') ? 'i' : '';
  const expression = flags.has('-F')
    ? new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), mode)
    : toRegExp(text, flags.has('-E'), mode);
  if (flags.has('-x')) return new RegExp(`^(?:${expression.source})$`, mode);
  return flags.has('-w') ? new RegExp(`(?<!\\w)(?:${expression.source})(?!\\w)`, mode) : expression;
}

function filesBelow(process: Process, path: ByteText): readonly ByteText[] {
  try {
    const inode = process.linux.files.inode(absolute(process, path), process.actor, false);
    if (inode.kind !== 'directory') return inode.kind === 'link' ? [] : [path];
    if (!allows(inode, process.actor, 5)) return [path];
    return [...inode.entries.keys()].sort(byBytes).flatMap((name) => filesBelow(process, `${path.replace(/\/$/, '')}/${name}`));
  } catch {
    return [path];
  }
}
