import { type FixedFiles, fixAll } from '@jailhouse-cells/core/fixes/fix-all.ts';
import type { Finding } from '@jailhouse-cells/core/source/finding.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { shownPath } from '@jailhouse-cells/core/source/shown-path.ts';
import type { Session } from './configs.ts';
import { unifiedDiff } from './findings/unified-diff.ts';
import type { Io, OutputFile } from './io.ts';

export interface Fixed extends FixedFiles {
  /** What `--dry-run` shows. */
  readonly diff: string;
  readonly files: readonly OutputFile[];
  /** Files that are not UTF-8: writing them back would change other bytes. */
  readonly leftAlone: readonly string[];
}

/** Makes the safe fixes in memory; the session's engine then answers on the new texts. Writes nothing. */
export function fixSession(session: Session, io: Io): Fixed {
  const { workspace } = session;
  const configs = session.configs.map(({ path }) => path).filter((path) => path.endsWith('.c'));
  const supporting = configs.flatMap((path) => workspace.filesWith(path)).filter((path) => workspace.text(path) !== undefined);
  const sources = [...new Set([...configs, ...supporting])];
  const before = new Map<string, string>();
  const leftAlone: string[] = [];
  for (const path of sources) {
    const text = workspace.text(path)?.text;
    if (text === undefined) continue;
    const bytes = io.fs.readBytes(path);
    if (bytes !== undefined && encode(text, bytes) !== undefined) before.set(path, text);
    else leftAlone.push(path);
  }
  const fixed = fixAll([...before.keys()], {
    text: (path) => workspace.text(path)?.text,
    open: (path, text) => workspace.open(path, text),
    findings: (path) => {
      const report = workspace.check(path);
      const members = report.system === undefined ? [] : [report.system.rootCell, ...report.system.cells];
      const others = [...new Set([...members, ...workspace.configsWith(path)])].filter((other) => other !== path);
      const reports = others.map((other) => workspace.check(other));
      const all = [...report.findings, ...reports.flatMap(({ findings }) => findings)];
      // What a device tree and the configs say together is found with the configs.
      const isConfig = configs.includes(path);
      return { own: isConfig ? report.findings : all, all, readable: isConfig ? report.current : !hasSyntaxError(report.findings) };
    },
  });
  const files: OutputFile[] = [];
  let diff = '';
  for (const [path, text] of fixed.texts) {
    const old = before.get(path) ?? '';
    const bytes = encode(old, io.fs.readBytes(path) ?? new Uint8Array(), text);
    if (bytes === undefined) continue;
    files.push({ path, bytes });
    const shown = printable(shownPath(io.cwd, path));
    const inside = !shown.startsWith('/') && !shown.startsWith('..');
    diff += unifiedDiff(inside ? `a/${shown}` : shown, inside ? `b/${shown}` : shown, old, text);
  }
  return { ...fixed, diff, files, leftAlone };
}

function hasSyntaxError(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}

const byteOrderMark = [0xef, 0xbb, 0xbf];

/** The bytes of `text` in the encoding of the file that held `old`; undefined where that was no UTF-8. */
function encode(old: string, bytes: Uint8Array, text = old): Uint8Array | undefined {
  const encoder = new TextEncoder();
  const plain = encoder.encode(old);
  if (equal(plain, bytes)) return encoder.encode(text);
  const marked = Uint8Array.from([...byteOrderMark, ...plain]);
  return equal(marked, bytes) ? Uint8Array.from([...byteOrderMark, ...encoder.encode(text)]) : undefined;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
