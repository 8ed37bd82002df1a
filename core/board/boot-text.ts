import type { Finding } from '../source/finding.ts';
import type { SourceFile } from '../source/source-file.ts';

/** A boot file as the firmware meets it, and what is wrong with its encoding. The text was decoded as UTF-8. */
export interface BootText {
  /** False for UTF-16: to a reader of bytes there is no line in it that means anything. */
  readonly readable: boolean;
  /** Where the text begins, behind a byte order mark. */
  readonly start: number;
  readonly findings: readonly Finding[];
}

/** The firmware and the kernel read bytes and know ASCII; other encodings survive in comments at best. */
export function bootText(file: SourceFile, rule: string): BootText {
  const { text } = file;
  const findings: Finding[] = [];
  const warn = (at: number, message: string, severity: Finding['severity'] = 'warning'): void => {
    const span = { file: file.path, start: at, end: Math.min(at + 1, text.length) };
    findings.push({ rule, severity, message, span, related: [], fixes: [] });
  };
  if (isUtf16(text)) {
    warn(
      0,
      'This file is UTF-16. The firmware reads bytes and finds no setting in it: save it as ASCII or UTF-8 without a byte order mark.',
    );
    return { readable: false, start: 0, findings };
  }
  const start = text.startsWith('\ufeff') ? 1 : 0;
  if (start > 0) {
    warn(0, 'The file starts with a byte order mark. The firmware takes it for the beginning of the first line: save the file without it.');
  }
  const nul = text.indexOf('\0');
  if (nul >= 0) warn(nul, 'A NUL byte: the firmware may stop reading the line, or the file, here. Remove it.');
  const broken = text.indexOf('\ufffd');
  if (broken >= 0) {
    warn(
      broken,
      'A byte that is no UTF-8 (Latin-1, perhaps). The firmware passes it on as it is: harmless in a comment, not in a value.',
      'information',
    );
  }
  return { readable: true, start, findings };
}

/** Characters that are looked at: enough to tell. */
const SAMPLE = 256;

/** ASCII in UTF-16 has a NUL in every second byte. */
function isUtf16(text: string): boolean {
  const sample = text.slice(0, SAMPLE).replace(/^(?:\ufeff|\ufffd+)/, '');
  if (sample.length < 4) return sample.length > 0 && /^(?:\0[^\0]|[^\0]\0)+$/.test(sample);
  let nuls = 0;
  let paired = 0;
  for (let at = 0; at + 1 < sample.length; at += 2) {
    const first = sample[at] === '\0';
    const second = sample[at + 1] === '\0';
    if (first || second) nuls++;
    if (first !== second) paired++;
  }
  const pairs = Math.floor(sample.length / 2);
  return nuls * 10 >= pairs * 8 && paired * 10 >= pairs * 8;
}
