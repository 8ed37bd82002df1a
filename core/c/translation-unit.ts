import type { Architecture } from '../abi/scalar.ts';
import type { Finding } from '../source/finding.ts';
import type { Prelude, Preprocessed } from '../source/preprocessor-result.ts';
import { SourceFile } from '../source/source-file.ts';
import { Token, TokenFlag, TokenKind } from '../source/token.ts';
import { Context } from './context.ts';
import { readDeclarations } from './declaration.ts';
import { type ObjectEntity, Scope } from './scope.ts';
import { typesOf } from './types.ts';

/** A source, read: its types and objects. */
export interface TranslationUnit {
  readonly scope: Scope;
  /** Objects that the source (or a file it includes behind its first declaration) declares, in order. */
  readonly objects: readonly ObjectEntity[];
  readonly findings: readonly Finding[];
  /** Something could not be read, so that values may be missing. */
  readonly damaged: boolean;
}

interface HeaderScope {
  readonly scope: Scope;
  readonly findings: readonly Finding[];
}

/** What the shared headers declare, by prelude and architecture; `undefined` where a header ends within a declaration or defines an object. */
const headerScopes = new WeakMap<Prelude, Map<Architecture, HeaderScope | undefined>>();

/** Reads a preprocessed source for one architecture. Never throws. */
export function readTranslationUnit(source: Preprocessed, arch: Architecture): TranslationUnit {
  const header = headerScope(source.prelude, arch);
  const scope = new Scope(header?.scope);
  const tokens = header ? source.tokens : [...source.prelude.tokens, ...source.tokens];
  const context = new Context(tokens, scope, typesOf(arch));
  readDeclarations(context);
  return {
    scope,
    objects: scope.objects().filter((object) => object.type.kind !== 'function'),
    findings: [...source.findings, ...(header?.findings ?? []), ...context.findings],
    damaged: context.damaged || source.findings.some((finding) => finding.severity === 'error'),
  };
}

function headerScope(prelude: Prelude, arch: Architecture): HeaderScope | undefined {
  let known = headerScopes.get(prelude);
  if (!known) {
    known = new Map();
    headerScopes.set(prelude, known);
  }
  if (known.has(arch)) return known.get(arch);
  const result = readHeader(prelude, arch);
  known.set(arch, result);
  return result;
}

function readHeader(prelude: Prelude, arch: Architecture): HeaderScope | undefined {
  const { parent } = prelude;
  if (!parent) return { scope: new Scope(), findings: [] };
  const before = headerScope(parent, arch);
  if (!before) return undefined;
  const own = prelude.tokens.slice(parent.tokens.length);
  const file = own.at(-1)?.file ?? new SourceFile('', '');
  const end = new Token(TokenKind.End, '', file, file.text.length, file.text.length, TokenFlag.LineStart, undefined);
  const scope = new Scope(before.scope);
  const context = new Context([...own, end], scope, typesOf(arch));
  readDeclarations(context);
  if (context.damaged || context.packPragma > 0) return undefined;
  // An include that defines the config is no header: it is read with the source that consists of it.
  if (scope.objects().some(({ initial }) => initial !== undefined)) return undefined;
  return { scope, findings: [...before.findings, ...context.findings] };
}
