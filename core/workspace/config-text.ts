import type { SourceFile } from '../source/source-file.ts';

/**
 * What the text of a file suggests before it is read: which files of a folder are configs, and which of them are system
 * configs. Only discovery goes by this; no value does.
 */
export type ConfigHint = 'system' | 'cell' | undefined;

const structOfConfig = /\bstruct\s+jailhouse_(system|cell_desc)\s+\w+\s*(?:;|=|\{|$)/m;
const namedObject = /\bstruct\s+jailhouse_(?:system|cell_desc)\s+\w+\s*=/;
/** `} __attribute__((packed)) config = {` */
const closedObject = /\}([^;{}=]*)=\s*\{/g;
/** After the end of a function, the next object begins with one of these: a driver that reads configs is none. */
const otherObject = /\b(?:struct|union|enum|static|extern)\b/;
const includeOfSource = /^[ \t]*#[ \t]*include[ \t]*"([^"\n]+\.[ch])"/gm;

/** `includes` answers for a file that a config consists of: some configs are a #define and an #include of another. */
export function hintOf(file: SourceFile, includes: (name: string) => ConfigHint): ConfigHint {
  const { text } = file;
  const match = structOfConfig.exec(text);
  if (match && definesObject(text)) return match[1] === 'system' ? 'system' : 'cell';
  // A header only declares; a file of this size that includes sources is no config either.
  if (text.length > 1_000_000) return undefined;
  for (const include of text.matchAll(includeOfSource)) {
    const hint = includes(include[1] as string);
    if (hint) return hint;
  }
  return undefined;
}

function definesObject(text: string): boolean {
  if (namedObject.test(text)) return true;
  for (const [, between = ''] of text.matchAll(closedObject)) if (!otherObject.test(between)) return true;
  return false;
}
