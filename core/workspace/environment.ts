import { dynamicMacros, predefinedText } from '../c/predefined.ts';
import type { Architecture } from '../config/model.ts';
import type { Macro } from '../source/macro.ts';
import { directoryOf, isAbsolute, joinPath } from '../source/paths.ts';
import { emptyPrelude, preprocess } from '../source/preprocessor.ts';
import type { IncludeHost, Prelude } from '../source/preprocessor-result.ts';
import { SourceFile } from '../source/source-file.ts';
import { type TokenizedFile, tokenize } from '../source/tokenizer.ts';
import { builtInInclude, type HeaderTree, treeSearchPaths } from './header-tree.ts';
import type { Inputs } from './inputs.ts';

/** Everything besides its text that decides how a config is read. */
export interface EnvironmentSettings {
  readonly tree: HeaderTree;
  readonly arch: Architecture;
  readonly includePaths: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  readonly forcedIncludes: readonly string[];
}

/** Finds includes, and keeps what the common headers leave behind, for all configs that are read the same way. */
export class Environment implements IncludeHost {
  private readonly searchPaths: readonly string[];
  private readonly headers = new WeakMap<SourceFile, TokenizedFile>();
  private readonly base: Prelude;
  private readonly commandLine: SourceFile;
  /** The config being read: its tokens serve once and are not kept. */
  private main: SourceFile | undefined;

  constructor(
    readonly settings: EnvironmentSettings,
    private readonly inputs: Inputs,
  ) {
    const { tree, arch } = settings;
    this.searchPaths = [...settings.includePaths, ...(tree.root === undefined ? [] : treeSearchPaths(tree.root, arch))];
    this.base = emptyPrelude(predefined(settings, this));
    this.commandLine = new SourceFile('/(forced includes)', settings.forcedIncludes.map((path) => `#include "${path}"\n`).join(''));
  }

  preprocess(file: SourceFile): ReturnType<typeof preprocess> {
    this.main = undefined;
    const start = this.start();
    this.main = file;
    const result = preprocess(file, start, this);
    this.main = undefined;
    return result;
  }

  /** The state in which the first line of every config is read. */
  private start(): Prelude {
    const { tree } = this.settings;
    const configHeader = tree.root === undefined ? undefined : `${tree.root}/include/jailhouse/config.h`;
    const generated = configHeader !== undefined && this.inputs.isFile(configHeader);
    if (!generated && this.commandLine.text === '') return this.base;
    const file = generated
      ? new SourceFile(this.commandLine.path, `#include "${configHeader}"\n${this.commandLine.text}`)
      : this.commandLine;
    return preprocess(file, this.base, this).prelude;
  }

  resolve(name: string, quoted: boolean, from: SourceFile): SourceFile | undefined {
    for (const path of this.candidates(name, quoted, from)) {
      const file = this.inputs.source(path);
      if (file) return file;
    }
    const builtIn = builtInInclude(name, this.settings.tree);
    return builtIn === undefined ? undefined : this.inputs.source(builtIn);
  }

  tokens(file: SourceFile): TokenizedFile {
    if (file === this.main) return tokenize(file);
    let known = this.headers.get(file);
    if (!known) {
      known = tokenize(file);
      this.headers.set(file, known);
    }
    return known;
  }

  isCurrent(file: SourceFile): boolean {
    return this.inputs.source(file.path) === file;
  }

  searched(name: string, quoted: boolean, from: SourceFile): readonly string[] {
    return [...new Set(this.candidates(name, quoted, from).map((path) => path.slice(0, path.length - name.length - 1) || '/'))];
  }

  private candidates(name: string, quoted: boolean, from: SourceFile): string[] {
    if (isAbsolute(name)) return [name];
    const beside = quoted ? [joinPath(directoryOf(from.path), name)] : [];
    return [...beside, ...this.searchPaths.map((path) => joinPath(path, name))];
  }
}

function predefined(settings: EnvironmentSettings, host: IncludeHost): ReadonlyMap<string, Macro> {
  const lines = Object.entries(settings.defines).map(([name, value]) => `#define ${name} ${value.replaceAll('\n', ' ')}\n`);
  const file = new SourceFile('/(predefined)', predefinedText(settings.arch) + lines.join(''));
  const { macros } = preprocess(file, emptyPrelude(dynamicMacros), host);
  // Nobody can open these definitions, so findings do not point there.
  return new Map([...macros].map(([name, macro]) => [name, macro.dynamic ? macro : { ...macro, definition: undefined }]));
}
