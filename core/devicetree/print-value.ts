import { hex, humanSize } from '../source/numbers.ts';
import { rangesOf, rangesShape, regOf, regShape } from './addresses.ts';
import { interruptCells, interruptParentOf } from './interrupt-parent.ts';
import type { TreeNode, TreeProperty } from './model.ts';
import { namedNodes } from './phandle-properties.ts';
import { cellsOf } from './tree-access.ts';

/** Characters; a longer path to a node is no help, and the cell stays a number. */
const LONGEST_PATH = 120;
/** Cells and bytes on a line where nothing says how the value divides. */
const CELLS_ON_A_LINE = 8;
const BYTES_ON_A_LINE = 16;
const CHARACTERS_ON_A_LINE = 100;

/** One line of a value: `<…>`, strings or `[…]`, and what is to be said of it. */
interface Piece {
  readonly text: string;
  readonly comment: string | undefined;
}

export class ValuePrinter {
  constructor(
    private readonly phandles: ReadonlyMap<number, TreeNode>,
    private readonly labels: ReadonlyMap<TreeNode, readonly string[]>,
    private readonly baseLabels: ReadonlyMap<TreeProperty, ReadonlyMap<number, string>>,
  ) {}

  /** `name = value;`, over several lines where the value has several entries. */
  statement(node: TreeNode, property: TreeProperty, indent: string): string {
    if (property.value.length === 0) return `${indent}${property.name};`;
    const pieces = this.pieces(node, property);
    const lines = pieces.map(({ text, comment }, index) => {
      const start = index === 0 ? `${indent}${property.name} = ` : `${indent}\t`;
      const end = index === pieces.length - 1 ? ';' : ',';
      return `${start}${text}${end}${comment === undefined ? '' : ` /* ${comment} */`}`;
    });
    return lines.join('\n');
  }

  private pieces(node: TreeNode, property: TreeProperty): readonly Piece[] {
    const kind = valueKind(property);
    if (kind === 'strings') return stringPieces(property.value);
    return kind === 'bytes' ? bytePieces(property.value) : this.cellPieces(node, property);
  }

  private cellPieces(node: TreeNode, property: TreeProperty): readonly Piece[] {
    const numbers = cellsOf(property);
    const named = this.namedCells(property, numbers);
    const base = this.baseLabels.get(property);
    const cells = numbers.map((cell, at) => {
      const label = base?.get(at * 4);
      return label === undefined ? (named.get(at) ?? hex(cell)) : `${hex(cell)} /* &${label} */`;
    });
    const comments = commentsOn(node, property);
    const starts = entryStarts(node, property, cells.length, named);
    return starts.map((start, index) => ({
      text: `<${cells.slice(start, starts[index + 1] ?? cells.length).join(' ')}>`,
      comment: comments[index],
    }));
  }

  /** References by index of the cell: those that the author wrote, or those that the property is known for. */
  private namedCells(property: TreeProperty, numbers: readonly number[]): ReadonlyMap<number, string> {
    const nodes =
      property.parts.length === 0
        ? namedNodes(property, this.phandles)
        : new Map(
            property.parts
              .filter(({ kind, reference, size, offset }) => kind === 'cell' && reference !== undefined && size === 4 && offset % 4 === 0)
              .map(({ offset }) => [offset / 4, this.phandles.get(numbers[offset / 4] ?? 0)] as const),
          );
    const named = new Map<number, string>();
    for (const [at, node] of nodes) {
      const text = node && this.reference(node);
      if (text !== undefined) named.set(at, text);
    }
    return named;
  }

  private reference(node: TreeNode): string | undefined {
    const [label] = node.parent === undefined ? [] : (this.labels.get(node) ?? []);
    if (label !== undefined) return `&${label}`;
    let path = '';
    for (let at = node; at.parent !== undefined; at = at.parent) {
      path = `/${at.name}${path}`;
      const { name } = at;
      const first = at.parent.children.find((sibling) => sibling.name === name);
      if (path.length > LONGEST_PATH || first !== at || !/^[\w,.+*#?@-]+$/.test(name)) return undefined;
    }
    return path === '' ? undefined : `&{${path}}`;
  }
}

/** What a value is most likely made of; a blob does not say it. */
export function valueKind(property: TreeProperty): 'empty' | 'strings' | 'cells' | 'bytes' {
  const { value } = property;
  if (value.length === 0) return 'empty';
  if (!holdsCells(property) && readsAsStrings(value)) return 'strings';
  return value.length % 4 === 0 ? 'cells' : 'bytes';
}

function plain(text: string): Piece {
  return { text, comment: undefined };
}

/** Values that are numbers also where their bytes would read as text. */
const cellNames =
  /^(?:#.*|reg|ranges|dma-ranges|phandle|linux,phandle|interrupts|interrupt-map|interrupt-map-mask|interrupt-parent|clock-frequency)$/;

function holdsCells({ name, value, parts }: TreeProperty): boolean {
  if (value.length % 4 !== 0) return false;
  return parts.length === 0 ? cellNames.test(name) : parts.every(({ kind, size }) => kind === 'cell' && size === 4);
}

/** As dtc guesses: text with a NUL at its end, and not more NULs than characters. */
function readsAsStrings(value: Uint8Array): boolean {
  if (value.at(-1) !== 0) return false;
  let nuls = 0;
  for (const byte of value) {
    if (byte === 0) nuls++;
    else if ((byte < 0x20 || byte > 0x7e) && byte !== 9 && byte !== 10 && byte !== 13) return false;
  }
  return nuls <= value.length - nuls;
}

const escapes: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function stringPieces(value: Uint8Array): readonly Piece[] {
  const lines: string[] = [];
  for (const text of new TextDecoder().decode(value.subarray(0, value.length - 1)).split('\0')) {
    const quoted = `"${text.replace(/["\\\t\n\r]/g, (special) => escapes[special] as string)}"`;
    const last = lines.at(-1);
    if (last !== undefined && last.length + quoted.length < CHARACTERS_ON_A_LINE) lines[lines.length - 1] = `${last}, ${quoted}`;
    else lines.push(quoted);
  }
  return lines.map(plain);
}

function bytePieces(value: Uint8Array): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < value.length; at += BYTES_ON_A_LINE) {
    const line = value.subarray(at, at + BYTES_ON_A_LINE);
    pieces.push(plain(`[${Array.from(line, (byte) => byte.toString(16).padStart(2, '0')).join(' ')}]`));
  }
  return pieces;
}

/** The cells with which the entries of a value begin, one entry on each line. */
function entryStarts(node: TreeNode, property: TreeProperty, cells: number, named: ReadonlyMap<number, string>): readonly number[] {
  if (named.size > 1 && named.has(0)) {
    const starts = [...named.keys()];
    // A list of nothing but nodes reads well on one line.
    if (named.size < cells) return starts;
  }
  const each = cellsPerEntry(node, property.name, cells) ?? CELLS_ON_A_LINE;
  const starts: number[] = [];
  for (let at = 0; at < cells; at += each) starts.push(at);
  return starts;
}

/** Undefined where the cells do not divide by it. */
function cellsPerEntry(node: TreeNode, name: string, cells: number): number | undefined {
  let each: number | undefined;
  if (name === 'reg') each = regShape(node)?.perEntry;
  else if (name === 'ranges') each = rangesShape(node)?.perEntry;
  else if (name === 'interrupts') {
    const controller = interruptParentOf(node);
    each = controller && interruptCells(controller);
  }
  return each !== undefined && each > 0 && cells % each === 0 ? each : undefined;
}

/** By entry: where the CPUs see it, and how large it is. */
function commentsOn(node: TreeNode, property: TreeProperty): readonly (string | undefined)[] {
  if (property.name === 'reg')
    return regOf(node).map(({ address, size }) =>
      address === undefined || size === 0n ? undefined : `${hex(address)}, ${humanSize(size)}`,
    );
  if (property.name !== 'ranges') return [];
  return (rangesOf(node) ?? []).map(({ childAddress, address, size }) =>
    address === undefined ? undefined : `${hex(childAddress)} is at ${hex(address)}, ${humanSize(size)}`,
  );
}
