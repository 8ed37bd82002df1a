import type { ByteText } from '../byte-text.ts';
import { errorNumber, errorText } from '../kernel/errno.ts';

export interface Frame {
  readonly file: ByteText;
  readonly line: number;
  readonly where: ByteText;
  readonly source: ByteText;
  /** Python 3.11 marks the part of the line that failed, where it is not all of it. */
  readonly marked?: ByteText;
}

/** A traceback as Python 3.11 prints it. */
export function traceback(frames: readonly Frame[], error: ByteText): ByteText {
  const shown = frames.map(({ file, line, where, source, marked }) => {
    const carets = marked === undefined ? '' : `\n    ${' '.repeat(source.indexOf(marked))}${'^'.repeat(marked.length)}`;
    return `  File "${file}", line ${line}, in ${where}\n    ${source}${carets}`;
  });
  return ['Traceback (most recent call last):', ...shown, error].join('\n');
}

export function osError(errno: string): ByteText {
  return `OSError: [Errno ${errorNumber(errno)}] ${errorText(errno)}`;
}
