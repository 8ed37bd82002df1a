import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The file behind a program's name, by the PATH; undefined when there is none. @param {string} name */
export function programOnPath(name) {
  const endings = process.platform === 'win32' ? ['.cmd', '.exe', '.bat'] : [''];
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const ending of endings) {
      const file = join(folder, name + ending);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here.
      }
    }
  }
  return undefined;
}

/** Runs a program in the checkout with its output shown; gives its exit status. @param {string} file @param {string[]} args */
export function run(file, args, options = {}) {
  const result = spawnSync(file, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (result.error) console.error(`${file}: ${result.error.message}`);
  return result.status ?? 1;
}

/** Runs npm, the one that runs this script if there is one. @param {string[]} args */
export function npm(args) {
  const script = process.env.npm_execpath;
  return script ? run(process.execPath, [script, ...args]) : run('npm', args, { shell: process.platform === 'win32' });
}

/** Runs a command of an installed package. @param {string} name @param {string[]} args */
export function packageBin(name, args, options = {}) {
  return run(join(root, 'node_modules/.bin', name), args, { shell: process.platform === 'win32', ...options });
}
