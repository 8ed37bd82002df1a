const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const SKIP = 254;
const INVALID = 255;

/** By character code: its six bits, a character to pass over, or one that does not belong there. */
const sixBits = new Uint8Array(128).fill(INVALID);
for (let value = 0; value < ALPHABET.length; value++) sixBits[ALPHABET.charCodeAt(value)] = value;
for (const space of ' \t\r\n') sixBits[space.charCodeAt(0)] = SKIP;

/** Bytes of a base64 text (RFC 4648, section 4); white space in it is passed over. Undefined where it is none, or cut off within a byte. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4) + 3);
  let length = 0;
  let bits = 0;
  let held = 0;
  let at = 0;
  for (; at < text.length && text[at] !== '='; at++) {
    const code = text.charCodeAt(at);
    const value = code < 128 ? (sixBits[code] as number) : INVALID;
    if (value === INVALID) return undefined;
    if (value === SKIP) continue;
    held = ((held << 6) | value) & 0xffffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[length++] = held >>> bits;
  }
  const padding = text.slice(at).replace(/\s+/g, '');
  // Two left-over bits go with one "=", four with two, and they are zero.
  const wanted = bits === 0 ? '' : bits === 2 ? '=' : '==';
  if (bits === 6 || (held & ((1 << bits) - 1)) !== 0 || (padding !== '' && padding !== wanted)) return undefined;
  return bytes.slice(0, length);
}

/** Base64 with padding and without line breaks (RFC 4648, section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const held = (a << 16) | (b << 8) | c;
    const digits = [18, 12, 6, 0].map((shift) => ALPHABET[(held >> shift) & 63]).join('');
    const left = bytes.length - at;
    pieces.push(left >= 3 ? digits : `${digits.slice(0, left + 1)}${'='.repeat(3 - left)}`);
  }
  return pieces.join('');
}
