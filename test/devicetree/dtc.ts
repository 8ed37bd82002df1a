import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeDtb } from '@jailhouse-cells/core/devicetree/decode-dtb.ts';
import type { DeviceTree } from '@jailhouse-cells/core/devicetree/model.ts';

/** dtc and fdtoverlay, in a folder of its own; `close` removes it. */
export class Dtc {
  private readonly folder = mkdtempSync(join(tmpdir(), 'jailhouse-cells-dtc-'));

  /** The blob of a source; a source that dtc refuses is a mistake of the test. */
  compile(source: string, ...args: readonly string[]): Uint8Array {
    const done = run('dtc', ['-q', '-I', 'dts', '-O', 'dtb', ...args], source);
    if (done.status !== 0) throw new Error(`dtc refuses: ${done.stderr}\n${source.slice(0, 2000)}`);
    return done.stdout;
  }

  /** The blob again, as dtc writes what it reads. */
  rewrite(blob: Uint8Array, ...args: readonly string[]): Uint8Array {
    const done = run('dtc', ['-q', '-I', 'dtb', '-O', 'dtb', ...args], blob);
    if (done.status !== 0) throw new Error(`dtc refuses: ${done.stderr}`);
    return done.stdout;
  }

  /** What the blob says, in an order that does not depend on who wrote it. */
  sorted(blob: Uint8Array): string {
    const done = run('dtc', ['-q', '-s', '-I', 'dtb', '-O', 'dts'], blob);
    if (done.status !== 0) throw new Error(`dtc refuses: ${done.stderr}`);
    return done.stdout.toString();
  }

  /** The base with the overlays on it, one after the other; undefined where fdtoverlay refuses. */
  overlay(base: Uint8Array, overlays: readonly Uint8Array[]): Uint8Array | undefined {
    const file = (name: string): string => join(this.folder, name);
    writeFileSync(file('base.dtb'), base);
    const names = overlays.map((bytes, index) => {
      writeFileSync(file(`${index}.dtbo`), bytes);
      return file(`${index}.dtbo`);
    });
    rmSync(file('out.dtb'), { force: true });
    const done = run('fdtoverlay', ['-i', file('base.dtb'), '-o', file('out.dtb'), ...names], '');
    return done.status === 0 ? new Uint8Array(readFileSync(file('out.dtb'))) : undefined;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function run(
  command: string,
  args: readonly string[],
  input: string | Uint8Array,
): { status: number | null; stdout: Buffer; stderr: string } {
  const done = spawnSync(command, args, { input, maxBuffer: 1 << 28, env: { ...process.env, LC_ALL: 'C' } });
  if (done.error) throw new Error(`${command} does not start (${done.error.message}); on Debian: apt-get install device-tree-compiler`);
  return { status: done.status, stdout: done.stdout, stderr: done.stderr.toString() };
}

/** The tree of a blob that must be sound. */
export function treeOf(blob: Uint8Array, path = 'test.dtb'): DeviceTree {
  const { tree, findings } = decodeDtb(path, blob);
  if (tree === undefined || findings.length > 0) throw new Error(findings.map(({ message }) => message).join('\n'));
  return tree;
}
