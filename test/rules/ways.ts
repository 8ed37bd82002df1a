import type { Architecture } from '@jailhouse-cells/core/config/model.ts';
import { defaultSettings, type WorkspaceSettings } from '@jailhouse-cells/core/workspace/settings.ts';
import { edited, type Rewriting, reversedMembers } from './rewriting.ts';

/** Another way to write the same config: what is wrong stays wrong, and at the same place. */
export interface Way {
  readonly name: string;
  /** Undefined where it does not apply to this text. */
  rewrite(text: string): Rewriting | undefined;
  /** The settings to read it with; told one of the old texts. */
  settings(text: string): WorkspaceSettings;
  /** Makes the config one for this architecture. */
  readonly arch?: Architecture;
  /** True when addresses, counts and names stay what they are, so that the message does too. */
  readonly sameMessage: boolean;
}

const notInText = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"[^"\n]*"|^[ \t]*#[^\n]*/gm;
const literal = /(?<![\w.])(?:0x[0-9a-fA-F]+|0b[01]+|[0-9]+)(?![\w.])/g;

/** Number literals of the config's initialiser, with their places. Not in comments, strings and directives. */
function literals(text: string): readonly RegExpExecArray[] {
  const blanked = text.replace(notInText, (found) => ' '.repeat(found.length));
  const begin = /\b\w+ = \{/.exec(blanked)?.index ?? blanked.length;
  return [...blanked.matchAll(literal)].filter(({ index }) => index >= begin);
}

function eachLiteral(text: string, write: (literal: string, index: number) => string): Rewriting | undefined {
  const found = literals(text);
  if (found.length === 0) return undefined;
  return edited(
    text,
    found.map((match, index) => ({ start: match.index, end: match.index + match[0].length, text: write(match[0], index) })),
  );
}

/** Macros of two kinds by turns: a plain one, and one that is made from another. */
function throughMacros(text: string): Rewriting | undefined {
  const found = literals(text);
  if (found.length === 0) return undefined;
  const defines = found.map(({ 0: value }, index) =>
    index % 2 === 0 ? `#define VALUE_${index} ${value}\n` : `#define BASE_${index} ${value}\n#define VALUE_${index} (BASE_${index})\n`,
  );
  const first = text.search(/^struct/m);
  if (first < 0) return undefined;
  return edited(text, [
    { start: first, end: first, text: defines.join('') },
    ...found.map((match, index) => ({ start: match.index, end: match.index + match[0].length, text: `VALUE_${index}` })),
  ]);
}

function withoutArchitecture(text: string): Rewriting | undefined {
  const line = /^[ \t]*\.architecture = JAILHOUSE_(?:ARM64|ARM|X86),\n/m.exec(text);
  return line === null ? undefined : edited(text, [{ start: line.index, end: line.index + line[0].length, text: '' }]);
}

/** Without `.architecture` the settings have to say it. */
function revision13(text: string): WorkspaceSettings {
  const arch = text.includes('JAILHOUSE_X86,') ? 'x86' : text.includes('JAILHOUSE_ARM,') ? 'arm' : 'arm64';
  return { ...defaultSettings, revision: 13, arch };
}

function replaced(text: string, from: string, to: string): Rewriting | undefined {
  const at = text.indexOf(from);
  return at < 0 ? undefined : edited(text, [{ start: at, end: at + from.length, text: to }]);
}

/** A region of size 0 is a place holder that nothing is mapped for: it moves every region on by one. */
function behindPlaceHolder(text: string): Rewriting | undefined {
  const declared = /(struct jailhouse_memory mem_regions\[)(\d+)\]/.exec(text);
  const array = /\.mem_regions = \{/.exec(text);
  if (declared === null || array === null) return undefined;
  const digits = declared.index + (declared[1] as string).length;
  const behind = array.index + array[0].length;
  const devices = [...text.matchAll(/\.type = JAILHOUSE_PCI_TYPE_IVSHMEM/g)].length;
  const starts = [...text.matchAll(/\.shmem_regions_start = /g)];
  if (devices !== starts.length) return undefined;
  return edited(text, [
    { start: digits, end: digits + (declared[2] as string).length, text: String(Number(declared[2]) + 1) },
    { start: behind, end: behind, text: ' { .flags = JAILHOUSE_MEM_READ },' },
    ...starts.map((match) => {
      const at = match.index + match[0].length;
      const value = /^[^,\n]+/.exec(text.slice(at))?.[0] ?? '';
      return { start: at, end: at + value.length, text: `1 + ${value}` };
    }),
  ]);
}

const plain = { settings: () => defaultSettings, sameMessage: true };

export const ways: readonly Way[] = [
  { ...plain, name: 'members in the other order', rewrite: reversedMembers },
  { ...plain, name: 'numbers through macros', rewrite: throughMacros },
  {
    ...plain,
    name: 'numbers in other notations',
    rewrite: (text) =>
      eachLiteral(text, (value, index) => {
        const number = BigInt(value);
        if (index % 3 === 0) return number <= 0x7fffffffn ? number.toString() : `${number}ULL`;
        return index % 3 === 1 ? `0X${number.toString(16).toUpperCase()}` : `(${value})`;
      }),
  },
  {
    ...plain,
    name: 'arm in place of arm64',
    arch: 'arm',
    sameMessage: false,
    rewrite: (text) => replaced(text, 'JAILHOUSE_ARM64,', 'JAILHOUSE_ARM,'),
  },
  { name: 'revision 13', sameMessage: false, settings: revision13, rewrite: withoutArchitecture },
  { ...plain, name: 'behind a place holder', sameMessage: false, rewrite: behindPlaceHolder },
];
