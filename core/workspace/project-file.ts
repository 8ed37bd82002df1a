import { type Revision, revisions } from '../abi/entry.ts';
import { type Architecture, architectureNumbers } from '../config/model.ts';
import type { Finding } from '../source/finding.ts';
import { baseName, directoryOf, joinPath, longestPath } from '../source/paths.ts';
import type { SourceFile } from '../source/source-file.ts';
import type { Span } from '../source/span.ts';
import { type JsonValue, readJson } from './json-value.ts';
import type {
  Project,
  ProjectBoard,
  ProjectCell,
  ProjectImage,
  ProjectLinux,
  ProjectNetwork,
  ProjectPath,
  ProjectSystem,
  ProjectTarget,
  ProjectText,
} from './project.ts';
import { spanShift } from './text-shift.ts';

/** What a file must be called to be read as what it is named for: the pattern, what it is, and the endings in words. */
const fileKinds = {
  config: [/\.(?:c|cell)$/, 'config', '.c or .cell'],
  tree: [/\.(?:dtsi?|dtso|overlay|dtbo?)$/, 'device tree', '.dts, .dtsi, .dtso, .overlay, .dtb or .dtbo'],
  bootText: [/\.txt$/, 'file of the boot partition', '.txt'],
  snapshot: [/(?<!(?:^|\/)jailhouse)\.json$/, 'snapshot of a board', '.json, and not be jailhouse.json'],
  image: [/[^/]$/, 'image', 'a name'],
} as const;

type FileKind = keyof typeof fileKinds;

/** Reads a `jailhouse.json`. What is wrong in it becomes a finding; the rest still counts. */
export function readProject(file: SourceFile): Project {
  return new ProjectReader(file).read();
}

/** What an earlier text said, at the places of the present one, with the mistakes of the present one: while it is half typed. */
export function keepProject(earlier: SourceFile, now: SourceFile, findings: readonly Finding[]): Project {
  const shift = spanShift(now.path, earlier.text, now.text);
  const end = now.text.length;
  const place = (span: Span): Span => shift(span) ?? { ...span, start: Math.min(span.start, end), end: Math.min(span.end, end) };
  return { ...new ProjectReader(earlier, place).read(), findings };
}

class ProjectReader {
  private readonly findings: Finding[] = [];
  private readonly files: ProjectPath[] = [];
  private readonly directory: string;

  constructor(
    private readonly file: SourceFile,
    private readonly place?: (span: Span) => Span,
  ) {
    this.directory = directoryOf(file.path);
  }

  read(): Project {
    const { value, problem } = readJson(this.file, this.place);
    const start = { file: this.file.path, start: 0, end: Math.min(1, this.file.text.length) };
    if (problem !== undefined) this.complain(`jailhouse.json is no valid JSON: ${problem.message}.`, problem.span);
    else if (value === undefined || !value.isObject)
      this.complain('jailhouse.json must hold an object: { "systems": … }.', value?.span ?? start);
    const json = value?.isObject === true ? value : undefined;
    const headers = this.text(json, 'headers');
    const revision = this.revision(json);
    const arch = this.arch(json);
    const includePaths = this.includePaths(json);
    const defines = this.defines(json);
    const systems = this.systems(json);
    const targets = this.targets(json);
    return {
      path: this.file.path,
      headers: headers === undefined ? undefined : this.absolute(headers.value),
      revision,
      arch,
      includePaths,
      defines,
      systems,
      targets,
      files: this.files,
      findings: this.findings,
      damaged: problem !== undefined,
    };
  }

  private revision(json: JsonValue | undefined): Revision | undefined {
    const value = json?.get('revision');
    const revision = revisions.find((known) => known === value?.number);
    if (value !== undefined && revision === undefined) this.complain(`"revision" must be one of ${revisions.join(', ')}.`, value.span);
    return revision;
  }

  private arch(json: JsonValue | undefined): Architecture | undefined {
    const arch = this.text(json, 'arch');
    if (arch === undefined) return undefined;
    if (arch.value in architectureNumbers) return arch.value as Architecture;
    this.complain('"arch" must be arm64, arm or x86.', arch.span);
    return undefined;
  }

  private includePaths(json: JsonValue | undefined): string[] {
    const value = json?.get('includePaths');
    if (value === undefined) return [];
    const texts = value.elements?.map((element) => element.text);
    if (texts === undefined || texts.includes(undefined)) {
      this.complain('"includePaths" must be a list of folders.', value.span);
      return [];
    }
    return texts.filter((text) => text !== undefined).map((text) => this.absolute(text));
  }

  private defines(json: JsonValue | undefined): Record<string, string> {
    const value = json?.get('defines');
    const defines: Record<string, string> = {};
    if (value !== undefined && !value.isObject) this.complain('"defines" must be an object: { "NAME": "1" }.', value.span);
    for (const [name, member] of value?.members ?? []) defines[name] = member.value.scalarText ?? '';
    return defines;
  }

  private systems(json: JsonValue | undefined): ProjectSystem[] {
    const value = json?.get('systems');
    if (value === undefined) return [];
    if (!value.isObject) {
      this.complain('"systems" must be an object: { "NAME": { "rootCell": …, "cells": [ … ] } }.', value.span);
      return [];
    }
    const systems: ProjectSystem[] = [];
    for (const [name, { key, value: system }] of value.members) {
      const rootCell = this.path(system, 'rootCell', 'config');
      if (rootCell === undefined) {
        if (system.get('rootCell') === undefined)
          this.complain(`The system "${name}" names no "rootCell", the path of its system config.`, key);
        continue;
      }
      const members = this.cells(system, name, rootCell.path);
      const cells = members.map(({ config }) => config);
      const target = this.text(system, 'target');
      systems.push({ name, rootCell: rootCell.path, root: rootCell, cells, members, board: this.board(system), target });
    }
    return systems;
  }

  private cells(system: JsonValue, name: string, rootCell: string): ProjectCell[] {
    const value = system.get('cells');
    if (value !== undefined && value.elements === undefined) this.complain(`"cells" of the system "${name}" must be a list.`, value.span);
    return (value?.elements ?? []).flatMap((cell) => {
      // A path alone stands for a cell without images.
      const config = cell.text === undefined ? this.path(cell, 'config', 'config') : this.named(cell, cell.text, 'config');
      if (config === undefined) {
        if (cell.text === undefined && cell.get('config') === undefined)
          this.complain(`A cell of the system "${name}" names no "config".`, cell.span);
        return [];
      }
      if (config.path === rootCell) {
        this.complain(`${baseName(rootCell)} is the system config of "${name}", and cannot be one of its cells too.`, config.span);
        return [];
      }
      return [
        {
          config: config.path,
          span: config.span,
          linux: this.linux(cell.get('linux')),
          images: this.images(cell.get('images')),
          network: this.network(cell.get('network')),
        },
      ];
    });
  }

  private images(value: JsonValue | undefined): ProjectImage[] {
    if (value !== undefined && value.elements === undefined)
      this.complain('"images" must be a list: [ { "file": "demo.bin", "address": "0x0" } ].', value.span);
    return (value?.elements ?? []).flatMap((image) => {
      const file = this.path(image, 'file', 'image');
      const address = this.text(image, 'address');
      const isAddress = address === undefined || (/^(?:0[xX][0-9a-fA-F]+|\d+)$/.test(address.value) && BigInt(address.value) < 1n << 64n);
      if (!isAddress) this.complain('"address" must be a guest address such as "0x10000".', address.span);
      if (file === undefined) {
        if (image.get('file') === undefined) this.complain('An image of "images" names no "file".', image.span);
        return [];
      }
      return isAddress ? [{ ...file, address: BigInt(address?.value ?? 0) }] : [];
    });
  }

  private network(value: JsonValue | undefined): ProjectNetwork | undefined {
    if (value === undefined) return undefined;
    const device = this.text(value, 'device');
    const address = this.text(value, 'address');
    const isDevice = device !== undefined && /^[^\s/:-][^\s/:]{0,14}$/.test(device.value);
    const isAddress = address !== undefined && /^[0-9a-fA-F:.]+\/\d{1,3}$/.test(address.value);
    if (isDevice && isAddress) return { device: device.value, address: address.value, span: value.span };
    if (isDevice)
      this.complain('"network" needs an "address" with its prefix length, such as "192.168.19.1/24".', address?.span ?? value.span);
    else this.complain('"network" needs a "device", a network device of the root cell such as "eth1".', device?.span ?? value.span);
    return undefined;
  }

  private targets(json: JsonValue | undefined): ProjectTarget[] {
    const value = json?.get('targets');
    if (value === undefined) return [];
    if (!value.isObject) {
      this.complain('"targets" must be an object: { "NAME": { "host": … } }.', value.span);
      return [];
    }
    return [...value.members].flatMap(([name, { key, value: target }]) => {
      const host = this.text(target, 'host');
      const sudo = target.get('sudo');
      if (sudo !== undefined && sudo.scalarText !== 'true' && sudo.scalarText !== 'false')
        this.complain('"sudo" must be true or false.', sudo.span);
      if (host === undefined) {
        if (target.get('host') === undefined) this.complain(`The target "${name}" names no "host", a host of your ssh configuration.`, key);
        return [];
      }
      // What ssh would take for an option, or would not take as one word.
      if (!/^[^-\s\p{Cc}][^\s\p{Cc}]{0,254}$/u.test(host.value)) {
        this.complain('"host" must be one word, a host of your ssh configuration or user@host, without a dash in front.', host.span);
        return [];
      }
      return [{ name, host: host.value, sudo: sudo?.scalarText === 'true', span: key }];
    });
  }

  private linux(value: JsonValue | undefined): ProjectLinux | undefined {
    if (value === undefined) return undefined;
    const before = this.findings.length;
    if (!value.isObject) this.complain('"linux" must be an object: { "deviceTree": "dts/inmate.dts" }.', value.span);
    const said = {
      kernel: this.path(value, 'kernel', 'image'),
      initrd: this.path(value, 'initrd', 'image'),
      deviceTree: this.path(value, 'deviceTree', 'tree'),
      commandLine: this.text(value, 'commandLine'),
    };
    return { ...said, damaged: this.findings.length > before };
  }

  private board(system: JsonValue): ProjectBoard | undefined {
    const value = system.get('board');
    if (value === undefined) return undefined;
    const before = this.findings.length;
    if (!value.isObject) this.complain('"board" must be an object: { "model": "raspberrypi,4-model-b" }.', value.span);
    const said = {
      model: this.text(value, 'model'),
      ram: this.ram(value),
      cpus: this.cpus(value),
      configTxt: this.path(value, 'configTxt', 'bootText'),
      cmdlineTxt: this.path(value, 'cmdlineTxt', 'bootText'),
      deviceTree: this.path(value, 'deviceTree', 'tree'),
      overlays: this.overlays(value),
      snapshot: this.path(value, 'snapshot', 'snapshot'),
      span: system.members.get('board')?.key ?? value.span,
    };
    return { ...said, damaged: this.findings.length > before };
  }

  private ram(board: JsonValue): bigint | undefined {
    const text = this.text(board, 'ram');
    if (text === undefined) return undefined;
    const match = /^(\d{1,9}) ?(MiB|GiB)$/.exec(text.value);
    const size = match && BigInt(match[1] as string) << (match[2] === 'GiB' ? 30n : 20n);
    if (size) return size;
    this.complain('"ram" must be a size such as "8GiB" or "512MiB".', text.span);
    return undefined;
  }

  private cpus(board: JsonValue): number | undefined {
    const value = board.get('cpus');
    const count = value?.number;
    if (value === undefined || (count !== undefined && Number.isInteger(count) && count >= 1 && count <= 4096)) return count;
    this.complain('"cpus" must be the number of CPUs that the board has.', value.span);
    return undefined;
  }

  private overlays(board: JsonValue): ProjectPath[] {
    const value = board.get('overlays');
    if (value === undefined) return [];
    const { elements } = value;
    if (elements === undefined || elements.some((element) => element.text === undefined)) {
      this.complain('"overlays" must be a list of files, in the order in which they are applied.', value.span);
      return [];
    }
    return elements.flatMap((element) => this.named(element, element.text ?? '', 'tree') ?? []);
  }

  private path(of: JsonValue, key: string, kind: FileKind): ProjectPath | undefined {
    const text = this.text(of, key);
    return text && this.named(text, text.value, kind);
  }

  private named({ span }: { readonly span: Span }, text: string, kind: FileKind): ProjectPath | undefined {
    const [pattern, what, endings] = fileKinds[kind];
    if (text.length > longestPath) this.complain(`This is longer than a path can be (${longestPath} bytes).`, span);
    else if (!pattern.test(text)) this.complain(`${JSON.stringify(text)} names no ${what}: it must end with ${endings}.`, span);
    else {
      const named = { path: this.absolute(text), span, required: kind !== 'image' };
      this.files.push(named);
      return named;
    }
    return undefined;
  }

  private text(of: JsonValue | undefined, key: string): ProjectText | undefined {
    const value = of?.get(key);
    if (value === undefined) return undefined;
    if (value.text !== undefined) return { value: value.text, span: value.span };
    this.complain(`"${key}" must be a string.`, value.span);
    return undefined;
  }

  private absolute(path: string): string {
    return joinPath(this.directory, path);
  }

  private complain(message: string, span: Span): void {
    this.findings.push({ rule: 'project-file', severity: 'error', message, span, related: [], fixes: [] });
  }
}
