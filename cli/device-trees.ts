import { decodeDtb } from '@jailhouse-cells/core/devicetree/decode-dtb.ts';
import { readDtbHead } from '@jailhouse-cells/core/devicetree/dtb-head.ts';
import { FileTreeHost } from '@jailhouse-cells/core/devicetree/file-tree-host.ts';
import type { DeviceTree } from '@jailhouse-cells/core/devicetree/model.ts';
import { readTreeSource } from '@jailhouse-cells/core/devicetree/read-source.ts';
import type { Finding } from '@jailhouse-cells/core/source/finding.ts';
import type { WorkspaceSettings } from '@jailhouse-cells/core/workspace/settings.ts';
import type { PlaceSource } from './findings/place.ts';
import type { Io } from './io.ts';

/** A device tree as it could be read. */
export interface ReadDeviceTree {
  readonly path: string;
  /** Undefined where nothing of it is readable. */
  readonly tree: DeviceTree | undefined;
  readonly findings: readonly Finding[];
  /** Of a blob: its version and its length in bytes. */
  readonly blob: { readonly version: number; readonly bytes: number } | undefined;
}

const sourceName = /\.(?:dtsi?|dtso|overlay)$/;
const blobName = /\.dtbo?$/;

/** Told by the name, and for other names than those of configs by the first bytes: `/sys/firmware/fdt` is a blob. */
export function isDeviceTree(path: string, io: Io): boolean {
  if (sourceName.test(path) || blobName.test(path)) return true;
  if (/\.(?:c|h|cell|json)$/.test(path) || io.fs.stat(path) !== 'file') return false;
  return readDtbHead(io.fs.readBytes(path) ?? new Uint8Array()) !== undefined;
}

/** Reads device trees of one call: sources with the include paths and macros of the command line, and blobs. */
export class DeviceTreeReader {
  private readonly host: FileTreeHost;
  readonly places: PlaceSource;

  constructor(
    private readonly io: Io,
    settings: Pick<WorkspaceSettings, 'includePaths' | 'defines'>,
  ) {
    this.host = new FileTreeHost(io.fs, settings.includePaths, settings.defines);
    this.places = {
      cwd: io.cwd,
      text: (path) => (blobName.test(path) ? undefined : this.host.source(path)?.lines),
      bytes: (path) => io.fs.readBytes(path),
    };
  }

  /** `path` is absolute, and a file is there. */
  read(path: string): ReadDeviceTree {
    if (!sourceName.test(path)) {
      const bytes = this.io.fs.readBytes(path);
      if (bytes === undefined) return unreadable(path);
      const head = readDtbHead(bytes);
      return { path, ...decodeDtb(path, bytes), blob: head && { version: head.version, bytes: bytes.length } };
    }
    const source = this.host.source(path);
    return source === undefined ? unreadable(path) : { path, ...readTreeSource(source, this.host), blob: undefined };
  }
}

function unreadable(path: string): ReadDeviceTree {
  const message = 'The file cannot be read. Look at its permissions; files of more than 64 MiB are not read.';
  const finding: Finding = {
    rule: 'dtb-damaged',
    severity: 'error',
    message,
    span: { file: path, start: 0, end: 0 },
    related: [],
    fixes: [],
  };
  return { path, tree: undefined, findings: [finding], blob: undefined };
}
