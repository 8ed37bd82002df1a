import { readFileSync } from 'node:fs';

/** One small tree of test/fixtures/devicetree: its text, the files beside it, and how it is compiled. */
export interface SourceCase {
  readonly name: string;
  /** With the header in front. */
  readonly source: string;
  readonly files: ReadonlyMap<string, string>;
  /** `dtc -@` */
  readonly symbols: boolean;
  /** Words in brackets behind the name. */
  readonly words: readonly string[];
}

/**
 * Reads the cases of a file: `=== name [words]`, the text, and `--- file NAME` before each further file. The words: `plugin`
 * makes it an overlay, `-@` asks for symbols, `bare` leaves out the header.
 */
export function sourceCases(file: string): SourceCase[] {
  const text = readFileSync(new URL(`../fixtures/devicetree/${file}`, import.meta.url), 'utf8');
  return text
    .split(/^=== /m)
    .slice(1)
    .map((section) => {
      const end = section.indexOf('\n');
      const [, name = '', list = ''] = /^(.*?)(?: \[(.*)\])?$/.exec(section.slice(0, end)) ?? [];
      const words = list.split(' ').filter((word) => word !== '');
      const [main = '', ...others] = section.slice(end + 1).split(/^--- file /m);
      const header = words.includes('bare') ? '' : words.includes('plugin') ? '/dts-v1/;\n/plugin/;\n' : '/dts-v1/;\n';
      const files = new Map(others.map((other) => [other.slice(0, other.indexOf('\n')), other.slice(other.indexOf('\n') + 1)]));
      return { name, source: header + main, files, symbols: words.includes('-@'), words };
    });
}
