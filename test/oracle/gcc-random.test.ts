import type { Architecture } from '@jailhouse-cells/core/config/model.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Choices } from '../generate/choices.ts';
import { randomConfig } from '../generate/random-config.ts';
import { firstDifference, type ReadSource, readSource } from './read-source.ts';
import { choiceLists, factor, failSmallest, sample, seed } from './shrinking.ts';
import { type Compiled, Toolchain } from './toolchain.ts';

const lists = choiceLists(1500);

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
  let ours: ReadSource;
  try {
    ours = readSource(source, architecture);
  } catch (error) {
    return `we throw: ${error instanceof Error ? error.stack : error}`;
  }
  const refusals = ours.findings.filter((finding) => finding.severity === 'error' && finding.rule.startsWith('c-'));
  const said = refusals.map((finding) => `${finding.rule}: ${finding.message}`).join('; ');
  if (!gcc.bytes) return refusals.length > 0 ? undefined : `gcc refuses it (${gcc.messages[0]?.text}), we say nothing`;
  if (!ours.config) return `gcc takes it, we give no config: ${said}`;
  return firstDifference(gcc.bytes, ours.config.bytes) ?? (said === '' ? undefined : `gcc takes it, we refuse it: ${said}`);
}

test.each([
  ['arm64', 320],
  ['arm', 60],
  ['x86', 60],
] as const)('%s: %i random configs have the bytes that gcc and objcopy give them', async (architecture, count) => {
  const runs = count * factor;
  const write = (list: readonly number[]): string => randomConfig(Choices.fromList(list), { architecture });
  const sources = sample(lists, runs).map(write);
  const results = await toolchain.compile(architecture, sources, args);
  const taken = results.filter((result) => result.bytes).length;
  console.log(`${architecture}: seed ${seed}, ${runs} configs, ${new Set(sources).size} different, gcc takes ${taken}`);
  // A generator that gcc mostly refuses would test little.
  expect(taken).toBeGreaterThan(runs * 0.9);

  const failing = sources.findIndex((source, index) => disagreement(source, architecture, results[index] as Compiled) !== undefined);
  if (failing < 0) return;
  await failSmallest(lists, failing, async (list) => {
    const source = write(list);
    const [gcc] = await toolchain.compile(architecture, [source], args);
    const wrong = disagreement(source, architecture, gcc as Compiled);
    return wrong === undefined ? undefined : `${wrong}\n${source}`;
  });
});

/** What random configs once showed: members without any bytes in a union that holds something. */
const emptyMembers = ['char m10[2][0]', 'char m10[0]', 'struct {} m10'].flatMap((empty) =>
  [`unsigned long m9[2]; ${empty};`, `unsigned long m9[2]; ${empty}; int m7;`].flatMap((members) =>
    [
      ['union {', '};', '.m9 = { 5 }, .m10 = {}'],
      ['union {', '} u;', '.u = { .m9 = { 5 }, .m10 = {} }'],
      ['union {', '} u;', '.u.m9 = { 5 }, .u.m10 = {}'],
    ].map(
      ([open, close, values]) => `#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>
struct { struct jailhouse_cell_desc cell; ${open} ${members} ${close} int last; } __attribute__((packed)) config = {
	.cell = { .signature = JAILHOUSE_CELL_DESC_SIGNATURE, .architecture = JAILHOUSE_ARM64 },
	${values}, .last = 7,
};
`,
    ),
  ),
);

test('members of a union without any bytes give it up as in gcc', async () => {
  const results = await toolchain.compile('arm64', emptyMembers, args);
  expect(results.every(({ bytes }) => bytes !== undefined)).toBe(true);
  expect(emptyMembers.map((source, index) => disagreement(source, 'arm64', results[index] as Compiled))).toEqual(
    emptyMembers.map(() => undefined),
  );
});
