import { createHash } from 'node:crypto';

/**
 * A name for the target's disk made of any text: letters, digits, `.`, `_`, `-`, no dot or dash in front, at most 100 bytes. Names that had to be
 * changed get a few digits of their digest, so that two of them stay two.
 */
export function safeFileName(text: string): string {
  const safe = text.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^[.-]+/, '_');
  if (safe === text && text.length <= 100 && text !== '') return text;
  const dot = safe.lastIndexOf('.');
  const ending = dot > 0 && safe.length - dot <= 6 ? safe.slice(dot) : '';
  const stem = (ending === '' ? safe : safe.slice(0, dot)).slice(0, 60) || 'file';
  return `${stem}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}${ending}`;
}
