import type { Macro } from '@jailhouse-cells/core/source/macro.ts';
import { emptyPrelude, preprocess } from '@jailhouse-cells/core/source/preprocessor.ts';
import type { IncludeHost } from '@jailhouse-cells/core/source/preprocessor-result.ts';
import { SourceFile } from '@jailhouse-cells/core/source/source-file.ts';
import { TokenKind } from '@jailhouse-cells/core/source/token.ts';
import { tokenize } from '@jailhouse-cells/core/source/tokenizer.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Choices } from '../generate/choices.ts';
import { type MacroProgram, macroProgram } from '../generate/macro-programs.ts';
import { Toolchain } from './toolchain.ts';

const seed = Number(process.env.ORACLE_SEED ?? Math.floor(Math.random() * 0x7fffffff));
const runs = 300 * Number(process.env.ORACLE_RUNS ?? 1);
const choiceList = fc.noBias(fc.array(fc.integer({ min: 0, max: 0x7fffffff }), { maxLength: 600, size: 'max' }));

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

test(`${runs} random macro programs give the tokens that gcc -E gives`, async () => {
  const write = (list: readonly number[]): MacroProgram => macroProgram(Choices.fromList(list));
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(choiceList, async (list) => {
      const program = write(list);
      const [gcc] = await toolchain.preprocess([program.source], program.files);
      const mine = ours(program);
      const shown = `${program.source}\n--- part.h\n${program.files.get('part.h') ?? ''}`;
      if (gcc === undefined) {
        refused++;
        if (mine.errors.length === 0) throw new Error(`gcc reports an error, we do not:\n${shown}`);
        return;
      }
      const theirs = spelled(gcc);
      if (theirs.join(' ') !== mine.tokens.join(' '))
        throw new Error(`gcc:  ${theirs.join(' ')}\nours: ${mine.tokens.join(' ')}\n${shown}`);
      if (mine.errors.length > 0) throw new Error(`gcc takes it, we say: ${mine.errors.join('; ')}\n${shown}`);
    }),
    { seed, numRuns: runs, interruptAfterTimeLimit: 90_000 },
  );
  console.log(`seed ${seed}, ${runs} programs, gcc refused ${refused}`);
  expect(refused).toBeLessThan(runs / 2);
});

test.each([
  ['an argument behind `, ##` is not expanded before the rescan', '#define L(...) k , ## __VA_ARGS__\nL(L(1))'],
  ['`, ##` drops the comma when nothing is given', '#define L(...) k , ## __VA_ARGS__\nL()'],
  ['`, ##` drops the comma when the variable part is left out', '#define L(x, ...) x , ## __VA_ARGS__\nL(1) L()'],
  ['`, ##` keeps the comma before an empty argument', '#define L(x, ...) x , ## __VA_ARGS__\nL(1,)'],
  ['an empty argument leaves its white space to a string', '#define S(x) T(x)\n#define T(x) #x\n#define M(y) (a, y)\nS(M())'],
  ['joining what makes no token is an error', '#define J(x, y) x ## y\nJ(1, -)'],
  ['an argument of 200,000 tokens', `#define TWICE(x) x x\nTWICE(${'1 + '.repeat(100_000)} 1)`],
])('%s', async (_name, source) => {
  const [gcc] = await toolchain.preprocess([source], new Map());
  const mine = ours({ source, files: new Map() });
  if (gcc === undefined) expect(mine.errors).not.toEqual([]);
  else expect({ tokens: mine.tokens.join(' '), errors: mine.errors }).toEqual({ tokens: spelled(gcc).join(' '), errors: [] });
});
