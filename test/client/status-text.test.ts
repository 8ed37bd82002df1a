import type { DocumentStatus } from '@jailhouse-cells/protocol/messages.ts';
import { describe, expect, it } from 'vitest';
import { statusText } from '../../client/status-text.ts';

const root: DocumentStatus = {
  uri: 'file:///configs/rpi4.c',
  kind: 'system',
  cellName: 'Raspberry-Pi4',
  headers: 'built-in',
  headersOrigin: 'built-in',
  revision: 14,
  arch: 'arm64',
  system: { name: 'rpi4', rootUri: 'file:///configs/rpi4.c', cells: 2, from: 'jailhouse.json' },
  errors: 0,
  warnings: 0,
  stale: false,
};

describe('statusText', () => {
  it('says what is checked, against which headers, revision and system', () => {
    expect(statusText(root)).toEqual({
      text: 'System config Raspberry-Pi4 (arm64)',
      detail: 'built-in headers, revision 14 · system rpi4 with 2 cells (by jailhouse.json) · no errors',
      severity: 'information',
    });
  });

  it('names the headers of a tree, and counts findings', () => {
    const status: DocumentStatus = {
      ...root,
      kind: 'cell',
      cellName: 'demo',
      headersOrigin: 'tree',
      headers: '/src/jailhouse/include/jailhouse/cell-config.h',
      revision: 12,
      system: { name: 'rpi4', rootUri: 'file:///configs/rpi4.c', cells: 1, from: 'naming' },
      errors: 2,
      warnings: 1,
    };
    expect(statusText(status)).toEqual({
      text: 'Cell config demo (arm64)',
      detail:
        'headers of /src/jailhouse/include/jailhouse/cell-config.h, revision 12 · system rpi4 with 1 cell (by naming) · 2 errors, 1 warning',
      severity: 'error',
    });
  });

  it('says of a device tree which system it is checked with', () => {
    const status: DocumentStatus = { ...root, kind: 'supporting', cellName: undefined, headers: undefined, warnings: 1 };
    expect(statusText(status)).toEqual({
      text: 'Board or guest file',
      detail: 'checked with the 3 configs of system rpi4 · 1 warning',
      severity: 'warning',
    });
  });

  it('says what it does not know', () => {
    const status: DocumentStatus = {
      ...root,
      kind: 'cell',
      cellName: undefined,
      arch: undefined,
      headers: undefined,
      headersOrigin: undefined,
      revision: undefined,
      system: undefined,
      stale: true,
    };
    expect(statusText(status)).toEqual({
      text: 'Cell config unnamed',
      detail:
        'half typed: showing the last readable state · no Jailhouse headers included · no system config found, checked alone · no errors',
      severity: 'warning',
    });
  });

  it('is silent about a document that is no config', () => {
    expect(statusText({ ...root, kind: undefined })).toBeUndefined();
  });
});
