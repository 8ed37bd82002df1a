import { FileError, type TargetFiles } from '../target/target.ts';
import { type Attributes, openFlag, PacketReader, PacketWriter, reply, request, status } from './sftp-packets.ts';

/** OpenSSH's limit for one packet. */
const longestPacket = 256 << 10;
/** Bytes of one answer to read. */
const mostPerRead = 255 << 10;
const namesPerAnswer = 100;

/** SSH_FXP_STATUS texts, as OpenSSH's server words them. */
const statusText = new Map<number, string>([
  [status.ok, 'Success'],
  [status.eof, 'End of file'],
  [status.noSuchFile, 'No such file'],
  [status.permissionDenied, 'Permission denied'],
  [status.failure, 'Failure'],
  [status.badMessage, 'Bad message'],
  [status.unsupported, 'Operation unsupported'],
]);

const statusOf: Readonly<Record<string, number>> = {
  ENOENT: status.noSuchFile,
  ENOTDIR: status.noSuchFile,
  EACCES: status.permissionDenied,
  EPERM: status.permissionDenied,
  EROFS: status.permissionDenied,
};

const fileTypeBits = { file: 0o100000, directory: 0o40000, link: 0o120000, device: 0o20000 } as const;

interface OpenFile {
  readonly path: string;
  readonly append: boolean;
  readonly writable: boolean;
  /** Content, read once; undefined after a write. */
  content: Uint8Array | undefined;
}

interface OpenDirectory {
  readonly path: string;
  left: string[];
}

/** Where relative paths begin. */
export interface SftpOptions {
  readonly home?: string;
}

/** An SFTP server, version 3, over the target's files. Resolves with the exit status when the client ends. */
export async function serveSftp(
  files: TargetFiles,
  stdin: AsyncIterable<Uint8Array>,
  stdout: (bytes: Uint8Array) => void,
  options: SftpOptions = {},
): Promise<number> {
  const server = new SftpServer(files, options.home ?? '/');
  let held = new Uint8Array();
  for await (const piece of stdin) {
    const joined = new Uint8Array(held.length + piece.length);
    joined.set(held);
    joined.set(piece, held.length);
    let at = 0;
    while (joined.length - at >= 4) {
      const length = new DataView(joined.buffer, at).getUint32(0);
      if (length < 1 || length > longestPacket) return 1;
      if (joined.length - at < 4 + length) break;
      stdout(server.answer(joined.subarray(at + 4, at + 4 + length)));
      at += 4 + length;
    }
    held = joined.slice(at);
  }
  return 0;
}

class SftpServer {
  private readonly files = new Map<string, OpenFile>();
  private readonly directories = new Map<string, OpenDirectory>();
  private nextHandle = 0;

  constructor(
    private readonly target: TargetFiles,
    private readonly home: string,
  ) {}

  answer(packet: Uint8Array): Uint8Array {
    const reader = new PacketReader(packet);
    let id = 0;
    try {
      const type = reader.u8();
      if (type === request.init) {
        return new PacketWriter(reply.version).u32(3).string('posix-rename@openssh.com').string('1').finish();
      }
      id = reader.u32();
      return this.serve(type, id, reader);
    } catch (error) {
      if (error instanceof FileError) return statusReply(id, statusOf[error.errno] ?? status.failure);
      if (error instanceof RangeError) return statusReply(id, status.badMessage);
      throw error;
    }
  }

  private serve(type: number, id: number, reader: PacketReader): Uint8Array {
    switch (type) {
      case request.realpath:
        return nameReply(id, [{ name: this.absolute(reader.text()) }]);
      case request.stat:
        return this.attributes(id, this.absolute(reader.text()), true);
      case request.lstat:
        return this.attributes(id, this.absolute(reader.text()), false);
      case request.open:
        return this.open(id, this.absolute(reader.text()), reader.u32(), reader.attributes());
      case request.close:
        return this.close(id, reader.text());
      case request.read:
        return this.read(id, this.file(reader.text()), reader.u64(), reader.u32());
      case request.write:
        return this.write(id, this.file(reader.text()), reader.u64(), reader.string());
      case request.fstat:
        return this.attributes(id, this.file(reader.text()).path, true);
      case request.setstat:
        return this.change(id, this.absolute(reader.text()), reader.attributes());
      case request.fsetstat:
        return this.change(id, this.file(reader.text()).path, reader.attributes());
      case request.opendir:
        return this.openDirectory(id, this.absolute(reader.text()));
      case request.readdir:
        return this.readDirectory(id, reader.text());
      case request.remove:
        return this.remove(id, this.absolute(reader.text()), false);
      case request.rmdir:
        return this.remove(id, this.absolute(reader.text()), true);
      case request.mkdir:
        this.target.makeDirectory(this.absolute(reader.text()));
        return statusReply(id, status.ok);
      case request.rename:
        return this.rename(id, this.absolute(reader.text()), this.absolute(reader.text()), false);
      case request.extended:
        if (reader.text() !== 'posix-rename@openssh.com') return statusReply(id, status.unsupported);
        return this.rename(id, this.absolute(reader.text()), this.absolute(reader.text()), true);
      default:
        return statusReply(id, status.unsupported);
    }
  }

  private open(id: number, path: string, flags: number, attributes: Attributes): Uint8Array {
    const there = this.followed(path);
    if (there?.kind === 'directory') throw new FileError('EISDIR', path);
    const writable = (flags & openFlag.write) !== 0;
    if (there === undefined && !(writable && flags & openFlag.create)) throw new FileError('ENOENT', path);
    if (there !== undefined && flags & openFlag.create && flags & openFlag.exclusive) throw new FileError('EEXIST', path);
    if (writable && (there === undefined || flags & openFlag.truncate)) {
      this.target.write(path, new Uint8Array(), there === undefined ? (attributes.mode ?? 0o666) & 0o755 : undefined);
    }
    const handle = `f${this.nextHandle++}`;
    const append = (flags & openFlag.append) !== 0;
    const content = writable ? undefined : this.target.read(path);
    this.files.set(handle, { path, append, writable, content });
    return new PacketWriter(reply.handle).u32(id).string(handle).finish();
  }

  private close(id: number, handle: string): Uint8Array {
    if (this.directories.delete(handle)) return statusReply(id, status.ok);
    this.file(handle);
    this.files.delete(handle);
    return statusReply(id, status.ok);
  }

  private read(id: number, file: OpenFile, offset: number, length: number): Uint8Array {
    file.content ??= this.target.read(file.path);
    if (offset >= file.content.length) return statusReply(id, status.eof);
    const bytes = file.content.subarray(offset, offset + Math.min(length, mostPerRead));
    return new PacketWriter(reply.data).u32(id).string(bytes).finish();
  }

  private write(id: number, file: OpenFile, offset: number, bytes: Uint8Array): Uint8Array {
    if (!file.writable) throw new FileError('EACCES', file.path);
    file.content = undefined;
    // At once, as a real server does: a full disk has to be the answer to the write that it happened to.
    const size = this.target.stat(file.path)?.size ?? 0;
    if (file.append || offset === size) {
      this.target.append(file.path, bytes.slice());
      return statusReply(id, status.ok);
    }
    const before = this.target.read(file.path);
    const after = new Uint8Array(Math.max(before.length, offset + bytes.length));
    after.set(before);
    after.set(bytes, offset);
    this.target.write(file.path, after);
    return statusReply(id, status.ok);
  }

  private change(id: number, path: string, { size, mode }: Attributes): Uint8Array {
    const there = this.target.stat(path);
    if (there === undefined) throw new FileError('ENOENT', path);
    if (size !== undefined && there.kind === 'file') {
      const after = new Uint8Array(size);
      after.set(this.target.read(path).subarray(0, size));
      this.target.write(path, after);
    }
    // Times stay what they are: the files have none that could be set.
    if (mode !== undefined) this.target.changeMode?.(path, mode & 0o7777);
    return statusReply(id, status.ok);
  }

  private openDirectory(id: number, path: string): Uint8Array {
    const there = this.followed(path);
    if (there === undefined) throw new FileError('ENOENT', path);
    if (there.kind !== 'directory') throw new FileError('ENOTDIR', path);
    const handle = `d${this.nextHandle++}`;
    this.directories.set(handle, { path, left: ['.', '..', ...this.target.list(path)] });
    return new PacketWriter(reply.handle).u32(id).string(handle).finish();
  }

  private readDirectory(id: number, handle: string): Uint8Array {
    const directory = this.directories.get(handle);
    if (directory === undefined) return statusReply(id, status.failure);
    if (directory.left.length === 0) return statusReply(id, status.eof);
    const names = directory.left.splice(0, namesPerAnswer);
    return nameReply(
      id,
      names.map((name) => {
        const stat = this.target.stat(this.absolute(`${directory.path}/${name}`));
        return { name, stat };
      }),
    );
  }

  private remove(id: number, path: string, directory: boolean): Uint8Array {
    const there = this.target.stat(path);
    if (there === undefined) throw new FileError('ENOENT', path);
    if ((there.kind === 'directory') !== directory) throw new FileError(directory ? 'ENOTDIR' : 'EISDIR', path);
    this.target.remove(path);
    return statusReply(id, status.ok);
  }

  private rename(id: number, from: string, to: string, replace: boolean): Uint8Array {
    // The plain rename of version 3 does not replace a file.
    if (!replace && this.target.stat(to) !== undefined) throw new FileError('EEXIST', to);
    this.target.rename(from, to);
    return statusReply(id, status.ok);
  }

  private attributes(id: number, path: string, follow: boolean): Uint8Array {
    const stat = follow ? this.followed(path) : this.target.stat(path);
    if (stat === undefined) throw new FileError('ENOENT', path);
    return new PacketWriter(reply.attributes).u32(id).attributes(attributesOf(stat)).finish();
  }

  /** What a path leads to: reading and listing follow links, stat does not. */
  private followed(path: string): Stat | undefined {
    const stat = this.target.stat(path);
    if (stat?.kind !== 'link') return stat;
    try {
      this.target.list(path);
      return { ...stat, kind: 'directory', size: 0, mode: 0o755 };
    } catch (error) {
      if (!(error instanceof FileError) || error.errno !== 'ENOTDIR') throw error;
      return { ...stat, kind: 'file', size: this.target.read(path).length, mode: 0o644 };
    }
  }

  private file(handle: string): OpenFile {
    const file = this.files.get(handle);
    if (file === undefined) throw new FileError('EBADF', handle);
    return file;
  }

  /** Absolute, without `.`, `..` and doubled slashes. */
  private absolute(path: string): string {
    const segments: string[] = [];
    for (const segment of (path.startsWith('/') ? path : `${this.home}/${path}`).split('/')) {
      if (segment === '..') segments.pop();
      else if (segment !== '' && segment !== '.') segments.push(segment);
    }
    return `/${segments.join('/')}`;
  }
}

type Stat = NonNullable<ReturnType<TargetFiles['stat']>>;

function attributesOf(stat: Stat): Attributes {
  return { size: stat.size, mode: fileTypeBits[stat.kind] | (stat.mode & 0o7777), modified: Math.floor(stat.modified / 1000) };
}

function statusReply(id: number, code: number): Uint8Array {
  return new PacketWriter(reply.status)
    .u32(id)
    .u32(code)
    .string(statusText.get(code) ?? 'Failure')
    .string('en')
    .finish();
}

function nameReply(id: number, names: readonly { readonly name: string; readonly stat?: Stat | undefined }[]): Uint8Array {
  const packet = new PacketWriter(reply.name).u32(id).u32(names.length);
  for (const { name, stat } of names) {
    const attributes = stat === undefined ? {} : attributesOf(stat);
    packet.string(name).string(longName(name, attributes)).attributes(attributes);
  }
  return packet.finish();
}

/** A line as `ls -l` prints it: `-rw-r--r--    1 0        0            1234 Nov 24 18:36 name`. */
function longName(name: string, { mode = 0, size = 0, modified = 0 }: Attributes): string {
  const type = { 9604: 'd', 21609: 'l', 4802: 'c' }[mode & 0o170000] ?? '-';
  const rights = [6, 3, 0].map((shift) => {
    const bits = (mode >> shift) & 7;
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${bits & 1 ? 'x' : '-'}`;
  });
  const time = new Date(modified * 1000).toUTCString();
  const when = `${time.slice(8, 11)} ${time.slice(5, 7)} ${time.slice(17, 22)}`;
  return `${type}${rights.join('')}    1 0        0        ${String(size).padStart(8)} ${when} ${name}`;
}
