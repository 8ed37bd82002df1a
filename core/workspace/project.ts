import type { Revision } from '../abi/entry.ts';
import type { Architecture } from '../config/model.ts';
import type { Finding } from '../source/finding.ts';
import type { Span } from '../source/span.ts';

/** `jailhouse.json`, understood; paths are absolute. */
export interface Project {
  readonly path: string;
  readonly headers: string | undefined;
  readonly revision: Revision | undefined;
  readonly arch: Architecture | undefined;
  readonly includePaths: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  readonly systems: readonly ProjectSystem[];
  readonly targets: readonly ProjectTarget[];
  /** Every file that is named, with its place. */
  readonly files: readonly ProjectPath[];
  readonly findings: readonly Finding[];
  /** No valid JSON: what the file says is not known. */
  readonly damaged: boolean;
}

export interface ProjectSystem {
  readonly name: string;
  readonly rootCell: string;
  /** The same with its place. */
  readonly root: ProjectPath;
  /** Paths of the cells' configs. */
  readonly cells: readonly string[];
  readonly members: readonly ProjectCell[];
  readonly board: ProjectBoard | undefined;
  /** Name of the target to deploy to. */
  readonly target: ProjectText | undefined;
}

export interface ProjectCell {
  readonly config: string;
  /** The text that names it. */
  readonly span: Span;
  readonly linux: ProjectLinux | undefined;
  readonly images: readonly ProjectImage[];
  readonly network: ProjectNetwork | undefined;
}

/** A file that `jailhouse cell load` puts into a cell. */
export interface ProjectImage extends ProjectPath {
  /** Guest address. */
  readonly address: bigint;
}

/** The root cell's end of the virtual network to a cell. */
export interface ProjectNetwork {
  /** `eth1`. */
  readonly device: string;
  /** With its prefix length: `192.168.19.1/24`. */
  readonly address: string;
  readonly span: Span;
}

/** A board to deploy to. */
export interface ProjectTarget {
  readonly name: string;
  /** A host of the user's ssh configuration, or `user@host`. */
  readonly host: string;
  /** Become root with sudo. */
  readonly sudo: boolean;
  readonly span: Span;
}

/** What `jailhouse cell linux` is given. */
export interface ProjectLinux {
  /** Something in it cannot be what it says: what it leaves open is not known. */
  readonly damaged: boolean;
  readonly kernel: ProjectPath | undefined;
  readonly initrd: ProjectPath | undefined;
  readonly deviceTree: ProjectPath | undefined;
  readonly commandLine: ProjectText | undefined;
}

export interface ProjectBoard {
  /** Something in it cannot be what it says: what it leaves open is not known. */
  readonly damaged: boolean;
  /** The board's compatible string. */
  readonly model: ProjectText | undefined;
  /** Bytes. */
  readonly ram: bigint | undefined;
  readonly cpus: number | undefined;
  readonly configTxt: ProjectPath | undefined;
  readonly cmdlineTxt: ProjectPath | undefined;
  readonly deviceTree: ProjectPath | undefined;
  readonly overlays: readonly ProjectPath[];
  readonly snapshot: ProjectPath | undefined;
  readonly span: Span;
}

export interface ProjectText {
  readonly value: string;
  /** With its quotes. */
  readonly span: Span;
}

export interface ProjectPath {
  /** Absolute. */
  readonly path: string;
  /** The text that names it, with its quotes. */
  readonly span: Span;
  /** False for what a build makes later: a kernel, an initrd, an image. */
  readonly required: boolean;
}
