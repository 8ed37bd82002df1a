import type { Config, Field } from '../config/model.ts';
import type { Fix } from '../source/finding.ts';
import type { Span } from '../source/span.ts';
import { addMember, bracesAt, removeItem } from './braces.ts';
import { numberLike } from './number-style.ts';
import { choice, type Edits, edit, fix, sourceOf, textAt } from './source-text.ts';

/** What holds a field: the struct whose braces an edit may add to. */
export interface Holder {
  readonly text: Span | undefined;
}

/** The member's name as C writes it: the last part of the field's path. */
export function memberName(field: Field<unknown>): string {
  return field.path.slice(field.path.lastIndexOf('.') + 1);
}

/** Writes another value: in place of the typed one, or as a new `.name = value` in `holder` where nothing is written. */
export function writeValue(config: Config, holder: Holder | undefined, field: Field<unknown>, newText: string, after?: number): Edits {
  if (sourceOf(config) === undefined) return undefined;
  if (field.text !== undefined)
    return field.text.file === config.path ? [edit(config, field.text.start, field.text.end, newText)] : undefined;
  return field.explicit ? undefined : addMember(config, holder?.text, `.${memberName(field)} = ${newText}`, after);
}

/** Writes another number in the author's style. */
export function writeNumber(config: Config, holder: Holder | undefined, field: Field<bigint | number>, value: bigint): Edits {
  return writeValue(config, holder, field, numberLike(textAt(config, field.text), value));
}

/** `Set size to 0x1000`. */
export function setNumber(config: Config, holder: Holder | undefined, field: Field<bigint | number>, value: bigint): readonly Fix[] {
  return fix(`Set ${memberName(field)} to ${numberLike(textAt(config, field.text), value)}`, writeNumber(config, holder, field, value));
}

/** The same where the author has to choose among several. */
export function offerNumber(
  config: Config,
  holder: Holder | undefined,
  field: Field<bigint | number>,
  value: bigint,
  why = '',
): readonly Fix[] {
  return choice(
    `Set ${memberName(field)} to ${numberLike(textAt(config, field.text), value)}${why && ` (${why})`}`,
    writeNumber(config, holder, field, value),
  );
}

/** `Write JAILHOUSE_ARM64 as architecture`, or `Add .architecture = JAILHOUSE_ARM64`. */
export function setText(
  config: Config,
  holder: Holder | undefined,
  field: Field<unknown>,
  newText: string,
  after?: number,
): readonly Fix[] {
  const title = field.explicit ? `Set ${memberName(field)} to ${newText}` : `Add .${memberName(field)} = ${newText}`;
  return fix(title, writeValue(config, holder, field, newText, after));
}

/** `Remove .pin_base = 32`. */
export function removeField(config: Config, holder: Holder | undefined, field: Field<unknown>): readonly Fix[] {
  if (field.text?.file !== config.path) return [];
  const typed = textAt(config, field.text) ?? '';
  return fix(`Remove .${memberName(field)} = ${typed.replace(/\s+/g, ' ')}`, removeItem(config, holder?.text, field.text.start));
}

/** The same as setText where the author has to choose. */
export function offerText(config: Config, holder: Holder | undefined, field: Field<unknown>, newText: string): readonly Fix[] {
  return setText(config, holder, field, newText).map((one) => ({ ...one, needsChoice: true }));
}

/** Writes a member by name, whatever stands there now, aggregates too: `.bar_mask = JAILHOUSE_…`. */
export function setMember(config: Config, holder: Holder | undefined, name: string, newText: string): readonly Fix[] {
  const items = bracesAt(config, holder?.text)?.items.filter((item) => item.name === name) ?? [];
  const [item] = items;
  if (item === undefined) return fix(`Add .${name} = ${newText}`, addMember(config, holder?.text, `.${name} = ${newText}`));
  return items.length > 1 ? [] : fix(`Set ${name} to ${newText}`, [edit(config, item.start, item.end, `.${name} = ${newText}`)]);
}
