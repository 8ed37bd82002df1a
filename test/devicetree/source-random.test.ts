import { afterAll, expect, test } from 'vitest';
import { Choices } from '../generate/choices.ts';
import { choiceLists, factor, failSmallest, sample, seed } from '../oracle/shrinking.ts';
import { randomSource } from './random-source.ts';
import { blobDifference, compileHere, SourceOracle, type TreeInput } from './source-oracle.ts';

const runs = 200 * factor;
const lists = choiceLists(500);
const oracle = new SourceOracle();
afterAll(() => oracle.close());

/** Says what is wrong with our blob, or nothing. */
function disagreement(input: TreeInput, theirs: Uint8Array | undefined): string | undefined {
  const ours = compileHere(input);
  const errors = ours.findings.filter(({ severity }) => severity === 'error').map(({ message }) => message);
  if (theirs === undefined) return errors.length > 0 ? undefined : 'dtc refuses it, we do not';
  return errors.length > 0 ? `dtc takes it, we say: ${errors.join('; ')}` : blobDifference(theirs, ours.bytes);
}

test(`${runs} random trees give the bytes of cpp and dtc`, async () => {
  let refused = 0;
  for (const [index, list] of sample(lists, runs).entries()) {
    const input = randomSource(Choices.fromList(list));
    const { bytes } = oracle.compile(input);
    if (bytes === undefined) refused++;
    if (disagreement(input, bytes) === undefined) continue;
    await failSmallest(lists, index, async (smaller) => {
      const candidate = randomSource(Choices.fromList(smaller));
      const { bytes: blob, errors } = oracle.compile(candidate);
      const wrong = disagreement(candidate, blob);
      return wrong === undefined
        ? undefined
        : `${wrong}\n${errors.map(({ text }) => text).join('\n')}\n${candidate.symbols ? '-@\n' : ''}${candidate.source}`;
    });
  }
  console.log(`seed ${seed}, ${runs} trees, dtc refuses ${refused}`);
  expect(refused).toBeLessThan(runs / 2);
});
