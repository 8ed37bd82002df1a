import { LogReader, type ReadLog } from '@jailhouse-cells/core/explain/log-reader.ts';
import type { Io } from '../io.ts';
import { absolutePath } from '../paths.ts';

/** Bytes read of one log: more than any board prints, and an end for /dev/zero. */
const maxBytes = 256 * 1024 * 1024;
/** Decoded at a time. */
const chunkSize = 1 << 20;

export type LogResult =
  | { readonly kind: 'read'; readonly log: ReadLog; readonly truncated: boolean }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'cancelled' };

/** Reads a log of any size; `-` is standard input. */
export async function readLog(name: string, io: Io): Promise<LogResult> {
  const reader = new LogReader();
  // A log holds serial noise: what is no UTF-8 becomes a replacement character, which the reader drops.
  const decoder = new TextDecoder();
  let bytes = 0;
  try {
    for await (const piece of pieces(name, io)) {
      bytes += piece.length;
      reader.push(decoder.decode(piece, { stream: true }));
      if (await io.cancelled()) return { kind: 'cancelled' };
      if (bytes >= maxBytes) break;
    }
  } catch (error) {
    return { kind: 'unreadable', reason: reasonOf(error) };
  }
  reader.push(decoder.decode());
  return { kind: 'read', log: reader.end(), truncated: bytes >= maxBytes };
}

async function* pieces(name: string, io: Io): AsyncGenerator<Uint8Array> {
  const path = name === '-' ? name : absolutePath(io.cwd, name);
  if (io.stream !== undefined) {
    yield* io.stream(path);
    return;
  }
  const bytes = io.fs.readBytes(path);
  if (bytes === undefined) throw new Error('there is no such file');
  for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'EACCES') return 'permission denied';
  return code ?? (error instanceof Error ? error.message : String(error));
}
