import type { Macro } from '../source/macro.ts';
import { emptyPrelude, preprocess } from '../source/preprocessor.ts';
import type { IncludeHost, Prelude } from '../source/preprocessor-result.ts';
import { SourceFile } from '../source/source-file.ts';
import { tokenize } from '../source/tokenizer.ts';

/** What is left of cpp's own macros with `-undef -x assembler-with-cpp` (gcc 12, `cpp -dM`). */
const predefined = '#define __ASSEMBLER__ 1\n#define __STDC__ 1\n#define __STDC_HOSTED__ 1\n';

const dynamic: ReadonlyMap<string, Macro> = new Map(
  (
    [
      ['__LINE__', 'line'],
      ['__FILE__', 'file'],
      ['__COUNTER__', 'counter'],
      ['__INCLUDE_LEVEL__', 'level'],
    ] as const
  ).map(([name, kind]) => [name, { name, parameters: undefined, variadic: false, body: [], definition: undefined, dynamic: kind }]),
);

const noIncludes: IncludeHost = {
  resolve: () => undefined,
  tokens: (file) => tokenize(file, 'assembler'),
  isCurrent: () => true,
  searched: () => [],
};

/** Where the preprocessor of a device tree starts, with macros of the user's own (`-D NAME=VALUE`). */
export function treePrelude(defines: Readonly<Record<string, string>> = {}): Prelude {
  const lines = Object.entries(defines).map(([name, value]) => `#define ${name} ${value.replaceAll('\n', ' ')}\n`);
  const file = new SourceFile('/(predefined)', predefined + lines.join(''));
  const { macros } = preprocess(file, emptyPrelude(dynamic), noIncludes, 'assembler');
  // Nobody can open these definitions, so findings do not point there.
  return emptyPrelude(new Map([...macros].map(([name, macro]) => [name, macro.dynamic ? macro : { ...macro, definition: undefined }])));
}
