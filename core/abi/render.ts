import {
  type ConstantEntry,
  type FieldEntry,
  type HeaderEntry,
  type InlineRecord,
  inRevision,
  type MacroEntry,
  type RecordEntry,
  type Revision,
  type Section,
  type Unit,
} from './entry.ts';

/** Units that the comment names; of the others the sentence says enough. */
const shownUnits: ReadonlySet<Unit> = new Set<Unit>([
  'bytes',
  'physical address',
  'guest-physical address',
  'kHz',
  'spin iterations',
  'INTID',
  'SPI',
  'bus << 8 | device << 3 | function',
]);

/** The entries of a revision as C text, one paragraph per section. */
export function renderSections(sections: readonly Section[], revision: Revision): string {
  const paragraphs: string[] = [];
  for (const section of sections) {
    const entries = section.entries.filter((entry) => inRevision(entry, revision));
    if (entries.length > 0) paragraphs.push(`/* ---- ${section.title} ---- */\n\n${renderEntries(entries, revision)}`);
  }
  return paragraphs.join('\n');
}

function renderEntries(entries: readonly HeaderEntry[], revision: Revision): string {
  const constants = entries.filter((entry) => entry.entry === 'constant');
  const nameWidth = Math.max(0, ...constants.map((entry) => entry.name.length));
  const textWidth = Math.max(0, ...constants.map((entry) => entry.text.length));
  let text = '';
  let previous: HeaderEntry['entry'] | undefined;
  for (const entry of entries) {
    if (previous !== undefined && (entry.entry !== 'constant' || previous !== 'constant')) text += '\n';
    previous = entry.entry;
    if (entry.entry === 'constant') text += renderConstant(entry, nameWidth, textWidth);
    else if (entry.entry === 'macro') text += renderMacro(entry);
    else text += renderRecord(entry, revision);
  }
  return text;
}

function renderConstant(entry: ConstantEntry, nameWidth: number, textWidth: number): string {
  return `#define ${entry.name.padEnd(nameWidth)}  ${entry.text.padEnd(textWidth)}  ${comment(entry)}\n`;
}

function renderMacro(entry: MacroEntry): string {
  const head = `#define ${entry.name}${entry.parameters ? `(${entry.parameters.join(', ')})` : ''}`;
  const [first] = entry.body;
  const lines =
    entry.body.length === 1 && first !== undefined ? [`${head} ${first}`] : continued([head, ...entry.body.map((line) => `  ${line}`)]);
  const definition = entry.keepEarlier ? [`#ifndef ${entry.name}`, ...lines, '#endif'] : lines;
  return `${comment(entry)}\n${definition.join('\n')}\n`;
}

/** Line splices, in one column. */
function continued(lines: readonly string[]): string[] {
  const width = Math.max(...lines.map((line) => line.length));
  return lines.map((line, index) => (index + 1 < lines.length ? `${line.padEnd(width)} \\` : line));
}

function renderRecord(entry: RecordEntry, revision: Revision): string {
  const head = `${comment(entry)}\n${entry.kind} ${entry.tag} {\n`;
  return `${head}${renderFields(entry.fields, revision, '  ')}}${entry.packed ? ' __attribute__((packed))' : ''};\n`;
}

function renderFields(fields: readonly FieldEntry[], revision: Revision, indent: string): string {
  const present = fields.filter((field) => inRevision(field, revision));
  const width = Math.max(0, ...present.map((field) => (inlineRecord(field) ? 0 : declaration(field).length)));
  let text = '';
  for (const field of present) {
    const record = inlineRecord(field);
    if (record) {
      text += `${indent}${record.kind} { ${comment(field)}\n${renderFields(record.fields, revision, `${indent}  `)}`;
      text += `${indent}}${record.packed ? ' __attribute__((packed))' : ''}${field.name && ` ${field.name}`};\n`;
    } else {
      text += `${indent}${declaration(field).padEnd(width)}  ${comment(field)}\n`;
    }
  }
  return text;
}

function inlineRecord(field: FieldEntry): InlineRecord | undefined {
  return typeof field.type !== 'string' && 'fields' in field.type ? field.type : undefined;
}

function declaration(field: FieldEntry): string {
  const type = typeof field.type === 'string' ? field.type : 'reference' in field.type ? `struct ${field.type.reference}` : '';
  const suffix = field.dimension ? `[${field.dimension.text}]` : field.bits !== undefined ? ` : ${field.bits}` : '';
  return `${type} ${field.name}${suffix};`;
}

function comment(entry: { readonly doc: string; readonly unit?: Unit }): string {
  return `/* ${entry.doc}${entry.unit && shownUnits.has(entry.unit) ? ` [${entry.unit}]` : ''} */`;
}
