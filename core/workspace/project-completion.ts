import { getLocation } from 'jsonc-parser';
import type { DirectoryEntry } from '../source/file-system.ts';
import { directoryOf, joinPath } from '../source/paths.ts';
import type { SourceFile } from '../source/source-file.ts';
import type { Span } from '../source/span.ts';

/** A path that may be written into jailhouse.json. */
export interface PathProposal {
  /** The whole text between the quotes. */
  readonly text: string;
  readonly kind: 'file' | 'directory';
}

export interface PathProposals {
  /** What the proposal takes the place of: the text between the quotes. */
  readonly span: Span;
  readonly proposals: readonly PathProposal[];
}

/** Which files the member at the end of a JSON path can name; undefined where it names no path. */
function wantedAt(path: readonly (string | number)[]): RegExp | undefined {
  const key = [...path].reverse().find((step) => typeof step === 'string');
  const inArray = typeof path.at(-1) === 'number';
  switch (key) {
    case 'rootCell':
    case 'config':
      return /\.(?:c|cell)$/;
    case 'cells':
      return inArray ? /\.(?:c|cell)$/ : undefined;
    case 'deviceTree':
      return /\.dt[bs]$/;
    case 'overlays':
      return inArray ? /\.(?:dts|dtso|dtbo|overlay)$/ : undefined;
    case 'configTxt':
    case 'cmdlineTxt':
      return /\.txt$/;
    case 'snapshot':
      return /\.json$/;
    case 'kernel':
    case 'initrd':
    case 'file':
      return /./;
    case 'headers':
      return /^$/;
    case 'includePaths':
      return inArray ? /^$/ : undefined;
    default:
      return undefined;
  }
}

/** The files and folders that can be written at an offset of a jailhouse.json; undefined where no path is wanted. */
export function pathProposalsAt(
  file: SourceFile,
  offset: number,
  list: (directory: string) => readonly DirectoryEntry[],
): PathProposals | undefined {
  const location = getLocation(file.text, offset);
  const wanted = location.isAtPropertyKey ? undefined : wantedAt(location.path);
  const value = location.previousNode;
  if (wanted === undefined || value?.type !== 'string' || offset <= value.offset || offset >= value.offset + Math.max(value.length, 2))
    return undefined;
  const start = value.offset + 1;
  const typed = file.text.slice(start, offset);
  const folder = typed.slice(0, typed.lastIndexOf('/') + 1);
  const entries = list(joinPath(directoryOf(file.path), folder === '' ? '.' : folder));
  const proposals = entries
    .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
    .filter(({ name, kind }) => kind === 'directory' || wanted.test(name))
    .map(({ name, kind }) => ({ text: `${folder}${name}${kind === 'directory' ? '/' : ''}`, kind }));
  return { span: { file: file.path, start, end: value.offset + value.length - 1 }, proposals };
}
