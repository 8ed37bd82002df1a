import type { Architecture, Config } from '../config/model.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { isKnownRule, isReadingDiagnostic, isReportable } from '../rules/known.ts';
import { applySuppressions } from '../rules/suppressions.ts';
import type { FileSystem } from '../source/file-system.ts';
import type { Finding } from '../source/finding.ts';
import { baseName, joinPath } from '../source/paths.ts';
import type { LineIndex } from '../source/span.ts';
import { type BoardReading, Boards } from './boards.ts';
import { BootFiles } from './boot-files.ts';
import { ConfigReader, type ReadConfig } from './config-reader.ts';
import { deploymentOf } from './deployments.ts';
import { type GuestReading, Guests } from './guests.ts';
import { Inputs } from './inputs.ts';
import { type MemoryMapReading, MemoryMaps, type WhatIf } from './memory-maps.ts';
import { misusedFiles } from './misused-files.ts';
import type { ProjectTarget } from './project.ts';
import { Queries } from './queries.ts';
import type { FileReport } from './report.ts';
import { RuleFindings, type RuleSurroundings } from './rule-findings.ts';
import { defaultSettings, type WorkspaceSettings } from './settings.ts';
import { isSupportingFile, SupportingFiles } from './supporting-files.ts';
import { Systems } from './systems.ts';
import { type TreeFile, TreeReader } from './tree-reader.ts';

/** Folders that hold no configs, however they are named; hidden ones are skipped too. */
export const skippedFolders = new Set(['node_modules', 'dist', 'build']);

/** What stands in for a config while its text cannot be read. */
interface LastGood {
  readonly config: Config;
  /** The texts that it was read from. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Answers every door: discovery, checks, builds; memoised with recorded dependencies, open texts laid over files. */
export class Workspace {
  private readonly queries = new Queries();
  private readonly inputs: Inputs;
  private readonly systems: Systems;
  private readonly reader: ConfigReader;
  private readonly trees: TreeReader;
  private readonly boards: Boards;
  private readonly guests: Guests;
  private readonly supporting: SupportingFiles;
  private readonly ruleFindings: RuleFindings;
  private readonly memoryMaps: MemoryMaps;
  private readonly lastGood = new Map<string, LastGood>();

  constructor(
    readonly fs: FileSystem,
    private current: WorkspaceSettings = defaultSettings,
  ) {
    this.inputs = new Inputs(fs, this.queries);
    this.systems = new Systems(this.inputs, this.queries);
    const reading = (): WorkspaceSettings => this.recordedSettings();
    const projectOf = (path: string) => this.systems.projectOf(path);
    this.reader = new ConfigReader(this.inputs, reading, projectOf);
    this.trees = new TreeReader(this.inputs, this.queries, reading, projectOf);
    const bootFiles = new BootFiles(this.inputs, this.queries);
    this.boards = new Boards(this.inputs, this.queries, this.systems, this.trees, bootFiles);
    this.guests = new Guests(this.inputs, this.queries, this.systems, this.trees);
    this.supporting = new SupportingFiles(this.queries, this.systems, this.trees, this.boards, this.guests, bootFiles);
    const around: RuleSurroundings = {
      effective: (path) => this.effective(path),
      earlierTexts: (path) => this.earlierTexts(path),
      severity: () => this.recordedSeverity().severity,
      text: (path) => this.text(path)?.text,
      bytes: (path) => this.inputs.bytes(path),
    };
    this.ruleFindings = new RuleFindings(this.queries, this.systems, this.boards, this.guests, around);
    this.memoryMaps = new MemoryMaps(this.queries, this.boards, {
      ...around,
      text: (path) => this.text(path)?.text,
      membership: (path) => this.systems.membership(path),
      isCurrent: (path) => this.check(path).current,
      shown: (path) => this.check(path).findings,
      unsuppressed: (path, findings) => this.suppress(path, findings, false),
      rules: (queries, boards) => new RuleFindings(queries, this.systems, boards, this.guests, around),
    });
  }

  get settings(): WorkspaceSettings {
    return this.current;
  }

  /** Replaces the settings; only what depended on a changed one is computed again. */
  configure(settings: WorkspaceSettings): void {
    this.current = settings;
    this.queries.changed(['settings:reading', 'settings:severity']);
  }

  /** Lays an editor's text over the file; again on every edit. */
  open(path: string, text: string): void {
    this.inputs.open(path, text);
  }

  /** Takes the editor's text away: the file counts again. */
  close(path: string): void {
    this.inputs.close(path);
    this.lastGood.delete(path);
  }

  /** Says that files or folders changed, appeared or vanished on disk. */
  invalidate(paths: readonly string[]): void {
    this.inputs.invalidate(paths);
  }

  /** Lets a `jailhouse.json` speak for the files that it names, also outside of its folder. */
  adopt(project: string): void {
    this.systems.adopt(project);
  }

  /** True for a C file that defines a Jailhouse config, a `.cell` file, or a `.c` that includes such a file. */
  isConfig(path: string): boolean {
    if (path.endsWith('.cell')) return this.systems.binaryHint(path) !== undefined;
    return (
      path.endsWith('.c') && (this.systems.hint(path) !== undefined || (this.lastGood.has(path) && this.inputs.source(path) !== undefined))
    );
  }

  /** The configs that a path names: itself, those under a folder, or those of a `jailhouse.json`; sorted. */
  configsIn(path: string): readonly string[] {
    if (baseName(path) === 'jailhouse.json') {
      const systems = this.systems.project(path)?.systems ?? [];
      return [...new Set(systems.flatMap((system) => [system.rootCell, ...system.cells]))].sort();
    }
    if (!this.inputs.isDirectory(path)) return this.inputs.isFile(path) ? [path] : [];
    const found: string[] = [];
    this.collect(path, found);
    return found.sort();
  }

  private collect(directory: string, found: string[]): void {
    const entries = this.inputs.list(directory);
    const names = new Set(entries.map((entry) => entry.name));
    for (const { name, kind } of entries) {
      const path = joinPath(directory, name);
      if (kind === 'directory') {
        if (!name.startsWith('.') && !skippedFolders.has(name)) this.collect(path, found);
      } else if (
        name.endsWith('.c') ? this.isConfig(path) : name.endsWith('.cell') && !names.has(name.replace(/ell$/, '')) && this.isConfig(path)
      )
        found.push(path);
    }
  }

  /** A device tree by itself: source or blob. */
  deviceTree(path: string): TreeFile {
    return this.trees.read(path);
  }

  /** The board under a system config, and the files that say what it is; undefined when nothing tells of one. */
  board(rootCell: string): BoardReading | undefined {
    return this.boards.reading(rootCell);
  }

  /** What runs in a cell by a device tree; undefined when nothing tells. */
  guest(cell: string): GuestReading | undefined {
    return this.guests.reading(cell);
  }

  /** The memory map of the system that a config belongs to; undefined for one that belongs to none. The same object until something in it changes. */
  memoryMap(config: string, whatIf: WhatIf = {}): MemoryMapReading | undefined {
    return this.memoryMaps.of(config, whatIf);
  }

  /** Everything that it takes to run the system that a config belongs to, bytes included; undefined for one that belongs to none. */
  deployment(config: string): Deployment | undefined {
    return deploymentOf(config, {
      check: (path) => this.check(path),
      membership: (path) => this.systems.membership(path),
      projectOf: (path) => this.systems.projectOf(path),
      board: (rootCell) => this.board(rootCell),
      guest: (cell) => this.guest(cell),
      filesWith: (path) => this.filesWith(path),
      text: (path) => this.text(path),
      treeBlob: (path) => this.trees.blob(path),
      isFile: (path) => this.inputs.isFile(path),
    });
  }

  /** The boards to deploy to that the `jailhouse.json` of a config names. */
  targets(config: string): readonly ProjectTarget[] {
    return this.systems.projectOf(config)?.targets ?? [];
  }

  /** The configs that are checked with a device tree, config.txt or cmdline.txt: those of the systems that it belongs to. */
  configsWith(path: string): readonly string[] {
    return isSupportingFile(path) ? this.supporting.configsWith(path) : [];
  }

  /** The device trees and boot files that a config is checked with, included files too. */
  filesWith(config: string): readonly string[] {
    return this.supporting.filesWith(config);
  }

  /**
   * Reads and checks one config, against its system where one is known. A `jailhouse.json` and the files of a board or guest are checked as files of
   * their own: what they and the configs say together is said of the configs.
   */
  check(path: string): FileReport {
    return this.queries.query(`check:${path}`, () => this.compose(path));
  }

  /** The text that spans of this path refer to: open text, file, or built-in header; undefined for a binary. */
  text(path: string): LineIndex | undefined {
    return /\.(?:cell|dtbo?)$/.test(path) ? undefined : this.inputs.source(path)?.lines;
  }

  /** Goes up by one whenever an answer was computed rather than remembered: for tests of what an edit costs. */
  get computations(): number {
    return this.queries.computations;
  }

  /** The front end alone: for tests that compare it with a compiler. */
  unit(path: string, arch: Architecture): ReturnType<ConfigReader['unit']> {
    return this.reader.unit(path, arch);
  }

  private compose(path: string): FileReport {
    if (baseName(path) === 'jailhouse.json') {
      const project = this.systems.project(path);
      const findings = [...this.systems.projectFindings(path), ...(project === undefined ? [] : misusedFiles(project, this.trees))];
      return { path, findings: this.ordered(path, findings), config: undefined, current: true, header: undefined, system: undefined };
    }
    if (isSupportingFile(path)) {
      const [first] = this.supporting.configsWith(path);
      const system = first === undefined ? undefined : this.systems.membership(first);
      const findings = first === undefined ? [] : this.suppress(path, this.supporting.findings(path), true);
      return { path, findings: this.ordered(path, findings), config: undefined, current: true, header: undefined, system };
    }
    const read = this.read(path);
    const system = this.systems.membership(path);
    const good = this.lastGood.get(path);
    if (read.config && !read.damaged) {
      const findings = this.ruleFindings.placed(path);
      return {
        path,
        findings: this.ordered(path, this.suppress(path, [...read.findings, ...findings], true)),
        config: read.config,
        current: true,
        header: read.header,
        system,
      };
    }
    const kept = good && read.source ? this.ruleFindings.placed(path) : [];
    return {
      path,
      findings: this.ordered(path, this.suppress(path, [...read.findings, ...kept], false)),
      config: good?.config ?? read.config,
      current: false,
      header: read.header,
      system,
    };
  }

  private read(path: string): ReadConfig {
    return this.queries.query(`read:${path}`, () => {
      const read = this.reader.read(path);
      if (read.config && !read.damaged) {
        this.lastGood.set(path, { config: read.config, texts: read.texts });
      }
      return read;
    });
  }

  /** The config as others see it: while its text is half typed, the last good one. */
  private effective(path: string): Config | undefined {
    return this.queries.query(`effective:${path}`, () => {
      const read = this.read(path);
      return read.damaged ? this.lastGood.get(path)?.config : read.config;
    });
  }

  /** The texts behind the config that others see, while its own is half typed. */
  private earlierTexts(path: string): ReadonlyMap<string, string> | undefined {
    return this.queries.query(`earlier-texts:${path}`, () => (this.read(path).damaged ? this.lastGood.get(path)?.texts : undefined));
  }

  /** Takes out what comments suppress. While the text is half typed, a comment that hides nothing may do so in a moment. */
  private suppress(path: string, findings: readonly Finding[], complete: boolean): readonly Finding[] {
    const { severity } = this.recordedSeverity();
    const system = this.systems.membership(path);
    const checkedWith = () => ({
      system: system !== undefined,
      set: system?.explicitSet === true,
      board: system !== undefined && this.boards.reading(system.rootCell) !== undefined,
      guest: this.guests.reading(path)?.tree !== undefined,
    });
    return applySuppressions(path, findings, {
      isKnown: isKnownRule,
      couldReport: (rule) => complete && severity[rule] !== 'off' && isReportable(rule, checkedWith()),
      textOf: (file) => this.text(file),
      severity,
    });
  }

  /** Configured levels apply to the front end's findings too; then by place, those of the file itself first. */
  private ordered(path: string, findings: readonly Finding[]): readonly Finding[] {
    const { severity } = this.recordedSeverity();
    const levelled = findings.flatMap((finding) => {
      const level = severity[finding.rule];
      if (level === undefined || !isReadingDiagnostic(finding.rule)) return finding;
      return level === 'off' ? [] : { ...finding, severity: level };
    });
    const own = (finding: Finding): number => (finding.span.file === path ? 0 : 1);
    return levelled.sort(
      (a, b) =>
        own(a) - own(b) ||
        (a.span.file < b.span.file ? -1 : a.span.file > b.span.file ? 1 : a.span.start - b.span.start || a.span.end - b.span.end),
    );
  }

  private recordedSettings(): WorkspaceSettings {
    return this.queries.input(
      'settings:reading',
      () => this.current,
      (a, b) => JSON.stringify({ ...a, severity: {} }) === JSON.stringify({ ...b, severity: {} }),
    );
  }

  private recordedSeverity(): WorkspaceSettings {
    return this.queries.input(
      'settings:severity',
      () => this.current,
      (a, b) => JSON.stringify(a.severity) === JSON.stringify(b.severity),
    );
  }
}
