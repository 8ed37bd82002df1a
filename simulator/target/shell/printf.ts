import type { ByteText } from '../byte-text.ts';

const simple: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** Escapes as `printf` and the `echo` of dash have them. */
export function unescaped(text: ByteText, inArgument: boolean): { readonly text: ByteText; readonly stop: boolean } {
  let result = '';
  for (let at = 0; at < text.length; at += 1) {
    const next = text[at] as string;
    if (next !== '\\' || at + 1 >= text.length) {
      result += next;
      continue;
    }
    const letter = text[at + 1] as string;
    if (inArgument && letter === 'c') return { text: result, stop: true };
    const octal = (inArgument ? /^0?[0-7]{1,3}/ : /^[0-7]{1,3}/).exec(text.slice(at + 1, at + 5))?.[0];
    const plain = simple[letter];
    if (octal !== undefined) {
      result += String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      at += octal.length;
    } else if (plain !== undefined) {
      result += plain;
      at += 1;
    } else result += next;
  }
  return { text: result, stop: false };
}

export interface Formatted {
  readonly text: ByteText;
  readonly complaints: readonly ByteText[];
}

/** `printf FORMAT ARGUMENTS…`: the format is used again while arguments are left. */
export function format(pattern: ByteText, args: readonly ByteText[]): Formatted {
  const complaints: ByteText[] = [];
  const rest = [...args];
  let text = '';
  do {
    const before = rest.length;
    const once = formatOnce(pattern, rest, complaints);
    text += once.text;
    if (once.stop || rest.length === before) break;
  } while (rest.length > 0);
  return { text, complaints };
}

function formatOnce(pattern: ByteText, rest: ByteText[], complaints: ByteText[]): { text: ByteText; stop: boolean } {
  let text = '';
  let at = 0;
  while (at < pattern.length) {
    const next = pattern[at] as string;
    if (next === '\\') {
      const octal = /^\\[0-7]{1,3}/.exec(pattern.slice(at, at + 4))?.[0];
      const piece = octal ?? pattern.slice(at, at + 2);
      text += unescaped(piece, false).text;
      at += piece.length;
      continue;
    }
    if (next !== '%') {
      text += next;
      at += 1;
      continue;
    }
    const match = /^%([-+ 0#]*)(\*|\d*)(?:\.(\*|\d*))?([a-zA-Z%])/.exec(pattern.slice(at));
    if (match === null) {
      complaints.push(`${pattern.slice(at)}: invalid directive`);
      return { text, stop: true };
    }
    at += match[0].length;
    const [, flags, width, precision, conversion] = match as unknown as [string, string, string, string | undefined, string];
    if (conversion === '%') {
      text += '%';
      continue;
    }
    const wide = width === '*' ? Number(rest.shift() ?? 0) : Number(width === '' ? 0 : width);
    const exact =
      precision === undefined ? undefined : precision === '*' ? Number(rest.shift() ?? 0) : Number(precision === '' ? 0 : precision);
    const argument = rest.shift();
    if (conversion === 'b') {
      const { text: piece, stop } = unescaped(argument ?? '', true);
      text += pad(exact === undefined ? piece : piece.slice(0, exact), wide, flags.replaceAll('0', ''));
      if (stop) return { text, stop };
    } else if (conversion === 's') text += pad((argument ?? '').slice(0, exact), wide, flags.replaceAll('0', ''));
    else if (conversion === 'c') text += pad((argument ?? '').slice(0, 1), wide, flags.replaceAll('0', ''));
    else if ('diuoxX'.includes(conversion)) text += integer(argument ?? '0', conversion, flags, wide, exact, complaints);
    else if ('eEfFgG'.includes(conversion)) text += pad(decimal(Number(argument ?? '0'), conversion, exact ?? 6), wide, flags);
    else {
      complaints.push(`%${conversion}: invalid directive`);
      return { text, stop: true };
    }
  }
  return { text, stop: false };
}

function integer(
  argument: ByteText,
  conversion: string,
  flags: string,
  width: number,
  precision: number | undefined,
  complaints: ByteText[],
): ByteText {
  const value = numberOf(argument, complaints);
  const unsigned = 'uoxX'.includes(conversion) ? BigInt.asUintN(64, value) : value;
  const base = conversion === 'o' ? 8 : conversion === 'x' || conversion === 'X' ? 16 : 10;
  let digits = (unsigned < 0n ? -unsigned : unsigned).toString(base);
  if (conversion === 'X') digits = digits.toUpperCase();
  if (precision !== undefined) digits = digits.padStart(precision, '0');
  const prefix = flags.includes('#') && base === 16 && unsigned !== 0n ? `0${conversion}` : flags.includes('#') && base === 8 ? '0' : '';
  const sign =
    unsigned < 0n
      ? '-'
      : flags.includes('+') && 'di'.includes(conversion)
        ? '+'
        : flags.includes(' ') && 'di'.includes(conversion)
          ? ' '
          : '';
  if (flags.includes('0') && !flags.includes('-') && precision === undefined)
    digits = digits.padStart(width - sign.length - prefix.length, '0');
  return pad(sign + prefix + digits, width, flags.replaceAll('0', ''));
}

function numberOf(argument: ByteText, complaints: ByteText[]): bigint {
  if (argument.startsWith("'") || argument.startsWith('"')) return BigInt(argument.charCodeAt(1) || 0);
  const match = /^\s*([-+]?)(0[xX][0-9A-Fa-f]+|[0-9]+)/.exec(argument);
  if (match === null || match[0].length !== argument.length) {
    if (argument !== '') complaints.push(match === null ? `${argument}: expected numeric value` : `${argument}: not completely converted`);
    if (match === null) return 0n;
  }
  const [, sign, digits] = match as unknown as [string, string, string];
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits.replace(/^0+(?=[0-9])/, ''));
  return sign === '-' ? -value : value;
}

function decimal(value: number, conversion: string, precision: number): ByteText {
  if (conversion === 'f' || conversion === 'F') return value.toFixed(precision);
  if (conversion === 'e' || conversion === 'E') return value.toExponential(precision).replace(/e([-+])(\d)$/, 'e$10$2');
  return String(Number(value.toPrecision(precision === 0 ? 1 : precision)));
}

function pad(text: ByteText, width: number, flags: string): ByteText {
  return flags.includes('-') ? text.padEnd(width) : text.padStart(width);
}
