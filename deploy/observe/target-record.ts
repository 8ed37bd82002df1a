import type { RecordedCell, TargetRecord } from './target-state.ts';

/** The record as it lies on the target. */
export function recordText(record: TargetRecord): string {
  return `${JSON.stringify({ version: 1, ...record })}\n`;
}

/** Undefined for what is no record of this version: it then counts as if nothing was written down. */
export function readRecord(text: string): TargetRecord | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(json) || json.version !== 1) return undefined;
  const { system, bootId, root, cells } = json;
  if (typeof system !== 'string' || typeof bootId !== 'string' || !isObject(root) || !Array.isArray(cells)) return undefined;
  if (typeof root.inode !== 'string' || typeof root.config !== 'string' || !cells.every(isRecordedCell)) return undefined;
  return {
    system,
    bootId,
    root: { inode: root.inode, config: root.config },
    cells: cells.map(({ name, inode, config, guest }) => ({ name, inode, config, guest })),
  };
}

function isRecordedCell(value: unknown): value is RecordedCell {
  if (!isObject(value)) return false;
  const { name, inode, config, guest } = value;
  return (
    typeof name === 'string' &&
    typeof inode === 'string' &&
    typeof config === 'string' &&
    (guest === undefined || typeof guest === 'string')
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
