import { chmod, lstat, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** `sun_path` of a Unix socket: 104 bytes on macOS and the BSDs, 108 on Linux, the final NUL within. */
const longestSocketPath = 103;
/** While it binds, ssh adds a dot and 16 letters (mux.c, muxserver_listen). */
const suffixOfSsh = 17;

const prefix = 'jhc-';

/** A private folder for the sockets of one connection, and the helper that asks for passwords. */
export interface ControlFolder {
  readonly path: string;
  /** Of the shared connection; undefined where no path is short enough. */
  readonly masterSocket: string | undefined;
  readonly askpassSocket: string;
  remove(): Promise<void>;
}

/** @throws Error of the file system when no folder can be made. */
export async function makeControlFolder(parent: string | undefined, platform: NodeJS.Platform): Promise<ControlFolder> {
  const runtime = process.env.XDG_RUNTIME_DIR;
  const parents =
    parent !== undefined ? [parent] : [...(runtime?.startsWith('/') ? [runtime] : []), tmpdir(), ...(platform === 'win32' ? [] : ['/tmp'])];
  const first = parents[0] as string;
  const fitting = parents.find((candidate) => fits(join(candidate, `${prefix}${process.pid}-XXXXXX`, 'm'))) ?? first;
  let path: string;
  try {
    if (parent !== undefined) await mkdir(parent, { recursive: true, mode: 0o700 });
    path = await mkdtemp(join(fitting, `${prefix}${process.pid}-`));
  } catch (error) {
    if (parent !== undefined) throw error;
    path = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  }
  // mkdtemp makes it so, unless the umask is odd.
  await chmod(path, 0o700);
  await removeForsaken(fitting);
  const socket = join(path, 'm');
  return {
    path,
    masterSocket: platform === 'win32' || !fits(socket) ? undefined : socket,
    askpassSocket: platform === 'win32' ? `\\\\.\\pipe\\${path.replace(/^.*[\\/]/, '')}` : join(path, 'a'),
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

function fits(socket: string): boolean {
  return Buffer.byteLength(socket) + suffixOfSsh <= longestSocketPath;
}

/** Removes what processes left behind that were killed. */
async function removeForsaken(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = new RegExp(`^${prefix}(\\d+)-\\w{6}$`).exec(name)?.[1];
    if (pid === undefined || lives(Number(pid))) continue;
    const path = join(parent, name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory() && (process.getuid === undefined || found.uid === process.getuid())) {
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
