import { afterAll, describe, expect, test } from 'vitest';
import { sourceCases } from './source-cases.ts';
import { blobDifference, compileHere, SourceOracle } from './source-oracle.ts';

const oracle = new SourceOracle();
afterAll(() => oracle.close());

const files = ['values', 'structure', 'references', 'overlays', 'preprocessing'];

describe.each(files)('%s: the bytes of cpp and dtc', (file) => {
  test.each(sourceCases(`${file}.txt`))('$name', (input) => {
    const { bytes, errors } = oracle.compile(input);
    const ours = compileHere(input);
    expect(bytes, `dtc refuses: ${errors.map(({ text }) => text).join('\n')}`).toBeDefined();
    expect(ours.findings.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual([]);
    expect(blobDifference(bytes as Uint8Array, ours.bytes)).toBeUndefined();
  });
});

test('there are as many cases as promised', () => {
  const cases = files.flatMap((file) => sourceCases(`${file}.txt`));
  expect(new Set(cases.map(({ source, files, symbols }) => [source, ...files.values(), symbols].join('\n'))).size).toBe(cases.length);
  expect(cases.length).toBeGreaterThanOrEqual(150);
});
