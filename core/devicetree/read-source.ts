import type { Finding } from '../source/finding.ts';
import { preprocess } from '../source/preprocessor.ts';
import type { Include, IncludeHost, Prelude } from '../source/preprocessor-result.ts';
import type { SourceFile } from '../source/source-file.ts';
import type { DeviceTree, TreeNode } from './model.ts';
import { NodeReader } from './node-reader.ts';
import { addFixups, addSymbols } from './overlay-tables.ts';
import { checkSource } from './source-checks.ts';
import { LabelTable, sourceNodeAt } from './source-lookup.ts';
import { SourceNode, settle } from './source-node.ts';
import { SourceProblems } from './source-problems.ts';
import { SourceReferences } from './source-references.ts';
import { StatementCursor } from './statement-cursor.ts';
import { TreeLexer } from './tree-lexer.ts';
import { TreeParser } from './tree-parser.ts';
import { JoinedText, RawText } from './tree-text.ts';
import { ValueReader } from './value-reader.ts';

/** What the source of a device tree needs of the world. */
export interface TreeHost extends IncludeHost {
  /** The bytes of an `/incbin/` file, looked for beside `from` and then on the include paths. */
  bytes(name: string, from: SourceFile): Uint8Array | undefined;
  /** Where the preprocessor starts: `treePrelude()`, kept by the host so that trees which start alike share it. */
  prelude(): Prelude;
}

export interface TreeOptions {
  /** `dtc -@`: every label gets an entry in `__symbols__`, so that overlays can be applied. */
  readonly symbols?: boolean;
}

export interface ReadTree {
  /** As far as it could be read. Only a tree without findings of level error is what dtc would make. */
  readonly tree: DeviceTree;
  readonly findings: readonly Finding[];
  /** Every include, also of `/include/`, and those not found. */
  readonly includes: readonly Include[];
  /** Labels of nodes. */
  readonly labels: ReadonlyMap<string, TreeNode>;
}

/** Reads a device tree or overlay as `cpp -nostdinc -undef -x assembler-with-cpp | dtc` (1.6.1) does, but never gives up. */
export function readTreeSource(file: SourceFile, host: TreeHost, options: TreeOptions = {}): ReadTree {
  const preprocessed = preprocess(file, host.prelude(), host, 'assembler');
  const problems = new SourceProblems();
  const includes: Include[] = [...preprocessed.includes];
  // Without the End token.
  const own = preprocessed.tokens.slice(0, -1);
  const before = preprocessed.prelude.tokens;
  const text = new JoinedText(before.length === 0 ? own : [...before, ...own], file);

  const lexer = new TreeLexer(text, {
    problem: (message, source, start, end) => problems.report('dts-syntax', message, source.spanOf(start, end)),
    include(name, source, start, end) {
      const from = source.fileAt(start);
      const found = host.resolve(name, true, from);
      includes.push({ name, quoted: true, from, file: found });
      if (found !== undefined) return new RawText(found);
      const looked = host.searched(name, true, from).join(', ');
      problems.report('dts-include', `${name} is not found (looked in ${looked || 'no folder'}).`, source.spanOf(start, end));
      return undefined;
    },
  });
  const values = new ValueReader(lexer, problems, (name, from) => host.bytes(name, from));
  const cursor = new StatementCursor(lexer, problems);
  const labelTable = new LabelTable();
  const nodes = new NodeReader(cursor, values, labelTable);
  const parsed = new TreeParser(cursor, nodes, values.integers, labelTable, problems).parse();
  const root = parsed.root ?? new SourceNode('', { file: file.path, start: 0, end: 0 });

  const bootCpu = bootCpuOf(root);
  checkSource(root, problems);
  const references = new SourceReferences(root, problems);
  references.readPhandles();
  references.fillPhandles(parsed.plugin);
  references.fillPaths();
  references.omitUnused(options.symbols ?? false);
  // dtc writes a blob without root then, which nobody can read.
  if (root.deleted) problems.report('dts-syntax', 'The root node is deleted, and a tree needs it.', root.span);
  if (options.symbols) addSymbols(root, references);
  if (parsed.plugin) addFixups(root, references);
  const labels = new Map([...references.allLabels()].filter(([, node]) => !node.deleted));
  settle(root);
  return {
    tree: {
      path: file.path,
      origin: 'source',
      root,
      plugin: parsed.plugin,
      reservations: parsed.reservations,
      bootCpu,
    },
    findings: [...preprocessed.findings.map(asTreeFinding), ...problems.findings],
    includes,
    labels,
  };
}

/** dtc takes the `reg` of the first node in /cpus for the boot CPU, where it is one cell (livetree.c:guess_boot_cpuid). */
function bootCpuOf(root: SourceNode): number {
  const reg = sourceNodeAt(root, '/cpus')?.children[0]?.property('reg');
  if (reg?.value.length !== 4) return 0;
  return new DataView(reg.value.buffer, reg.value.byteOffset).getUint32(0);
}

/** The preprocessor speaks of C; in a device tree its findings have the tree's rules. */
function asTreeFinding(finding: Finding): Finding {
  return { ...finding, rule: finding.rule === 'c-include' ? 'dts-include' : 'dts-syntax' };
}
