import type { Architecture } from '@jailhouse-cells/core/config/model.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Choices } from '../generate/choices.ts';
import { randomConfig } from '../generate/random-config.ts';
import { firstDifference, readSource } from './read-source.ts';
import { type Compiled, Toolchain } from './toolchain.ts';

/** ORACLE_SEED repeats a run, ORACLE_RUNS multiplies it. */
const seed = Number(process.env.ORACLE_SEED ?? Math.floor(Math.random() * 0x7fffffff));
const factor = Number(process.env.ORACLE_RUNS ?? 1);

/** Without fast-check's bias towards small numbers: here small means plain, and that is for shrinking only. */
const choiceList = fc.noBias(fc.array(fc.integer({ min: 0, max: 0x7fffffff }), { maxLength: 1500, size: 'max' }));

let toolchain: Toolchain;
let args: readonly string[];

beforeAll(() => {
  toolchain = new Toolchain();
  args = ['-w', '-I', toolchain.headers(14)];
});
afterAll(() => toolchain.close());

/** Says what is wrong with our reading, or nothing. */
function disagreement(source: string, architecture: Architecture, gcc: Compiled): string | undefined {
  if (gcc.crashed) return undefined;
  const ours = readSource(source, architecture);
  const errors = ours.findings.filter((finding) => finding.severity === 'error');
  if (!gcc.bytes) return errors.length > 0 ? undefined : `gcc refuses it (${gcc.messages[0]?.text}), we say nothing`;
  if (!ours.config) return `gcc takes it, we give no config: ${errors.map((finding) => `${finding.rule}: ${finding.message}`).join('; ')}`;
  return firstDifference(gcc.bytes, ours.config.bytes);
}

test.each([
  ['arm64', 320],
  ['arm', 60],
  ['x86', 60],
] as const)('%s: %i random configs have the bytes that gcc and objcopy give them', async (architecture, count) => {
  const runs = count * factor;
  const write = (list: readonly number[]): string => randomConfig(Choices.fromList(list), { architecture });
  // All of the run's sources go through gcc at once; only shrinking compiles one by one.
  const sources = fc.sample(choiceList, { seed, numRuns: runs }).map(write);
  const compiled = new Map<string, Compiled>();
  const results = await toolchain.compile(architecture, sources, args);
  sources.forEach((source, index) => {
    compiled.set(source, results[index] as Compiled);
  });
  const taken = results.filter((result) => result.bytes).length;
  console.log(`${architecture}: seed ${seed}, ${runs} configs, ${new Set(sources).size} different, gcc takes ${taken}`);
  // A generator that gcc mostly refuses would test little.
  expect(taken).toBeGreaterThan(runs * 0.9);

  await fc.assert(
    fc.asyncProperty(choiceList, async (list) => {
      const source = write(list);
      const gcc = compiled.get(source) ?? (await toolchain.compile(architecture, [source], args))[0];
      const wrong = disagreement(source, architecture, gcc as Compiled);
      if (wrong !== undefined) throw new Error(`${wrong}\n${source}`);
    }),
    { seed, numRuns: runs, endOnFailure: false, interruptAfterTimeLimit: 90_000 },
  );
});
