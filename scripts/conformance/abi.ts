import { execFileSync } from 'node:child_process';
import { type Revision, revisions } from '@jailhouse-cells/core/abi/entry.ts';
import { builtInHeaders } from '@jailhouse-cells/core/abi/headers.ts';
import { revisionSources } from '@jailhouse-cells/core/abi/history.ts';
import { type Architecture, bitsPerLong } from '@jailhouse-cells/core/abi/scalar.ts';
import { encodeObject } from '@jailhouse-cells/core/c/image.ts';
import { readTranslationUnit, type TranslationUnit } from '@jailhouse-cells/core/c/translation-unit.ts';
import { type CType, describeType, isRecord } from '@jailhouse-cells/core/c/types.ts';
import type { Macro } from '@jailhouse-cells/core/source/macro.ts';
import { emptyPrelude, preprocess } from '@jailhouse-cells/core/source/preprocessor.ts';
import type { IncludeHost, Preprocessed } from '@jailhouse-cells/core/source/preprocessor-result.ts';
import { SourceFile } from '@jailhouse-cells/core/source/source-file.ts';
import { TokenKind } from '@jailhouse-cells/core/source/token.ts';
import { type TokenizedFile, tokenize } from '@jailhouse-cells/core/source/tokenizer.ts';

export interface AbiComparison {
  /** Facts compared: sizes, members, typedefs, enumerators, macros. */
  readonly checked: number;
  /** What differs, one line each. */
  readonly misses: readonly string[];
}

/** The macro by which headers tell the architecture. */
const compilerMacros: Readonly<Record<Architecture, string>> = { arm64: '__aarch64__', arm: '__arm__', x86: '__x86_64__' };

/** Stands for the bytes of a probe that our front end did not read; never equal to anything. */
const unread = 'unread';

/** The text of a header by its include name; undefined when there is none. */
type Headers = (name: string) => string | undefined;

/** What a pair of headers makes of one source. */
interface Reading {
  readonly source: Preprocessed;
  readonly unit: TranslationUnit;
}

/**
 * Compares each built-in revision with the headers of its commit in a git repository of siemens/jailhouse, on each
 * architecture: size of every struct, place and type of every field, every typedef, every macro's value or effect.
 * Both sides are read by our own C front end.
 */
export function compareAbi(gitDir: string): AbiComparison {
  const misses: string[] = [];
  let checked = 0;
  for (const revision of revisions) {
    const { commit, name } = revisionSources[revision];
    if (git(gitDir, ['cat-file', '-t', commit]) === undefined) {
      misses.push(`revision ${revision}: ${gitDir} has no commit ${commit} (${name}); a full clone is needed`);
      continue;
    }
    for (const arch of Object.keys(bitsPerLong) as Architecture[]) {
      const result = compareOne(revision, arch, headersOfCommit(gitDir, commit, arch));
      checked += result.checked;
      misses.push(...result.misses.map((miss) => `revision ${revision}, ${arch}: ${miss}`));
    }
  }
  return { checked, misses };
}

function compareOne(revision: Revision, arch: Architecture, theirHeaders: Headers): AbiComparison {
  const ourHeaders: Headers = (name) => builtInHeaders(revision).get(name);
  const sides = [ourHeaders, theirHeaders] as const;
  const [ours, theirs] = [read(sides[0], arch, ''), read(sides[1], arch, '')];
  const shared = [...theirs.source.macros.values()].filter((macro) => ours.source.macros.has(macro.name));
  const probes = shared.map((macro) => ({ macro, declarations: probesOf(macro) }));
  const text = probes.flatMap(({ declarations }) => declarations.map((declaration) => `${declaration}\n`)).join('');
  const [ourProbes, theirProbes] = [read(sides[0], arch, text), read(sides[1], arch, text)];

  const comparison = new Comparison();
  comparison.noErrors('built-in headers', [ours, ourProbes]);
  comparison.noErrors("the commit's headers", [theirs, theirProbes]);
  comparison.equal('', recordFacts(ours), recordFacts(theirs));
  comparison.equal('typedef ', typedefFacts(ours), typedefFacts(theirs));
  comparison.equal('macro ', macroFacts(ours, ourProbes, probes), macroFacts(theirs, theirProbes, probes));
  return comparison;
}

/** Gathers facts and differences. */
class Comparison implements AbiComparison {
  checked = 0;
  readonly misses: string[] = [];

  noErrors(side: string, readings: readonly Reading[]): void {
    const errors = readings.flatMap(({ unit }) => unit.findings).filter((finding) => finding.severity === 'error');
    this.misses.push(...errors.map((finding) => `${side}, ${finding.span.file}: ${finding.message}`));
  }

  equal(kind: string, ours: ReadonlyMap<string, string>, theirs: ReadonlyMap<string, string>): void {
    if (theirs.size === 0) this.misses.push(`${kind || 'struct '}facts: none were read from the commit`);
    for (const name of new Set([...theirs.keys(), ...ours.keys()])) {
      this.checked++;
      const [our, their] = [ours.get(name) ?? 'missing', theirs.get(name) ?? 'missing'];
      if (our !== their || our.includes(unread)) this.misses.push(`${kind}${name}: ours ${our}, theirs ${their}`);
    }
  }
}

// --- reading -----------------------------------------------------------------------------------------------------

function read(headers: Headers, arch: Architecture, probes: string): Reading {
  const text = `#define ${compilerMacros[arch]} 1\n#include <jailhouse/types.h>\n#include <jailhouse/cell-config.h>\n${probes}`;
  const files = new Map<string, SourceFile | undefined>();
  const tokens = new Map<SourceFile, TokenizedFile>();
  const host: IncludeHost = {
    resolve(name) {
      if (!files.has(name)) {
        const header = headers(name);
        files.set(name, header === undefined ? undefined : new SourceFile(name, header));
      }
      return files.get(name);
    },
    tokens(file) {
      const known = tokens.get(file) ?? tokenize(file);
      tokens.set(file, known);
      return known;
    },
    isCurrent: () => true,
    searched: () => [],
  };
  const source = preprocess(new SourceFile('probe.c', text), emptyPrelude(new Map()), host);
  return { source, unit: readTranslationUnit(source, arch) };
}

function headersOfCommit(gitDir: string, commit: string, arch: Architecture): Headers {
  const folders = ['include', 'hypervisor/include', `hypervisor/arch/${arch}/include`];
  return (name) => {
    for (const folder of folders) {
      const text = git(gitDir, ['show', `${commit}:${folder}/${name}`]);
      if (text !== undefined) return text;
    }
    return undefined;
  };
}

function git(gitDir: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync('git', ['-C', gitDir, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

// --- facts: what is compared, by name, as text ---------------------------------------------------------------------

/** Size of every tagged struct and union; place, size and type of every member, those of members included. */
function recordFacts({ unit }: Reading): Map<string, string> {
  const facts = new Map<string, string>();
  for (const [tag, type] of unit.scope.allTags()) {
    if (!isRecord(type)) continue;
    facts.set(`${type.kind} ${tag}`, `${type.size} bytes, alignment ${type.align}`);
    addMembers(facts, `${type.kind} ${tag}: `, type, 0);
  }
  return facts;
}

function addMembers(facts: Map<string, string>, prefix: string, type: CType, base: number): void {
  if (type.kind === 'array') addMembers(facts, prefix.replace(/\.$/, '[0].'), type.element, base);
  if (!isRecord(type)) return;
  for (const field of type.fields ?? []) {
    const offset = base + field.offset;
    if (field.name === undefined) {
      addMembers(facts, prefix, field.type, offset);
      continue;
    }
    // A bit-field's place is told by its first bit alone: front ends may count it from different bytes.
    const place = field.bit ? `bit ${offset * 8 + field.bit.start}, ${field.bit.width} bits` : `offset ${offset}, ${field.type.size} bytes`;
    facts.set(prefix + field.name, `${place}, ${describeType(field.type)}`);
    addMembers(facts, `${prefix}${field.name}.`, field.type, offset);
  }
}

/** What every typedef and enumerator of the headers stands for. */
function typedefFacts({ source, unit }: Reading): Map<string, string> {
  const facts = new Map<string, string>();
  for (const { kind, text } of [...source.prelude.tokens, ...source.tokens]) {
    if (kind !== TokenKind.Identifier || facts.has(text)) continue;
    const entity = unit.scope.find(text);
    if (entity?.kind === 'typedef') facts.set(text, `${describeType(entity.type)} of ${entity.type.size} bytes`);
    else if (entity?.kind === 'enumerator') facts.set(text, `enumerator ${entity.value}`);
  }
  return facts;
}

interface Probe {
  readonly macro: Macro;
  readonly declarations: readonly string[];
}

/** The bytes that the probes of a macro give; without probes, its parameters and tokens. */
function macroFacts(headers: Reading, probed: Reading, probes: readonly Probe[]): Map<string, string> {
  const bytes = new Map(probed.unit.objects.map((object) => [object.name, bytesOf(object.type, object.initial)]));
  const facts = new Map<string, string>();
  for (const { macro, declarations } of probes) {
    if (declarations.length === 0) continue;
    facts.set(macro.name, declarations.map((_declaration, index) => bytes.get(probeName(macro, index)) ?? 'unread').join(' '));
  }
  for (const macro of headers.source.macros.values()) {
    // An empty macro is an include guard; we have one more, since upstream's pci_defs.h has none.
    if (facts.has(macro.name) || macro.body.length === 0 || !isFromHeader(macro)) continue;
    facts.set(
      macro.name,
      `${macro.parameters ? `(${macro.parameters.join(', ')}) ` : ''}${macro.body.map((token) => token.text).join(' ')}`,
    );
  }
  return facts;
}

function isFromHeader(macro: Macro): boolean {
  return macro.definition !== undefined && macro.definition.file.path !== 'probe.c';
}

function bytesOf(type: CType, initial: Parameters<typeof encodeObject>[1]): string {
  return Buffer.from(encodeObject(type, initial)).toString('hex');
}

// --- probes: declarations whose bytes tell what a macro means ------------------------------------------------------

const sampleFlags = ['0', '~0', '1 | 2', '0 ? 0 : 4', ...Array.from({ length: 32 }, (_, bit) => `0x${(2 ** bit).toString(16)}`)];
/** Some unparenthesised, since macros differ in where they put parentheses. */
const samplePairs = ['0x1fb00000, 0', '0x1fb00000, 1', '0x10 | 0x2, 2', '1 ? 2 : 3, 1 & 3', '4 + 4, 0 | 1'];
/** What an initialiser macro initialises. */
const initialised: readonly (readonly [name: RegExp, type: string, suffix: string])[] = [
  [/^JAILHOUSE_SHMEM_NET_REGIONS$/, 'struct jailhouse_memory', '[4]'],
  [/^PIO_RANGE$/, 'struct jailhouse_pio', '[1]'],
];

function probeName(macro: Macro, index: number): string {
  return `probe_${index}_${macro.name}`;
}

function probesOf(macro: Macro): string[] {
  if (!isFromHeader(macro) || macro.body.length === 0) return [];
  return initialisersOf(macro).map(([type, suffix, value], index) => `${type} ${probeName(macro, index)}${suffix} = ${value};`);
}

function initialisersOf({ name, parameters, body }: Macro): (readonly [type: string, suffix: string, value: string])[] {
  const first = body[0];
  if (parameters === undefined) {
    if (first?.text === '{') return [['__u32', '[6]', name]];
    if (first?.kind === TokenKind.String) return [['char', '[]', name]];
    if (name === 'NULL') return [];
    // The value, the size of its type, and whether that type is signed.
    return [['__u64', '[3]', `{ ${name}, sizeof(${name}), 0 * ${name} - 1 < 0 }`]];
  }
  const context = initialised.find(([pattern]) => pattern.test(name));
  if (context) return samplePairs.map((pair) => [context[1], context[2], `{ ${name}(${pair}) }`] as const);
  if (name === 'ARRAY_SIZE') {
    return [
      ['__u32', '[7]', '{ 1 }'],
      ...['', '100 - ', '100 % '].map((before) => ['__u64', '', `${before}ARRAY_SIZE(probe_0_ARRAY_SIZE)`] as const),
    ];
  }
  if (parameters.join() === 'flags') return sampleFlags.map((flags) => ['__u32', '', `${name}(${flags})`] as const);
  return [];
}
