import type { SourceFile } from '../source/source-file.ts';
import { ByteWriter } from './byte-writer.ts';
import { CellExpression } from './cell-expression.ts';
import type { SourcePart, ValueMarker } from './source-node.ts';
import type { SourceProblems } from './source-problems.ts';
import { stringBytes } from './string-literals.ts';
import type { TreeLexer } from './tree-lexer.ts';
import { TreeTokenKind } from './tree-token.ts';
import { reportUnexpected } from './unexpected-token.ts';

/** A property's value as it is written, references not filled in yet. */
export interface ReadValue {
  readonly value: Uint8Array;
  readonly parts: readonly SourcePart[];
  readonly markers: readonly ValueMarker[];
  /** False where the text broke off; what was read until then is kept. */
  readonly complete: boolean;
}

/** Bytes of all `/incbin/` of a source; more would only fill the memory. */
const MAX_INCLUDED_BYTES = 64 << 20;

/** Finds the file of an `/incbin/`. */
export type IncludedBytes = (name: string, from: SourceFile) => Uint8Array | undefined;

/** Reads the values of properties: cells, strings, bytes, references, and lists of these (dtc 1.6.1, dtc-parser.y, propdata). */
export class ValueReader {
  readonly integers: CellExpression;
  private readonly out = new ByteWriter();
  private parts: SourcePart[] = [];
  private markers: ValueMarker[] = [];
  private includedBytes = 0;

  constructor(
    private readonly lexer: TreeLexer,
    private readonly problems: SourceProblems,
    private readonly included: IncludedBytes,
  ) {
    this.integers = new CellExpression(lexer, problems);
  }

  /** Reads up to what follows the value. The current token is the first of it. */
  read(): ReadValue {
    this.out.clear();
    this.parts = [];
    this.markers = [];
    const complete = this.list();
    return { value: this.out.bytes(), parts: this.parts, markers: this.markers, complete };
  }

  private list(): boolean {
    for (;;) {
      this.labels();
      if (!this.element()) return false;
      this.labels();
      if (!this.isChar(44)) return true;
      this.lexer.next();
    }
  }

  private labels(): void {
    while (this.lexer.kind === TreeTokenKind.Label) this.label();
  }

  private label(): void {
    this.mark('label', this.lexer.text);
    this.lexer.next();
  }

  private element(): boolean {
    const { lexer } = this;
    switch (lexer.kind) {
      case TreeTokenKind.String:
        return this.string();
      case TreeTokenKind.Reference: {
        this.mark('path', lexer.text);
        this.part('path', 0, lexer.text);
        lexer.next();
        return true;
      }
      case TreeTokenKind.Keyword:
        if (lexer.text === '/bits/') return this.bits();
        if (lexer.text === '/incbin/') return this.incbin();
        break;
      case TreeTokenKind.Char:
        if (lexer.code === 60) {
          lexer.next();
          return this.cells(32);
        }
        if (lexer.code === 91) return this.bytes();
        break;
      default:
        break;
    }
    return this.expected('a value (<cells>, "string", [bytes] or &reference)');
  }

  private string(): boolean {
    const { lexer } = this;
    const { bytes, problem } = stringBytes(lexer.source.text.slice(lexer.start + 1, lexer.end - 1));
    if (problem !== undefined) this.problem(problem);
    this.part('string', bytes.length, undefined);
    this.out.raw(bytes);
    lexer.next();
    return true;
  }

  private bits(): boolean {
    const { lexer } = this;
    lexer.next();
    if (lexer.kind !== TreeTokenKind.Integer) return this.expected('8, 16, 32 or 64');
    let width = Number(lexer.value);
    if (width !== 8 && width !== 16 && width !== 32 && width !== 64) {
      this.problem('Elements have 8, 16, 32 or 64 bits.');
      width = 32;
    }
    lexer.next();
    if (!this.isChar(60)) return this.expected('"<"');
    lexer.next();
    return this.cells(width);
  }

  private cells(width: number): boolean {
    const { lexer } = this;
    for (;;) {
      if (lexer.kind === TreeTokenKind.Integer) {
        this.part('cell', width / 8, undefined);
        this.number(lexer.value, width);
        lexer.next();
      } else if (this.isChar(62)) {
        lexer.next();
        return true;
      } else if (lexer.kind === TreeTokenKind.Reference) {
        if (width === 32) this.mark('phandle', lexer.text);
        else this.problem(`References stand in cells of 32 bits only, not in elements of ${width}.`);
        this.part('cell', width / 8, lexer.text);
        this.out.integer((1n << BigInt(width)) - 1n, width / 8);
        lexer.next();
      } else if (lexer.kind === TreeTokenKind.Label) this.label();
      else if (this.integers.starts()) {
        const { source, start } = lexer;
        const value = this.integers.read();
        if (value === undefined) return false;
        const end = lexer.lastSource === source ? lexer.lastEnd : start + 1;
        this.parts.push({
          kind: 'cell',
          offset: this.out.length,
          size: width / 8,
          span: source.spanOf(start, end),
          reference: undefined,
        });
        this.fit(BigInt(value), width, source.spanOf(start, end));
        this.out.integer(BigInt(value), width / 8);
      } else return this.expected('a number, a reference or ">"');
    }
  }

  private number(value: number | bigint, width: number): void {
    if (typeof value === 'number' && width === 32 && value <= 0xffffffff) {
      this.out.u32(value);
      return;
    }
    const { source, start, end } = this.lexer;
    this.fit(BigInt(value), width, source.spanOf(start, end));
    this.out.integer(BigInt(value), width / 8);
  }

  /** Bits above the element must be all 0, or all 1 as in a negative number. */
  private fit(value: bigint, width: number, span: SourcePart['span']): void {
    const mask = (1n << BigInt(width)) - 1n;
    if (value <= mask || (value | mask) === (1n << 64n) - 1n) return;
    const shown = `0x${value.toString(16)}`;
    const remedy = width === 32 ? ` Write it as two cells: 0x${(value >> 32n).toString(16)} 0x${(value & mask).toString(16)}.` : '';
    this.problems.report('dts-syntax', `${shown} does not fit an element of ${width} bits.${remedy}`, span);
  }

  private bytes(): boolean {
    const { lexer } = this;
    const { source, start } = lexer;
    const offset = this.out.length;
    lexer.next();
    for (;;) {
      if (lexer.kind === TreeTokenKind.Byte) {
        this.out.u8(lexer.value as number);
        lexer.next();
      } else if (lexer.kind === TreeTokenKind.Label) this.label();
      else break;
    }
    const closed = this.isChar(93);
    const end = closed && lexer.source === source ? lexer.end : lexer.lastSource === source ? lexer.lastEnd : start + 1;
    this.parts.push({ kind: 'bytes', offset, size: this.out.length - offset, span: source.spanOf(start, end), reference: undefined });
    if (!closed) return this.expected('two hexadecimal digits or "]"');
    lexer.next();
    return true;
  }

  private incbin(): boolean {
    const { lexer } = this;
    const { source, start } = lexer;
    lexer.next();
    if (!this.isChar(40)) return this.expected('"("');
    lexer.next();
    if (lexer.kind !== TreeTokenKind.String) return this.expected('the name of a file in quotes');
    const nameSpan = lexer.source.spanOf(lexer.start, lexer.end);
    const name = new TextDecoder().decode(stringBytes(lexer.source.text.slice(lexer.start + 1, lexer.end - 1)).bytes).split('\0')[0] ?? '';
    lexer.next();
    let offset: number | bigint = 0;
    let size: number | bigint | undefined;
    if (this.isChar(44)) {
      lexer.next();
      const from = this.integers.read();
      if (from === undefined) return false;
      if (!this.isChar(44)) return this.expected('"," and the number of bytes');
      lexer.next();
      size = this.integers.read();
      if (size === undefined) return false;
      offset = from;
    }
    if (!this.isChar(41)) return this.expected('")"');
    const span = source.spanOf(start, lexer.source === source ? lexer.end : start + 1);
    lexer.next();
    const all = this.included(name, source.fileAt(start));
    if (all === undefined) {
      this.problems.report(
        'dts-include',
        `${name} is not found. Its place counts from the folder of this file, or from the include paths.`,
        nameSpan,
      );
      return true;
    }
    const from = Math.min(Number(offset), all.length);
    const bytes = all.subarray(from, size === undefined ? all.length : Math.min(from + Number(size), all.length));
    this.includedBytes += bytes.length;
    if (this.includedBytes > MAX_INCLUDED_BYTES) {
      this.problems.report('dts-include', `More than ${MAX_INCLUDED_BYTES >> 20} MiB of included bytes are not read.`, nameSpan);
      return true;
    }
    this.parts.push({ kind: 'bytes', offset: this.out.length, size: bytes.length, span, reference: undefined });
    this.out.raw(bytes);
    return true;
  }

  private part(kind: SourcePart['kind'], size: number, reference: string | undefined): void {
    const { source, start, end } = this.lexer;
    this.parts.push({ kind, offset: this.out.length, size, span: source.spanOf(start, end), reference });
  }

  private mark(kind: ValueMarker['kind'], name: string): void {
    const { source, start, end } = this.lexer;
    this.markers.push({ kind, offset: this.out.length, name, span: source.spanOf(start, end) });
  }

  private isChar(code: number): boolean {
    return this.lexer.kind === TreeTokenKind.Char && this.lexer.code === code;
  }

  private expected(what: string): false {
    reportUnexpected(this.lexer, this.problems, what);
    return false;
  }

  private problem(message: string): void {
    const { source, start, end } = this.lexer;
    this.problems.report('dts-syntax', message, source.spanOf(start, end));
  }
}
