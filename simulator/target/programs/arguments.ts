import type { ByteText } from '../byte-text.ts';
import type { Process } from '../kernel/process.ts';
import { complain } from '../kernel/streams.ts';

export interface Arguments {
  /** Options without a value, and how often; long ones with `--`. */
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, ByteText>;
  readonly operands: readonly ByteText[];
  /** First option that is not known. */
  readonly unknown: ByteText | undefined;
}

/**
 * Reads options as getopt does.
 * @param flags Letters without a value, and long names without one (`--quiet`).
 * @param values Letters and long names that take one.
 */
export function readArguments(
  args: readonly ByteText[],
  flags: readonly string[],
  values: readonly string[],
  operandsEnd = false,
): Arguments {
  const found = new Set<string>();
  const given = new Map<string, ByteText>();
  const operands: ByteText[] = [];
  let unknown: ByteText | undefined;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] as ByteText;
    if (arg === '--') {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (arg.startsWith('--')) {
      const [name = '', ...rest] = arg.split('=');
      const value = rest.join('=');
      if (values.includes(name)) {
        if (arg.includes('=')) given.set(name, value);
        else {
          at += 1;
          given.set(name, args[at] ?? '');
        }
      } else if (flags.includes(name)) found.add(name);
      else unknown ??= arg;
    } else if (arg.startsWith('-') && arg !== '-') {
      for (let letter = 1; letter < arg.length; letter += 1) {
        const name = `-${arg[letter] as string}`;
        if (values.includes(name)) {
          const rest = arg.slice(letter + 1);
          if (rest === '') at += 1;
          given.set(name, rest === '' ? (args[at] ?? '') : rest);
          break;
        }
        if (flags.includes(name)) found.add(name);
        else {
          unknown ??= arg.slice(letter);
          break;
        }
      }
    } else if (operandsEnd) {
      operands.push(...args.slice(at));
      break;
    } else operands.push(arg);
  }
  return { flags: found, values: given, operands, unknown };
}

/** GNU's words for an option that a program does not have. */
export async function refuseOption(process: Process, name: string, option: ByteText, status = 1): Promise<number> {
  const what = option.startsWith('--') ? `unrecognized option '${option}'` : `invalid option -- '${option.slice(0, 1)}'`;
  await complain(process, `${name}: ${what}`);
  await complain(process, `Try '${name} --help' for more information.`);
  return status;
}

/** How GNU programs quote a name in a message: by the locale. */
export function quoteName(process: Process, name: ByteText): ByteText {
  const locale = process.environment.get('LC_ALL') ?? process.environment.get('LC_CTYPE') ?? process.environment.get('LANG') ?? 'C';
  return /utf-?8/i.test(locale) ? `\xe2\x80\x98${name}\xe2\x80\x99` : `'${name}'`;
}

/** As GNU's `ls` and `cat` quote a name: only where a shell would need it, or always. */
export function shellQuoted(name: ByteText, always: boolean): ByteText {
  if (!always && name !== '' && !/[\s'"\\$`&|;()<>*?[\]#~=%!{}]/.test(name)) return name;
  if (/\p{Cc}/u.test(name))
    return `'${name.replace(/'/g, "'\\''").replace(/\p{Cc}+/gu, (run) => `'$'${[...run].map(escaped).join('')}''`)}'`;
  return name.includes("'") && !/["$`\\!]/.test(name) ? `"${name}"` : `'${name.replaceAll("'", "'\\''")}'`;
}

function escaped(character: string): string {
  const known: Readonly<Record<string, string>> = {
    '\n': '\\n',
    '\t': '\\t',
    '\r': '\\r',
    '\x07': '\\a',
    '\b': '\\b',
    '\f': '\\f',
    '\v': '\\v',
  };
  return known[character] ?? `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
}
