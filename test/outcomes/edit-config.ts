import type { Config, Field } from '@jailhouse-cells/core/config/model.ts';
import type { Span } from '@jailhouse-cells/core/source/span.ts';
import type { Mutation, NewRegion } from './mutation-language.ts';

/** Edits the C text of a config at the places that its model names: never the bytes. */

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

type AnyField = Field<bigint | number | string>;

interface Brace {
  readonly path: string;
  readonly text: Span | undefined;
}

/** Every field and every braced part of a config, by its path. */
export function fieldsOf(config: Config): { readonly fields: ReadonlyMap<string, AnyField>; readonly parts: ReadonlyMap<string, Brace> } {
  const fields = new Map<string, AnyField>();
  const parts = new Map<string, Brace>();
  const seen = new Set<object>();
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array || seen.has(node)) return;
    seen.add(node);
    if ('path' in node && typeof node.path === 'string' && 'span' in node) {
      if ('value' in node && 'offset' in node) fields.set(node.path, node as AnyField);
      else parts.set(node.path, node as unknown as Brace);
    }
    for (const child of Object.values(node)) walk(child);
  };
  walk({ ...config, path: undefined });
  return { fields, parts };
}

const shortNames: Readonly<Record<string, string>> = { rev: 'revision', arch: 'architecture', sig: 'signature' };

/** The model's path for a path as outcomes.tsv writes it. */
export function fullPath(config: Config, path: string): string {
  if (/^(cpus|mem_regions|irqchips|pci_devices)\b/.test(path)) return path;
  const named = path.replace(/[a-z_]+$/, (last) => shortNames[last] ?? last);
  if (config.kind === 'cell') return `cell.${named}`;
  if (/^(pci_|arm\.)/.test(named)) return `header.platform_info.${named}`;
  return `header.${named}`;
}

/** The text with the mutations done. `set` checks that the field had the value that the row starts from. */
export function mutate(config: Config, text: string, mutations: readonly Mutation[]): string {
  const edits: Edit[] = [];
  for (const mutation of mutations) edits.push(...editsFor(config, text, mutation));
  edits.sort((a, b) => b.start - a.start);
  let mutated = text;
  for (const { start, end, text: replacement } of edits) mutated = mutated.slice(0, start) + replacement + mutated.slice(end);
  return mutated;
}

function editsFor(config: Config, text: string, mutation: Mutation): readonly Edit[] {
  switch (mutation.kind) {
    case 'set':
      return setField(config, text, fullPath(config, mutation.path), mutation.to);
    case 'append-region': {
      const array = arrayOf(config, 'mem_regions');
      return [insertBeforeBrace(text, array.initialiser, regionText(mutation.region)), resize(text, array.dimension, 1)];
    }
    case 'insert-region': {
      const array = arrayOf(config, 'mem_regions');
      const at = elementSpan(config, mutation.before).start;
      return [{ start: at, end: at, text: `${regionText(mutation.region)} ` }, resize(text, array.dimension, 1)];
    }
    case 'duplicate': {
      const array = arrayOf(config, mutation.array);
      const element = elementSpan(config, `${mutation.array}[${mutation.index}]`);
      return [
        { start: element.end, end: element.end, text: `, ${text.slice(element.start, element.end)}` },
        resize(text, array.dimension, 1),
      ];
    }
    case 'order': {
      const spans = mutation.from.map((index) => elementSpan(config, `${mutation.array}[${index}]`));
      return spans.map(({ start, end }, place) => {
        const from = elementSpan(config, `${mutation.array}[${mutation.to[place]}]`);
        return { start, end, text: text.slice(from.start, from.end) };
      });
    }
    case 'remove-array': {
      const array = arrayOf(config, mutation.array);
      const declaration = { start: lineStart(text, array.span.start), end: lineEnd(text, array.span.end), text: '' };
      const designator = text.lastIndexOf(`.${mutation.array}`, array.initialiser.start);
      const initialiser = { start: lineStart(text, designator), end: lineEnd(text, array.initialiser.end), text: '' };
      const counter = arrayCounter(config, mutation.counter);
      return [declaration, initialiser, { start: lineStart(text, counter.start), end: lineEnd(text, counter.end), text: '' }];
    }
    case 'cpu-words': {
      const array = arrayOf(config, 'cpus');
      const start = lineStart(text, array.span.start);
      return [
        { start, end: lineEnd(text, array.span.end), text: `\t${mutation.type} cpus[${mutation.words.length}];\n` },
        { start: array.initialiser.start, end: array.initialiser.end, text: `{ ${mutation.words.join(', ')} }` },
      ];
    }
    case 'append-bytes':
      throw new Error('bytes are appended to a .cell file, not to a text');
  }
}

function setField(config: Config, text: string, path: string, to: string): readonly Edit[] {
  const { fields, parts } = fieldsOf(config);
  const field = fields.get(path);
  if (field === undefined) throw new Error(`${config.path} has no field ${path}`);
  if (field.text !== undefined && field.text.file === config.path) return [{ start: field.text.start, end: field.text.end, text: to }];
  // A word of bar_mask: the whole mask is one macro in the text, so it is written out.
  const word = /^(.*\.bar_mask)\[(\d)\]$/.exec(path);
  if (word) {
    const values = [0, 1, 2, 3, 4, 5].map((index) =>
      index === Number(word[2]) ? to : `0x${fields.get(`${word[1]}[${index}]`)?.value.toString(16)}`,
    );
    const element = elementSpan(config, path.replace(/\..*/, ''));
    const macro = text.indexOf('JAILHOUSE_IVSHMEM_BAR_MASK_INTX', element.start);
    if (macro < 0 || macro >= element.end) throw new Error(`${path} is not given by JAILHOUSE_IVSHMEM_BAR_MASK_INTX`);
    return [{ start: macro, end: macro + 'JAILHOUSE_IVSHMEM_BAR_MASK_INTX'.length, text: `{ ${values.join(', ')} }` }];
  }
  if (field.explicit) throw new Error(`${path} comes out of a macro`);
  const dot = path.lastIndexOf('.');
  const part = parts.get(path.slice(0, dot));
  if (part?.text === undefined) throw new Error(`${path.slice(0, dot)} has no braces to add ${path} to`);
  return [insertBeforeBrace(text, part.text, `${path.slice(dot)} = ${to},`)];
}

interface ArrayPlaces {
  readonly span: Span;
  readonly dimension: Span;
  readonly initialiser: Span;
}

function arrayOf(config: Config, name: string): ArrayPlaces {
  const member = config.shape?.members.find((candidate) => candidate.name === name);
  if (member?.dimension === undefined || member.initialiser === undefined) throw new Error(`${config.path} has no array ${name}`);
  return { span: member.span, dimension: member.dimension, initialiser: member.initialiser };
}

function arrayCounter(config: Config, name: string): Span {
  const counter = config.arrays.find((array) => array.counterName === name)?.counter;
  if (counter?.text === undefined) throw new Error(`${config.path} has no counter ${name}`);
  return counter.text;
}

function elementSpan(config: Config, path: string): Span {
  const span = fieldsOf(config).parts.get(path)?.text;
  if (span === undefined) throw new Error(`${path} is not written in braces`);
  return span;
}

function insertBeforeBrace(text: string, braces: Span, inserted: string): Edit {
  const body = text.slice(braces.start + 1, braces.end - 1).trimEnd();
  const comma = body === '' || body.endsWith(',') ? '' : ',';
  const at = braces.start + 1 + body.length;
  return { start: at, end: at, text: `${comma} ${inserted}` };
}

function resize(text: string, dimension: Span, by: number): Edit {
  return { start: dimension.start, end: dimension.end, text: String(Number(text.slice(dimension.start, dimension.end)) + by) };
}

function regionText({ phys, virt, size, flags }: NewRegion): string {
  return `{ .phys_start = ${phys}, .virt_start = ${virt}, .size = ${size}, .flags = ${flags} },`;
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}
