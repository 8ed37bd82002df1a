import type { Choices } from './choices.ts';

/** What an expression may mention. */
export interface ExpressionScope {
  /** Members of the object `config`, for `sizeof(config.x)`. */
  readonly members: readonly string[];
  /** Those that are arrays, for `ARRAY_SIZE(config.x)`. */
  readonly arrays: readonly string[];
  /** Type names for casts and `sizeof`. */
  readonly types: readonly string[];
  /** Enumerators and object-like macros. */
  readonly names: readonly string[];
  /** Function-like macros that take one or two expressions. */
  readonly calls: readonly { readonly name: string; readonly parameters: number }[];
}

export const castTypes = [
  '__u8',
  '__u16',
  '__u32',
  '__u64',
  '__s8',
  '__s16',
  '__s32',
  '__s64',
  'unsigned',
  'int',
  'long',
  'unsigned long',
  'char',
  'short',
  'unsigned long long',
];

const edges = [
  0n,
  1n,
  2n,
  0xffn,
  0x1000n,
  0x7fn,
  0x80n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x100000000n,
  0xfe215040n,
  0x7fffffffffffffffn,
  0x8000000000000000n,
  0xffffffffffffffffn,
];

/** A random integer constant expression: constant for gcc, never a division by zero, never a shift by 32 or more. */
export function expression(c: Choices, scope: ExpressionScope, depth: number): string {
  if (depth <= 0) return atom(c, scope);
  const sub = (): string => operand(c, scope, depth - 1);
  switch (c.below(12)) {
    case 0:
    case 1:
      return atom(c, scope);
    case 2:
    case 3:
      return `${sub()} ${c.pick(['|', '+', '-', '*', '&', '^'])} ${sub()}`;
    case 4:
      return `${sub()} << ${c.below(32)}`;
    case 5:
      return `${sub()} >> ${c.below(32)}`;
    case 6:
      return `${sub()} ${c.pick(['/', '%'])} ${c.pick(['2', '3', '0x1000', '7u', '10ull', 'sizeof(__u32)'])}`;
    case 7:
      return `${c.pick(['-', '~', '!', '+', '!!'])}${group(expression(c, scope, depth - 1), c)}`;
    case 8:
      return `${sub()} ${c.pick(['==', '!=', '<', '>', '<=', '>=', '&&', '||'])} ${sub()}`;
    case 9:
      return `${sub()} ? ${sub()} : ${sub()}`;
    case 10:
      return `(${c.pick(castTypes)})${group(expression(c, scope, depth - 1), c)}`;
    default:
      return expression(c, scope, depth - 1);
  }
}

/** Mostly in parentheses; sometimes bare, so that precedence decides. A shift count must not swallow what follows. */
function operand(c: Choices, scope: ExpressionScope, depth: number): string {
  const text = expression(c, scope, depth);
  return /^[\w.]+$/.test(text) || (c.chance(25) && !/<<|>>|[/%]/.test(text)) ? text : `(${text})`;
}

function group(text: string, c: Choices): string {
  return /^[\w.]+$/.test(text) && !c.chance(20) ? text : `(${text})`;
}

function atom(c: Choices, scope: ExpressionScope): string {
  const form = c.weighted([
    [60, 'literal'],
    [8, 'name'],
    [8, 'call'],
    [8, 'sizeof'],
    [6, 'array-size'],
    [6, 'character'],
    [4, 'size-type'],
  ]);
  if (form === 'name' && scope.names.length > 0) return c.pick(scope.names);
  if (form === 'call' && scope.calls.length > 0) {
    const call = c.pick(scope.calls);
    const args = Array.from({ length: call.parameters }, () => expression(c, { ...scope, calls: [] }, 1));
    // The macro may use its parameters bare: whatever comes out, the shift counts in it are small literals.
    return `${call.name}(${args.map((arg) => (/<<|>>|[/%?]/.test(arg) ? `(${arg})` : arg)).join(', ')})`;
  }
  if (form === 'sizeof' && scope.members.length > 0) {
    const member = c.pick(scope.members);
    return c.chance(20) ? `sizeof config.${member}` : `sizeof(config.${member})`;
  }
  if (form === 'array-size' && scope.arrays.length > 0) {
    const array = c.pick(scope.arrays);
    return c.chance(30) ? `(sizeof(config.${array}) / sizeof(config.${array}[0]))` : `(ARRAY_SIZE(config.${array}))`;
  }
  if (form === 'character') return c.pick(["'a'", "'\\n'", "'\\0'", "'\\x41'", "'\\101'", "'\\''", "'\\\\'", "'\\377'", "'\"'"]);
  if (form === 'size-type') {
    if (c.chance(15)) return `sizeof(${literal(c)})`;
    if (c.chance(15)) return '__builtin_offsetof(struct jailhouse_memory, flags)';
    return `sizeof(${c.pick(scope.types)})`;
  }
  return literal(c);
}

/** A literal in any base, with any suffix that its value allows. */
export function literal(c: Choices): string {
  const value = c.chance(30) ? c.pick(edges) : BigInt(c.below(2 ** c.pick([4, 8, 16, 20, 31])));
  const digits = c.weighted([
    [40, `0x${value.toString(16)}`],
    [35, value > 0x7fffffffffffffffn ? `0x${value.toString(16)}` : value.toString()],
    [8, `0x${value.toString(16).toUpperCase()}`],
    [8, `0b${value.toString(2)}`],
    [6, `0${value.toString(8)}`],
    [3, `0X${value.toString(16)}`],
  ]);
  return (
    digits +
    c.weighted([
      [80, ''],
      [4, 'U'],
      [4, 'UL'],
      [4, 'ULL'],
      [2, 'u'],
      [2, 'L'],
      [2, 'll'],
      [2, 'lu'],
    ])
  );
}
