import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** The processes below one, nearest first. Empty where the system tells nothing. */
export function descendants(pid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const [child, parent] of parents()) children.set(parent, [...(children.get(parent) ?? []), child]);
  const found: number[] = [];
  const open = [pid];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    for (const child of children.get(next) ?? []) {
      found.push(child);
      open.push(child);
    }
  }
  return found;
}

/** Sends a signal; a process that is gone is none to worry about. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    return;
  }
}

/** Signals a process and all below it, also those that are born meanwhile. */
export function signalTree(pid: number, name: NodeJS.Signals): void {
  const done = new Set<number>();
  for (;;) {
    const next = [pid, ...descendants(pid)].filter((each) => !done.has(each));
    if (next.length === 0) return;
    for (const each of next) {
      signal(each, name);
      done.add(each);
    }
    // What was killed leaves no tree to look at.
    if (name === 'SIGKILL' || name === 'SIGTERM') return;
  }
}

/** Pairs of process and parent. */
function parents(): readonly (readonly [number, number])[] {
  if (!existsSync('/proc/self/stat')) {
    const listed = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
    return (listed.stdout ?? '').split('\n').flatMap((line) => {
      const [pid, parent] = line.trim().split(/\s+/).map(Number);
      return pid && parent ? [[pid, parent] as const] : [];
    });
  }
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      // `pid (name) state parent …`; the name may hold anything, also parentheses.
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      return parent > 0 ? [[Number(name), parent] as const] : [];
    } catch {
      return [];
    }
  });
}
