import type { Finding } from '../source/finding.ts';
import { baseName, directoryOf, joinPath, upwards } from '../source/paths.ts';
import type { SourceFile } from '../source/source-file.ts';
import type { Span } from '../source/span.ts';
import { type ConfigHint, hintOf } from './config-text.ts';
import type { Inputs } from './inputs.ts';
import { rootByName } from './naming.ts';
import type { Project, ProjectPath, ProjectSystem } from './project.ts';
import { keepProject, readProject } from './project-file.ts';
import type { Queries } from './queries.ts';
import type { SystemMembership } from './report.ts';

const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** How deep a config may consist of includes of other sources. */
const MAX_HINT_DEPTH = 4;

/** The configs of one folder, and which root each cell belongs to by its name. */
interface FolderSystems {
  readonly roots: readonly string[];
  readonly rootOf: Readonly<Record<string, string>>;
}

/** Knows which files are configs and which of them belong together. */
export class Systems {
  private adopted: readonly string[] = [];
  /** Texts of `jailhouse.json` that were valid JSON: they count on while the file is half typed. */
  private readonly lastGood = new Map<string, SourceFile>();

  constructor(
    private readonly inputs: Inputs,
    private readonly queries: Queries,
  ) {}

  /** Lets a `jailhouse.json` speak for the files that it names, wherever they are: without this it speaks for those below its folder. */
  adopt(project: string): void {
    if (this.adopted.includes(project)) return;
    this.adopted = [...this.adopted, project].sort();
    this.queries.changed(['adopted-projects']);
  }

  /** The adopted `jailhouse.json` that names the file, else the nearest one above it. */
  projectOf(path: string): Project | undefined {
    const adopted = this.queries.input('adopted-projects', () => this.adopted);
    for (const project of adopted) if (this.filesNamedIn(project).has(path)) return this.project(project);
    const directory = directoryOf(path);
    const file = this.queries.query(`project-file:${directory}`, () => {
      for (const at of upwards(directory)) {
        const candidate = joinPath(at, 'jailhouse.json');
        if (this.inputs.isFile(candidate)) return candidate;
      }
      return undefined;
    });
    return file === undefined ? undefined : this.project(file);
  }

  private filesNamedIn(project: string): ReadonlySet<string> {
    return this.queries.query(`named-in:${project}`, () => new Set(this.project(project)?.files.map(({ path }) => path)));
  }

  project(path: string): Project | undefined {
    return this.queries.query(`project:${path}`, () => {
      const source = this.inputs.source(path);
      if (source === undefined) {
        this.lastGood.delete(path);
        return undefined;
      }
      const project = readProject(source);
      const earlier = this.lastGood.get(path);
      if (project.damaged) return earlier === undefined ? project : keepProject(earlier, source, project.findings);
      this.lastGood.set(path, source);
      return project;
    });
  }

  /** What is wrong in a `jailhouse.json`, files that it names in vain too. */
  projectFindings(path: string): readonly Finding[] {
    const project = this.project(path);
    const told = new Set<string>();
    const misnamed = (project?.files ?? []).flatMap((file) => {
      if (told.has(file.path)) return [];
      told.add(file.path);
      return this.misnamed(file) ?? [];
    });
    return [...(project?.findings ?? []), ...misnamed, ...(project?.systems ?? []).flatMap((system) => this.misplaced(system))];
  }

  /** A file that is not there, or is no file. */
  private misnamed(file: ProjectPath): Finding | undefined {
    if (this.inputs.isFile(file.path)) return undefined;
    const name = baseName(file.path);
    const where = 'the path starts at the folder of jailhouse.json';
    if (this.inputs.isDirectory(file.path)) return wrong(`${name} is a folder, and a file is wanted here (${where}).`, file.span);
    return file.required
      ? wrong(
          `${name} does not exist: there is no file ${file.path}. Correct the path; it starts at the folder of jailhouse.json.`,
          file.span,
        )
      : {
          ...wrong(
            `${name} is not there yet: there is no file ${file.path}. Room for it is not checked until it is built (${where}).`,
            file.span,
          ),
          severity: 'information',
        };
  }

  /** Configs of the other kind. One that is neither says so itself. */
  private misplaced({ name, root, members }: ProjectSystem): readonly Finding[] {
    const kindOf = (config: string) => (config.endsWith('.cell') ? this.binaryHint(config) : this.hint(config));
    const asRoot =
      kindOf(root.path) === 'cell'
        ? [
            wrong(
              `${baseName(root.path)} is the config of a cell; "rootCell" of the system "${name}" must name a system config.`,
              root.span,
            ),
          ]
        : [];
    const asCell = members.flatMap(({ config, span }) =>
      kindOf(config) === 'system' ? [wrong(`${baseName(config)} is a system config; "cells" holds configs of cells.`, span)] : [],
    );
    return [...asRoot, ...asCell];
  }

  hint(path: string): ConfigHint {
    return this.hintAt(path, 0);
  }

  private hintAt(path: string, depth: number): ConfigHint {
    return this.queries.query(`hint:${path}:${depth}`, () => {
      const file = this.inputs.source(path);
      if (!file) return undefined;
      return hintOf(file, (name) => (depth < MAX_HINT_DEPTH ? this.hintAt(joinPath(directoryOf(path), name), depth + 1) : undefined));
    });
  }

  membership(path: string): SystemMembership | undefined {
    return this.queries.query(`membership:${path}`, () => this.inProject(path) ?? this.inFolder(path), sameJson);
  }

  private inProject(path: string): SystemMembership | undefined {
    const system = this.projectOf(path)?.systems.find((candidate) => candidate.rootCell === path || candidate.cells.includes(path));
    return system && { name: system.name, rootCell: system.rootCell, cells: system.cells, from: 'jailhouse.json', explicitSet: true };
  }

  private inFolder(path: string): SystemMembership | undefined {
    const systems = this.folder(directoryOf(path), path.endsWith('.cell') ? '.cell' : '.c');
    const root = systems.roots.includes(path) ? path : systems.rootOf[path];
    if (root === undefined) return undefined;
    const cells = Object.keys(systems.rootOf).filter((cell) => systems.rootOf[cell] === root);
    return { name: baseName(root).replace(/\.\w+$/, ''), rootCell: root, cells, from: 'naming', explicitSet: false };
  }

  /** The cells of a folder's configs, as far as names tell. */
  cellsIn(directory: string): readonly string[] {
    return Object.keys(this.folder(directory, '.c').rootOf);
  }

  private folder(directory: string, ending: string): FolderSystems {
    return this.queries.query(
      `folder:${directory}:${ending}`,
      () => {
        const roots: string[] = [];
        const cells: string[] = [];
        for (const entry of this.inputs.list(directory)) {
          if (entry.kind !== 'file' || !entry.name.endsWith(ending)) continue;
          const path = joinPath(directory, entry.name);
          const hint = ending === '.cell' ? this.binaryHint(path) : this.hint(path);
          if (hint === 'system') roots.push(path);
          else if (hint === 'cell') cells.push(path);
        }
        const rootOf: Record<string, string> = {};
        for (const cell of cells) {
          const root = rootByName(cell, roots);
          if (root !== undefined) rootOf[cell] = root;
        }
        return { roots, rootOf };
      },
      sameJson,
    );
  }

  /** A `.cell` file says by its signature what it is. */
  binaryHint(path: string): ConfigHint {
    const bytes = this.inputs.bytes(path);
    const text = bytes && new TextDecoder('latin1').decode(bytes.subarray(0, 5));
    return text === 'JHSYS' ? 'system' : text === 'JHCLL' || text === 'JHCEL' ? 'cell' : undefined;
  }
}

function wrong(message: string, span: Span): Finding {
  return { rule: 'project-file', severity: 'error', message, span, related: [], fixes: [] };
}
