import { LineIndex } from '@jailhouse-cells/core/source/span.ts';

/** One finding that a fixture announces. Lines and columns count from 0; `end` is exclusive. */
export interface Expectation {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly severity: string;
  readonly rule: string;
  /** Part of the message. */
  readonly part: string;
}

const caretLine = /^\s*(?:\/\/|#)(\s*)(\^+) (error|warning|information|hint) ([a-z][a-z0-9-]*): (.+)$/;

/**
 * Reads the expectations of a fixture: comment lines below the line that they are about, whose carets stand under the text
 * that the finding marks. `//        ^^^^^^^^^^ error region-overlaps-hypervisor: part of the message`; in config.txt behind `#`.
 */
export function readExpectations(text: string): readonly Expectation[] {
  const lines = new LineIndex(text);
  const found: Expectation[] = [];
  let subject = -1;
  for (let line = 0; line < lines.lineCount; line++) {
    const content = lines.lineText(line);
    const match = caretLine.exec(content);
    if (match === null) {
      if (/^\s*(?:\/\/|#)\s*\^/.test(content)) throw new Error(`line ${line + 1}: not an expectation: ${content}`);
      subject = line;
      continue;
    }
    const start = content.indexOf('^');
    const [, , carets, severity, rule, part] = match as unknown as readonly [string, string, string, string, string, string];
    found.push({ line: subject, start, end: start + carets.length, severity, rule, part });
  }
  return found;
}
