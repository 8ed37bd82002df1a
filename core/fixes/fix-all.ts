import { weightOf } from '../rules/folding.ts';
import type { Finding } from '../source/finding.ts';
import { applyEdits, type ChosenFix, chooseFixes } from './apply.ts';

/** What fixing needs of the engine: answers on the texts that were laid over the files. */
export interface FixTarget {
  text(path: string): string | undefined;
  open(path: string, text: string): void;
  /** The config and those that it belongs together with: what an edit of it may change. */
  findings(path: string): { readonly own: readonly Finding[]; readonly all: readonly Finding[]; readonly readable: boolean };
}

/** A fix that was made, with the line where the finding stood then, from 1. */
export interface MadeFix {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
  readonly title: string;
}

export interface FixedFiles {
  readonly made: readonly MadeFix[];
  /** New texts by path; a file whose text is the old one in the end is left out. */
  readonly texts: ReadonlyMap<string, string>;
}

/** After so many rounds what still has fixes is left as it is. */
export const maxFixRounds = 10;

/**
 * Makes all safe fixes of the given configs: in each round those that do not touch each other, then everything is checked again.
 * A fix that brings an error or warning which was not there is taken back. The texts end up open in the target.
 */
export function fixAll(paths: readonly string[], target: FixTarget): FixedFiles {
  const originals = new Map<string, string>();
  const made: MadeFix[] = [];
  const refused = new Set<string>();
  for (let round = 0; round < maxFixRounds; round++) {
    let changed = false;
    for (const path of paths) {
      const text = target.text(path);
      if (text === undefined) continue;
      const before = target.findings(path);
      const offered = before.own.filter((finding) => finding.span.file === path);
      const chosen = chooseFixes(path, offered).filter((one) => !refused.has(keyOf(path, text, one)));
      if (chosen.length === 0) continue;
      const kept = keepHarmless(path, text, chosen, before, target);
      for (const one of chosen) if (!kept.includes(one)) refused.add(keyOf(path, text, one));
      if (kept.length === 0) continue;
      if (!originals.has(path)) originals.set(path, text);
      changed = true;
      for (const { finding, fix } of kept)
        made.push({ path, line: lineOf(text, finding.span.start), rule: finding.rule, message: finding.message, title: fix.title });
    }
    if (!changed) break;
  }
  const texts = new Map<string, string>();
  for (const [path, original] of originals) {
    const now = target.text(path);
    if (now !== undefined && now !== original) texts.set(path, now);
  }
  return { made, texts };
}

/** Makes all of the fixes, or, where together they do harm, one by one those that do none. The text of what is kept stays open. */
function keepHarmless(
  path: string,
  text: string,
  chosen: readonly ChosenFix[],
  before: ReturnType<FixTarget['findings']>,
  target: FixTarget,
): readonly ChosenFix[] {
  const tryAll = (fixes: readonly ChosenFix[]): boolean => {
    target.open(
      path,
      applyEdits(
        text,
        fixes.flatMap(({ fix }) => fix.edits),
      ),
    );
    const after = target.findings(path);
    return after.readable && !isWorse(before.all, after.all);
  };
  if (tryAll(chosen)) return chosen;
  const kept: ChosenFix[] = [];
  if (chosen.length > 1) for (const one of chosen) if (tryAll([...kept, one])) kept.push(one);
  target.open(
    path,
    applyEdits(
      text,
      kept.flatMap(({ fix }) => fix.edits),
    ),
  );
  return kept;
}

/** More errors or warnings of some rule than before. */
function isWorse(before: readonly Finding[], after: readonly Finding[]): boolean {
  const counts = new Map<string, number>();
  const isGrave = ({ severity }: Finding): boolean => severity === 'error' || severity === 'warning';
  for (const finding of before.filter(isGrave)) counts.set(finding.rule, (counts.get(finding.rule) ?? 0) + weightOf(finding));
  for (const finding of after.filter(isGrave)) counts.set(finding.rule, (counts.get(finding.rule) ?? 0) - weightOf(finding));
  return [...counts.values()].some((left) => left < 0);
}

function keyOf(path: string, text: string, { finding, fix }: ChosenFix): string {
  return `${path}\n${finding.rule}\n${fix.title}\n${text.slice(finding.span.start, finding.span.end)}`;
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
