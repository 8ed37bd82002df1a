import { type Comment, commentsOf, hashCommentsOf } from '../source/comments.ts';
import type { Finding, Fix, Severity } from '../source/finding.ts';
import type { LineIndex, Span } from '../source/span.ts';
import { suppressionDiagnostics } from './suppression-catalogue.ts';

/** One rule that a comment suppresses on one line. */
interface Suppression {
  readonly rule: string;
  /** The rule's id in the comment. */
  readonly span: Span;
  readonly reason: string;
  /** Line that it is about, from 0. */
  readonly line: number;
  /** The whole comment, with its line where it has one to itself. */
  readonly removal: Span;
  /** The comment names other rules too. */
  readonly shared: boolean;
}

export const suppressionMark = 'jailhouse-cells:';
const shape = /^[\s*]*jailhouse-cells:[ \t]*ignore(?![\w-])[ \t]*([\s\S]*)$/;

/** What the engine around knows of rules. */
export interface SuppressionContext {
  isKnown(rule: string): boolean;
  /** False where a rule could not speak up at all: turned off, or its system config unknown. */
  couldReport(rule: string): boolean;
  /** The text of a file that findings lie in. */
  textOf(path: string): LineIndex | undefined;
  readonly severity: Readonly<Record<string, Severity | 'off'>>;
}

/**
 * Takes out the findings that a comment suppresses, in whatever file they lie, and reports the comments of `path` itself that
 * suppress nothing, give no reason or name no rule.
 */
export function applySuppressions(path: string, findings: readonly Finding[], context: SuppressionContext): readonly Finding[] {
  const byFile = new Map<string, readonly Suppression[]>();
  const suppressionsIn = (file: string): readonly Suppression[] => {
    let known = byFile.get(file);
    if (known === undefined) {
      known = readSuppressions(file, context.textOf(file));
      byFile.set(file, known);
    }
    return known;
  };
  const used = new Set<Suppression>();
  const kept = findings.filter((finding) => {
    const { file, start } = finding.span;
    const there = suppressionsIn(file);
    if (there.length === 0) return true;
    const line = context.textOf(file)?.positionAt(start).line;
    const hit = there.filter((one) => one.rule === finding.rule && one.line === line && one.reason !== '');
    for (const one of hit) used.add(one);
    return hit.length === 0;
  });
  const own = suppressionsIn(path);
  return [...kept, ...own.flatMap((one) => judge(one, used.has(one), context))];
}

function judge(one: Suppression, used: boolean, context: SuppressionContext): readonly Finding[] {
  if (!context.isKnown(one.rule))
    return told(
      'suppression-unknown-rule',
      `There is no rule "${one.rule}", so this comment hides nothing. "jailhouse-cells explain" lists the rules.`,
      one,
      context,
    );
  if (one.reason === '')
    return told(
      'suppression-without-reason',
      `The suppression of ${one.rule} gives no reason, so it does not count. Write it behind the rule: "jailhouse-cells: ignore ${one.rule} - reason".`,
      one,
      context,
    );
  if (used || !context.couldReport(one.rule)) return [];
  const fixes = one.shared ? [] : [{ title: 'Remove the suppression', edits: [{ span: one.removal, newText: '' }] }];
  return told(
    'suppression-unused',
    `${one.rule} reports nothing on line ${one.line + 1}: this comment hides nothing today, and may hide a mistake tomorrow. Remove it.`,
    one,
    context,
    fixes,
  );
}

function told(
  rule: string,
  message: string,
  { span }: Suppression,
  context: SuppressionContext,
  fixes: readonly Fix[] = [],
): readonly Finding[] {
  const level = context.severity[rule] ?? suppressionDiagnostics.find(({ id }) => id === rule)?.severity ?? 'warning';
  return level === 'off' ? [] : [{ rule, severity: level, message, span, related: [], fixes }];
}

function readSuppressions(path: string, lines: LineIndex | undefined): readonly Suppression[] {
  if (lines === undefined || !lines.text.includes(suppressionMark)) return [];
  const { text } = lines;
  const comments = path.endsWith('.txt') ? hashCommentsOf(text) : commentsOf(text);
  const found: Suppression[] = [];
  for (const [at, comment] of comments.entries()) {
    const match = shape.exec(comment.text);
    if (match === null) continue;
    const rest = match[1] as string;
    const restStart = comment.textStart + comment.text.length - rest.length;
    // Ids hold hyphens themselves: what parts them from the reason has white space around it.
    const dash = /(?:^|\s)(?:-{1,2}|\u2013|\u2014)(?:\s|$)/.exec(rest);
    const names = dash === null ? rest : rest.slice(0, dash.index);
    const reason =
      dash === null
        ? ''
        : rest
            .slice(dash.index + dash[0].length)
            .replaceAll(/[\s*]+/g, ' ')
            .trim();
    const ids = [...names.matchAll(/[^\s,]+/g)];
    const line = targetLine(lines, comments, at);
    const removal = removalOf(path, lines, comment.start, comment.end);
    for (const id of ids) {
      const start = restStart + id.index;
      found.push({ rule: id[0], span: { file: path, start, end: start + id[0].length }, reason, line, removal, shared: ids.length > 1 });
    }
  }
  return found;
}

/** The comment's own line; for one that has its lines to itself, the next line that is not a comment's alone. */
function targetLine(lines: LineIndex, comments: readonly Comment[], at: number): number {
  const { text } = lines;
  let behind = comments[at]?.end ?? 0;
  const first = lines.positionAt(comments[at]?.start ?? 0).line;
  if (!standsAlone(text, comments[at]?.start ?? 0, behind)) return first;
  for (let next = at + 1; ; next++) {
    const line = lines.positionAt(behind).line + 1;
    const comment = comments[next];
    if (comment === undefined || lines.positionAt(comment.start).line !== line || !standsAlone(text, comment.start, comment.end))
      return line;
    behind = comment.end;
  }
}

function standsAlone(text: string, start: number, end: number): boolean {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = text.indexOf('\n', end);
  return text.slice(lineStart, start).trim() === '' && text.slice(end, lineEnd < 0 ? undefined : lineEnd).trim() === '';
}

function removalOf(file: string, { text }: LineIndex, start: number, end: number): Span {
  if (standsAlone(text, start, end)) {
    const lineEnd = text.indexOf('\n', end);
    return { file, start: text.lastIndexOf('\n', start - 1) + 1, end: lineEnd < 0 ? text.length : lineEnd + 1 };
  }
  let from = start;
  while (text[from - 1] === ' ' || text[from - 1] === '\t') from--;
  return { file, start: from, end };
}

/**
 * The edit that suppresses a finding: a comment on a line of its own above it, without its reason, which only the author knows.
 * Undefined where no comment can stand: in a binary, and within a directive that runs over several lines.
 */
export function suppressionFix(finding: Finding, lines: LineIndex | undefined): Fix | undefined {
  if (lines === undefined || finding.rule.startsWith('suppression-')) return undefined;
  const { file } = finding.span;
  // cmdline.txt takes no comment at all.
  if (/cmdline[^/]*\.txt$/.test(file)) return undefined;
  const mark = file.endsWith('.txt') ? '#' : '//';
  const { line } = lines.positionAt(finding.span.start);
  if (line > 0 && /\\[ \t]*$/.test(lines.lineText(line - 1))) return undefined;
  const start = lines.offsetAt({ line, character: 0 });
  const indentation = /^[ \t]*/.exec(lines.lineText(line))?.[0] ?? '';
  const lineBreak = lines.text.includes('\r\n') ? '\r\n' : '\n';
  return {
    title: `Suppress ${finding.rule} on this line (say why)`,
    needsChoice: true,
    edits: [
      {
        span: { file, start, end: start },
        newText: `${indentation}${mark} ${suppressionMark} ignore ${finding.rule} - ${lineBreak}`,
      },
    ],
  };
}
