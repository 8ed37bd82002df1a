/** A config format revision that the table knows (JAILHOUSE_CONFIG_REVISION). */
export type Revision = 10 | 11 | 12 | 13 | 14;

/** They all, oldest first. */
export const revisions: readonly Revision[] = [10, 11, 12, 13, 14];

/** The newest revision: what upstream's master and next use. */
export const latestRevision: Revision = 14;

/** From which revision to which an entry stands in the header, both included. Left out: from 10, to 14. */
export interface Lifetime {
  readonly since?: Revision;
  readonly until?: Revision;
}

/** What a number counts or names. */
export type Unit =
  | 'bytes'
  | 'physical address'
  | 'guest-physical address'
  | 'host or guest address'
  | 'count'
  | 'index'
  | 'kHz'
  | 'spin iterations'
  | 'INTID'
  | 'SPI'
  | 'I/O port'
  | 'bit set'
  | 'bit number'
  | 'bus number'
  | 'PCI domain'
  | 'bus << 8 | device << 3 | function'
  | 'config space offset'
  | 'stream id';

/** Integer and character types of the header; all but `unsigned long` have the same size everywhere. */
export type ScalarType = 'char' | 'u8' | 'u16' | 'u64' | '__u8' | '__u16' | '__u32' | '__u64' | 'unsigned long';

/** `struct jailhouse_memory` and its like, named by its tag. */
export interface RecordReference {
  readonly reference: string;
}

/** A struct or union written inside another one; a field without name makes it anonymous. */
export interface InlineRecord {
  readonly kind: 'struct' | 'union';
  readonly packed: boolean;
  readonly fields: readonly FieldEntry[];
}

export type FieldType = ScalarType | RecordReference | InlineRecord;

/** An array's length: the number, and the text between the brackets where that is not just the number. */
export interface Dimension {
  readonly length: number;
  readonly text: string;
}

/** A member of a struct or union. */
export interface FieldEntry extends Lifetime {
  readonly entry: 'field';
  /** Empty for an anonymous member. */
  readonly name: string;
  readonly type: FieldType;
  readonly dimension?: Dimension;
  /** Width of a bit-field. */
  readonly bits?: number;
  readonly unit?: Unit;
  /** One sentence. */
  readonly doc: string;
}

/** A struct or union with a tag. */
export interface RecordEntry extends Lifetime {
  readonly entry: 'record';
  readonly kind: 'struct' | 'union';
  readonly tag: string;
  readonly packed: boolean;
  readonly fields: readonly FieldEntry[];
  /** One sentence. */
  readonly doc: string;
}

/** An object-like macro with one value. */
export interface ConstantEntry extends Lifetime {
  readonly entry: 'constant';
  readonly name: string;
  /** The replacement as C text; it decides the C type as well (0x80000000 is unsigned). */
  readonly text: string;
  /** What it evaluates to; a string for the signatures. */
  readonly value: bigint | string;
  readonly unit?: Unit;
  /** One sentence. */
  readonly doc: string;
}

/** A macro with parameters, or one that is a whole initialiser. */
export interface MacroEntry extends Lifetime {
  readonly entry: 'macro';
  readonly name: string;
  /** Undefined for an object-like macro. */
  readonly parameters: readonly string[] | undefined;
  /** The replacement, one line per string, indented with spaces. */
  readonly body: readonly string[];
  /** Set when a definition made earlier (`-D`, an own `#define`) is kept. */
  readonly keepEarlier?: boolean;
  /** One sentence. */
  readonly doc: string;
}

export type HeaderEntry = RecordEntry | ConstantEntry | MacroEntry;

/** Entries of a header that belong together, in the order in which they are written. */
export interface Section {
  readonly title: string;
  readonly entries: readonly HeaderEntry[];
}

/** True when the entry stands in the header of that revision. */
export function inRevision(entry: Lifetime, revision: Revision): boolean {
  return (entry.since ?? 10) <= revision && revision <= (entry.until ?? 14);
}

interface FieldDetails extends Lifetime {
  readonly dimension?: Dimension;
  readonly bits?: number;
  readonly unit?: Unit;
}

export function field(type: FieldType, name: string, doc: string, details: FieldDetails = {}): FieldEntry {
  return { entry: 'field', name, type, doc, ...details };
}

/** An array's length, given as a number or by the constants that the header writes. */
export function dimension(length: number, text: string = String(length)): Dimension {
  return { length, text };
}

export function packed(kind: 'struct' | 'union', fields: readonly FieldEntry[]): InlineRecord {
  return { kind, packed: true, fields };
}

export function unpacked(kind: 'struct' | 'union', fields: readonly FieldEntry[]): InlineRecord {
  return { kind, packed: false, fields };
}

export function struct(tag: string, doc: string, fields: readonly FieldEntry[], lifetime: Lifetime = {}): RecordEntry {
  return { entry: 'record', kind: 'struct', tag, packed: true, fields, doc, ...lifetime };
}

interface ConstantDetails extends Lifetime {
  readonly unit?: Unit;
}

/** A constant whose text is an integer or string literal. */
export function constant(name: string, text: string, doc: string, details: ConstantDetails = {}): ConstantEntry {
  const value = text.startsWith('"') ? text.slice(1, -1) : BigInt(text);
  return { entry: 'constant', name, text, value, doc, ...details };
}

/** A constant made of others. */
export function computed(name: string, text: string, value: bigint, doc: string, details: ConstantDetails = {}): ConstantEntry {
  return { entry: 'constant', name, text, value, doc, ...details };
}

interface MacroDetails extends Lifetime {
  readonly keepEarlier?: boolean;
}

export function macro(
  name: string,
  parameters: readonly string[] | undefined,
  body: readonly string[],
  doc: string,
  details: MacroDetails = {},
): MacroEntry {
  return { entry: 'macro', name, parameters, body, doc, ...details };
}
