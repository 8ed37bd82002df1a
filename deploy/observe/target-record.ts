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
  const { inode, config, commands } = root;
  if (typeof inode !== 'string' || typeof config !== 'string' || !isCommands(commands) || !cells.every(isRecordedCell)) return undefined;
  return { system, bootId, root: { inode, config, commands }, cells: cells.map((cell) => ({ ...cell, guest: cell.guest })) };
}

function isRecordedCell(value: unknown): value is RecordedCell {
  if (!isObject(value)) return false;
  const { name, inode, config, guest, commands } = value;
  if (typeof name !== 'string' || typeof inode !== 'string' || typeof config !== 'string' || !isCommands(commands)) return false;
  return guest === undefined || typeof guest === 'string';
}

function isCommands(value: unknown): value is readonly (readonly string[])[] {
  return Array.isArray(value) && value.every((command) => Array.isArray(command) && command.every((word) => typeof word === 'string'));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
