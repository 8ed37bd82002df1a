import type { Finding, Severity } from '../source/finding.ts';
import { clipped } from '../source/message-length.ts';
import type { SourceFile } from '../source/source-file.ts';
import type { Span } from '../source/span.ts';
import type { KernelCommandLine, KernelParameter } from './board.ts';
import { bootText } from './boot-text.ts';

const RULE = 'kernel-command-line';
const MAX_PARAMETERS = 10_000;

/** A kernel command line, and what is wrong with it. */
export interface ReadCommandLine {
  readonly commandLine: KernelCommandLine;
  readonly findings: readonly Finding[];
}

/** Reads a cmdline.txt: one line, read by the firmware of a Raspberry Pi and passed to the kernel. */
export function readCommandLine(file: SourceFile): ReadCommandLine {
  const { path, text } = file;
  const encoding = bootText(file, RULE);
  const findings = [...encoding.findings];
  const report = (severity: Severity, span: Span, message: string): void => {
    findings.push({ rule: RULE, severity, message: clipped(message), span, related: [], fixes: [] });
  };
  if (!encoding.readable) return { commandLine: { path, parameters: [] }, findings };
  const newline = text.indexOf('\n', encoding.start);
  const end = newline < 0 ? text.length : newline;
  if (newline >= 0) {
    const rest = text.slice(newline);
    if (rest.trim() !== '') {
      const start = newline + rest.length - rest.trimStart().length;
      report(
        'warning',
        { file: path, start, end: newline + rest.trimEnd().length },
        'Only the first line of cmdline.txt counts: what stands here does not reach the kernel. Join the lines with spaces.',
      );
    }
  }
  const parameters = parametersIn(text.slice(encoding.start, end), (from, to) => ({
    file: path,
    start: encoding.start + from,
    end: encoding.start + to,
  }));
  for (const { name, span } of parameters) {
    if (sameParameter(name, 'memmap'))
      report(
        'warning',
        span,
        'memmap= is for x86: on ARM the kernel passes over it and reserves nothing. Reserve the memory with a no-map node in /reserved-memory of the device tree.',
      );
  }
  return { commandLine: { path, parameters }, findings };
}

/**
 * A command line that stands in another file, as the value of a JSON string or of `bootargs`. `span` is its text there, with or without quotes
 * around it; where escapes make text and span differ, every parameter has the whole span.
 */
export function commandLineOf(text: string, span: Span): KernelCommandLine {
  const length = span.end - span.start;
  const quote = length === text.length ? 0 : length === text.length + 2 ? 1 : undefined;
  const place = (from: number, to: number): Span =>
    quote === undefined ? span : { file: span.file, start: span.start + quote + from, end: span.start + quote + to };
  return { path: span.file, parameters: parametersIn(text, place) };
}

/**
 * The words as the kernel takes them apart (lib/cmdline.c:next_arg): white space separates, double quotes keep it together and are taken away
 * around a whole word or a whole value. What follows a word `--` is for init.
 */
function parametersIn(text: string, place: (from: number, to: number) => Span): readonly KernelParameter[] {
  const parameters: KernelParameter[] = [];
  for (let at = 0; at < text.length && parameters.length < MAX_PARAMETERS; ) {
    while (at < text.length && isSpace(text.charCodeAt(at))) at++;
    if (at >= text.length) break;
    const start = at;
    let equals = -1;
    let quoted = false;
    for (; at < text.length && (quoted || !isSpace(text.charCodeAt(at))); at++) {
      const letter = text[at];
      if (letter === '"') quoted = !quoted;
      else if (letter === '=' && equals < 0) equals = at;
    }
    const span = place(start, at);
    const opened = text[start] === '"' ? 1 : 0;
    const wordEnd = opened > 0 && at - start > 1 && text[at - 1] === '"' ? at - 1 : at;
    if (equals < 0) {
      const name = text.slice(start + opened, wordEnd);
      if (name === '--') break;
      parameters.push({ name, value: undefined, span });
      continue;
    }
    let value = text.slice(equals + 1, wordEnd);
    if (value.startsWith('"')) value = value.slice(1).replace(/"$/, '');
    parameters.push({ name: text.slice(start + opened, equals), value, span });
  }
  return parameters;
}

/** As the kernel's isspace for ASCII: space, tab, line ends, vertical tab, form feed. */
function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

/** `-` and `_` are the same in names (kernel/params.c:parameq). */
export function sameParameter(a: string, b: string): boolean {
  return a.replaceAll('-', '_') === b.replaceAll('-', '_');
}

/** All occurrences of a parameter, in order. */
export function parametersNamed(commandLine: KernelCommandLine | undefined, name: string): readonly KernelParameter[] {
  return commandLine?.parameters.filter((parameter) => sameParameter(parameter.name, name)) ?? [];
}
