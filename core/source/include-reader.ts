import { includeTarget } from './include-target.ts';
import type { Macro } from './macro.ts';
import { MacroReader } from './macro-reader.ts';
import type { Include, IncludeHost, Prelude } from './preprocessor-result.ts';
import type { SourceFile } from './source-file.ts';
import { type Token, TokenKind } from './token.ts';
import { MAX_TOKENS, type OpenFile } from './token-reader.ts';
import type { Dialect } from './tokenizer.ts';

/** gcc's own limit for nested includes. */
const MAX_INCLUDE_DEPTH = 200;
/** A file that includes itself this often will not stop by itself. */
const MAX_SELF_INCLUDES = 20;
/** Configs need half a dozen; headers that include each other twice come to millions. */
const MAX_INCLUDES = 2000;

/** Enters included files, and keeps what the first ones leave behind for other sources that start alike. */
export abstract class IncludeReader extends MacroReader {
  protected once: Set<SourceFile>;
  protected includes: Include[] = [];
  protected prelude: Prelude;
  private ownMacros: Map<string, Macro> | undefined;
  /** Macros cannot be shared any more once the source itself has defined something. */
  private preludeOpen = true;
  private includeLimitReported = false;

  constructor(start: Prelude, host: IncludeHost, dialect: Dialect) {
    super(host, dialect);
    this.prelude = start;
    this.macros = start.macros;
    this.once = new Set(start.once);
  }

  protected include(open: OpenFile, directive: Token, rest: readonly Token[]): void {
    let target = includeTarget(rest);
    if (!target) {
      this.closePrelude();
      target = includeTarget(this.expandArgument(rest));
    }
    if (!target) {
      this.report('c-include', 'error', rest[0] ?? directive, '#include needs "FILE" or <FILE>.');
      return;
    }
    const { name, quoted } = target;
    const shared = this.preludeOpen && this.files.length === 1;
    if (shared && this.continuePrelude(name, quoted, open.file)) return;
    if (this.includes.length + this.prelude.includes.length >= MAX_INCLUDES) {
      if (!this.includeLimitReported) {
        this.report(
          'c-limit',
          'error',
          rest[0] ?? directive,
          `More than ${MAX_INCLUDES} includes are not read. A header that includes others twice needs a guard.`,
          rest.at(-1),
        );
      }
      this.includeLimitReported = true;
      return;
    }
    const file = this.host.resolve(name, quoted, open.file);
    this.includes.push({ name, quoted, from: open.file, file });
    if (!file) {
      const looked = this.host.searched(name, quoted, open.file);
      this.report(
        'c-include',
        'error',
        rest[0] ?? directive,
        `${name} is not found (looked in ${looked.length ? looked.join(', ') : 'no folder'}). Add its folder to the include paths (-I, or "includePaths" in jailhouse.json).`,
        rest.at(-1),
      );
      this.closePrelude();
      return;
    }
    if (this.once.has(file)) return;
    const again = this.files.filter((entry) => entry.file === file).length;
    if (again >= MAX_SELF_INCLUDES || this.files.length >= MAX_INCLUDE_DEPTH) {
      const chain = [...new Set(this.files.map((entry) => entry.file.path))].join(' includes ');
      this.report(
        'c-include',
        'error',
        rest[0] ?? directive,
        `${name} is included in a circle (${chain}). It needs an include guard (#ifndef) or #pragma once.`,
        rest.at(-1),
      );
      return;
    }
    if (shared) this.readIntoPrelude(file, name, quoted, open.file);
    else this.enter(file);
  }

  /** Takes over what an earlier source found for the same include at this point, if that still holds. */
  private continuePrelude(name: string, quoted: boolean, from: SourceFile): boolean {
    const known = this.prelude.next.get(preludeKey(name, quoted, from));
    if (!known) return false;
    const own = known.includes.slice(this.prelude.includes.length);
    for (const include of own) {
      const asker = include.from === (own[0] as Include).from ? from : include.from;
      const now = this.host.resolve(include.name, include.quoted, asker);
      if (now !== include.file || (now && !this.host.isCurrent(now))) return false;
    }
    this.prelude = known;
    this.macros = known.macros;
    this.once = new Set(known.once);
    return true;
  }

  /** Reads a header at the top of the source to its end and keeps the outcome for the next source that starts so. */
  private readIntoPrelude(file: SourceFile, name: string, quoted: boolean, from: SourceFile): void {
    const parent = this.prelude;
    this.preludeOpen = false;
    const outer = this.files.splice(0);
    // What has been said of the source itself so far does not belong to the header, which others share.
    const own = this.findings;
    this.findings = [];
    const output: Token[] = [];
    this.enter(file);
    for (;;) {
      const token = this.next();
      if (token.kind === TokenKind.End) break;
      output.push(token);
      if (++this.produced > MAX_TOKENS) {
        this.reportLimit(token);
        break;
      }
    }
    this.files.splice(0, this.files.length, ...outer);
    this.prelude = {
      parent,
      macros: this.macros,
      once: new Set(this.once),
      tokens: [...parent.tokens, ...output],
      findings: [...parent.findings, ...this.findings],
      includes: [...parent.includes, ...this.includes],
      next: new Map(),
    };
    // The prelude keeps this table: what is defined from here on goes into a new one.
    this.ownMacros = undefined;
    parent.next.set(preludeKey(name, quoted, from), this.prelude);
    this.findings = own;
    this.includes = [];
    this.preludeOpen = true;
  }

  protected writableMacros(): Map<string, Macro> {
    if (this.macros !== this.ownMacros) {
      this.ownMacros = new Map(this.macros);
      this.macros = this.ownMacros;
    }
    return this.ownMacros as Map<string, Macro>;
  }

  protected closePrelude(): void {
    this.preludeOpen = false;
  }
}

function preludeKey(name: string, quoted: boolean, from: SourceFile): string {
  // Only a quoted include looks beside the file that asks.
  return quoted ? `"${name}" ${from.path.slice(0, from.path.lastIndexOf('/'))}` : `<${name}>`;
}
