import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { posix } from 'node:path';
import type { Connection, RemoteAnswer } from './connection.ts';
import { quote, unquotable } from './quote.ts';

/** A file for the target. */
export interface Upload {
  /** Absolute, or from the home folder of the login. Missing folders are made, mode 700, unless `inFolder` says that it has to be there. */
  readonly remotePath: string;
  /** The folder is there, or the file is not wanted any more: one that was cancelled must not make it anew. */
  readonly inFolder?: boolean;
  /** Of the contents; a file is read when it is sent, and must not have changed since. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  readonly source: Uint8Array | { readonly path: string };
  /** Milliseconds for all of it. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
  /** Bytes that are on their way so far. */
  readonly onProgress?: ((sent: number) => void) | undefined;
}

export type UploadProblem =
  | 'changed'
  | 'unreadable'
  | 'no-space'
  | 'read-only'
  | 'permission'
  | 'in-the-way'
  | 'no-tool'
  | 'damaged'
  | 'bad-path'
  | 'failed';

export type UploadResult =
  | { readonly kind: 'stored'; readonly milliseconds: number }
  /** The target said no, or the file is not what it was: nothing is under the final name but what was there before. */
  | { readonly kind: 'refused'; readonly problem: UploadProblem; readonly message: string; readonly stderr: string }
  | Extract<RemoteAnswer, { readonly kind: 'none' }>;

/** Temporary files of uploads: this, the id of the process, a dot, and the name. */
export const partPrefix = '.jhc-part.';

/** Sends a file in one round trip. The final name is there with all of the contents, or as it was before. */
export async function upload(connection: Connection, file: Upload): Promise<UploadResult> {
  const { remotePath, sha256, size, source, limit, signal, onProgress, inFolder = false } = file;
  const bad = unquotable(remotePath) ?? (/(?:^|\/)\.{0,2}$/.test(remotePath) ? 'it names no file' : undefined);
  if (bad !== undefined) return refused('bad-path', `${JSON.stringify(remotePath)} cannot be a file on the target: ${bad}.`);
  const reading = new Reading(source, onProgress);
  const answer = await connection.run({
    title: `upload ${remotePath} (${size} bytes)`,
    script: uploadScript(remotePath, sha256, size, inFolder),
    input: reading,
    limit,
    ...(signal && { signal }),
  });
  if (answer.kind === 'none') return answer;
  const { status, stdout, stderr, milliseconds } = answer;
  const said = stdout.trim().split('\n').at(-1) ?? '';
  if (status === 0 && said === 'stored') return { kind: 'stored', milliseconds };
  if (reading.failure !== undefined) return refused('unreadable', reading.failure, stderr);
  if (said === 'damaged') {
    const path = source instanceof Uint8Array ? undefined : source.path;
    if (path !== undefined && reading.complete && reading.digest !== sha256) {
      return refused('changed', `${path} changed since it was looked at: run this once more.`, stderr);
    }
    return refused(
      'damaged',
      `${remotePath} did not arrive on the target as it was sent, and was not put in place: run this once more.`,
      stderr,
    );
  }
  return refusal(remotePath, size, said, stderr);
}

/**
 * The script that stores its standard input: beside the final name first, and under it only when size and SHA-256 are right. It removes what earlier
 * uploads left, and prints `stored`, or what did not work: `folder`, `in-the-way`, `no-tool`, `write`, `damaged`, `rename`.
 */
export function uploadScript(remotePath: string, sha256: string, size: number, inFolder = false): string {
  return `LC_ALL=C; export LC_ALL; PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
umask 077
folder=${quote(posix.dirname(remotePath))}
name=${quote(posix.basename(remotePath))}
case $folder in -*) folder="./$folder" ;; esac
part="$folder/${partPrefix}$$.$name"
fail() { rm -f "$part"; echo "$1"; exit 1; }
command -v sha256sum >/dev/null || fail no-tool
${inFolder ? '[ -d "$folder" ]' : 'mkdir -p "$folder"'} || fail folder
if [ -d "$folder/$name" ]; then fail in-the-way; fi
for old in "$folder/${partPrefix}"*; do
  [ -f "$old" ] || continue
  rest="\${old##*/${partPrefix}}"
  if [ "\${rest#*.}" = "$name" ] || ! kill -0 "\${rest%%.*}" 2>/dev/null; then rm -f "$old"; fi
done
cat >"$part" || fail write
[ "$(wc -c <"$part")" -eq ${size} ] || fail damaged
sum="$(sha256sum <"$part")"
[ "\${sum%% *}" = ${quote(sha256)} ] || fail damaged
mv -f "$part" "$folder/$name" || fail rename
echo stored`;
}

const causes: readonly (readonly [RegExp, UploadProblem, string])[] = [
  [/No space left on device/i, 'no-space', 'the disk of the target is full. Free some space there (df -h)'],
  [/Disk quota exceeded/i, 'no-space', 'the disk quota of the login is used up'],
  [/File too large/i, 'no-space', 'the file system of the target takes no files of this size'],
  [
    /Read-only file system/i,
    'read-only',
    'the file system of the target is read-only. Remount it, or log in where the home folder can be written',
  ],
  [/Permission denied|Operation not permitted/i, 'permission', 'the login must not write there'],
  [/Not a directory|File exists/i, 'in-the-way', 'a file is in the way of a folder'],
  [/Input\/output error/i, 'failed', 'the disk of the target does not work: Input/output error'],
];

function refusal(remotePath: string, size: number, said: string, stderr: string): UploadResult {
  const message = (why: string) => `${remotePath} (${size} bytes) cannot be stored on the target: ${why}.`;
  if (said === 'in-the-way') return refused('in-the-way', message('a folder of that name is in the way'), stderr);
  if (said === 'no-tool') return refused('no-tool', message('it has no sha256sum; install coreutils or a busybox with it'), stderr);
  const found = causes.find(([pattern]) => pattern.test(stderr));
  if (found !== undefined) return refused(found[1], message(found[2]), stderr);
  const words = stderr.trim().split('\n').at(-1) ?? '';
  return refused('failed', message(words === '' ? `the step "${said}" failed` : words.replace(/\.$/, '')), stderr);
}

function refused(problem: UploadProblem, message: string, stderr = ''): UploadResult {
  return { kind: 'refused', problem, message, stderr };
}

/** What is sent. A file that cannot be read ends early, and the target notices that. */
class Reading implements AsyncIterable<Uint8Array> {
  failure: string | undefined;
  complete = false;
  digest: string | undefined;

  constructor(
    private readonly source: Upload['source'],
    private readonly onProgress: Upload['onProgress'],
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256');
    let sent = 0;
    try {
      for await (const bytes of this.chunks()) {
        hash.update(bytes);
        sent += bytes.length;
        yield bytes;
        this.onProgress?.(sent);
      }
    } catch (error) {
      this.failure = `${this.source instanceof Uint8Array ? 'The contents' : this.source.path} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      return;
    }
    this.digest = hash.digest('hex');
    this.complete = true;
  }

  private async *chunks(): AsyncGenerator<Uint8Array> {
    if (!(this.source instanceof Uint8Array)) {
      yield* createReadStream(this.source.path, { highWaterMark: 256 * 1024 });
      return;
    }
    for (let at = 0; at < this.source.length; at += 256 * 1024) yield this.source.subarray(at, at + 256 * 1024);
  }
}
