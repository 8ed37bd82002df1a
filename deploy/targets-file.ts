import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import type { Target } from './target.ts';

/** A target in the user's file. */
export interface StoredTarget extends Target {
  /** The process that serves a simulated board: without it the target does not count. */
  readonly process?: ProcessMark;
}

/** A process, told apart from a later one with the same number. */
export interface ProcessMark {
  readonly pid: number;
  /** When it was started, in the system's own terms; empty where the system does not tell. */
  readonly started: string;
}

export type StoredTargets =
  | { readonly ok: true; readonly targets: readonly StoredTarget[] }
  | { readonly ok: false; readonly message: string };
export type Stored = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** Milliseconds to wait for another process that writes the file. */
const lockLimit = 5000;

/** The user's list of targets: `targets.json` in `$XDG_STATE_HOME/jailhouse-cells`, by default `~/.local/state/jailhouse-cells`; on Windows in `%LOCALAPPDATA%`. */
export function targetsFile(env: Readonly<Record<string, string | undefined>>): string {
  const stated = env.XDG_STATE_HOME;
  if (stated !== undefined && isAbsolute(stated)) return join(stated, 'jailhouse-cells', 'targets.json');
  if (process.platform === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'jailhouse-cells', 'targets.json');
  return join(env.HOME || homedir(), '.local/state/jailhouse-cells/targets.json');
}

/** All targets that count now: simulated boards whose process is gone are left out. No file: none. */
export function readTargets(path: string): StoredTargets {
  const stored = readAll(path);
  if (!stored.ok) return stored;
  return { ok: true, targets: stored.targets.filter((target) => target.process === undefined || isRunning(target.process)) };
}

/** Adds a target. One of the same name is in the way, unless it is a simulated board that is gone, or `replace`. */
export function addTarget(path: string, target: StoredTarget, replace = false): Promise<Stored> {
  return change(path, (targets) => {
    const problem = targetProblem(target);
    if (problem !== undefined) return problem;
    if (!replace && targets.some(({ name }) => name === target.name))
      return `there is a target "${target.name}" already; choose another name.`;
    return [...targets.filter(({ name }) => name !== target.name), target];
  });
}

/** Removes a target; of a simulated board only that of the given process. It is no error when there is none. */
export function removeTarget(path: string, name: string, served?: ProcessMark): Promise<Stored> {
  return change(path, (targets) =>
    targets.filter((target) => target.name !== name || (served !== undefined && target.process?.pid !== served.pid)),
  );
}

/** What is wrong with a target that somebody wrote; undefined: nothing. */
export function targetProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'a target is an object with "name", "host" and "sudo".';
  const { name, host, port, sudo, sshConfig, simulated, process: mark } = value as Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: names are printed, and hosts become words of ssh's command line.
  const unprintable = /[\u0000-\u001f\u007f]/;
  if (typeof name !== 'string' || name === '' || unprintable.test(name)) return '"name" has to be a text without control characters.';
  const where = `target "${name}": `;
  if (typeof host !== 'string' || host === '' || host.startsWith('-') || /\s/.test(host) || unprintable.test(host)) {
    return `${where}"host" has to be a host of the ssh configuration or user@host, without spaces and without a leading dash.`;
  }
  if (port !== undefined && !(typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535)) {
    return `${where}"port" has to be a number from 1 to 65535.`;
  }
  if (typeof sudo !== 'boolean') return `${where}"sudo" has to be true or false.`;
  if (sshConfig !== undefined && !(typeof sshConfig === 'string' && isAbsolute(sshConfig)))
    return `${where}"sshConfig" has to be an absolute path.`;
  if (simulated !== undefined && typeof simulated !== 'boolean') return `${where}"simulated" has to be true or false.`;
  if (mark !== undefined && !isMark(mark)) return `${where}"process" has to have "pid" and "started".`;
  return undefined;
}

/** The mark of this process, for `StoredTarget.process`. */
export function thisProcess(): ProcessMark {
  return { pid: process.pid, started: startOf(process.pid) };
}

function isMark(value: unknown): value is ProcessMark {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, started } = value as Readonly<Record<string, unknown>>;
  return typeof pid === 'number' && Number.isInteger(pid) && pid > 0 && typeof started === 'string';
}

function isRunning({ pid, started }: ProcessMark): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // It is there, and belongs to somebody else.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return started === startOf(pid);
}

/** Clock ticks from boot to its start (proc(5), field 22 of stat). */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function readAll(path: string): StoredTargets {
  if (!existsSync(path)) return { ok: true, targets: [] };
  const wrong = (what: string): StoredTargets => ({ ok: false, message: `${path}: ${what} Mend the file or remove it.` });
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return wrong(`cannot be read (${error instanceof Error ? error.message : String(error)}).`);
  }
  if (typeof content !== 'object' || content === null || !('version' in content) || !('targets' in content))
    return wrong('is no list of targets.');
  if (content.version !== 1) return { ok: false, message: `${path}: was written by a later version of Jailhouse Cells.` };
  if (!Array.isArray(content.targets)) return wrong('"targets" is no list.');
  for (const target of content.targets as readonly unknown[]) {
    const problem = targetProblem(target);
    if (problem !== undefined) return wrong(problem);
  }
  return { ok: true, targets: content.targets as readonly StoredTarget[] };
}

async function change(path: string, edit: (targets: readonly StoredTarget[]) => readonly StoredTarget[] | string): Promise<Stored> {
  const folder = dirname(path);
  const draft = join(folder, `.targets.${randomBytes(6).toString('hex')}.tmp`);
  let unlock: (() => Promise<void>) | undefined;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    unlock = await lock(`${path}.lock`);
    if (unlock === undefined) return { ok: false, message: `another program keeps ${path}.lock; remove it if none is running.` };
    // Boards that are gone are swept out on the way.
    const before = readTargets(path);
    if (!before.ok) return before;
    const after = edit(before.targets);
    if (typeof after === 'string') return { ok: false, message: after };
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify({ version: 1, targets: after }, undefined, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    return { ok: true };
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    return { ok: false, message: `cannot write ${path}: ${error instanceof Error ? error.message : String(error)}.` };
  } finally {
    await unlock?.();
  }
}

/** A file that only one process makes; undefined when another one keeps it. That of a process that is gone is taken over. */
async function lock(path: string): Promise<(() => Promise<void>) | undefined> {
  for (const until = Date.now() + lockLimit; ; ) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(JSON.stringify(thisProcess()));
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    if (Date.now() > until) return undefined;
    if (isStale(path)) await takeOver(path);
    else await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Only one process at a time removes a lock that was left behind: a second one would remove that of the first. */
async function takeOver(path: string): Promise<void> {
  const turn = `${path}.stale`;
  try {
    await (await open(turn, 'wx', 0o600)).close();
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 10));
    return;
  }
  try {
    if (isStale(path)) await rm(path, { force: true });
  } finally {
    await rm(turn, { force: true });
  }
}

function isStale(path: string): boolean {
  try {
    const holder: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isMark(holder) && !isRunning(holder);
  } catch {
    // Just made, or just gone.
    return false;
  }
}
