/** Above every address: 2^64. */
export const topOfAddresses = 1n << 64n;

/** `0xfe215040`, also with `_`, `'` or blanks between digits, or in decimal; undefined when it is no address of 64 bits. */
export function parseAddress(text: string): bigint | undefined {
  const digits = text
    .trim()
    .replace(/[_'\s]/g, '')
    .replace(/(?:ull|ul|u|l)$/i, '');
  if (!/^(?:0x[0-9a-f]{1,17}|[0-9]{1,20})$/i.test(digits)) return undefined;
  const value = BigInt(digits);
  return value > topOfAddresses ? undefined : value;
}

/** An address of a message; 0 where it cannot be read, which no server sends. */
export function addressOf(text: string): bigint {
  return parseAddress(text) ?? 0n;
}

export function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** `4 MiB`, `1.02 MiB`, `64 bytes`: three digits at most, binary units. */
export function humanSize(bytes: bigint): string {
  let unit = 0;
  while (unit < units.length - 1 && bytes >= 1n << BigInt(10 * (unit + 1))) unit++;
  const whole = bytes >> BigInt(10 * unit);
  const rest = Number(bytes - (whole << BigInt(10 * unit))) / 2 ** (10 * unit);
  const value = Number(whole) + rest;
  const text = rest === 0 ? String(value) : value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
  return `${text} ${unit === 0 && bytes === 1n ? 'byte' : units[unit]}`;
}
