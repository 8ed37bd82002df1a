import fc from 'fast-check';

/** ORACLE_SEED repeats a run, ORACLE_RUNS multiplies its length. */
export const seed = Number(process.env.ORACLE_SEED ?? Math.floor(Math.random() * 0x7fffffff));
export const factor = Number(process.env.ORACLE_RUNS ?? 1);

/** Decisions for a generator. Without fast-check's bias towards small numbers: here small means plain, and that is for shrinking. */
export function choiceLists(maxLength: number): fc.Arbitrary<number[]> {
  return fc.noBias(fc.array(fc.integer({ min: 0, max: 0x7fffffff }), { maxLength, size: 'max' }));
}

export function sample(lists: fc.Arbitrary<number[]>, runs: number): number[][] {
  return fc.sample(lists, { seed, numRuns: runs });
}

/** Fails with the smallest source that is found in half a minute, starting from sample number `index`, which fails. */
export async function failSmallest(
  lists: fc.Arbitrary<number[]>,
  index: number,
  problem: (list: readonly number[]) => Promise<string | undefined>,
): Promise<never> {
  let smallest = '';
  const property = fc.asyncProperty(lists, async (list) => {
    const found = await problem(list);
    if (found === undefined) return true;
    if (smallest === '' || found.length < smallest.length) smallest = found;
    return false;
  });
  await fc.check(property, { seed, path: `${index}`, numRuns: 1, interruptAfterTimeLimit: 30_000 });
  throw new Error(`ORACLE_SEED=${seed} repeats this.\n${smallest}`);
}
