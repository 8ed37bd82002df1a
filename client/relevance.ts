/**
 * Whether the top of a C file calls for the language server: it includes a header of Jailhouse, or another C file (which may be
 * a config: upstream keeps variants of a board that way). False for every other C file, so that they cost nothing.
 */
export function callsForServer(top: string): boolean {
  return /^[ \t]*#[ \t]*include[ \t]*(?:<jailhouse\/[^>\n]*>|"[^"\n]*(?:jailhouse\/[^"\n]*|\.c)")/m.test(top);
}

/** Lines of a document that are looked at: includes stand below the licence, above everything else. */
export const linesLookedAt = 200;
