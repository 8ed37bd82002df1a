import { type ByteText, fromBytes, joinBytes, toBytes } from '../byte-text.ts';
import { FileError } from '../target.ts';
import type { OpenFile } from './descriptors.ts';
import { errorText } from './errno.ts';
import type { Process } from './process.ts';

export const pieceSize = 65536;

export async function print(process: Process, text: ByteText): Promise<void> {
  if (text !== '') await process.descriptor(1).write(toBytes(text), process);
}

/** A line on stderr; a stderr that is closed swallows it. */
export async function complain(process: Process, text: ByteText): Promise<void> {
  const stderr = process.descriptors.get(2);
  if (stderr === undefined) return;
  try {
    await stderr.write(toBytes(`${text}\n`), process);
  } catch (error) {
    if (!(error instanceof FileError) || error.errno === 'EPIPE') throw error;
  }
}

export async function* piecesOf(process: Process, file: OpenFile): AsyncGenerator<Uint8Array> {
  for (;;) {
    const piece = await file.read(pieceSize, process);
    if (piece === undefined) return;
    yield piece;
  }
}

export async function readAll(process: Process, file: OpenFile): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of piecesOf(process, file)) pieces.push(piece);
  return pieces.length === 0 ? new Uint8Array() : joinBytes(pieces);
}

/** Lines with their `\n`; the last one may lack it. */
export async function* linesOf(process: Process, file: OpenFile): AsyncGenerator<ByteText> {
  let rest = '';
  for await (const piece of piecesOf(process, file)) {
    const text = rest + fromBytes(piece);
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      yield text.slice(from, end + 1);
      from = end + 1;
    }
    rest = text.slice(from);
  }
  if (rest !== '') yield rest;
}

/** The message of an error with a file, as `strerror` has it; anything else is thrown on. */
export function reasonOf(error: unknown): string {
  if (error instanceof FileError && error.errno !== 'EPIPE') return errorText(error.errno);
  throw error;
}
