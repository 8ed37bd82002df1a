import { bindingScheme } from '../devicetree/bindings.ts';
import { decodeDtb } from '../devicetree/decode-dtb.ts';
import { encodeDtb } from '../devicetree/encode-dtb.ts';
import { FileTreeHost } from '../devicetree/file-tree-host.ts';
import type { DeviceTree } from '../devicetree/model.ts';
import { readTreeSource } from '../devicetree/read-source.ts';
import type { Finding } from '../source/finding.ts';
import { baseName, directoryOf, upwards } from '../source/paths.ts';
import type { SourceFile } from '../source/source-file.ts';
import type { Inputs } from './inputs.ts';
import type { Project } from './project.ts';
import type { Queries } from './queries.ts';
import type { WorkspaceSettings } from './settings.ts';

/** A device tree as it was read from one file. */
export interface TreeFile {
  /** Undefined when there is no such file, or it is no device tree at all. */
  readonly tree: DeviceTree | undefined;
  readonly findings: readonly Finding[];
  /** Files that it includes. */
  readonly includes: readonly string[];
  /** Parts may be missing. */
  readonly damaged: boolean;
}

/** Reads device trees, sources and blobs, with recorded dependencies. */
export class TreeReader {
  private readonly hosts = new Map<string, RecordedTreeHost>();

  constructor(
    private readonly inputs: Inputs,
    private readonly queries: Queries,
    private readonly settings: () => WorkspaceSettings,
    private readonly projectOf: (path: string) => Project | undefined,
  ) {}

  read(path: string): TreeFile {
    return this.queries.query(`tree:${path}`, () => (/\.dtbo?$/.test(path) ? this.readBlob(path) : this.readSource(path)));
  }

  /** The blob of a file: as dtc makes it of a source, as it is of a blob. Undefined while there are errors. */
  blob(path: string): Uint8Array | undefined {
    return this.queries.query(`tree-blob:${path}`, () => {
      const { damaged } = this.read(path);
      const source = damaged ? undefined : this.inputs.source(path);
      if (/\.dtbo?$/.test(path)) return damaged ? undefined : this.inputs.bytes(path);
      return source && encodeDtb(readTreeSource(source, this.hostFor(path)).tree);
    });
  }

  private readBlob(path: string): TreeFile {
    const bytes = this.inputs.bytes(path);
    if (bytes === undefined) return this.unread(path);
    const { tree, findings } = decodeDtb(path, bytes);
    return { tree, findings, includes: [], damaged: tree === undefined || hasErrors(findings) };
  }

  private readSource(path: string): TreeFile {
    const source = this.inputs.source(path);
    if (source === undefined) return this.unread(path);
    const { tree, findings, includes } = readTreeSource(source, this.hostFor(path), { symbols: true });
    // Built-in headers are no files.
    const files = includes.flatMap(({ file }) => (file === undefined || file.path.startsWith(bindingScheme) ? [] : [file.path]));
    return { tree, findings, includes: [...new Set(files)], damaged: hasErrors(findings) };
  }

  /** A file that is not there is told of where it is named. */
  private unread(path: string): TreeFile {
    if (!this.inputs.isFile(path)) return { tree: undefined, findings: [], includes: [], damaged: true };
    const message = `${baseName(path)} cannot be read. Look at its permissions; files of more than 64 MiB are not read.`;
    const span = { file: path, start: 0, end: 0 };
    const finding: Finding = { rule: 'dts-syntax', severity: 'error', message, span, related: [], fixes: [] };
    return { tree: undefined, findings: [finding], includes: [], damaged: true };
  }

  private hostFor(path: string): RecordedTreeHost {
    const settings = this.settings();
    const project = this.projectOf(path);
    const includePaths = [...settings.includePaths, ...(project?.includePaths ?? []), ...this.kernelIncludes(directoryOf(path))];
    const defines = { ...project?.defines, ...settings.defines };
    const key = JSON.stringify([includePaths, defines]);
    let host = this.hosts.get(key);
    if (host === undefined) {
      host = new RecordedTreeHost(this.inputs, includePaths, defines);
      this.hosts.set(key, host);
    }
    return host;
  }

  /** A tree inside a kernel checkout finds that kernel's headers. */
  private kernelIncludes(directory: string): readonly string[] {
    return this.queries.query(`kernel-includes:${directory}`, () => {
      for (const at of upwards(directory)) {
        const include = `${at === '/' ? '' : at}/include`;
        if (this.inputs.isDirectory(`${include}/dt-bindings`)) return [include];
      }
      return [];
    });
  }
}

/** Files as the workspace knows them: open texts count, and what was asked for is recorded. */
class RecordedTreeHost extends FileTreeHost {
  constructor(
    private readonly inputs: Inputs,
    includePaths: readonly string[],
    defines: Readonly<Record<string, string>>,
  ) {
    super({ readText: () => undefined, readBytes: (path) => inputs.bytes(path) }, includePaths, defines);
  }

  override source(path: string): SourceFile | undefined {
    return this.isBuiltIn(path) ? super.source(path) : this.inputs.source(path);
  }
}

function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}
