import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A file to put in place. */
export interface FileToWrite {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export type WriteResult = { readonly ok: true } | { readonly ok: false; readonly path: string; readonly reason: string };

/**
 * Writes files so that each is there in full or not at all, after a power cut too: a temporary file in the same folder, fsync,
 * rename, fsync of the folder. Missing folders are made. No file is renamed before all are written, so a full disk or a
 * forbidden folder changes none of them; only a rename that fails after others went through leaves a part done.
 */
export async function writeFilesAtomically(files: readonly FileToWrite[]): Promise<WriteResult> {
  const staged: { temporary: string; path: string }[] = [];
  let at = '';
  try {
    for (const { path, bytes } of files) {
      at = path;
      await mkdir(dirname(path), { recursive: true });
      if ((await statIfThere(path))?.isDirectory()) throw new Error('a folder of that name is in the way');
      const temporary = join(dirname(path), `.${basename(path).slice(0, 200)}.${randomBytes(6).toString('hex')}.tmp`);
      staged.push({ temporary, path });
      await writeAndSync(temporary, bytes);
    }
    for (const { temporary, path } of staged) {
      at = path;
      await rename(temporary, path);
    }
    for (const folder of new Set(staged.map(({ path }) => dirname(path)))) await syncFolder(folder);
    return { ok: true };
  } catch (error) {
    await Promise.all(staged.map(({ temporary }) => rm(temporary, { force: true }).catch(() => undefined)));
    return { ok: false, path: at, reason: reasonOf(error) };
  }
}

async function writeAndSync(path: string, bytes: Uint8Array): Promise<void> {
  let file: FileHandle | undefined;
  try {
    // 'wx': never through a link that somebody put there.
    file = await open(path, 'wx', 0o666);
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file?.close();
  }
}

/** Makes the rename last. Some systems cannot open a folder: then it lasts as soon as they write it back themselves. */
async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle | undefined;
  try {
    folder = await open(path, 'r');
    await folder.sync();
  } catch {
    return;
  } finally {
    await folder?.close();
  }
}

async function statIfThere(path: string): Promise<Awaited<ReturnType<typeof stat>> | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a part of the path is a file, not a folder',
  ENAMETOOLONG: 'the name is too long',
};

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code !== undefined) return reasons[code] ?? code;
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
