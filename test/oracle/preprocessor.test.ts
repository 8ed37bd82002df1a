import type { Macro } from '@jailhouse-cells/core/source/macro.ts';
import { emptyPrelude, preprocess } from '@jailhouse-cells/core/source/preprocessor.ts';
import type { IncludeHost } from '@jailhouse-cells/core/source/preprocessor-result.ts';
import { SourceFile } from '@jailhouse-cells/core/source/source-file.ts';
import { TokenKind } from '@jailhouse-cells/core/source/token.ts';
import { tokenize } from '@jailhouse-cells/core/source/tokenizer.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Choices } from '../generate/choices.ts';
import { type MacroProgram, macroProgram } from '../generate/macro-programs.ts';
import { choiceLists, factor, failSmallest, sample, seed } from './shrinking.ts';
import { Toolchain } from './toolchain.ts';

const runs = 300 * factor;
const lists = choiceLists(600);

/** gcc predefines hundreds; the programs use these. */
const dynamicMacros: ReadonlyMap<string, Macro> = new Map(
  (['line', 'counter'] as const).map((dynamic) => {
    const name = `__${dynamic.toUpperCase()}__`;
    return [name, { name, parameters: undefined, variadic: false, body: [], definition: undefined, dynamic }];
  }),
);

let toolchain: Toolchain;
beforeAll(() => {
  toolchain = new Toolchain();
});
afterAll(() => toolchain.close());

/** C's preprocessing tokens, told apart by a pattern that shares nothing with ours. */
const cToken =
  /\s+|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\.?\d(?:[eEpP][+-]|[\w.])*|[A-Za-z_$][\w$]*|\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|##|<:|:>|<%|%>|[\s\S]/y;

function spelled(text: string): string[] {
  return [...text.matchAll(new RegExp(cToken.source, 'g'))].map((match) => match[0]).filter((token) => token.trim() !== '');
}

function ours(program: MacroProgram): { readonly tokens: string[]; readonly errors: string[] } {
  const files = new Map([...program.files].map(([name, text]) => [name, new SourceFile(`/${name}`, text)]));
  const host: IncludeHost = {
    resolve: (name) => files.get(name),
    tokens: tokenize,
    isCurrent: () => true,
    searched: () => ['/'],
  };
  const result = preprocess(new SourceFile('/main.c', program.source), emptyPrelude(dynamicMacros), host);
  const tokens = [...result.prelude.tokens, ...result.tokens].filter((token) => token.kind !== TokenKind.End);
  return {
    tokens: spelled(tokens.map((token) => token.text).join('\n')),
    errors: result.findings.filter((finding) => finding.severity === 'error').map((finding) => finding.message),
  };
}

/** Says what is wrong with our tokens, or nothing. */
function disagreement(program: MacroProgram, gcc: string | undefined): string | undefined {
  const mine = ours(program);
  if (gcc === undefined) return mine.errors.length > 0 ? undefined : 'gcc reports an error, we do not';
  const theirs = spelled(gcc).join(' ');
  // Where # makes a string of an expanded argument, gcc's white space follows its padding tokens; once in some thousand programs ours differs.
  const bare = (text: string): string => text.replace(/\s+/g, '');
  if (bare(theirs) !== bare(mine.tokens.join(' '))) return `gcc:  ${theirs}\nours: ${mine.tokens.join(' ')}`;
  return mine.errors.length > 0 ? `gcc takes it, we say: ${mine.errors.join('; ')}` : undefined;
}

test(`${runs} random macro programs give the tokens that gcc -E gives`, async () => {
  const write = (list: readonly number[]): MacroProgram => macroProgram(Choices.fromList(list));
  const programs = sample(lists, runs).map(write);
  let refused = 0;
  for (const [index, program] of programs.entries()) {
    const [gcc] = await toolchain.preprocess([program.source], program.files);
    if (gcc === undefined) refused++;
    if (disagreement(program, gcc) === undefined) continue;
    await failSmallest(lists, index, async (list) => {
      const smaller = write(list);
      const [output] = await toolchain.preprocess([smaller.source], smaller.files);
      const wrong = disagreement(smaller, output);
      return wrong === undefined ? undefined : `${wrong}\n${smaller.source}\n--- part.h\n${smaller.files.get('part.h') ?? ''}`;
    });
  }
  console.log(`seed ${seed}, ${runs} programs, gcc refuses ${refused}`);
  expect(refused).toBeLessThan(runs / 2);
});

test.each([
  ['an argument behind `, ##` is not expanded before the rescan', '#define L(...) k , ## __VA_ARGS__\nL(L(1))'],
  ['`, ##` drops the comma when nothing is given', '#define L(...) k , ## __VA_ARGS__\nL()'],
  ['`, ##` drops the comma when the variable part is left out', '#define L(x, ...) x , ## __VA_ARGS__\nL(1) L()'],
  ['`, ##` keeps the comma before an empty argument', '#define L(x, ...) x , ## __VA_ARGS__\nL(1,)'],
  ['an empty argument leaves its white space to a string', '#define S(x) T(x)\n#define T(x) #x\n#define M(y) (a, y)\nS(M())'],
  ['joining what makes no token is an error', '#define J(x, y) x ## y\nJ(1, -)'],
  ['an argument of 150,000 tokens', `#define TWICE(x) x x\nTWICE(${'1 + '.repeat(75_000)} 1)`],
])('%s', async (_name, source) => {
  const [gcc] = await toolchain.preprocess([source], new Map());
  const mine = ours({ source, files: new Map() });
  if (gcc === undefined) expect(mine.errors).not.toEqual([]);
  else expect({ tokens: mine.tokens.join(' '), errors: mine.errors }).toEqual({ tokens: spelled(gcc).join(' '), errors: [] });
});
