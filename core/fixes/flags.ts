import { memoryFlags } from '../config/memory-flags.ts';
import type { Config, Field, MemoryRegion } from '../config/model.ts';
import type { Fix } from '../source/finding.ts';
import type { Token } from '../source/token.ts';
import { isNumberLiteral, numberLike } from './number-style.ts';
import { type Edits, edit, fix, indentationAt, lineBreakOf, sourceOf, textAt, tokensIn } from './source-text.ts';
import { type Holder, writeValue } from './values.ts';

export type MemoryFlag = keyof typeof memoryFlags;

/** Upstream's width of a line. */
const lineWidth = 80;

/** `Add JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE`. */
export function addMemoryFlags(config: Config, region: MemoryRegion, ...flags: readonly MemoryFlag[]): readonly Fix[] {
  const names = flags.map((flag) => `JAILHOUSE_MEM_${flag}`);
  return fix(`Add ${names.join(' | ')}`, addNames(config, region, region.flags, names));
}

/** `Remove JAILHOUSE_MEM_IO_32`: by name, or by bit where the flags are one number. */
export function removeMemoryFlags(config: Config, region: MemoryRegion, ...flags: readonly MemoryFlag[]): readonly Fix[] {
  const names = flags.map((flag) => `JAILHOUSE_MEM_${flag}`);
  const bits = flags.reduce((all, flag) => all | memoryFlags[flag], 0n);
  return fix(`Remove ${names.join(' | ')}`, removeNames(config, region.flags, names, bits));
}

/** Adds names to a field of or-ed flags: `| NAME` behind the expression, whatever that is. */
export function addNames(config: Config, holder: Holder | undefined, field: Field<bigint | number>, names: readonly string[]): Edits {
  const source = sourceOf(config);
  if (source === undefined) return undefined;
  const joined = names.join(' | ');
  if (field.text === undefined) return writeValue(config, holder, field, joined);
  const tokens = tokensIn(config, field.text);
  if (tokens === undefined) return undefined;
  const { start, end } = field.text;
  // A typed 0 says nothing: the names take its place.
  if (field.value === 0n || field.value === 0) {
    const only = textAt(config, field.text) ?? '';
    if (isNumberLiteral(only)) return [edit(config, start, end, joined)];
  }
  if (bindsLooserThanOr(tokens)) return [edit(config, start, start, '('), edit(config, end, end, `) | ${joined}`)];
  const lastLine = source.slice(source.lastIndexOf('\n', end - 1) + 1, end);
  const width = [...lastLine].reduce((sum, char) => (char === '\t' ? sum + 8 - (sum % 8) : sum + 1), 0);
  const broken = width + joined.length + 4 > lineWidth && isBroken(tokens);
  return [edit(config, end, end, broken ? ` |${lineBreakOf(source)}${indentationAt(source, end)}${joined}` : ` | ${joined}`)];
}

/** True where the expression runs over several lines already: then one more line is in style. */
function isBroken(tokens: readonly Token[]): boolean {
  return tokens.slice(1).some((token) => (token.flags & 2) !== 0);
}

/** Operators that bind looser than `|`: ?: && || and the comma. */
function bindsLooserThanOr(tokens: readonly Token[]): boolean {
  let depth = 0;
  for (const { text } of tokens) {
    if (text === '(' || text === '[') depth++;
    else if (text === ')' || text === ']') depth--;
    else if (depth === 0 && (text === '?' || text === '&&' || text === '||' || text === ',')) return true;
  }
  return false;
}

/** Takes operands out of a chain of `A | B | C`; a chain that loses all of them becomes 0. */
export function removeNames(config: Config, field: Field<bigint | number>, names: readonly string[], bits: bigint): Edits {
  const typed = textAt(config, field.text);
  const tokens = tokensIn(config, field.text);
  if (typed === undefined || tokens === undefined || field.text === undefined) return undefined;
  if (isNumberLiteral(typed)) return [edit(config, field.text.start, field.text.end, numberLike(typed, BigInt(field.value) & ~bits))];
  if (bindsLooserThanOr(tokens)) return undefined;
  const operands: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '(') depth++;
    else if (token.text === ')') depth--;
    if (token.text === '|' && depth === 0) operands.push([]);
    else operands.at(-1)?.push(token);
  }
  const isNamed = (operand: readonly Token[]): boolean => operand.length === 1 && names.includes(operand[0]?.text ?? '');
  const found = new Set(operands.filter(isNamed).map((operand) => operand[0]?.text));
  if (names.some((name) => !found.has(name))) return undefined;
  const kept = operands.filter((operand) => !isNamed(operand));
  if (kept.length === 0) return [edit(config, field.text.start, field.text.end, '0')];
  const edits = [];
  for (const [at, operand] of operands.entries()) {
    if (!isNamed(operand)) continue;
    const own = operand[0] as Token;
    const before = operands
      .slice(0, at)
      .findLast((other) => !isNamed(other))
      ?.at(-1);
    const next = operands[at + 1]?.[0];
    // With the operator before it; a leading one with the operator behind it.
    const previous = operands[at - 1]?.at(-1);
    if (before !== undefined && previous !== undefined) edits.push(edit(config, previous.end, own.end, ''));
    else if (next !== undefined) edits.push(edit(config, own.start, next.start, ''));
  }
  return edits;
}
