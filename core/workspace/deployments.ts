import { cpusOf } from '../config/cpu-list.ts';
import { ivshmemBarWindow, mmconfigWindow } from '../config/intercepted-windows.ts';
import { hasFlag, isEmpty } from '../config/memory-flags.ts';
import type { Config } from '../config/model.ts';
import type {
  DeployedCell,
  DeployedConfig,
  Deployment,
  ExpectedTarget,
  LinuxGuest,
  LocalFile,
  Obstacle,
  Place,
  PlacedFinding,
} from '../deployment/deployment.ts';
import type { Finding, Severity } from '../source/finding.ts';
import { baseName } from '../source/paths.ts';
import type { LineIndex, Span } from '../source/span.ts';
import type { BoardReading } from './boards.ts';
import type { GuestReading } from './guests.ts';
import { placeOf } from './meanings.ts';
import type { Project, ProjectCell, ProjectPath } from './project.ts';
import type { FileReport, SystemMembership } from './report.ts';

/** The workspace, as far as a deployment is made of it. */
export interface DeploymentSources {
  check(path: string): FileReport;
  membership(path: string): SystemMembership | undefined;
  projectOf(path: string): Project | undefined;
  board(rootCell: string): BoardReading | undefined;
  guest(cell: string): GuestReading | undefined;
  filesWith(config: string): readonly string[];
  text(path: string): LineIndex | undefined;
  treeBlob(path: string): Uint8Array | undefined;
  isFile(path: string): boolean;
}

const noBytes = new Uint8Array();

/** JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE (include/jailhouse/cell-config.h). */
const virtualDebugConsole = 1;

const severities: readonly Severity[] = ['error', 'warning', 'information', 'hint'];

/** Everything that it takes to run the system that a config belongs to; undefined for one that belongs to none. */
export function deploymentOf(path: string, sources: DeploymentSources): Deployment | undefined {
  const membership = sources.membership(path);
  const rootCell = membership?.rootCell ?? (sources.check(path).config?.system === undefined ? undefined : path);
  if (rootCell === undefined) return undefined;
  return new DeploymentMaker(sources, rootCell, membership).make();
}

class DeploymentMaker {
  private readonly obstacles: Obstacle[] = [];
  private readonly project: Project | undefined;

  constructor(
    private readonly sources: DeploymentSources,
    private readonly rootCell: string,
    private readonly membership: SystemMembership | undefined,
  ) {
    this.project = sources.projectOf(rootCell);
  }

  make(): Deployment | undefined {
    const root = this.sources.check(this.rootCell).config;
    if (root?.system === undefined) return undefined;
    const named = this.project?.systems.find((system) => system.rootCell === this.rootCell);
    const order = named?.cells ?? this.membership?.cells ?? [];
    const configs = order.map((path) => this.sources.check(path).config);
    return {
      system: this.membership?.name ?? root.cell.name.value,
      target: named?.target?.value,
      root: this.config(this.rootCell, 'system'),
      cells: order.map((path) =>
        this.cell(
          path,
          named?.members.find(({ config }) => config === path),
        ),
      ),
      explicitSet: this.membership?.explicitSet === true,
      expected: this.expected(
        root,
        configs.filter((config) => config !== undefined),
      ),
      findings: this.findings(order),
      obstacles: this.obstacles,
    };
  }

  private config(path: string, kind: Config['kind']): DeployedConfig {
    const { config, current } = this.sources.check(path);
    const place = config?.origin === 'source' ? this.placeOf(config.cell.name.span) : undefined;
    const start = this.placeOf({ file: path, start: 0, end: 0 });
    let reason: string | undefined;
    if (config === undefined || !current) reason = 'cannot be read: mend its errors first';
    else if (config.kind !== kind) reason = kind === 'cell' ? 'is a system config, and cannot be one of the cells' : 'is no system config';
    if (config === undefined || reason !== undefined) {
      this.obstacles.push({ config: path, message: `${baseName(path)} ${reason}.`, place: place ?? start });
      return { path, name: config?.cell.name.value ?? baseName(path).replace(/\.\w+$/, ''), bytes: noBytes, place };
    }
    return { path, name: keptName(config.cell.name.value), bytes: config.bytes, place };
  }

  private cell(path: string, member: ProjectCell | undefined): DeployedCell {
    const { config } = this.sources.check(path);
    const network = member?.network;
    return {
      ...this.config(path, 'cell'),
      cpus: config === undefined ? [] : cpusOf(config.cpus.value),
      linux: member?.linux === undefined ? undefined : this.linux(path, member),
      images: (member?.images ?? []).flatMap((image) => {
        const file = this.file(path, 'image', image);
        return file === undefined ? [] : [{ ...file, address: image.address }];
      }),
      network: network && { device: network.device, address: network.address, place: this.placeOf(network.span) },
      // JAILHOUSE_CELL_PASSIVE_COMMREG is bit 0 of the flags.
      answersMessages:
        config !== undefined && (config.cell.flags.value & 1) === 0 && config.memoryRegions.some((r) => hasFlag(r, 'COMM_REGION')),
    };
  }

  private linux(cell: string, member: ProjectCell): LinuxGuest | undefined {
    const { linux } = member;
    const obstacle = (message: string): void => {
      this.obstacles.push({ config: cell, message, place: this.placeOf(member.span) });
    };
    if (linux?.kernel === undefined) obstacle(`${baseName(cell)} boots Linux, but no "kernel" is named in "linux" of jailhouse.json.`);
    const kernel = linux?.kernel && this.file(cell, 'kernel', linux.kernel);
    const initrd = linux?.initrd && this.file(cell, 'initrd', linux.initrd);
    const guest = this.sources.guest(cell);
    const tree = guest?.path;
    if (tree === undefined || guest === undefined) {
      obstacle(`${baseName(cell)} boots Linux, but no "deviceTree" is named in "linux" of jailhouse.json.`);
      return undefined;
    }
    const bytes = guest.damaged ? undefined : this.sources.treeBlob(tree);
    if (bytes === undefined) obstacle(`${baseName(tree)} cannot be read as a device tree: mend its errors first.`);
    if (kernel === undefined || bytes === undefined || (linux?.initrd !== undefined && initrd === undefined)) return undefined;
    const place = this.placeOf(linux?.deviceTree?.span ?? { file: tree, start: 0, end: 0 });
    return { kernel, initrd, deviceTree: { path: tree, bytes, place }, commandLine: linux?.commandLine?.value };
  }

  private file(cell: string, what: string, named: ProjectPath): LocalFile | undefined {
    const place = this.placeOf(named.span);
    if (this.sources.isFile(named.path)) return { path: named.path, place };
    this.obstacles.push({
      config: cell,
      message: `The ${what} ${named.path} is not there: build it, or name another in jailhouse.json.`,
      place,
    });
    return undefined;
  }

  private expected(root: Config, cells: readonly Config[]): ExpectedTarget {
    const { system } = root;
    const reading = this.sources.board(this.rootCell);
    const named = this.project?.systems.find((candidate) => candidate.rootCell === this.rootCell)?.board;
    const memory = system?.hypervisorMemory;
    const window = system?.pciIsVirtual.value === 0 ? undefined : mmconfigWindow(root);
    const bars = ivshmemBarWindow(root);
    const gpuMem = reading?.board.firmware?.settings.get('gpu_mem');
    const start = memory?.physStart.value ?? 0n;
    const windowEnd = window && (bars === undefined ? window.start + window.size : bars.start + bars.size);
    return {
      architecture: root.arch,
      revision: system?.revision.value ?? 0,
      model:
        named?.model !== undefined
          ? { value: named.model.value, place: this.placeOf(named.model.span) }
          : reading?.piModel && { value: reading.piModel, place: this.placeOf(reading.board.span) },
      ram: reading?.board.variants.map(({ size }) => size) ?? [],
      hypervisorMemory: { start, end: start + (memory?.size.value ?? 0n), place: memory && this.placeOf(memory.physStart.span) },
      cpus: { value: cpusOf(root.cpus.value), place: this.placeOf(root.cpus.span) },
      pciWindow: window && windowEnd !== undefined ? { start: window.start, end: windowEnd, place: this.placeOf(window.span) } : undefined,
      cellMemory: cells.flatMap((config) =>
        config.memoryRegions.flatMap((region, at) => {
          if (isEmpty(region) || hasFlag(region, 'IO') || hasFlag(region, 'COMM_REGION')) return [];
          const { physStart, size } = region;
          const place = this.placeOf(physStart.span);
          return [
            { cell: config.cell.name.value, name: `mem_regions[${at}]`, start: physStart.value, end: physStart.value + size.value, place },
          ];
        }),
      ),
      gpuMem: gpuMem && /^\d+$/.test(gpuMem.value) ? { value: Number(gpuMem.value), place: this.placeOf(gpuMem.valueSpan) } : undefined,
      virtualConsole: ((system?.flags?.value ?? 0) & virtualDebugConsole) !== 0,
      snapshot: named?.snapshot?.path,
    };
  }

  /** Of all members, and of the files that they are checked with; each once, errors first. */
  private findings(cells: readonly string[]): readonly PlacedFinding[] {
    const members = [this.rootCell, ...cells];
    const files = new Set([...members, ...members.flatMap((member) => this.sources.filesWith(member))]);
    if (this.project !== undefined) files.add(this.project.path);
    const seen = new Set<string>();
    const found: Finding[] = [];
    for (const file of files) {
      for (const finding of this.sources.check(file).findings) {
        const key = `${finding.rule} ${finding.span.file} ${finding.span.start} ${finding.message}`;
        if (seen.has(key)) continue;
        seen.add(key);
        found.push(finding);
      }
    }
    found.sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
    return found.map(({ rule, severity, message, span }) => ({ rule, severity, message, place: this.placeOf(span) }));
  }

  private placeOf(span: Span): Place {
    return placeOf(this.sources, span);
  }
}

const utf8 = new TextEncoder();

/** A cell's name as the driver keeps it: the last of the 32 bytes becomes 0 (driver/cell.c). */
function keptName(name: string): string {
  const bytes = utf8.encode(name);
  return bytes.length === 32 ? new TextDecoder().decode(bytes.subarray(0, 31)) : name;
}
