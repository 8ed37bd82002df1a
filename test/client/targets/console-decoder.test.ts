import { join } from 'node:path';
import { meaningsOf } from '@jailhouse-cells/core/workspace/meanings.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressesIn, ConsoleDecoder, type ConsolePart } from '../../../client/targets/console-decoder.ts';
import { eventText, meaningText, terminalText } from '../../../client/targets/console-text.ts';

const crash = [
  'Unhandled data read at 0xfe300000(4)',
  '',
  'FATAL: unhandled trap (exception class 0x24)',
  'Cell state before exception:',
  ' pc: 00000000000050c8   lr: 0000000000005008 spsr: 60000005     EL1',
  ' sp: 0000000000010000  elr: 0000000000000000  esr: 24 1 1410005',
  '',
  'Parking CPU 1 (Cell: "inmate-demo")',
];

function incidentsIn(parts: readonly ConsolePart[]) {
  return parts.flatMap((part) => (part.kind === 'incident' ? [part.incident] : []));
}

describe('faults in the console', () => {
  it('are found wherever the text is cut, and no text is lost', () => {
    const text = ['Started cell "inmate-demo"', ...crash, 'Closing cell "inmate-demo"', ''].join('\n');
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), (cuts) => {
        const decoder = new ConsoleDecoder();
        const at = [0, ...cuts.sort((a, b) => a - b), text.length];
        const parts = at.slice(1).flatMap((end, index) => decoder.push(text.slice(at[index], end)));
        expect(parts.map((part) => (part.kind === 'text' ? part.text : '')).join('')).toBe(text);
        expect(incidentsIn(parts)).toEqual([{ lines: crash, cell: 'inmate-demo' }]);
        // It is told right behind its last line.
        const before = parts.slice(
          0,
          parts.findIndex(({ kind }) => kind === 'incident'),
        );
        expect(before.map((part) => (part.kind === 'text' ? part.text : '')).join('')).toMatch(/Parking CPU 1 \(Cell: "inmate-demo"\)\n$/);
      }),
    );
  });

  it('are over after a while of quiet, when the parking line is missing', () => {
    const decoder = new ConsoleDecoder();
    expect(incidentsIn(decoder.push('FATAL: Unhandled HYP exception: synchronous abort from EL2\n x0: 0\n'))).toEqual([]);
    expect(decoder.isOpen).toBe(true);
    expect(incidentsIn(decoder.flush())).toMatchObject([{ cell: undefined }]);
    expect(decoder.flush()).toEqual([]);
  });

  it('are single lines, too, and what is no fault is left alone', () => {
    const decoder = new ConsoleDecoder();
    const lines = [
      'Initializing processors:',
      ' CPU 0... OK',
      'Page pool usage after late setup: mem 53/990, remap 5/131072',
      'Activating hypervisor',
    ];
    expect(incidentsIn(decoder.push(`${lines.join('\n')}\n`))).toEqual([]);
    const trace = '/jailhouse/hypervisor/control.c:452: returning error -EBUSY';
    expect(incidentsIn(decoder.push(`${trace}\n`))).toEqual([{ lines: [trace], cell: undefined }]);
  });

  it('hold addresses, each where it stands', () => {
    expect(addressesIn(crash[0] ?? '')).toEqual([{ at: 23, length: 10, address: 0xfe300000n }]);
    expect(addressesIn('FATAL: Invalid MMIO read, address: 9000018, size: 4')).toEqual([{ at: 35, length: 7, address: 0x9000018n }]);
    expect(addressesIn('FATAL: instruction abort at 0x0')).toMatchObject([{ address: 0n }]);
    expect(addressesIn(crash[4] ?? '').map(({ address }) => address)).toEqual([0x50c8n, 0x5008n]);
    expect(addressesIn('Started cell "0x1234"')).toEqual([]);
  });

  it('are said in dim lines with cause and place', () => {
    const root = join(import.meta.dirname, '../../../examples/rpi4/configs/rpi4.c');
    const cell = join(import.meta.dirname, '../../../examples/rpi4/configs/rpi4-inmate-demo.c');
    const meanings = meaningsOf(new Workspace(nodeFileSystem), [root, cell], crash.join('\n'));
    const text = meaningText(meanings, (path) => path.replace(/.*\//, ''));
    const lines = text.split('\r\n').filter((line) => line !== '');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: dim on, dim off.
    for (const line of lines) expect(line).toMatch(/^\u001b\[2m.*\u001b\[22m$/);
    expect(text).toContain('0xfe300000');
    expect(text).toContain('cell "inmate-demo"');
  });
});

describe('text in the terminal', () => {
  it('keeps colours and nothing else that controls the terminal', () => {
    expect(terminalText('\u001b[31mred\u001b[0m\n')).toBe('\u001b[31mred\u001b[0m\r\n');
    expect(terminalText('a\u001b]0;title\u0007b\u001b[2Jc\u001b]52;c;aGk=\u001b\\d\u0008e\u009be')).toBe('abcdee');
    expect(terminalText('\u001b')).toBe('');
    expect(terminalText('one\r\ntwo\n')).toBe('one\r\ntwo\r\n');
  });

  it('says what is not text of the hypervisor in other words', () => {
    expect(eventText({ kind: 'missed' })).toContain('missed');
    expect(eventText({ kind: 'no-console' })).toContain('JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE');
  });
});
