import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where heavy tools live, shared by all checkouts of one user. */
export function cacheFolder() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'jailhouse-cells');
}

/**
 * The folder of a tool, installed by `install(folder)` at first use. An install that breaks off leaves nothing behind, and of two
 * at the same time one wins.
 *
 * @param {string} name Folder name; must change when the recipe does.
 * @param {(folder: string) => void} install
 */
export function installOnce(name, install) {
  const cache = cacheFolder();
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(join(cache, `${name}.part-`));
  try {
    install(draft);
    try {
      renameSync(draft, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error;
    }
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}
