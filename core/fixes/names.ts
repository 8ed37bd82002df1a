import type { Config } from '../config/model.ts';
import type { Fix } from '../source/finding.ts';
import { baseName } from '../source/paths.ts';
import { textAt } from './source-text.ts';
import { setText } from './values.ts';

const plainLiteral = /^"[ !#-[\]-~]*"$/;

/** Writes another name in place of a plain string literal; nothing where it would not fit. */
export function rename(config: Config, name: string): readonly Fix[] {
  const field = config.cell.name;
  const literal = `"${name}"`;
  if (!plainLiteral.test(textAt(config, field.text) ?? '') || !plainLiteral.test(literal)) return [];
  return name === '' || name === field.value || name.length >= field.size ? [] : setText(config, config.cell, field, literal);
}

/** The same as a proposal: names are the author's. */
export function offerName(config: Config, name: string): readonly Fix[] {
  return rename(config, name).map((one) => ({ ...one, needsChoice: true }));
}

/** `rpi4-linux-demo` of `configs/rpi4-linux-demo.c`. */
export function fileStem(config: Config): string {
  return baseName(config.path).replace(/\.[^.]*$/, '');
}
