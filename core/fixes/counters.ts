import type { Config, ConfigArray } from '../config/model.ts';
import type { Fix } from '../source/finding.ts';
import { resize } from './elements.ts';
import { fix, together } from './source-text.ts';
import { removeField, setText } from './values.ts';

/** What a counter should say: `ARRAY_SIZE(config.mem_regions)`, `sizeof(config.cpus)`; undefined where no member is declared. */
export function counterExpression(config: Config, array: ConfigArray): string | undefined {
  const object = config.shape?.objectName;
  const members = config.shape?.members.filter((member) => member.kind === array.kind && member.size > 0) ?? [];
  if (object === undefined || members.length === 0) return undefined;
  const operator = array.unitSize === 1 && (array.kind === 'cpus' || array.counterName === 'pio_bitmap_size') ? 'sizeof' : 'ARRAY_SIZE';
  return members.map((member) => `${operator}(${object}.${member.name})`).join(' + ');
}

/** Sets the counter of an array to what is declared, beside the other counters; takes it out where nothing is declared. */
export function setCounter(config: Config, array: ConfigArray): readonly Fix[] {
  const expression = counterExpression(config, array);
  if (expression === undefined) return removeField(config, config.cell, array.counter);
  const ends = config.arrays.flatMap(({ counter }) => (counter.text?.file === config.path ? [counter.text.end] : []));
  const at = config.arrays.indexOf(array);
  const before = config.arrays.slice(0, at).findLast(({ counter }) => counter.text?.file === config.path)?.counter.text?.end;
  const place = before ?? (ends.length > 0 ? Math.max(...ends) : undefined);
  const { member } = array;
  const [counted] = setText(config, config.cell, array.counter, expression, place);
  if (counted === undefined) return [];
  // An array longer than its initialiser would now count elements that nobody wrote.
  if (member === undefined || array.kind === 'cpus' || member.initialised >= member.length) return [counted];
  const shrunk = member.initialised > 0 ? together(counted.edits, resize(config, member, member.initialised)) : undefined;
  return fix(`${counted.title} and shrink ${member.name} to ${member.initialised}`, shrunk);
}
