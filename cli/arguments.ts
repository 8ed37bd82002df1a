import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { nearest } from './spelling.ts';

/** One option of a command, as the parser and the help see it. */
export interface OptionSpec {
  /** With its dashes: `--format`. */
  readonly name: string;
  /** A second spelling: `-h`. */
  readonly alias?: string;
  /** What stands behind it in the help (`DIR`); left out: it takes no value. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** May be given several times; otherwise the last one counts. */
  readonly repeats?: boolean;
  /** One or two sentences for the help. */
  readonly text: string;
}

/** The options and operands of one call. */
export class Arguments {
  constructor(
    private readonly options: ReadonlyMap<string, readonly string[]>,
    readonly operands: readonly string[],
  ) {}

  has(name: string): boolean {
    return this.options.has(name);
  }

  /** The last value given. */
  value(name: string): string | undefined {
    return this.options.get(name)?.at(-1);
  }

  values(name: string): readonly string[] {
    return this.options.get(name) ?? [];
  }
}

export type Parsed = { readonly ok: true; readonly arguments: Arguments } | { readonly ok: false; readonly message: string };

/**
 * Reads a command's arguments: `--name VALUE`, `--name=VALUE`, `-X VALUE`, `-XVALUE`; operands anywhere, only operands
 * behind `--`. The message of a failure names the culprit and the remedy.
 */
export function parseArguments(argv: readonly string[], specs: readonly OptionSpec[]): Parsed {
  const byName = new Map<string, OptionSpec>();
  for (const spec of specs) {
    byName.set(spec.name, spec);
    if (spec.alias !== undefined) byName.set(spec.alias, spec);
  }
  const options = new Map<string, string[]>();
  const operands: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] as string;
    if (word === '--') {
      operands.push(...argv.slice(at + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word);
      continue;
    }
    const { name, attached } = splitOption(word);
    const spec = byName.get(name);
    if (spec === undefined) return { ok: false, message: unknownOption(name, byName.keys()) };
    let value = '';
    if (spec.value !== undefined) {
      const given = attached ?? argv[++at];
      if (given === undefined) return { ok: false, message: `${name} needs a value: ${name} ${spec.value}.` };
      value = given;
    } else if (attached !== undefined) return { ok: false, message: `${name} takes no value.` };
    if (spec.choices !== undefined && !spec.choices.includes(value)) {
      const choices = spec.choices.join(', ');
      return { ok: false, message: `${name} cannot be "${printable(value)}"; it is one of ${choices}.` };
    }
    const values = options.get(spec.name);
    if (values === undefined) options.set(spec.name, [value]);
    else values.push(value);
  }
  return { ok: true, arguments: new Arguments(options, operands) };
}

function splitOption(word: string): { name: string; attached: string | undefined } {
  if (word.startsWith('--')) {
    const equals = word.indexOf('=');
    return equals < 0 ? { name: word, attached: undefined } : { name: word.slice(0, equals), attached: word.slice(equals + 1) };
  }
  return { name: word.slice(0, 2), attached: word.length > 2 ? word.slice(2) : undefined };
}

function unknownOption(name: string, known: Iterable<string>): string {
  const meant = nearest(name, known);
  return `there is no option "${printable(name)}"${meant === undefined ? '' : `; did you mean ${meant}`}. A path that starts with "-" goes behind "--".`;
}
