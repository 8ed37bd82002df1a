import type { Finding, Fix, RelatedPlace, Severity } from '../source/finding.ts';
import { clipped } from '../source/message-length.ts';
import { nearestName } from '../source/nearest-name.ts';
import { directoryOf, joinPath } from '../source/paths.ts';
import type { SourceFile } from '../source/source-file.ts';
import type { Span } from '../source/span.ts';
import type { Firmware, FirmwareSetting } from './board.ts';
import { bootText } from './boot-text.ts';
import { ConfigTxtFilters, filterNames } from './config-txt-filters.ts';
import { bootloaderSettings, checkedSettings, gpuMemoryLimits, leadingNumber, otherSettings } from './config-txt-names.ts';
import type { PiModel } from './pi-model.ts';

/** Finds the files that `include` names. */
export interface ConfigTxtHost {
  /** The file at an absolute path, or undefined when there is none. */
  read(path: string): SourceFile | undefined;
}

export interface ConfigTxt {
  readonly firmware: Firmware;
  readonly findings: readonly Finding[];
}

const RULE = 'config-txt';
/** Characters of a line that the firmware reads: 78 until late 2021, 98 since. */
const MAX_LINE = 98;
/** Files that one config.txt may pull in, counted each time; and findings of one reading: random bytes have one in every line. */
const MAX_INCLUDES = 64;
const MAX_FINDINGS = 100;

/**
 * Reads config.txt as the firmware of a board does: line by line, filtered, the last assignment of a name wins. Lines under a filter that only
 * the running board can decide (monitor, serial number, pin) set nothing. What is wrong is never worse than a warning: the firmware boots with it.
 * https://www.raspberrypi.com/documentation/computers/config_txt.html
 */
export function readConfigTxt(file: SourceFile, host: ConfigTxtHost, model: PiModel): ConfigTxt {
  return new ConfigTxtReader(file, host, model).read();
}

/** The value of a setting as the number that the firmware reads (decimal or 0x); undefined where it is not set or no number. */
export function settingNumber(firmware: Firmware | undefined, name: string): number | undefined {
  const value = firmware?.settings.get(name)?.value;
  return value === undefined ? undefined : leadingNumber(value)?.value;
}

class ConfigTxtReader {
  private readonly settings = new Map<string, FirmwareSetting>();
  private readonly overlays: FirmwareSetting[] = [];
  private readonly findings: Finding[] = [];
  private readonly filters: ConfigTxtFilters;
  private readonly open: string[] = [];
  private includes = 0;

  constructor(
    private readonly file: SourceFile,
    private readonly host: ConfigTxtHost,
    model: PiModel,
  ) {
    this.filters = new ConfigTxtFilters(model);
  }

  read(): ConfigTxt {
    const { path, text } = this.file;
    this.readFile(this.file);
    const end = { file: path, start: text.length, end: text.length };
    return { firmware: { path, settings: this.settings, overlays: this.overlays, end }, findings: this.findings };
  }

  private report(severity: Severity, span: Span, message: string, fixes: readonly Fix[] = [], related: readonly RelatedPlace[] = []): void {
    if (this.findings.length < MAX_FINDINGS) this.findings.push({ rule: RULE, severity, message: clipped(message), span, related, fixes });
  }

  private readFile(file: SourceFile): void {
    const encoding = bootText(file, RULE);
    for (const finding of encoding.findings) if (this.findings.length < MAX_FINDINGS) this.findings.push(finding);
    if (!encoding.readable) return;
    this.open.push(file.path);
    const { text } = file;
    for (let at = encoding.start; at < text.length; ) {
      const newline = text.indexOf('\n', at);
      const next = newline < 0 ? text.length : newline;
      this.readLine(file.path, text.slice(at, next), at);
      at = next + 1;
    }
    this.open.pop();
  }

  /** `at` is the offset of the line. */
  private readLine(file: string, line: string, at: number): void {
    const start = line.length - line.trimStart().length;
    const text = line.trim();
    if (text === '' || text.startsWith('#')) return;
    const span = { file, start: at + start, end: at + start + text.length };
    if (text.startsWith('[')) {
      this.readFilter(text, span);
      return;
    }
    const include = /^include[ \t]+(.+)$/.exec(text)?.[1];
    if (include !== undefined) {
      this.include(include, span);
      return;
    }
    if (this.filters.applies() === 'no') return;
    const equals = text.indexOf('=');
    if (equals < 0) {
      this.readLineWithoutValue(text, span);
      return;
    }
    const length = line.trimEnd().length;
    if (length > MAX_LINE) {
      this.report(
        'warning',
        { file, start: at + MAX_LINE, end: at + length },
        `The firmware reads ${MAX_LINE} characters of a line; this one has ${length}. Move the rest to a line of its own, parameters of an overlay to dtparam= lines below it.`,
      );
    }
    this.readSetting(text, equals, span);
  }

  private readFilter(text: string, span: Span): void {
    const close = text.indexOf(']');
    if (close < 0) {
      this.report('warning', span, 'A filter without its closing bracket. Which boards the lines below count for is not certain.');
      return;
    }
    const name = text.slice(1, close).trim();
    if (this.filters.set(name)) return;
    const near = nearestName(name, filterNames);
    const fix = near === undefined ? [] : [replacement(`Change to [${near}]`, { ...span, end: span.start + close + 1 }, `[${near}]`)];
    this.report(
      near === undefined ? 'information' : 'warning',
      span,
      `[${name}] is no filter that is known here${near === undefined ? '' : `; [${near}] is`}. Lines below it, up to [all], are left out of the checks.`,
      fix,
    );
  }

  private include(name: string, span: Span): void {
    if (this.filters.applies() === 'no') return;
    const path = joinPath(directoryOf(this.file.path), name.replace(/^\/+/, ''));
    if (this.open.includes(path)) {
      this.report('warning', span, `"${name}" includes itself. It is not read a second time here.`);
      return;
    }
    if (++this.includes > MAX_INCLUDES) {
      if (this.includes === MAX_INCLUDES + 1)
        this.report('warning', span, `More than ${MAX_INCLUDES} included files: the rest is not read.`);
      return;
    }
    const file = this.host.read(path);
    if (file === undefined) {
      this.report('warning', span, `"${name}" is not beside config.txt: looked for ${path}. Its settings are not known to the checks.`);
      return;
    }
    this.readFile(file);
  }

  /** `initramfs FILE ADDRESS` is the one setting that is written without `=`. */
  private readLineWithoutValue(text: string, span: Span): void {
    if (/^initramfs\b/.test(text)) return;
    const word = /^[A-Za-z_][\w:]*/.exec(text)?.[0];
    const known = word !== undefined && checkedSettings.has(word);
    this.report(
      'warning',
      span,
      `No setting: a line reads name=value.${known ? ` ${word} has no effect here.` : ' The firmware passes over it.'}`,
    );
  }

  private readSetting(text: string, equals: number, span: Span): void {
    const name = text.slice(0, equals);
    const value = text.slice(equals + 1);
    const nameSpan = { ...span, end: span.start + equals };
    if (name !== name.trimEnd()) {
      const trimmed = name.trimEnd();
      if (checkedSettings.has(trimmed)) {
        const gap = { ...nameSpan, start: span.start + trimmed.length };
        this.report(
          'warning',
          nameSpan,
          `No space may stand before "=": the firmware knows no setting "${trimmed} ", and this line sets nothing.`,
          [replacement('Remove the space', { ...gap, end: span.start + equals + 1 + (value.length - value.trimStart().length) }, '=')],
        );
      }
      return;
    }
    const kind = checkedSettings.get(name);
    if (kind === undefined && !this.plausible(name, nameSpan)) return;
    if (bootloaderSettings.has(name) && this.open.length > 1) {
      this.report(
        'warning',
        span,
        `The bootloader reads ${name}, and it follows no include: write it in config.txt itself. Here it sets nothing.`,
      );
      return;
    }
    if (this.filters.applies() === 'maybe') {
      if (kind !== undefined && name !== 'dtoverlay' && name !== 'dtparam')
        this.report(
          'information',
          span,
          `Whether ${name} counts here is decided when the board boots, by the filter above. The checks leave this line out.`,
        );
      return;
    }
    const leading = value.length - value.trimStart().length;
    const valueStart = span.start + equals + 1 + leading;
    const setting = { value: value.trim(), span, valueSpan: { file: span.file, start: valueStart, end: span.end } };
    if (kind === 'number') this.checkNumber(name, setting);
    if (kind === 'text') this.checkText(name, setting);
    if (name === 'dtoverlay' || name === 'device_tree_overlay') this.overlays.push(setting);
    else if (name !== 'dtparam') this.settings.set(name, setting);
  }

  /** True for a name that may well be one; a slip in one that the checks read is reported. */
  private plausible(name: string, span: Span): boolean {
    if (otherSettings.has(name) || !/^\w+$/.test(name)) return true;
    const near = nearestName(name, checkedSettings.keys());
    // Short distances only: there are several hundred settings, and a new one is no slip.
    if (near === undefined || (name.toLowerCase() !== near && (Math.abs(name.length - near.length) > 1 || !oneSlip(name, near))))
      return true;
    this.report('warning', span, `The firmware knows no setting "${name}"; "${near}" is one (names are written in small letters).`, [
      replacement(`Change to ${near}`, span, near),
    ]);
    return false;
  }

  private checkNumber(name: string, { value, valueSpan }: FirmwareSetting): void {
    const number = leadingNumber(value);
    if (number === undefined) {
      this.report('warning', valueSpan, `"${value}" is no number: ${name} takes one, decimal or with 0x. The checks take it as not set.`);
      return;
    }
    if (/^gpu_mem/.test(name)) {
      const { least, most } = gpuMemoryLimits;
      if (number.value < least || number.value > most)
        this.report(
          'warning',
          valueSpan,
          `${name} is in MiB, from ${least} to ${most} on this board; ${number.value} is outside. The firmware takes another value, or Linux does not boot.`,
        );
    }
    if (name === 'total_mem' && number.value < 128)
      this.report(
        'warning',
        valueSpan,
        `total_mem is in MiB, and the firmware takes 128 for less: ${number.value} is not what the board will have.`,
      );
  }

  private checkText(name: string, { value, valueSpan }: FirmwareSetting): void {
    // The space is looked for from the "#": the other way round is quadratic.
    const mark = value.search(/[ \t]#/);
    if (mark < 0) return;
    const from = valueSpan.start + value.slice(0, mark).trimEnd().length;
    this.report(
      'warning',
      { ...valueSpan, start: from },
      `A comment must stand on a line of its own: the firmware takes this as part of ${name}.`,
      [replacement('Remove the comment', { ...valueSpan, start: from }, '')],
    );
  }
}

/** One letter more, less or other, or two neighbours swapped; letters of either case. */
function oneSlip(name: string, known: string): boolean {
  const a = name.toLowerCase();
  let head = 0;
  while (head < a.length && a[head] === known[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < known.length - head && a[a.length - 1 - tail] === known[known.length - 1 - tail]) tail++;
  const left = a.slice(head, a.length - tail);
  const right = known.slice(head, known.length - tail);
  return (left.length <= 1 && right.length <= 1) || (left.length === 2 && left === [...right].reverse().join(''));
}

function replacement(title: string, span: Span, newText: string): Fix {
  return { title, edits: [{ span, newText }] };
}
