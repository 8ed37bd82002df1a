import type { Architecture, Config } from '@jailhouse-cells/core/config/model.ts';
import type { Finding } from '@jailhouse-cells/core/source/finding.ts';
import { LineIndex } from '@jailhouse-cells/core/source/span.ts';
import { defaultSettings, type Revision } from '@jailhouse-cells/core/workspace/settings.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { MemoryFiles } from '../memory-files.ts';

export interface ReadSource {
  readonly config: Config | undefined;
  readonly findings: readonly Finding[];
  /** Zero-based line of a finding in the source itself; undefined when it lies in another file. */
  lineOf(finding: Finding): number | undefined;
}

/** Reads one source as a folder with nothing else in it would be read: built-in headers, no system around it. */
export function readSource(source: string, arch: Architecture, revision: Revision = 14): ReadSource {
  const path = '/configs/generated.c';
  const workspace = new Workspace(new MemoryFiles({ [path]: source }), { ...defaultSettings, arch, revision });
  const report = workspace.check(path);
  const index = new LineIndex(source);
  return {
    config: report.current ? report.config : undefined,
    findings: report.findings,
    lineOf: (finding) => (finding.span.file === path ? index.positionAt(finding.span.start).line : undefined),
  };
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The first place where two binaries differ, with a few bytes around it; undefined when they are equal. */
export function firstDifference(expected: Uint8Array, actual: Uint8Array): string | undefined {
  const length = Math.max(expected.length, actual.length);
  for (let at = 0; at < length; at++) {
    if (expected[at] === actual[at]) continue;
    const window = (bytes: Uint8Array): string => toHex(bytes.subarray(Math.max(0, at - 4), at + 12));
    return `offset ${at} of ${expected.length} (ours: ${actual.length}): gcc …${window(expected)}…, ours …${window(actual)}…`;
  }
  return undefined;
}
