import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';
import { describe, expect, test } from 'vitest';

const top = join(import.meta.dirname, '../..');
const folder = join(top, 'examples/qemu-arm64/configs');
const workspace = new Workspace(nodeFileSystem);

/** Size and sha256 of upstream's own `.cell` file at HEAD, as gcc 12 and objcopy make it. */
function upstream(name: string): { readonly size: number; readonly sha256: string } {
  const line = readFileSync(join(top, 'test/conformance/upstream-cells.tsv'), 'utf8')
    .split('\n')
    .find((text) => text.startsWith('HEAD\t') && text.includes(`\tconfigs/arm64/${name}.c\t`));
  const [, , , , , size, sha256 = ''] = line?.split('\t') ?? [];
  return { size: Number(size), sha256 };
}

describe('examples/qemu-arm64', () => {
  for (const name of ['qemu-arm64', 'qemu-arm64-inmate-demo', 'qemu-arm64-linux-demo']) {
    test(`${name}.c is clean in its set, and has the bytes of upstream's`, () => {
      const report = workspace.check(join(folder, `${name}.c`));
      expect(report.findings).toEqual([]);
      expect(report.system).toMatchObject({ name: 'qemu-arm64', from: 'jailhouse.json', explicitSet: true });
      const bytes = report.config?.bytes ?? new Uint8Array();
      expect({ size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }).toEqual(upstream(name));
    });
  }
});
