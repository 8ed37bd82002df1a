import { type ByteText, fromBytes, toBytes } from '../byte-text.ts';
import type { Inode } from '../files/inode.ts';
import { absolute, openFile } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';
import { complain, pieceSize, piecesOf, print, reasonOf } from '../kernel/streams.ts';
import { FileError } from '../target.ts';
import { readArguments } from './arguments.ts';

/** The far end of `scp -O`: `-t` takes files, `-f` gives them. The protocol is that of BSD's rcp. */
export async function scp(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, operands, unknown } = readArguments(args, ['-t', '-f', '-r', '-p', '-d', '-v', '-q'], []);
  const [first] = operands;
  if (unknown === undefined && first !== undefined && flags.has('-f')) return new Source(process, flags.has('-r')).run(operands);
  if (unknown === undefined && first !== undefined && flags.has('-t')) return new Sink(process, flags.has('-d')).run(first);
  await complain(process, 'usage: scp [-r] -t TARGET | -f SOURCE...');
  return 1;
}

/** Both ends answer each message with a byte: 0 fine, 1 a message follows, 2 the end. */
class Conversation {
  failed = false;

  constructor(protected readonly process: Process) {}

  protected fine(): Promise<void> {
    return print(this.process, '\0');
  }

  protected async refuse(path: ByteText, reason: string): Promise<void> {
    this.failed = true;
    await print(this.process, `\x01scp: ${path}: ${reason}\n`);
  }

  /** At most `most` bytes of what the other end says; undefined at its end. */
  protected input(most: number): Promise<Uint8Array | undefined> {
    return this.process.descriptor(0).read(most, this.process);
  }

  /** A line without its end; undefined at the end of the input. */
  protected async line(): Promise<ByteText | undefined> {
    let line = '';
    for (;;) {
      const piece = await this.input(pieceSize);
      if (piece === undefined) return line === '' ? undefined : line;
      const end = piece.indexOf(10);
      line += fromBytes(end < 0 ? piece : piece.subarray(0, end));
      if (end < 0) continue;
      this.process.descriptor(0).unread(piece.subarray(end + 1));
      return line;
    }
  }

  /** Whether the other end is content. */
  protected async answered(): Promise<boolean> {
    const byte = (await this.input(1))?.[0];
    if (byte === 0) return true;
    this.failed = true;
    if (byte !== undefined) await this.line();
    return false;
  }
}

class Sink extends Conversation {
  constructor(
    process: Process,
    private readonly mustBeDirectory: boolean,
  ) {
    super(process);
  }

  async run(target: ByteText): Promise<number> {
    if (this.mustBeDirectory && this.inode(target)?.kind !== 'directory') {
      await this.refuse(target, 'Not a directory');
      return 1;
    }
    await this.fine();
    const folders: ByteText[] = [target];
    for (let line = await this.line(); line !== undefined; line = await this.line()) {
      const here = folders.at(-1) ?? target;
      const entry = /^([CD])([0-7]{4,5}) (\d+) ([^/]+)$/.exec(line);
      const [, kind = line[0] ?? '', mode = '', size = '', name = ''] = entry ?? [];
      if (line === 'E') {
        folders.pop();
        await this.fine();
      } else if (kind === 'T') await this.fine();
      else if (kind === '\x01' || kind === '\x02') this.failed = true;
      else if (entry === null || name === '.' || name === '..') {
        await this.refuse(here, 'protocol error');
        return 1;
      } else {
        const path = this.inode(here)?.kind === 'directory' ? `${here}/${name}` : here;
        if (kind === 'D') {
          if (await this.takeDirectory(path, Number.parseInt(mode, 8))) folders.push(path);
        } else await this.takeFile(path, Number.parseInt(mode, 8), Number(size));
      }
    }
    return this.failed ? 1 : 0;
  }

  private async takeDirectory(path: ByteText, mode: number): Promise<boolean> {
    try {
      const { process } = this;
      if (this.inode(path) === undefined)
        process.linux.files.makeDirectory(absolute(process, path), mode & ~process.umask & 0o7777, process.actor);
      await this.fine();
      return true;
    } catch (error) {
      await this.refuse(path, reasonOf(error));
      return false;
    }
  }

  private async takeFile(path: ByteText, mode: number, size: number): Promise<void> {
    const { process } = this;
    const isNew = this.inode(path) === undefined;
    let file: ReturnType<typeof openFile>;
    try {
      file = openFile(process, path, 'write');
      if (isNew) process.linux.files.changeMode(absolute(process, path), mode & ~process.umask & 0o7777, process.actor);
    } catch (error) {
      await this.refuse(path, reasonOf(error));
      return;
    }
    await this.fine();
    let problem: string | undefined;
    try {
      for (let left = size; left > 0; ) {
        const piece = await this.input(Math.min(left, pieceSize));
        if (piece === undefined) {
          this.failed = true;
          return;
        }
        left -= piece.length;
        // After an error the rest of the bytes still comes.
        if (problem === undefined) problem = await writing(file.write(piece, process));
      }
    } finally {
      file.release();
    }
    await this.answered();
    if (problem === undefined) await this.fine();
    else await this.refuse(path, problem);
  }

  private inode(path: ByteText): Inode | undefined {
    const { process } = this;
    try {
      return process.linux.files.inode(absolute(process, path), process.actor);
    } catch {
      return undefined;
    }
  }
}

async function writing(write: Promise<void>): Promise<string | undefined> {
  try {
    await write;
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

class Source extends Conversation {
  constructor(
    process: Process,
    private readonly recursive: boolean,
  ) {
    super(process);
  }

  async run(paths: readonly ByteText[]): Promise<number> {
    if (!(await this.answered())) return 1;
    for (const path of paths) await this.give(path);
    return this.failed ? 1 : 0;
  }

  private async give(path: ByteText): Promise<void> {
    const { process } = this;
    const name = path.replace(/\/+$/, '').split('/').at(-1) ?? path;
    try {
      const inode = process.linux.files.inode(absolute(process, path), process.actor);
      const mode = (inode.mode & 0o7777).toString(8).padStart(4, '0');
      if (inode.kind === 'directory') {
        if (!this.recursive) throw new FileError('EISDIR', path);
        await print(process, `D${mode} 0 ${name}\n`);
        if (!(await this.answered())) return;
        for (const entry of [...inode.entries.keys()]) await this.give(`${path}/${entry}`);
        await print(process, 'E\n');
        await this.answered();
        return;
      }
      // Files of /proc have no size of their own: what can be read now is what is sent.
      const pieces: Uint8Array[] = [];
      const file = openFile(process, path, 'read');
      try {
        for await (const piece of piecesOf(process, file)) pieces.push(piece);
      } finally {
        file.release();
      }
      const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
      await print(process, `C${mode} ${size} ${name}\n`);
      if (!(await this.answered())) return;
      for (const piece of pieces) await process.descriptor(1).write(piece, process);
      await process.descriptor(1).write(toBytes('\0'), process);
      await this.answered();
    } catch (error) {
      await this.refuse(path, reasonOf(error));
    }
  }
}
