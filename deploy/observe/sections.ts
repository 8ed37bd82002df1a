import { randomBytes } from 'node:crypto';

/**
 * Scripts print what they find in sections: a line with a token that no output can guess, and the section's name. What a section holds is taken
 * literally.
 */
export class Sections {
  /** Changes with each script. */
  readonly token = `jhc-${randomBytes(9).toString('hex')}`;

  /** Shell text that defines `section NAME`. */
  get prelude(): string {
    return `section() { printf '\\n%s %s\\n' '${this.token}' "$1"; }`;
  }

  /** By name; a section that comes twice is joined. The line end in front of a header belongs to the header. */
  read(output: string): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    const header = new RegExp(`(?:^|\\n)${this.token} ([A-Za-z0-9:._-]+)\\n`, 'g');
    let name: string | undefined;
    let from = 0;
    const close = (end: number): void => {
      if (name !== undefined) found.set(name, (found.get(name) ?? '') + output.slice(from, end));
    };
    for (const match of output.matchAll(header)) {
      close(match.index);
      name = match[1];
      from = match.index + match[0].length;
    }
    close(output.length);
    return found;
  }
}

/** How every script begins: files for the login alone, texts in English, and the folders of administration programs in PATH, which ssh's shell leaves out. */
export const scriptStart = 'umask 077; LC_ALL=C; export LC_ALL; PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"; export PATH';
