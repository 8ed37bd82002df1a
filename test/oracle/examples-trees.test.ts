import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { bindings } from '@jailhouse-cells/core/devicetree/bindings.ts';
import { encodeDtb } from '@jailhouse-cells/core/devicetree/encode-dtb.ts';
import { FileTreeHost } from '@jailhouse-cells/core/devicetree/file-tree-host.ts';
import type { DeviceTree } from '@jailhouse-cells/core/devicetree/model.ts';
import { applyOverlay } from '@jailhouse-cells/core/devicetree/overlay.ts';
import { readTreeSource } from '@jailhouse-cells/core/devicetree/read-source.ts';
import type { SourceFile } from '@jailhouse-cells/core/source/source-file.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';
import { afterAll, describe, expect, test } from 'vitest';
import { Dtc } from '../devicetree/dtc.ts';
import { toHex } from './read-source.ts';

const examples = resolve(import.meta.dirname, '../../examples');
const dtc = new Dtc();
/** Our own dt-bindings headers as files, for cpp. Their values are compared with the kernel's by `npm run conformance`. */
const headers = mkdtempSync(join(tmpdir(), 'jailhouse-cells-bindings-'));
for (const [name, text] of bindings) {
  mkdirSync(dirname(join(headers, name)), { recursive: true });
  writeFileSync(join(headers, name), text);
}
afterAll(() => {
  dtc.close();
  rmSync(headers, { recursive: true });
});

const sources = readdirSync(examples, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.dts'))
  .sort();

/** What `cpp | dtc` makes of a file of the examples. */
function theirs(name: string, ...args: readonly string[]): Uint8Array {
  const cpp = ['-nostdinc', '-undef', '-x', 'assembler-with-cpp', '-I', headers, join(examples, name)];
  return dtc.compile(execFileSync('cpp', cpp, { encoding: 'utf8' }), ...args);
}

function ours(name: string, symbols: boolean): DeviceTree {
  const host = new FileTreeHost(nodeFileSystem, []);
  const { tree, findings } = readTreeSource(host.source(join(examples, name)) as SourceFile, host, { symbols });
  expect(findings).toEqual([]);
  return tree;
}

test('there are boards, overlays and guests', () => {
  const count = (start: string): number => sources.filter((name) => basename(name).startsWith(start)).length;
  expect({ boards: count('board'), overlays: count('jailhouse'), guests: count('inmate') }).toEqual({ boards: 7, overlays: 7, guests: 8 });
});

describe('the bytes of cpp and dtc', () => {
  test.each(sources)('%s', (name) => {
    expect(toHex(encodeDtb(ours(name, false)))).toBe(toHex(theirs(name)));
  });
  test.each(sources)('%s, with symbols', (name) => {
    expect(toHex(encodeDtb(ours(name, true)))).toBe(toHex(theirs(name, '-@')));
  });
});

describe('the overlay on the board as fdtoverlay does it', () => {
  const projects = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter((name) => basename(name) === 'jailhouse.json');
  const boards = projects.flatMap((name) => {
    const { systems } = JSON.parse(readFileSync(join(examples, name), 'utf8')) as {
      systems: Record<string, { board?: { deviceTree?: string; overlays?: readonly string[] } }>;
    };
    return Object.values(systems).flatMap(({ board }) =>
      board?.deviceTree === undefined
        ? []
        : [
            {
              name,
              tree: join(dirname(name), board.deviceTree),
              overlays: (board.overlays ?? []).map((path) => join(dirname(name), path)),
            },
          ],
    );
  });

  test('each board that has a tree has an overlay', () => {
    expect(boards.map(({ overlays }) => overlays.length)).toEqual(Array.from({ length: 7 }, () => 1));
  });

  test.each(boards)('$name', ({ tree, overlays }) => {
    let merged = ours(tree, true);
    for (const overlay of overlays) {
      const applied = applyOverlay(merged, ours(overlay, true));
      expect(applied.findings).toEqual([]);
      merged = applied.tree;
    }
    const wanted = dtc.overlay(
      theirs(tree, '-@'),
      overlays.map((overlay) => theirs(overlay, '-@')),
    );
    expect(wanted, 'fdtoverlay applies it').toBeDefined();
    expect(dtc.sorted(encodeDtb(merged))).toBe(dtc.sorted(wanted as Uint8Array));
  });
});
