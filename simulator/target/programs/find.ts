import type { ByteText } from '../byte-text.ts';
import { allows } from '../files/file-system.ts';
import type { Inode } from '../files/inode.ts';
import { absolute } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';
import { complain, print, reasonOf } from '../kernel/streams.ts';
import { patternSource } from '../shell/patterns.ts';
import { quoteName } from './arguments.ts';
import { expandFormat, modeText, sizeOf, userName } from './file-status.ts';

type FindTest = (path: ByteText, name: ByteText, inode: Inode) => boolean;

/** `find` with -name, -iname, -path, -type, -maxdepth, -mindepth, -newer, -perm, -size, -user, -mmin, -print, -print0, -printf, -delete, -exec … ; and +. */
export async function find(process: Process, args: readonly ByteText[]): Promise<number> {
  const firstTest = args.findIndex((arg) => arg.startsWith('-') || arg === '!' || arg === '(');
  const roots = firstTest < 0 ? args : args.slice(0, firstTest);
  const search = new Find(process, firstTest < 0 ? [] : args.slice(firstTest));
  const problem = search.parse();
  if (problem !== undefined) {
    await complain(process, `find: ${problem}`);
    return 1;
  }
  for (const root of roots.length === 0 ? ['.'] : roots) await search.from(root);
  await search.finish();
  return search.status;
}

class Find {
  status = 0;
  private at = 0;
  private most = Number.POSITIVE_INFINITY;
  private least = 0;
  private expression: (path: ByteText, name: ByteText, inode: Inode, root: ByteText) => Promise<boolean> = async () => true;
  private acts = false;
  private depthFirst = false;
  private readonly gathered: { readonly command: readonly ByteText[]; readonly paths: ByteText[] }[] = [];

  constructor(
    private readonly process: Process,
    private readonly args: readonly ByteText[],
  ) {}

  parse(): ByteText | undefined {
    try {
      if (this.args.length > 0) this.expression = this.or();
      return this.at < this.args.length ? `unexpected argument '${this.args[this.at]}'` : undefined;
    } catch (error) {
      if (error instanceof FindError) return error.message;
      throw error;
    }
  }

  private or(): typeof this.expression {
    let left = this.and();
    while (this.args[this.at] === '-o' || this.args[this.at] === '-or') {
      this.at += 1;
      const [first, second] = [left, this.and()];
      left = async (...entry) => (await first(...entry)) || second(...entry);
    }
    return left;
  }

  private and(): typeof this.expression {
    let left = this.not();
    for (;;) {
      const next = this.args[this.at];
      if (next === undefined || next === '-o' || next === '-or' || next === ')') return left;
      if (next === '-a' || next === '-and') this.at += 1;
      const [first, second] = [left, this.not()];
      left = async (...entry) => (await first(...entry)) && second(...entry);
    }
  }

  private not(): typeof this.expression {
    if (this.args[this.at] === '!' || this.args[this.at] === '-not') {
      this.at += 1;
      const inner = this.not();
      return async (...entry) => !(await inner(...entry));
    }
    if (this.args[this.at] === '(') {
      this.at += 1;
      const inner = this.or();
      this.at += 1;
      return inner;
    }
    return this.primary();
  }

  private value(name: ByteText): ByteText {
    const value = this.args[this.at];
    if (value === undefined) throw new FindError(`missing argument to '${name}'`);
    this.at += 1;
    return value;
  }

  private primary(): typeof this.expression {
    const name = this.args[this.at] ?? '';
    this.at += 1;
    const pure = (test: FindTest) => async (path: ByteText, entry: ByteText, inode: Inode) => test(path, entry, inode);
    switch (name) {
      case '-maxdepth':
        this.most = Number(this.value(name));
        return async () => true;
      case '-mindepth':
        this.least = Number(this.value(name));
        return async () => true;
      case '-depth':
        this.depthFirst = true;
        return async () => true;
      case '-xdev':
      case '-mount':
      case '-true':
        return async () => true;
      case '-prune':
        return async () => true;
      case '-name':
      case '-iname': {
        const pattern = globOf(this.value(name), name === '-iname');
        return pure((_, entry) => pattern.test(entry));
      }
      case '-path':
      case '-wholename': {
        const pattern = globOf(this.value(name), false);
        return pure((path) => pattern.test(path));
      }
      case '-type': {
        const letters = this.value(name).split(',');
        return pure((_, __, inode) => letters.includes(typeLetter(inode)));
      }
      case '-empty':
        return pure((_, __, inode) => (inode.kind === 'directory' ? inode.entries.size === 0 : sizeOf(inode) === 0));
      case '-user': {
        const user = this.value(name);
        return pure((_, __, inode) => userName(this.process, inode.uid) === user);
      }
      case '-perm': {
        const mode = this.value(name);
        const bits = Number.parseInt(mode.replace(/^[-/]/, ''), 8);
        return pure((_, __, inode) =>
          mode.startsWith('-') ? (inode.mode & bits) === bits : mode.startsWith('/') ? (inode.mode & bits) !== 0 : inode.mode === bits,
        );
      }
      case '-size': {
        const [, sign = '', count = '0', unit = 'b'] = /^([-+]?)([0-9]+)([bckMG]?)$/.exec(this.value(name)) ?? [];
        const size = { c: 1, k: 1024, M: 1 << 20, G: 1 << 30 }[unit] ?? 512;
        return pure((_, __, inode) => compare(Math.ceil(sizeOf(inode) / size), sign, Number(count)));
      }
      case '-mmin':
      case '-mtime': {
        const [, sign = '', count = '0'] = /^([-+]?)([0-9]+)$/.exec(this.value(name)) ?? [];
        const unit = name === '-mmin' ? 60_000 : 86_400_000;
        return pure((_, __, inode) => compare(Math.floor((this.process.linux.now() - inode.modified) / unit), sign, Number(count)));
      }
      case '-newer': {
        const other = this.process.linux.files.inode(absolute(this.process, this.value(name)), this.process.actor);
        return pure((_, __, inode) => inode.modified > other.modified);
      }
      case '-print':
      case '-print0': {
        this.acts = true;
        const end = name === '-print' ? '\n' : '\0';
        return async (path) => {
          await print(this.process, path + end);
          return true;
        };
      }
      case '-printf': {
        this.acts = true;
        const format = this.value(name);
        return async (path, entry, inode, root) => {
          await print(
            this.process,
            expandFormat(format, (letter) => this.directive(letter, path, entry, inode, root)),
          );
          return true;
        };
      }
      case '-delete':
        this.acts = true;
        this.depthFirst = true;
        return async (path, _, inode) => this.remove(path, inode);
      case '-quit':
        return async () => {
          throw new FindEnd();
        };
      case '-exec':
        return this.execAction();
    }
    throw new FindError(`unknown predicate '${name}'`);
  }

  private execAction(): typeof this.expression {
    this.acts = true;
    const end = this.args.findIndex((arg, index) => index >= this.at && (arg === ';' || (arg === '+' && this.args[index - 1] === '{}')));
    if (end < 0) throw new FindError("missing argument to '-exec'");
    const command = this.args.slice(this.at, end);
    const gathers = this.args[end] === '+';
    this.at = end + 1;
    if (gathers) {
      const batch = { command: command.slice(0, -1), paths: [] as ByteText[] };
      this.gathered.push(batch);
      return async (path) => {
        batch.paths.push(path);
        return true;
      };
    }
    return async (path) => (await this.run(command.map((word) => word.replaceAll('{}', path)))) === 0;
  }

  private async run(words: readonly ByteText[]): Promise<number> {
    const status = await this.process.linux.run(this.process, words);
    if (status === undefined) {
      await complain(this.process, `find: ${quoteName(this.process, words[0] ?? '')}: No such file or directory`);
      this.status = 1;
      return 127;
    }
    return status;
  }

  private async remove(path: ByteText, inode: Inode): Promise<boolean> {
    const { files } = this.process.linux;
    try {
      if (inode.kind === 'directory') files.removeDirectory(absolute(this.process, path), this.process.actor);
      else files.unlink(absolute(this.process, path), this.process.actor);
      return true;
    } catch (error) {
      await complain(this.process, `find: cannot delete ${quoteName(this.process, path)}: ${reasonOf(error)}`);
      this.status = 1;
      return false;
    }
  }

  private directive(letter: string, path: ByteText, entry: ByteText, inode: Inode, root: ByteText): ByteText {
    switch (letter) {
      case 'p':
        return path;
      case 'P':
        return path.slice(root.length).replace(/^\//, '');
      case 'f':
        return entry;
      case 'h':
        return path.replace(/\/[^/]*$/, '');
      case 'M':
        return modeText(inode);
      case 'm':
        return inode.mode.toString(8);
      case 'u':
        return userName(this.process, inode.uid);
      case 'g':
        return userName(this.process, inode.gid);
      case 'U':
        return String(inode.uid);
      case 'y':
        return typeLetter(inode);
      case 's':
        return String(sizeOf(inode));
      case 'i':
        return String(inode.number);
      case 'l':
        return inode.kind === 'link' ? inode.target : '';
      case 'T@':
        return `${(inode.modified / 1000).toFixed(10)}`;
      case '%':
        return '%';
    }
    return `%${letter}`;
  }

  async from(root: ByteText): Promise<void> {
    let inode: Inode;
    try {
      inode = this.process.linux.files.inode(absolute(this.process, root), this.process.actor, root.endsWith('/'));
    } catch (error) {
      await complain(this.process, `find: ${quoteName(this.process, root)}: ${reasonOf(error)}`);
      this.status = 1;
      return;
    }
    try {
      await this.visit(root, root.replace(/(.)\/+$/, '$1').replace(/^.*\//s, '') || '/', inode, 0, root);
    } catch (error) {
      if (!(error instanceof FindEnd)) throw error;
    }
  }

  private async visit(path: ByteText, name: ByteText, inode: Inode, depth: number, root: ByteText): Promise<void> {
    if (!this.depthFirst) await this.take(path, name, inode, depth, root);
    if (inode.kind === 'directory' && depth < this.most) {
      if (!allows(inode, this.process.actor, 5)) {
        await complain(this.process, `find: ${quoteName(this.process, path)}: Permission denied`);
        this.status = 1;
      } else
        for (const [entry, child] of [...inode.entries])
          await this.visit(`${path.replace(/\/$/, '')}/${entry}`, entry, child, depth + 1, root);
    }
    if (this.depthFirst) await this.take(path, name, inode, depth, root);
  }

  private async take(path: ByteText, name: ByteText, inode: Inode, depth: number, root: ByteText): Promise<void> {
    if (depth < this.least) return;
    if ((await this.expression(path, name, inode, root)) && !this.acts) await print(this.process, `${path}\n`);
  }

  async finish(): Promise<void> {
    for (const { command, paths } of this.gathered) if (paths.length > 0 && (await this.run([...command, ...paths])) !== 0) this.status = 1;
  }
}

class FindError extends Error {}
class FindEnd extends Error {}

function globOf(pattern: ByteText, ignoreCase: boolean): RegExp {
  return new RegExp(`^${patternSource(pattern)}$`, ignoreCase ? 'i' : '');
}

function compare(value: number, sign: string, wanted: number): boolean {
  return sign === '+' ? value > wanted : sign === '-' ? value < wanted : value === wanted;
}

function typeLetter(inode: Inode): ByteText {
  return { directory: 'd', link: 'l', device: 'c', file: 'f', generated: 'f' }[inode.kind];
}
