import type { ByteText } from '../byte-text.ts';
import { expandPathname, hasPattern, quotePattern, stripped } from './patterns.ts';
import type { List, Word, WordPart } from './syntax.ts';

/** What expansion needs of the shell that does it. */
export interface ExpansionHost {
  parameter(name: ByteText): ByteText | undefined;
  readonly positional: readonly ByteText[];
  assign(name: ByteText, value: ByteText): void;
  substitute(script: List): Promise<ByteText>;
  arithmetic(expression: ByteText): ByteText;
  home(user: ByteText): ByteText | undefined;
  /** `set -u`, `set -f`. */
  readonly strict: boolean;
  readonly literalPaths: boolean;
  readonly files: Parameters<typeof expandPathname>[2];
  readonly actor: Parameters<typeof expandPathname>[3];
  readonly cwd: ByteText;
}

/** `name: parameter not set`: ends the shell. */
export class ExpansionError extends Error {}

/** A field while it is made: its text, and the same as a pattern in which quoted characters are escaped. */
interface Field {
  text: ByteText;
  pattern: ByteText;
  /** It exists even when it is empty. */
  present: boolean;
}

/** Words to arguments: all expansions, field splitting and pathnames. */
export async function expandWords(words: readonly Word[], host: ExpansionHost): Promise<ByteText[]> {
  const result: ByteText[] = [];
  for (const word of words) {
    for (const field of await fieldsOf(word, host)) {
      if (!field.present && field.text === '') continue;
      if (!host.literalPaths && hasPattern(field.pattern)) {
        const found = expandPathname(field.pattern, host.cwd, host.files, host.actor);
        if (found.length > 0) {
          result.push(...found);
          continue;
        }
      }
      result.push(field.text);
    }
  }
  return result;
}

/** A word to one text: no splitting, no pathnames. */
export async function expandText(word: Word, host: ExpansionHost): Promise<ByteText> {
  return (await joined(word, host)).text;
}

/** A word to a pattern in which what was quoted is escaped. */
export async function expandPattern(word: Word, host: ExpansionHost): Promise<ByteText> {
  return (await joined(word, host)).pattern;
}

async function joined(word: Word, host: ExpansionHost): Promise<Field> {
  const field: Field = { text: '', pattern: '', present: false };
  for (const part of word) {
    for (const { text, quoted } of await pieces(part, host)) {
      if (text === undefined) {
        field.text += ' ';
        field.pattern += ' ';
      } else {
        field.text += text;
        field.pattern += quoted ? quotePattern(text) : text;
      }
    }
  }
  return field;
}

interface Piece {
  /** Undefined: here one field ends and the next begins (`$@`). */
  readonly text: ByteText | undefined;
  readonly quoted: boolean;
  /** Result of an expansion outside of quotes. */
  readonly split: boolean;
}

async function fieldsOf(word: Word, host: ExpansionHost): Promise<readonly Field[]> {
  const ifs = host.parameter('IFS') ?? ' \t\n';
  const fields: Field[] = [];
  let field: Field = { text: '', pattern: '', present: false };
  /** The field was closed by white space: more of it, or one other separator, belongs to the same gap. */
  const close = (): void => {
    fields.push(field);
    field = { text: '', pattern: '', present: false };
  };
  for (const part of word) {
    const found = await pieces(part, host);
    const isAll = part.kind === 'parameter' && part.name === '@' && part.quoted && part.operator === undefined;
    if (isAll && found.length === 0) continue;
    for (const piece of found) {
      if (piece.text === undefined) {
        close();
        continue;
      }
      if (piece.quoted) field.present = true;
      if (!piece.split) {
        field.text += piece.text;
        field.pattern += piece.quoted ? quotePattern(piece.text) : piece.text;
        continue;
      }
      split(
        piece.text,
        ifs,
        (character) => {
          field.text += character;
          field.pattern += character;
          field.present = true;
        },
        close,
        () => field.present || field.text !== '',
      );
    }
  }
  fields.push(field);
  return fields;
}

function split(text: ByteText, ifs: ByteText, add: (character: ByteText) => void, close: () => void, open: () => boolean): void {
  const white = (character: string): boolean => ifs.includes(character) && ' \t\n'.includes(character);
  for (let at = 0; at < text.length; at += 1) {
    const next = text[at] as string;
    if (!ifs.includes(next)) {
      add(next);
      continue;
    }
    if (white(next)) {
      while (at + 1 < text.length && white(text[at + 1] as string)) at += 1;
      const following = text[at + 1];
      if (following !== undefined && ifs.includes(following)) continue;
      if (open()) close();
    } else {
      if (!open()) add('');
      close();
      while (at + 1 < text.length && white(text[at + 1] as string)) at += 1;
    }
  }
}

async function pieces(part: WordPart, host: ExpansionHost): Promise<readonly Piece[]> {
  switch (part.kind) {
    case 'text':
      return [{ text: part.text, quoted: part.quoted, split: false }];
    case 'tilde': {
      const home = host.home(part.user);
      return [{ text: home ?? `~${part.user}`, quoted: true, split: false }];
    }
    case 'command':
      return [{ text: (await host.substitute(part.script)).replace(/\n+$/, ''), quoted: part.quoted, split: !part.quoted }];
    case 'arithmetic':
      return [{ text: host.arithmetic(await expandText(part.expression, host)), quoted: part.quoted, split: !part.quoted }];
    case 'parameter':
      return parameter(part, host);
  }
}

type Parameter = Extract<WordPart, { kind: 'parameter' }>;

async function parameter(part: Parameter, host: ExpansionHost): Promise<readonly Piece[]> {
  const { name, operator, quoted } = part;
  if ((name === '@' || name === '*') && operator === undefined) return everyPositional(name, quoted, host);
  const value =
    name === '@' || name === '*' ? (host.positional.length === 0 ? undefined : host.positional.join(' ')) : host.parameter(name);
  const one = (text: ByteText): readonly Piece[] => [{ text, quoted, split: !quoted }];
  if (operator === undefined) {
    if (value === undefined && host.strict && name !== '!') throw new ExpansionError(`${name}: parameter not set`);
    return one(value ?? '');
  }
  if (operator === 'length') return one(String((value ?? '').length));
  if (operator.startsWith('%') || operator.startsWith('#')) {
    if (value === undefined && host.strict) throw new ExpansionError(`${name}: parameter not set`);
    return one(stripped(value ?? '', operator, await expandPattern(part.word, host)));
  }
  const missing = value === undefined || (operator.startsWith(':') && value === '');
  const kind = operator.at(-1);
  if (kind === '+') return missing ? one('') : inner(part, host);
  if (!missing) return one(value);
  if (kind === '-') return inner(part, host);
  const text = await expandText(part.word, host);
  if (kind === '=') {
    host.assign(name, text);
    return one(text);
  }
  throw new ExpansionError(`${name}: ${text === '' ? (operator === ':?' ? 'parameter not set or null' : 'parameter not set') : text}`);
}

/** The word behind an operator: its own quotes count. */
async function inner(part: Parameter, host: ExpansionHost): Promise<readonly Piece[]> {
  const found: Piece[] = [];
  for (const each of part.word) {
    for (const piece of await pieces(each, host))
      found.push(part.quoted ? { ...piece, quoted: true, split: false } : piece.quoted ? piece : { ...piece, split: true });
  }
  return found.length === 0 ? [{ text: '', quoted: part.quoted, split: false }] : found;
}

function everyPositional(name: ByteText, quoted: boolean, host: ExpansionHost): readonly Piece[] {
  const { positional } = host;
  if (name === '*' && quoted) {
    const separator = (host.parameter('IFS') ?? ' ').slice(0, 1);
    return [{ text: positional.join(separator), quoted: true, split: false }];
  }
  return positional.flatMap((text, index): readonly Piece[] => {
    const piece = { text, quoted, split: !quoted };
    return index === 0 ? [piece] : [{ text: undefined, quoted, split: false }, piece];
  });
}
