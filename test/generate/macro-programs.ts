import type { Choices } from './choices.ts';

/** A source that is all preprocessor, and the files it includes. */
export interface MacroProgram {
  readonly source: string;
  readonly files: ReadonlyMap<string, string>;
}

interface Known {
  readonly name: string;
  /** Undefined for an object-like macro. */
  readonly parameters: number | undefined;
  readonly variadic: boolean;
}

/** Random definitions, conditionals, includes and uses: what C's rescanning, `#`, `##` and painting rules are about. */
export function macroProgram(c: Choices): MacroProgram {
  const writer = new ProgramWriter(c);
  const files = new Map<string, string>();
  if (c.chance(40)) {
    files.set(
      'part.h',
      `${c.chance(50) ? '#pragma once\n' : '#ifndef PART\n#define PART\n'}${writer.lines(4)}${c.chance(50) ? 'part ends\n' : ''}`,
    );
    const text = files.get('part.h') as string;
    if (text.startsWith('#ifndef')) files.set('part.h', `${text}#endif\n`);
    writer.includes.push('#include "part.h"');
    if (c.chance(30)) writer.includes.push('#include <part.h>', '#define WHERE "part.h"\n#include WHERE');
  }
  return { source: writer.lines(4 + c.below(14)), files };
}

class ProgramWriter {
  readonly includes: string[] = [];
  private readonly known: Known[] = [];
  private nesting = 0;

  /** Arguments of any shape; otherwise those that can be pasted to something, because gcc refuses the rest. */
  private readonly wild: boolean;

  constructor(private readonly c: Choices) {
    this.wild = c.chance(40);
  }

  lines(count: number): string {
    let text = '';
    for (let i = 0; i < count; i++) text += `${this.line()}\n`;
    return text;
  }

  private line(): string {
    const c = this.c;
    switch (
      c.weighted([
        [40, 'use'],
        [35, 'define'],
        [12, 'conditional'],
        [5, 'undef'],
        [5, 'include'],
        [3, 'comment'],
      ])
    ) {
      case 'define':
        return this.define();
      case 'conditional':
        return this.conditional();
      case 'undef':
        return `#undef ${this.known.length > 0 ? c.pick(this.known).name : 'NOTHING'}`;
      case 'include':
        return this.includes.length > 0 ? c.pick(this.includes) : '#';
      case 'comment':
        return c.pick([
          '/* one\n   two */ after',
          '// till the end \\\n of this line',
          ' /**/ # /**/ undef /* x */ NOTHING // y',
          'a/**/b',
          '"/* no */" // yes',
        ]);
      default:
        return this.tokens(2 + c.below(6), true);
    }
  }

  private define(): string {
    const c = this.c;
    // A small pool of names, so that macros meet themselves and each other; redefinitions go through #undef.
    const name = c.pick(['A', 'B', 'C', 'F', 'G', 'H', 'str', 'xstr', 'cat', 'LIST']);
    const known = this.known.findIndex((macro) => macro.name === name);
    const undef = known >= 0 ? `#undef ${name}\n` : '';
    if (known >= 0) this.known.splice(known, 1);
    const form = c.weighted([
      [35, 'object'],
      [40, 'function'],
      [15, 'variadic'],
      [5, 'named'],
      [5, 'empty'],
    ]);
    let head = `#define ${name}`;
    let parameters: string[] = [];
    if (form === 'object') this.known.push({ name, parameters: undefined, variadic: false });
    else if (form === 'empty') {
      head += '()';
      this.known.push({ name, parameters: 0, variadic: false });
    } else {
      parameters = ['x', 'y', 'z'].slice(0, 1 + c.below(3));
      const variadic = form !== 'function';
      if (form === 'variadic' && c.chance(30)) parameters = [];
      head += `(${[...parameters, ...(form === 'variadic' ? ['...'] : form === 'named' ? ['rest...'] : [])].join(c.pick([', ', ',', ' , ']))})`;
      this.known.push({ name, parameters: parameters.length + (variadic ? 1 : 0), variadic });
      if (form === 'variadic') parameters.push('__VA_ARGS__');
      if (form === 'named') parameters.push('rest');
    }
    return `${undef}${head}${c.pick([' ', '  ', ' \\\n  ', ' /* c */ '])}${this.body(parameters, form !== 'object', form === 'variadic')}`;
  }

  private body(parameters: readonly string[], functionLike: boolean, variadic: boolean): string {
    const c = this.c;
    const parts: string[] = [];
    for (let i = c.below(6); i >= 0; i--) {
      const parameter = parameters.length > 0 ? c.pick(parameters) : 'x';
      const form = c.weighted([
        [30, 'token'],
        [25, 'parameter'],
        [10, 'string'],
        [14, 'paste'],
        [12, 'use'],
        [5, 'name'],
        [4, 'rest'],
      ]);
      if (form === 'parameter') parts.push(parameter);
      else if (form === 'string' && functionLike && parameters.length > 0) parts.push(`#${c.pick(['', ' '])}${parameter}`);
      // Identifiers on both sides (or an argument): pasting anything else is mostly an error, which another test covers.
      else if (form === 'paste')
        parts.push(`${c.pick(['k', 'A', 'F', parameter])}${c.pick(['##', ' ## '])}${c.pick(['1', 'B', 'q', parameter])}`);
      else if (form === 'use') parts.push(this.use(1, parameters));
      else if (form === 'name' && this.known.length > 0) parts.push(c.pick(this.known).name);
      else if (form === 'rest' && variadic)
        parts.push(c.pick([', ## __VA_ARGS__', '__VA_OPT__(, [) __VA_ARGS__', '__VA_OPT__()', 'd __VA_OPT__(__VA_ARGS__ ;)']));
      else parts.push(this.token());
    }
    return parts.join(c.pick([' ', ' ', '', '  ']).padStart(1));
  }

  private token(): string {
    return this.c.pick([
      '1',
      '0x1f',
      'w',
      '+',
      '-',
      ';',
      '.',
      '"s\\n"',
      "'c'",
      '{',
      '}',
      '1.e+3',
      '->',
      '<<=',
      '%',
      '@',
      '[',
      ']',
      '...',
      '"a b"',
      'x',
    ]);
  }

  /** A use of a macro: complete, or (rarely, and only in text) with its parenthesis somewhere later. */
  private use(depth: number, parameters: readonly string[] = []): string {
    const c = this.c;
    if (this.known.length === 0) return this.token();
    const macro = c.pick(this.known);
    if (macro.parameters === undefined) return macro.name;
    if (c.chance(12)) return macro.name;
    const args: string[] = [];
    const count = macro.variadic ? Math.max(0, macro.parameters - 1) + c.below(3) : macro.parameters;
    for (let i = 0; i < count; i++) args.push(this.argument(depth, parameters));
    return `${macro.name}${c.pick(['', '', ' ', '\t'])}(${args.join(c.pick([',', ', ', ' , ']))})`;
  }

  private argument(depth: number, parameters: readonly string[]): string {
    const c = this.c;
    const parts: string[] = [];
    for (let i = c.below(4); i > 0; i--) {
      if (depth > 0 && c.chance(this.wild ? 35 : 20)) parts.push(this.use(depth - 1, parameters));
      else if (parameters.length > 0 && c.chance(40)) parts.push(c.pick(parameters));
      else if (!this.wild) parts.push(c.pick(['w', 'B', 'x y', 'A', 'z  1', 'q9']));
      else parts.push(c.pick(['1', 'w', 'B', '(a, b)', '"q, r"', "','", '+', 'x y', '  z  ', '-1', 'A', '"\\\\"']));
    }
    return parts.join(' ');
  }

  private tokens(count: number, top: boolean): string {
    const c = this.c;
    const parts: string[] = [];
    for (let i = 0; i < count; i++) {
      const part = c.chance(65) ? this.use(2) : this.token();
      parts.push(part);
      if (top && c.chance(5)) parts.push('\n');
      if (top && c.chance(3)) parts.push(c.pick(['__LINE__', '__COUNTER__', 'defined', '__VA_ARG', '(1)', '( 2, 3 )']));
    }
    return parts.join(' ');
  }

  private conditional(): string {
    const c = this.c;
    if (this.nesting > 2) return this.tokens(2, false);
    this.nesting++;
    const known = this.known.length > 0 ? c.pick(this.known).name : 'A';
    const conditions = [
      `#ifdef ${known}`,
      `#ifndef ${known}`,
      `#if defined(${known}) && !defined NOTHING`,
      '#if 0',
      '#if -1 > 0u',
      '#if (2 + 3 * 4 == 14) ? 1 : 0',
      "#if 'a' == 97 && '\\n' == 10 || 0",
      '#if 0x10 == 020 && 0b11 == 3 && 10ull / 3 == 3',
      '#if ~0 == -1 && (1 << 3 | 1) == 9',
      '#if UNKNOWN + 1 == 1',
      '#if 1 ? 2 : (1 / 0)',
      '#if 0 && (1 / 0)',
      '#if 0xffffffffffffffff == -1',
      '#if (-7) / 2 == -3 && (-7) % 2 == -1 && -8 >> 1 == -4',
    ];
    let text = `${c.pick(['', ' ', '\t'])}${c.pick(conditions).replace('#', c.pick(['#', '# ']))}\n${this.lines(c.below(3))}`;
    // What stands in a branch that is not taken defines nothing: forget nothing, uses of unknown names are plain text.
    for (let i = c.below(3); i > 0; i--)
      text += `${c
        .pick(conditions)
        .replace(/^#ifn?def (\w+)/, '#if defined $1')
        .replace('#if', '#elif')}\n${this.lines(c.below(2))}`;
    if (c.chance(50)) text += `#else\n${this.lines(c.below(3))}`;
    this.nesting--;
    return `${text}#endif`;
  }
}
