import { hex } from '../source/numbers.ts';

const hexLiteral = /^(0[xX])([0-9a-fA-F]+)([uUlL]*)$/;
const binaryLiteral = /^(0[bB])([01]+)([uUlL]*)$/;
const decimalLiteral = /^(0|[1-9][0-9]*)([uUlL]*)$/;

/** True for an integer literal, alone. */
export function isNumberLiteral(text: string): boolean {
  return hexLiteral.test(text) || binaryLiteral.test(text) || /^[0-9]+[uUlL]*$/.test(text);
}

/** A number in the style of the text that it replaces: base, case, suffix, and width where that has leading zeros. Hex where the text is no literal. */
export function numberLike(typed: string | undefined, value: bigint): string {
  const old = typed?.trim() ?? '';
  const asHex = hexLiteral.exec(old);
  if (asHex) {
    const [, prefix, digits, suffix] = asHex as unknown as readonly [string, string, string, string];
    const plain = value.toString(16);
    const cased = /[A-F]/.test(digits) || (prefix === '0X' && !/[a-f]/.test(digits)) ? plain.toUpperCase() : plain;
    return `${prefix}${digits.startsWith('0') && digits.length > 1 ? cased.padStart(digits.length, '0') : cased}${suffix}`;
  }
  const asBinary = binaryLiteral.exec(old);
  if (asBinary) {
    const [, prefix, digits, suffix] = asBinary as unknown as readonly [string, string, string, string];
    return `${prefix}${value.toString(2).padStart(digits.length, '0')}${suffix}`;
  }
  const asDecimal = decimalLiteral.exec(old);
  if (typed === undefined && value < 256n) return value.toString();
  // Large numbers that were typed as 0 or in decimal are addresses and sizes, which read better in hex.
  if (asDecimal && value < 4096n) return `${value}${asDecimal[2]}`;
  return hex(value);
}
