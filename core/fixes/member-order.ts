import type { Config } from '../config/model.ts';
import type { Fix } from '../source/finding.ts';
import { bracesAt, endOfLine } from './braces.ts';
import { edit, fix, lineStartBefore, sourceOf, tokensIn } from './source-text.ts';

interface Declaration {
  readonly start: number;
  readonly end: number;
  readonly rank: number;
}

/**
 * Puts the members of the outer struct in the hypervisor's order. Each has to be a declaration of its own, and the object's
 * initialiser has to name them.
 */
export function reorderMembers(config: Config): readonly Fix[] {
  const source = sourceOf(config);
  const shape = config.shape;
  const head = shape?.members[0];
  if (source === undefined || shape === undefined || head === undefined) return [];
  if (shape.structEnd.file !== config.path || head.span.file !== config.path) return [];
  const items = bracesAt(config, config.span)?.items;
  if (items === undefined || items.some((item) => item.name === undefined)) return [];
  const open = source.lastIndexOf('{', head.span.start);
  const tokens = tokensIn(config, { file: config.path, start: open + 1, end: shape.structEnd.end - 1 });
  if (open < 0 || tokens === undefined || tokens.some(({ text }) => text === '{' || text === '}')) return [];
  const declarations: Declaration[] = [];
  let start: number | undefined;
  for (const token of tokens) {
    start ??= token.start;
    if (token.text !== ';') continue;
    const from = start;
    const members = shape.members.filter(({ span }) => from <= span.start && span.end <= token.end);
    const [member] = members;
    // Several names in one declaration, or a member that is no array of the hypervisor's.
    if (member === undefined || members.length > 1 || (member !== head && member.kind === undefined)) return [];
    const rank = member === head ? -1 : config.arrays.findIndex((array) => array.kind === member.kind);
    declarations.push({ start: from, end: token.end, rank });
    start = undefined;
  }
  const sorted = [...declarations].sort((a, b) => a.rank - b.rank);
  if (declarations.length !== shape.members.length || sorted.every((one, at) => one === declarations[at])) return [];
  // Where each stands on a line of its own, comments behind it move along.
  const alone = declarations.every(({ start, end }, at) => {
    const next = declarations[at + 1];
    return lineStartBefore(source, start) !== undefined && (next === undefined || next.start > endOfLine(source, end));
  });
  const textOf = ({ start, end }: Declaration): string => source.slice(start, alone ? endOfLine(source, end) : end);
  const edits = declarations.flatMap((one, at) => {
    const wanted = sorted[at] as Declaration;
    return wanted === one ? [] : [edit(config, one.start, one.start + textOf(one).length, textOf(wanted))];
  });
  return fix('Declare the members in the order of the hypervisor', edits);
}
