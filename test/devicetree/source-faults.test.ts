import { SourceFile } from '@jailhouse-cells/core/source/source-file.ts';
import { afterAll, describe, expect, test } from 'vitest';
import { sourceCases } from './source-cases.ts';
import { compileHere, SourceOracle } from './source-oracle.ts';

const oracle = new SourceOracle();
afterAll(() => oracle.close());

/**
 * Words of the fixtures: dtc names no place at all (a file that is not there), or cpp names the end of the text where we name the
 * call. In those with `node` dtc names the braces of the node, and we what is wrong in it: there both stand on one line.
 */
const otherPlaces = ['nowhere', 'elsewhere'];

describe('what dtc refuses is an error on the line that dtc names', () => {
  test.each(sourceCases('faults.txt'))('$name', (input) => {
    const { bytes, errors } = oracle.compile(input);
    expect(bytes, 'dtc takes it').toBeUndefined();
    const { findings } = compileHere(input);
    const mine = findings
      .filter(({ severity }) => severity === 'error')
      .map(({ span, message }) => {
        const text = span.file === '/main.dts' ? input.source : (input.files.get(span.file.slice(1)) ?? '');
        return { file: span.file.slice(1), line: new SourceFile(span.file, text).lines.positionAt(span.start).line + 1, message };
      });
    expect(mine).not.toEqual([]);
    for (const { message } of mine) expect(message).toMatch(/^#error|[.;)]$/);
    if (otherPlaces.some((word) => input.words.includes(word))) return;
    const [first] = errors;
    expect(first, 'dtc names a place').toBeDefined();
    expect(mine.map(({ file, line }) => `${file}:${line}`)).toContain(`${first?.file}:${first?.line}`);
  });
});
