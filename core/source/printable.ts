/**
 * Characters that a terminal would act on instead of showing: C0 and C1 controls, DEL, line and paragraph separators,
 * direction marks (they can make text read other than it is), invisible format characters and lone surrogates.
 */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text from a config, a path or the command line, made safe to print on one line: `\n`, `\x1b`, `\u{202e}`. */
export function printable(text: string): string {
  return text.replace(unprintable, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const name = named[character];
  if (name !== undefined) return name;
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
