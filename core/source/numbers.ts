/** `0x1f900000`: lower case, no padding. */
export function hex(value: bigint | number): string {
  return value < 0 ? `-0x${(-BigInt(value)).toString(16)}` : `0x${value.toString(16)}`;
}

const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** A size in bytes as people say it: `64 KiB`, `1.25 MiB`, `488 bytes`; at most two decimals, marked `~` when rounded. */
export function humanSize(bytes: bigint | number): string {
  const total = BigInt(bytes);
  if (total < 1024n) return total === 1n ? '1 byte' : `${total} bytes`;
  let unit = 0;
  let scale = 1024n;
  while (unit + 1 < units.length && total >= scale * 1024n) {
    scale *= 1024n;
    unit++;
  }
  const hundredths = (total * 100n + scale / 2n) / scale;
  const exact = (total * 100n) % scale === 0n;
  const fraction = (hundredths % 100n).toString().padStart(2, '0').replace(/0+$/, '');
  return `${exact ? '' : '~'}${hundredths / 100n}${fraction && `.${fraction}`} ${units[unit]}`;
}

/** `0x1000-0x1fff (4 KiB)`: an address range by its first and last byte. */
export function addressRange(start: bigint, size: bigint): string {
  return size > 0n ? `${hex(start)}-${hex(start + size - 1n)} (${humanSize(size)})` : `${hex(start)} (empty)`;
}
