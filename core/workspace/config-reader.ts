import { type Revision, revisions } from '../abi/entry.ts';
import { ambiguousLayouts } from '../abi/history.ts';
import { readTranslationUnit, type TranslationUnit } from '../c/translation-unit.ts';
import { type Architecture, architectureNumbers, type Config, type HeaderOrigin } from '../config/model.ts';
import { readBinary, readHead } from '../config/read-binary.ts';
import { findConfigObject, readSource } from '../config/read-source.ts';
import type { Finding } from '../source/finding.ts';
import type { Macro } from '../source/macro.ts';
import { macroValue } from '../source/macro-value.ts';
import { baseName, directoryOf } from '../source/paths.ts';
import type { Preprocessed } from '../source/preprocessor-result.ts';
import { SourceFile } from '../source/source-file.ts';
import { Environment, type EnvironmentSettings } from './environment.ts';
import { findTree, type HeaderTree, virtualPath, virtualScheme } from './header-tree.ts';
import type { Inputs } from './inputs.ts';
import type { Project } from './project.ts';
import type { WorkspaceSettings } from './settings.ts';

/** What reading one file gave. */
export interface ReadConfig {
  /** The file's text at that moment; undefined for a binary. */
  readonly source: SourceFile | undefined;
  /** The texts that it was read from: the file itself, and what it includes. Empty for a binary. */
  readonly texts: ReadonlyMap<string, string>;
  readonly config: Config | undefined;
  readonly header: HeaderOrigin | undefined;
  readonly findings: readonly Finding[];
  /** Values may be missing: rules would cry wolf. */
  readonly damaged: boolean;
}

const architectures = Object.keys(architectureNumbers) as Architecture[];

/** Reads configs: C through the one front end, `.cell` files with the built-in header of their revision. */
export class ConfigReader {
  private readonly environments = new Map<string, Environment>();

  constructor(
    private readonly inputs: Inputs,
    private readonly settings: () => WorkspaceSettings,
    private readonly projectOf: (path: string) => Project | undefined,
  ) {}

  read(path: string): ReadConfig {
    return path.endsWith('.cell') ? this.readCell(path) : this.readC(path);
  }

  /** Bytes of the object, findings and all, for a source of our own (tests, differential runs). */
  unit(path: string, arch: Architecture): { unit: TranslationUnit; preprocessed: Preprocessed } | undefined {
    const source = this.inputs.source(path);
    if (!source) return undefined;
    const preprocessed = this.environment(path, arch).preprocess(source);
    return { unit: readTranslationUnit(preprocessed, arch), preprocessed };
  }

  private readC(path: string): ReadConfig {
    const source = this.inputs.source(path);
    if (!source) {
      const span = { file: path, start: 0, end: 0 };
      const message = `${baseName(path)} does not exist or cannot be read.`;
      return {
        source,
        texts: new Map(),
        config: undefined,
        header: undefined,
        damaged: true,
        findings: [{ rule: 'c-no-config', severity: 'error', message, span, related: [], fixes: [] }],
      };
    }
    const said = this.settings().arch ?? this.projectOf(path)?.arch;
    const assumed = said ?? folderArchitecture(path) ?? 'arm64';
    const first = this.readAs(path, source, assumed, said !== undefined);
    // Without a folder that says more, the types of the architecture that the config itself names count.
    const written = first.config?.arch ?? assumed;
    return written === assumed || folderArchitecture(path) ? first : this.readAs(path, source, written, false);
  }

  private readAs(path: string, source: SourceFile, arch: Architecture, insist: boolean): ReadConfig {
    const environment = this.environment(path, arch);
    const preprocessed = environment.preprocess(source);
    const unit = readTranslationUnit(preprocessed, arch);
    const header = headerOrigin(preprocessed);
    const texts = textsOf(source, preprocessed);
    const object = findConfigObject(unit);
    if (!object) {
      const findings = unit.damaged ? unit.findings : [...unit.findings, noConfig(source, preprocessed)];
      return { source, texts, config: undefined, header, findings, damaged: true };
    }
    const origin = header ?? { kind: 'tree', path, revision: undefined };
    const config = readSource(path, unit, object, origin, arch, insist);
    return { source, texts, config, header, findings: unit.findings, damaged: unit.damaged };
  }

  private readCell(path: string): ReadConfig {
    const bytes = this.inputs.bytes(path);
    const failed = (message: string): ReadConfig => ({
      source: undefined,
      texts: new Map(),
      config: undefined,
      header: undefined,
      damaged: true,
      findings: [
        {
          rule: 'c-binary',
          severity: 'error',
          message,
          span: { file: path, start: 0, end: Math.min(8, bytes?.length ?? 0) },
          related: [],
          fixes: [],
        },
      ],
    });
    if (!bytes) return failed(`${baseName(path)} does not exist or cannot be read.`);
    const head = readHead(bytes);
    if (!head)
      return failed(
        `${baseName(path)} is no Jailhouse config: it begins with neither JHSYS nor JHCLL (nor their older forms JHSYST and JHCELL).`,
      );
    const revision = revisions.find((known) => known === head.revision);
    if (revision === undefined) {
      return failed(
        `${baseName(path)} is of config revision ${head.revision}; only the revisions ${revisions[0]} to ${revisions.at(-1)} can be read.`,
      );
    }
    const arch = head.arch ?? this.settings().arch ?? folderArchitecture(path) ?? 'arm64';
    const environment = this.environmentFor({
      tree: { root: undefined, revision },
      arch,
      includePaths: [],
      defines: {},
      forcedIncludes: [],
    });
    const preprocessed = environment.preprocess(typesSource);
    const unit = readTranslationUnit(preprocessed, arch);
    const header = headerOrigin(preprocessed) ?? { kind: 'built-in', path: virtualPath(revision, 'jailhouse/cell-config.h'), revision };
    const { config, findings } = readBinary(path, bytes, head, unit.scope, header, arch);
    const ambiguity = ambiguousLayouts(revision);
    const all = ambiguity === undefined ? findings : [...findings, ambiguous(path, revision, ambiguity)];
    return { source: undefined, texts: new Map(), config, header, findings: all, damaged: config === undefined };
  }

  private environment(path: string, arch: Architecture): Environment {
    const settings = this.settings();
    const project = this.projectOf(path);
    return this.environmentFor({
      tree: this.treeOf(path),
      arch,
      includePaths: [...settings.includePaths, ...(project?.includePaths ?? [])],
      defines: { ...project?.defines, ...settings.defines },
      forcedIncludes: settings.forcedIncludes,
    });
  }

  private treeOf(path: string): HeaderTree {
    const settings = this.settings();
    const project = this.projectOf(path);
    const revision = settings.revision ?? project?.revision ?? 14;
    const named = settings.headers ?? project?.headers;
    if (named !== undefined) return { root: named.replace(/\/$/, ''), revision };
    // A project that names a revision wants the built-in headers, even below a tree.
    if (project?.revision !== undefined) return { root: undefined, revision };
    return { root: findTree(directoryOf(path), (file) => this.inputs.isFile(file)), revision };
  }

  private environmentFor(settings: EnvironmentSettings): Environment {
    const key = JSON.stringify(settings);
    let environment = this.environments.get(key);
    if (!environment) {
      environment = new Environment(settings, this.inputs);
      this.environments.set(key, environment);
    }
    return environment;
  }
}

const typesSource = new SourceFile('/(cell file)', '#include <jailhouse/types.h>\n#include <jailhouse/cell-config.h>\n');

/** Upstream keeps one folder of configs per architecture. */
function folderArchitecture(path: string): Architecture | undefined {
  const folders = path.split('/').slice(0, -1);
  return architectures.find((arch) => folders.includes(arch));
}

function textsOf(source: SourceFile, { includes }: Preprocessed): ReadonlyMap<string, string> {
  const files = includes.flatMap(({ file }) => (file === undefined || file.path.startsWith(virtualScheme) ? [] : [file]));
  return new Map([source, ...files].map(({ path, text }) => [path, text]));
}

function headerOrigin(preprocessed: Preprocessed): HeaderOrigin | undefined {
  const file = preprocessed.includes.find((include) => include.file?.path.endsWith('/jailhouse/cell-config.h'))?.file;
  if (!file) return undefined;
  const { macros } = preprocessed;
  const revision = macroValue(macros, 'JAILHOUSE_CONFIG_REVISION');
  return {
    kind: file.path.startsWith(virtualScheme) ? 'built-in' : 'tree',
    path: file.path,
    revision: revision === undefined ? undefined : Number(revision),
    memoryFlags: memoryFlagsOf(macros),
  };
}

const memoryFlagsKnown = new WeakMap<Macro, bigint>();

/** All bits that the header gives a name: forks have flags of their own. */
function memoryFlagsOf(macros: ReadonlyMap<string, Macro>): bigint {
  const anchor = macros.get('JAILHOUSE_MEM_READ');
  const known = anchor && memoryFlagsKnown.get(anchor);
  if (known !== undefined) return known;
  let flags = 0n;
  for (const name of macros.keys()) {
    if (name.startsWith('JAILHOUSE_MEM_') && !name.endsWith('_SHIFT')) flags |= macroValue(macros, name) ?? 0n;
  }
  if (anchor) memoryFlagsKnown.set(anchor, flags);
  return flags;
}

function noConfig(source: SourceFile, preprocessed: Preprocessed): Finding {
  const header = preprocessed.includes.some((include) => include.name === 'jailhouse/cell-config.h');
  const remedy = header
    ? 'Define one: struct { struct jailhouse_cell_desc cell; __u64 cpus[1]; … } __attribute__((packed)) config = { … }; (struct jailhouse_system for a root cell).'
    : 'Include <jailhouse/cell-config.h> and define one.';
  const message = `This file defines no config: no object with an initialiser begins with struct jailhouse_system or struct jailhouse_cell_desc. ${remedy}`;
  return {
    rule: 'c-no-config',
    severity: 'error',
    message,
    span: { file: source.path, start: 0, end: Math.min(source.text.length, 1) },
    related: [],
    fixes: [],
  };
}

function ambiguous(path: string, revision: Revision, sentence: string): Finding {
  const message = `Revision ${revision} does not fix the layout. ${sentence} Read as the last of them; check the values before you trust them.`;
  return { rule: 'c-binary', severity: 'information', message, span: { file: path, start: 0, end: 8 }, related: [], fixes: [] };
}
