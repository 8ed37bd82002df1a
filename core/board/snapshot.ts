import type { AddressWindow } from '../config/address-window.ts';
import { decodeDtb } from '../devicetree/decode-dtb.ts';
import type { DeviceTree } from '../devicetree/model.ts';
import { compatibleOf } from '../devicetree/tree-access.ts';
import type { Finding, Severity } from '../source/finding.ts';
import { clipped } from '../source/message-length.ts';
import { directoryOf, joinPath } from '../source/paths.ts';
import { SourceFile } from '../source/source-file.ts';
import type { Span } from '../source/span.ts';
import { decodeBase64 } from './base64.ts';
import type { Firmware, FirmwareSetting, KernelCommandLine } from './board.ts';
import { commandLineOf } from './cmdline.ts';
import { readConfigTxt } from './config-txt.ts';
import { memoryOf } from './memory-nodes.ts';
import { modelFromRevision, type PiModel, piModelOf, ramFromRevision } from './pi-model.ts';
import { type IomemEntry, readIomem, readSettingLines, revisionIn } from './proc-files.ts';

/** Facts that were read from a live board and saved; the format is described in docs/board-snapshot.md. */
export interface BoardSnapshot {
  readonly path: string;
  readonly tool: string | undefined;
  /** ISO 8601. */
  readonly date: string | undefined;
  /** /proc/device-tree/model. */
  readonly model: string | undefined;
  /** `uname -r`. */
  readonly kernel: string | undefined;
  /** The tree that the kernel was started with: the firmware has filled in `/memory`. */
  readonly tree: DeviceTree | undefined;
  readonly piModel: PiModel | undefined;
  /** Bytes fitted: by the revision code, else by the tree's memory. */
  readonly ram: bigint | undefined;
  /** Raspberry Pi: what the firmware left out of the first GiB. */
  readonly gpu: AddressWindow | undefined;
  readonly iomem: readonly IomemEntry[] | undefined;
  readonly cpuinfo: string | undefined;
  readonly commandLine: KernelCommandLine | undefined;
  /** config.txt with what the firmware says of its settings laid over it. */
  readonly firmware: Firmware | undefined;
  /** The whole file. */
  readonly span: Span;
}

export interface ReadSnapshot {
  readonly snapshot: BoardSnapshot | undefined;
  readonly findings: readonly Finding[];
}

const RULE = 'board-snapshot';
const FORMAT = 'jailhouse-cells-board';
const VERSION = 1;
const GIB = 1n << 30n;

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Reads a snapshot. `readBytes` gives the blob that lies beside it, where the snapshot names a file. What is wrong becomes a finding; the other facts
 * still count. Undefined only where the text is no snapshot at all.
 */
export function readSnapshot(file: SourceFile, readBytes: (path: string) => Uint8Array | undefined = () => undefined): ReadSnapshot {
  return new SnapshotReader(file, readBytes).read();
}

class SnapshotReader {
  private readonly findings: Finding[] = [];
  private members: { readonly [key: string]: Json } = {};

  constructor(
    private readonly file: SourceFile,
    private readonly readBytes: (path: string) => Uint8Array | undefined,
  ) {}

  read(): ReadSnapshot {
    const { findings } = this;
    if (!this.open()) return { snapshot: undefined, findings };
    const path = this.file.path;
    const tree = this.tree();
    const cpuinfo = this.text('cpuinfo');
    const revision = cpuinfo === undefined ? undefined : revisionIn(cpuinfo);
    const piModel =
      piModelOf(tree === undefined ? [] : compatibleOf(tree.root)) ?? (revision === undefined ? undefined : modelFromRevision(revision));
    const memory = tree && memoryOf(tree.root);
    const commandLine = this.text('cmdline');
    const snapshot: BoardSnapshot = {
      path,
      tool: this.text('tool'),
      date: this.date(),
      model: this.text('model'),
      kernel: this.text('kernel'),
      tree,
      piModel,
      ram: (revision === undefined ? undefined : ramFromRevision(revision)) ?? ramOf(memory, piModel !== undefined),
      gpu: piModel === undefined || memory === undefined ? undefined : gpuOf(memory, this.spanOf('deviceTree')),
      iomem: this.iomem(),
      cpuinfo,
      commandLine: commandLine === undefined ? undefined : commandLineOf(commandLine.trimEnd(), this.spanOf('cmdline')),
      firmware: this.firmware(piModel),
      span: this.whole(),
    };
    return { snapshot, findings };
  }

  /** False where the text is no snapshot. */
  private open(): boolean {
    let json: Json;
    try {
      json = JSON.parse(this.file.text.replace(/^\ufeff/, '')) as Json;
    } catch (error) {
      this.report(
        'error',
        this.whole(),
        `This snapshot is no valid JSON: ${error instanceof Error ? error.message : 'it cannot be read'}. Take it again.`,
      );
      return false;
    }
    if (!isObject(json) || json.format !== FORMAT) {
      this.report('error', this.whole(), `This is no board snapshot: it must be an object with "format": "${FORMAT}".`);
      return false;
    }
    this.members = json;
    const { version } = json;
    if (typeof version !== 'number' || !Number.isInteger(version) || version < 1)
      this.report('error', this.spanOf('version'), '"version" must be 1.');
    else if (version > VERSION)
      this.report(
        'warning',
        this.spanOf('version'),
        `Version ${version} of the format is newer than the ${VERSION} that is known here: some facts may be missed.`,
      );
    return true;
  }

  private tree(): DeviceTree | undefined {
    const blob = this.blob();
    if (blob === undefined) return undefined;
    const { tree, findings } = decodeDtb(blob.path, blob.bytes);
    // Offsets into a blob that is spelled in base64 mean nothing to a reader.
    const embedded = blob.path === this.file.path;
    for (const finding of findings)
      this.findings.push(embedded ? { ...finding, span: this.spanOf('deviceTree'), related: [], fixes: [] } : finding);
    return tree;
  }

  private blob(): { readonly path: string; readonly bytes: Uint8Array } | undefined {
    const value = this.members.deviceTree;
    if (value === undefined) return undefined;
    if (isObject(value) && typeof value.base64 === 'string') {
      const bytes = decodeBase64(value.base64);
      if (bytes !== undefined) return { path: this.file.path, bytes };
      this.report(
        'error',
        this.spanOf('base64'),
        '"base64" of the device tree is no base64 text, or it is cut off. Take the snapshot again.',
      );
      return undefined;
    }
    if (isObject(value) && typeof value.file === 'string') {
      const path = joinPath(directoryOf(this.file.path), value.file);
      const bytes = this.readBytes(path);
      if (bytes !== undefined) return { path, bytes };
      this.report('error', this.spanOf('file'), `The device tree of this snapshot is not there: ${path}.`);
      return undefined;
    }
    this.report('error', this.spanOf('deviceTree'), '"deviceTree" must be { "base64": "…" } or { "file": "NAME.dtb" }.');
    return undefined;
  }

  private iomem(): readonly IomemEntry[] | undefined {
    const text = this.text('iomem');
    if (text === undefined) return undefined;
    const entries = readIomem(text);
    if (entries === undefined)
      this.report(
        'information',
        this.spanOf('iomem'),
        'All addresses of iomem are 0, or there are none: /proc/iomem has to be read as root.',
      );
    return entries;
  }

  /** What the firmware itself says of a setting counts more than a config.txt that may have been edited since the board booted. */
  private firmware(model: PiModel | undefined): Firmware | undefined {
    const text = this.text('configTxt');
    const reported = [this.text('firmwareIntegers'), this.text('firmwareStrings')].filter((lines) => lines !== undefined);
    if (text === undefined && reported.length === 0) return undefined;
    const span = this.spanOf(text === undefined ? 'firmwareIntegers' : 'configTxt');
    const here = (setting: FirmwareSetting): FirmwareSetting => ({ value: setting.value, span, valueSpan: span });
    const settings = new Map<string, FirmwareSetting>();
    const overlays: FirmwareSetting[] = [];
    if (text !== undefined) {
      const { firmware } = readConfigTxt(new SourceFile(this.file.path, text), { read: () => undefined }, model ?? 'raspberrypi,4-model-b');
      for (const [name, setting] of firmware.settings) settings.set(name, here(setting));
      overlays.push(...firmware.overlays.map(here));
    }
    for (const lines of reported) for (const [name, value] of readSettingLines(lines)) settings.set(name, { value, span, valueSpan: span });
    return { path: this.file.path, settings, overlays, end: { ...span, start: span.end } };
  }

  private date(): string | undefined {
    const date = this.text('date');
    if (date !== undefined && Number.isNaN(Date.parse(date))) {
      this.report('warning', this.spanOf('date'), `"${date}" is no date: ISO 8601 is expected, as in 2026-11-24T15:36:00Z.`);
      return undefined;
    }
    return date;
  }

  private text(key: string): string | undefined {
    const value = this.members[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string') return value;
    this.report('warning', this.spanOf(key), `"${key}" must be a string. It is left out.`);
    return undefined;
  }

  /** The text of a member's value, quotes included; its name where the value is no string. */
  private spanOf(key: string): Span {
    const { text, path } = this.file;
    const name = JSON.stringify(key);
    const at = text.indexOf(name);
    if (at < 0) return this.whole();
    const rest = /^\s*:\s*/.exec(text.slice(at + name.length, at + name.length + 100))?.[0];
    const start = at + name.length + (rest?.length ?? 0);
    if (rest === undefined || text[start] !== '"') return { file: path, start: at, end: at + name.length };
    let end = start + 1;
    while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
    return { file: path, start, end: Math.min(end + 1, text.length) };
  }

  private whole(): Span {
    return { file: this.file.path, start: 0, end: Math.min(1, this.file.text.length) };
  }

  private report(severity: Severity, span: Span, message: string): void {
    this.findings.push({ rule: RULE, severity, message: clipped(message), span, related: [], fixes: [] });
  }
}

/** Where the firmware hides GPU memory and the peripherals lie over RAM, the sum of `/memory` is less than what is fitted: the top decides. */
function ramOf(memory: readonly AddressWindow[] | undefined, isPi: boolean): bigint | undefined {
  if (memory === undefined) return undefined;
  if (!isPi) return memory.reduce((sum, { size }) => sum + size, 0n);
  let top = 0n;
  for (const { start, size } of memory) if (start + size > top) top = start + size;
  return ((top + GIB - 1n) / GIB) * GIB;
}

/** From the end of the memory in the first GiB to the end of that GiB. */
function gpuOf(memory: readonly AddressWindow[], span: Span): AddressWindow | undefined {
  let end = 0n;
  for (const bank of memory) {
    const bankEnd = bank.start + bank.size;
    if (bank.start < GIB && bankEnd > end) end = bankEnd;
  }
  return end > 0n && end < GIB ? { name: 'GPU memory', start: end, size: GIB - end, span } : undefined;
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
