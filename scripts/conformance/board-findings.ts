import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { Finding } from '@jailhouse-cells/core/source/finding.ts';
import { LineIndex } from '@jailhouse-cells/core/source/span.ts';
import { defaultSettings } from '@jailhouse-cells/core/workspace/settings.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';
import { boardBlob } from './board-blobs.ts';
import { type BoardPair, boardPairs, writeBoard } from './board-pairs.ts';
import { bindingsFolder } from './guest-trees.ts';
import { mapFaults } from './memory-maps.ts';
import type { ReviewedFinding } from './reviewed-findings.ts';

/** One row of board-findings.tsv: an error or warning on an upstream system on its board, and why it is right. */
export interface BoardFinding {
  /** The system config, relative to upstream's tree. */
  readonly system: string;
  readonly blob: string;
  /** The file that the finding marks: relative to upstream's tree, or the name of a file of the board. */
  readonly path: string;
  /** Counts from 1; 0 in a blob and in the files that are made here. */
  readonly line: number;
  readonly rule: string;
  readonly severity: string;
  readonly reason: string;
}

export function reviewedBoardFindings(): readonly BoardFinding[] {
  const text = readFileSync(new URL('./board-findings.tsv', import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((row) => {
      const [system = '', blob = '', path = '', line = '', rule = '', severity = '', reason = ''] = row.split('\t');
      return { system, blob, path, line: Number(line), rule, severity, reason };
    });
}

export interface BoardsReview {
  /** Systems with their boards. */
  readonly systems: number;
  /** Cells, each one alone on its system. */
  readonly cells: number;
  readonly counts: Readonly<Record<Finding['severity'], number>>;
  /** Findings that nobody reviewed, and rows that are not found any more. */
  readonly misses: readonly string[];
}

/**
 * Checks every upstream system on its board, with one cell at a time, and compares errors and warnings with the list. What the configs say without a
 * board (`known`) is reviewed elsewhere.
 */
export function compareOnBoards(
  tree: string,
  configs: readonly string[],
  scratch: string,
  known: readonly ReviewedFinding[],
  reviewed: readonly BoardFinding[],
  pairs: readonly BoardPair[] = boardPairs(),
): BoardsReview {
  const counts = { error: 0, warning: 0, information: 0, hint: 0 };
  const misses: string[] = [];
  const elsewhere = new Set(known.map((row) => [row.path, row.line, row.rule, row.severity].join('\t')));
  const open = [...reviewed];
  const membership = new Workspace(nodeFileSystem);
  let systems = 0;
  let cells = 0;
  for (const pair of pairs) {
    const blob = blobOf(pair, misses);
    if (blob === null) continue;
    const root = join(tree, pair.system);
    const members = configs.filter((path) => path !== root && membership.check(path).system?.rootCell === root);
    systems++;
    cells += members.length;
    const folder = join(scratch, basename(pair.system, '.c'));
    for (const found of findingsOn(pair, blob, root, members, membership, folder, misses)) {
      const place = placeOf(tree, found);
      if (elsewhere.has([place.path, place.line, found.rule, found.severity].join('\t'))) continue;
      counts[found.severity]++;
      if (found.severity !== 'error' && found.severity !== 'warning') continue;
      const at = open.findIndex(
        (row) =>
          row.system === pair.system &&
          row.blob === pair.blob &&
          row.path === place.path &&
          row.line === place.line &&
          row.rule === found.rule &&
          row.severity === found.severity,
      );
      if (at >= 0) open.splice(at, 1);
      else
        misses.push(
          `not reviewed: ${pair.system} on ${pair.blob}: ${place.path}:${place.line} ${found.severity} ${found.rule}: ${found.message}`,
        );
    }
  }
  for (const row of open)
    misses.push(`not found any more: ${row.system} on ${row.blob}: ${row.path}:${row.line} ${row.severity} ${row.rule}`);
  return { systems, cells, counts, misses };
}

/** The findings of all members, each one once. What is wrong with the memory maps goes to `misses`. */
function findingsOn(
  pair: BoardPair,
  blob: string | undefined,
  root: string,
  members: readonly string[],
  membership: Workspace,
  folder: string,
  misses: string[],
): readonly Finding[] {
  mkdirSync(folder, { recursive: true });
  const board = writeBoard(folder, pair, blob);
  const project = join(folder, 'jailhouse.json');
  const workspace = new Workspace(nodeFileSystem, { ...defaultSettings, includePaths: includePaths() });
  const found = new Map<string, Finding>();
  for (const cell of members.length === 0 ? [undefined] : members) {
    const guest = cell === undefined ? undefined : membership.guest(cell)?.path;
    const cells = cell === undefined ? [] : [{ config: cell, ...(guest !== undefined && { linux: { deviceTree: guest } }) }];
    writeFileSync(project, JSON.stringify({ systems: { board: { rootCell: root, cells, board } } }));
    workspace.adopt(project);
    workspace.invalidate([project]);
    for (const path of [project, root, ...(cell === undefined ? [] : [cell]), ...(guest === undefined ? [] : [guest])])
      for (const finding of workspace.check(path).findings) {
        const { file, start, end } = finding.span;
        found.set([file, start, end, finding.rule, finding.severity].join('\t'), finding);
      }
    for (const fault of mapFaults(root, workspace)) misses.push(`map of ${pair.system} on ${pair.blob}: ${fault}`);
  }
  return [...found.values()];
}

/** The path of the blob, undefined for a built-in board, null where it is not to be had. What keeps a whole package away is told once. */
function blobOf({ blob }: BoardPair, misses: string[]): string | undefined | null {
  if (blob.startsWith('model ')) return undefined;
  const [architecture = '', ...rest] = blob.split('/');
  const none = (miss: string): null => {
    if (!misses.includes(miss)) misses.push(miss);
    return null;
  };
  if (architecture !== 'arm64' && architecture !== 'armhf') return none(`${blob}: neither arm64 nor armhf`);
  try {
    return boardBlob(architecture, rest.join('/')) ?? none(`${blob}: not in Debian's kernel package`);
  } catch (error) {
    return none(
      `no ${architecture} kernel package (Debian, and root for the first fetch): ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** The kernel's headers for device trees, where they are to be had; compareGuestTrees tells where they are not. */
function includePaths(): readonly string[] {
  try {
    return [join(bindingsFolder(), 'include')];
  } catch {
    return [];
  }
}

function placeOf(tree: string, { span }: Finding): { readonly path: string; readonly line: number } {
  const path = relative(tree, span.file);
  if (path.startsWith('..')) return { path: basename(span.file), line: 0 };
  return { path, line: new LineIndex(readFileSync(span.file, 'utf8')).positionAt(span.start).line + 1 };
}
