import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { DeployedCell, Deployment, LocalFile, Place } from '@jailhouse-cells/core/deployment/deployment.ts';
import { safeFileName } from './file-name.ts';
import type { NoPlan, PlannedCell, PlannedFile, Prepared } from './plan.ts';

export interface PrepareOptions {
  /** Cells to prepare, by name; left out: all. Files of others are not read. */
  readonly cells?: readonly string[] | undefined;
  /** Profiles of guests lie beside their images and go along: the simulated board reads them. */
  readonly withProfiles: boolean;
}

/** Reads and digests every file of a deployment; what stands in its way becomes a sentence. */
export async function prepare(deployment: Deployment, { cells, withProfiles }: PrepareOptions): Promise<Prepared | NoPlan> {
  const wanted = deployment.cells.filter(({ name }) => cells === undefined || cells.includes(name));
  const paths = new Set([deployment.root.path, ...wanted.map(({ path }) => path)]);
  const obstacle = deployment.obstacles.find(({ config }) => config === undefined || paths.has(config));
  if (obstacle !== undefined) return { reason: obstacle.message, place: obstacle.place };
  const twice = wanted.find(({ name }, at) => name === deployment.root.name || wanted.findIndex((other) => other.name === name) !== at);
  if (twice !== undefined) {
    return {
      reason: `Two cells of ${deployment.system} have the name "${twice.name}": the hypervisor takes each name once.`,
      place: twice.place,
    };
  }
  const names = new FileNames();
  const root = ofBytes(
    names.take(`${deployment.root.name}.cell`),
    deployment.root.bytes,
    `config of ${deployment.root.name}`,
    deployment.root.place,
  );
  const planned: PlannedCell[] = [];
  for (const cell of deployment.cells) {
    // The others take their names too: a file is called the same, whichever cells go along.
    const named = fileNames(cell, names);
    if (!wanted.includes(cell)) continue;
    const made = await prepareCell(cell, named, withProfiles);
    if ('reason' in made) return made;
    planned.push(made);
  }
  return { deployment, folder: safeFileName(deployment.system), root, cells: planned };
}

interface CellFileNames {
  readonly config: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly deviceTree: string;
  readonly images: readonly string[];
}

function fileNames({ name, linux, images }: DeployedCell, names: FileNames): CellFileNames {
  const of = (path: string | undefined): string => (path === undefined ? '' : names.of(path));
  return {
    config: names.take(`${name}.cell`),
    kernel: of(linux?.kernel.path),
    initrd: of(linux?.initrd?.path),
    deviceTree: of(linux?.deviceTree.path.replace(/\.dts$/, '.dtb')),
    images: images.map(({ path }) => of(path)),
  };
}

async function prepareCell(cell: DeployedCell, names: CellFileNames, withProfiles: boolean): Promise<PlannedCell | NoPlan> {
  const config = ofBytes(names.config, cell.bytes, `config of ${cell.name}`, cell.place);
  const companions: PlannedFile[] = [];
  const file = async (local: LocalFile, name: string, what: string): Promise<PlannedFile | NoPlan> => {
    const read = await ofFile(name, local, `${what} of ${cell.name}`);
    if (withProfiles && !('reason' in read)) {
      const profile = { path: `${local.path}.profile.json`, place: local.place };
      const companion = await ofFile(`${read.name}.profile.json`, profile, `profile of the ${what} of ${cell.name}`);
      if (!('reason' in companion)) companions.push(companion);
    }
    return read;
  };
  const { linux } = cell;
  const kernel = linux && (await file(linux.kernel, names.kernel, 'kernel'));
  if (kernel !== undefined && 'reason' in kernel) return kernel;
  const initrd = linux?.initrd && (await file(linux.initrd, names.initrd, 'initrd'));
  if (initrd !== undefined && 'reason' in initrd) return initrd;
  const tree = linux?.deviceTree;
  const deviceTree = tree && ofBytes(names.deviceTree, tree.bytes, `device tree of ${cell.name}`, tree.place);
  const images: { file: PlannedFile; address: bigint }[] = [];
  for (const [at, image] of cell.images.entries()) {
    const read = await file(image, names.images[at] ?? '', 'image');
    if ('reason' in read) return read;
    images.push({ file: read, address: image.address });
  }
  const loaded = [kernel, initrd, deviceTree].map((part) => part?.digest ?? '');
  const guest =
    linux === undefined && images.length === 0
      ? undefined
      : digestOf(
          [
            ...loaded,
            linux?.commandLine ?? '',
            ...images.map((image) => `${image.file.digest}@${image.address}`),
            ...companions.map((c) => c.digest),
          ].join('\0'),
        );
  return {
    cell,
    config,
    kernel: kernel || undefined,
    initrd: initrd || undefined,
    deviceTree,
    images,
    companions,
    guest,
  };
}

/** Hands out each name on the target once. */
class FileNames {
  private readonly taken = new Set<string>();
  private readonly byPath = new Map<string, string>();

  /** Of a file on the host: cells that load the same one share it on the target, too. */
  of(path: string): string {
    const known = this.byPath.get(path);
    if (known !== undefined) return known;
    const name = this.take(basename(path));
    this.byPath.set(path, name);
    return name;
  }

  take(wanted: string): string {
    const name = safeFileName(wanted);
    for (let number = 1; ; number++) {
      const candidate = number === 1 ? name : name.replace(/(\.[^.]*)?$/, `-${number}$1`);
      // Disks of boot partitions do not tell upper from lower case.
      if (this.taken.has(candidate.toLowerCase())) continue;
      this.taken.add(candidate.toLowerCase());
      return candidate;
    }
  }
}

function ofBytes(name: string, bytes: Uint8Array, title: string, place: Place | undefined): PlannedFile {
  return { name, content: { bytes }, digest: digestOf(bytes), size: bytes.length, title, place };
}

async function ofFile(name: string, { path, place }: LocalFile, title: string): Promise<PlannedFile | NoPlan> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) return { reason: `The ${title}, ${path}, is no file: name another in jailhouse.json.`, place };
    const hash = createHash('sha256');
    let size = 0;
    for await (const piece of createReadStream(path)) {
      hash.update(piece as Buffer);
      size += (piece as Buffer).length;
    }
    return { name, content: { path }, digest: hash.digest('hex'), size, title, place };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why = code === 'ENOENT' ? 'is not there: build it' : `cannot be read (${code}): look at its permissions`;
    return { reason: `The ${title}, ${path}, ${why}, or name another in jailhouse.json.`, place };
  }
}

function digestOf(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}
