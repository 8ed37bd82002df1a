/** Number, character and string literals, read as gcc 12 reads them (gnu17). */

export interface NumberLiteral {
  readonly value: bigint;
  readonly decimal: boolean;
  readonly unsigned: boolean;
  /** 0: none, 1: `l`, 2: `ll`. */
  readonly long: 0 | 1 | 2;
}

const numberShape = /^(?:(0[xX])([0-9a-fA-F]+)|(0[bB])([01]+)|(0[0-7]*)|([1-9][0-9]*))([uU]?(?:ll|LL|[lL])?|(?:ll|LL|[lL])[uU])$/;

/** Configs repeat the same few numbers; reading one costs more than finding it. */
const knownNumbers = new Map<string, NumberLiteral | undefined>();
const MAX_KNOWN_NUMBERS = 10_000;

/** Undefined for anything that is not an integer literal. */
export function parseNumber(text: string): NumberLiteral | undefined {
  if (knownNumbers.has(text)) return knownNumbers.get(text);
  if (knownNumbers.size >= MAX_KNOWN_NUMBERS) knownNumbers.clear();
  const literal = readNumber(text);
  knownNumbers.set(text, literal);
  return literal;
}

function readNumber(text: string): NumberLiteral | undefined {
  const match = numberShape.exec(text);
  if (!match) return undefined;
  const suffix = (match[7] as string).toLowerCase();
  const unsigned = suffix.includes('u');
  const long = suffix.includes('ll') ? 2 : suffix.includes('l') ? 1 : 0;
  const digits = match[5];
  const value =
    digits !== undefined
      ? BigInt(digits.length > 1 ? `0o${digits.slice(1)}` : 0)
      : BigInt(match[6] ?? text.slice(0, text.length - suffix.length));
  return { value, decimal: match[6] !== undefined, unsigned, long };
}

/** Why a preprocessing number is no integer, in words. */
export function numberProblem(text: string): string {
  if (/^0[0-7]*[89]/.test(text) && /^[0-9]+[uUlL]*$/.test(text))
    return `"${text}" starts with 0, which makes it octal, but has a digit above 7.`;
  if (/^0[bB]/.test(text)) return `"${text}" is no binary number: only 0 and 1 may follow 0b.`;
  if (/^0[xX]/.test(text)) return `"${text}" is no hexadecimal number.`;
  if (/^[0-9]*\.|^[0-9]+[eE]/.test(text)) return `"${text}" is a floating-point number; only integers are understood here.`;
  return `"${text}" is no number that C knows.`;
}

/** The code units of a string literal's content, without the terminating NUL. One byte each for plain and u8 strings. */
export function stringUnits(text: string): { units: number[]; unitSize: 1 | 2 | 4; problem?: string } {
  const quote = text.indexOf('"');
  const prefix = text.slice(0, quote);
  const raw = prefix.endsWith('R');
  const wide = raw ? prefix.slice(0, -1) : prefix;
  const unitSize = wide === 'L' || wide === 'U' ? 4 : wide === 'u' ? 2 : 1;
  if (raw) {
    const open = text.indexOf('(');
    return { units: encode(text.slice(open + 1, text.lastIndexOf(')')), unitSize), unitSize };
  }
  return { ...unescaped(text.slice(quote + 1, -1), unitSize), unitSize };
}

/** The value of a character constant: `'A'`, `'\n'`, and gcc's multi-character ones. Plain characters are C ints. */
export function characterValue(
  text: string,
  charSigned: boolean,
): { value: bigint; unsigned: boolean; size: 1 | 2 | 4; several: boolean; empty: boolean; problem?: string } {
  const quote = text.indexOf("'");
  const prefix = text.slice(0, quote);
  const unitSize = prefix === 'L' || prefix === 'U' ? 4 : prefix === 'u' ? 2 : 1;
  const { units, problem } = unescaped(text.slice(quote + 1, -1), unitSize);
  const report = problem ?? (units.length === 0 ? 'This character constant is empty.' : undefined);
  let value = 0n;
  if (unitSize > 1) value = prefix === 'L' ? BigInt.asIntN(32, BigInt(units.at(-1) ?? 0)) : BigInt(units.at(-1) ?? 0);
  else if (units.length === 1) value = charSigned ? BigInt.asIntN(8, BigInt(units[0] as number)) : BigInt(units[0] as number);
  else for (const unit of units) value = BigInt.asIntN(32, (value << 8n) | BigInt(unit & 0xff));
  return {
    value,
    unsigned: prefix === 'u' || prefix === 'U',
    size: unitSize,
    several: units.length > 1,
    empty: units.length === 0,
    ...(report === undefined ? {} : { problem: report }),
  };
}

const simpleEscapes: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
  e: 27,
  E: 27,
  '\\': 92,
  "'": 39,
  '"': 34,
  '?': 63,
};

function unescaped(body: string, unitSize: 1 | 2 | 4): { units: number[]; problem?: string } {
  const units: number[] = [];
  let problem: string | undefined;
  let at = 0;
  while (at < body.length) {
    const backslash = body.indexOf('\\', at);
    if (backslash !== at) {
      const end = backslash < 0 ? body.length : backslash;
      for (const unit of encode(body.slice(at, end), unitSize)) units.push(unit);
      at = end;
      continue;
    }
    const rest = body.slice(at + 1, at + 12);
    const numeric = /^(?:x([0-9a-fA-F]+)|([0-7]{1,3}))/.exec(body.slice(at + 1));
    const universal = /^(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(rest);
    if (numeric) {
      const value = numeric[1] !== undefined ? BigInt(`0x${numeric[1]}`) : BigInt(`0o${numeric[2]}`);
      if (value >= 1n << BigInt(8 * unitSize)) problem = `The escape sequence "\\${numeric[0]}" does not fit a character.`;
      units.push(Number(BigInt.asUintN(8 * unitSize, value)));
      at += 1 + numeric[0].length;
    } else if (universal) {
      const point = Number.parseInt(universal[1] ?? (universal[2] as string), 16);
      if (point > 0x10ffff) problem = `"\\${universal[0]}" is no character.`;
      else for (const unit of encode(String.fromCodePoint(point), unitSize)) units.push(unit);
      at += 1 + universal[0].length;
    } else {
      const letter = rest[0] ?? '';
      const value = simpleEscapes[letter];
      if (value === undefined) problem = `"\\${letter}" is no escape sequence that C knows.`;
      units.push(value ?? letter.charCodeAt(0));
      at += 2;
    }
  }
  return problem === undefined ? { units } : { units, problem };
}

function encode(text: string, unitSize: 1 | 2 | 4): number[] {
  if (unitSize === 2) return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  const units: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) as number;
    if (unitSize === 4 || point < 0x80) units.push(point);
    else if (point < 0x800) units.push(0xc0 | (point >> 6), 0x80 | (point & 0x3f));
    else if (point < 0x10000) units.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f));
    else units.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 0x3f), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f));
  }
  return units;
}
