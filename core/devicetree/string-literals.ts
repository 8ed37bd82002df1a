/** Strings and character constants as dtc 1.6.1 reads them (dtc-lexer.l; data_copy_escape_string and get_escape_char). */

/** The offset behind the closing quote; undefined where the string does not close, or where a backslash ends a line in it. */
export function endOfString(text: string, open: number): number | undefined {
  for (let at = open + 1; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === 34) return at + 1;
    if (c === 92 && text.charCodeAt(++at) === 10) return undefined;
  }
  return undefined;
}

/** The offset behind the closing quote. dtc takes the longest text that fits: behind `\'` it goes on to the next quote, if there is one. */
export function endOfCharacter(text: string, open: number): number | undefined {
  let end: number | undefined;
  for (let from = open + 1; ; ) {
    const quote = text.indexOf("'", from);
    if (quote < 0) return end;
    end = quote + 1;
    if (text.charCodeAt(quote - 1) !== 92 || quote - 1 < from) return end;
    from = quote + 1;
  }
}

const utf8 = new TextEncoder();
const simple: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };
/** strtol with base 16 on two characters: white space, a sign and `0x` are taken, too. */
const hexDigits = /^\s*[+-]?[0-9a-fA-F]+/;

/** The bytes between the quotes, with a NUL behind them; a problem where dtc stops. */
export function stringBytes(body: string): { readonly bytes: Uint8Array; readonly problem?: string } {
  if (!body.includes('\\')) return { bytes: utf8.encode(`${body}\0`) };
  const bytes: number[] = [];
  let problem: string | undefined;
  for (let at = 0; at < body.length; ) {
    const backslash = body.indexOf('\\', at);
    const plain = body.slice(at, backslash < 0 ? body.length : backslash);
    for (const byte of utf8.encode(plain)) bytes.push(byte);
    if (backslash < 0) break;
    at = backslash + 1;
    const letter = body[at] ?? '\\';
    const octal = /^[0-7]{1,3}/.exec(body.slice(at, at + 3))?.[0];
    if (octal !== undefined) {
      bytes.push(Number.parseInt(octal, 8) & 0xff);
      at += octal.length;
    } else if (letter === 'x') {
      const digits = hexDigits.exec(body.slice(at + 1, at + 3))?.[0];
      if (digits === undefined) problem = '"\\x" needs one or two hexadecimal digits behind it.';
      else bytes.push(Number.parseInt(digits, 16) & 0xff);
      at += 1 + (digits?.length ?? 0);
    } else {
      const value = simple[letter];
      if (value !== undefined) {
        bytes.push(value);
        at++;
      } else {
        // Any other character stands for itself; it may take several bytes.
        const character = String.fromCodePoint(body.codePointAt(at) ?? 92);
        for (const byte of utf8.encode(character)) bytes.push(byte);
        at += character.length;
      }
    }
  }
  bytes.push(0);
  return { bytes: Uint8Array.from(bytes), ...(problem === undefined ? {} : { problem }) };
}
