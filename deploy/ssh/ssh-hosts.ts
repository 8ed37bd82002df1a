import { readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, parse, sep } from 'node:path';
import SSHConfig, { type Line } from 'ssh-config';
import { validHost } from './quote.ts';

/** A host that the user's ssh configuration names. */
export interface SshHost {
  readonly name: string;
  /** Its HostName, where the same section states one. */
  readonly hostName: string | undefined;
  /** Absolute path of the file that names it. */
  readonly file: string;
}

export interface SshHosts {
  /** In the order of the files, each name once. */
  readonly hosts: readonly SshHost[];
  /** Files that could not be read, with the reason. */
  readonly problems: readonly string[];
}

/** As deep as ssh follows Include (readconf.c). */
const deepest = 16;
/** Bytes; a configuration of that size is something else. */
const largest = 1 << 20;

/**
 * Hosts for a list to pick from: those of `Host` lines without a pattern, in the user's configuration and the files that it includes. What ssh makes of
 * a name, ssh decides.
 *
 * @param home Where `.ssh/config` is.
 */
export async function sshHosts(home: string = homedir()): Promise<SshHosts> {
  const folder = join(home, '.ssh');
  const reader = new Reader(home, folder);
  await reader.read(join(folder, 'config'), 0);
  return { hosts: [...reader.hosts.values()], problems: reader.problems };
}

class Reader {
  readonly hosts = new Map<string, SshHost>();
  readonly problems: string[] = [];
  private readonly seen = new Set<string>();

  constructor(
    private readonly home: string,
    private readonly folder: string,
  ) {}

  async read(file: string, depth: number): Promise<void> {
    if (depth > deepest || this.seen.has(file)) return;
    this.seen.add(file);
    try {
      const { size } = await stat(file);
      if (size > largest) throw new Error(`it has ${size} bytes`);
      await this.lines(SSHConfig.parse(await readFile(file, 'utf8')), file, depth);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      this.problems.push(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private async lines(lines: readonly Line[], file: string, depth: number): Promise<void> {
    for (const line of lines) {
      if (!('param' in line)) continue;
      const param = line.param.toLowerCase();
      const section = 'config' in line ? line.config : undefined;
      if (param === 'host') this.take(wordsOf(line.value), section ?? [], file);
      if (param === 'include')
        for (const pattern of wordsOf(line.value)) for (const path of await this.expand(pattern)) await this.read(path, depth + 1);
      // An Include below a Host line may name more hosts.
      if (section !== undefined) await this.lines(section, file, depth);
    }
  }

  private take(names: readonly string[], section: readonly Line[], file: string): void {
    const stated = section.find((line) => 'param' in line && line.param.toLowerCase() === 'hostname');
    const hostName = stated !== undefined && 'param' in stated ? wordsOf(stated.value)[0] : undefined;
    for (const name of names) {
      if (/[*?!]/.test(name) || this.hosts.has(name) || !validHost(name).ok) continue;
      this.hosts.set(name, { name, hostName: hostName?.replaceAll('%h', name), file });
    }
  }

  /** Files of an Include; relative ones are in ~/.ssh (ssh_config(5)). */
  private async expand(pattern: string): Promise<string[]> {
    const full = pattern.startsWith('~/') ? join(this.home, pattern.slice(2)) : isAbsolute(pattern) ? pattern : join(this.folder, pattern);
    const { root } = parse(full);
    let found = [root];
    for (const segment of full.slice(root.length).split(sep === '/' ? sep : /[\\/]/)) {
      if (segment === '') continue;
      const next: string[] = [];
      for (const folder of found) {
        if (!/[*?[]/.test(segment)) next.push(join(folder, segment));
        else next.push(...(await matching(folder, segment)).map((name) => join(folder, name)));
      }
      found = next;
    }
    return found;
  }
}

async function matching(folder: string, pattern: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const expression = globExpression(pattern);
  return names.filter((name) => expression.test(name) && (!name.startsWith('.') || pattern.startsWith('.'))).sort();
}

/** glob(7) of one name. */
function globExpression(pattern: string): RegExp {
  const source = pattern.replace(/\[(!?)((?:\][^\]]*|[^\]]+))\]|[\s\S]/g, (all: string, not?: string, set?: string) => {
    if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\\]^]/g, '\\$&')}]`;
    return all === '*' ? '.*' : all === '?' ? '.' : all.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  });
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    // A range that ends before it begins matches nothing.
    return /(?!)/;
  }
}

function wordsOf(value: string | readonly { readonly val: string }[]): string[] {
  return typeof value === 'string' ? [value] : value.map(({ val }) => val);
}
