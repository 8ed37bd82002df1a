import { describe, expect, it } from 'vitest';
import { hex, humanSize, parseAddress } from '../../webview/model/address.ts';
import { cFieldsText, dtsRegText, hexText } from '../../webview/model/copy-text.ts';

describe('addresses as text', () => {
  it.each([
    ['0xfe215040', 0xfe215040n],
    [' 0xFE21_5040 ', 0xfe215040n],
    ['0x100000000ULL', 0x1_0000_0000n],
    ['4096', 4096n],
    ['0x10000000000000000', 1n << 64n],
    ['0x10000000000000001', undefined],
    ['fe215040', undefined],
    ['serial@7e215040', undefined],
    ['', undefined],
  ])('%s', (text, value) => expect(parseAddress(text)).toBe(value));

  it.each([
    [0n, '0 bytes'],
    [1n, '1 byte'],
    [64n, '64 bytes'],
    [4096n, '4 KiB'],
    [0x104000n, '1.02 MiB'],
    [948n << 20n, '948 MiB'],
    [1n << 63n, '8 EiB'],
    [1n << 64n, '16 EiB'],
  ])('%s bytes in words', (bytes, text) => expect(humanSize(bytes)).toBe(text));

  it('are copied as hex, as members of a region, and as reg of a node', () => {
    expect(hexText(0xe0000000n, 0xe0200000n)).toBe('0xe0000000 - 0xe0200000');
    expect(dtsRegText(0x1_e000_0000n, 0x200000n)).toBe('reg = <0x1 0xe0000000 0x0 0x200000>;');
    expect(cFieldsText(0x1000n, 0n, 0x2000n, ['READ', 'WRITE'])).toBe(
      '.phys_start = 0x1000,\n.virt_start = 0x0,\n.size = 0x2000,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE,',
    );
    expect(hex((1n << 64n) - 1n)).toBe('0xffffffffffffffff');
  });
});
