import { pinsPerIrqchip } from '../config/interrupt-pins.ts';
import type { Config, Field, Irqchip } from '../config/model.ts';
import type { Fix } from '../source/finding.ts';
import { addMember } from './braces.ts';
import { isNumberLiteral, numberLike } from './number-style.ts';
import { type Edits, edit, fix, textAt, tokensIn } from './source-text.ts';

/** Sets and clears bits of a typed word: a literal is rewritten in its style, an expression gets `| …` or `& ~…` behind it. */
export function changeBits(config: Config, word: Field<bigint | number>, set: bigint, clear: bigint): Edits {
  const typed = textAt(config, word.text);
  if (typed === undefined || word.text === undefined) return undefined;
  const { start, end } = word.text;
  const value = (BigInt(word.value) | set) & ~clear;
  const names = tokensIn(config, word.text)?.some((token) => token.kind === 1) ?? true;
  if (isNumberLiteral(typed) || (!names && set === 0n)) return [edit(config, start, end, numberLike(typed, value))];
  if (clear === 0n) return [edit(config, start, start, '('), edit(config, end, end, `) | 0x${set.toString(16)}`)];
  const masked = `~0x${clear.toString(16)}ULL`;
  return set === 0n ? [edit(config, start, start, '('), edit(config, end, end, `) & ${masked}`)] : undefined;
}

/** `Set the bit of INTID 141 in irqchips[0]`; nothing where no typed word of an irqchip covers it. */
export function setPins(config: Config, pins: readonly number[]): readonly Fix[] {
  const edits: Edits[] = [];
  const chips = new Set<string>();
  const byWord = new Map<string, { chip: Irqchip; word: number; bits: bigint }>();
  for (const pin of pins) {
    const chip = config.irqchips.find(
      ({ pinBase, address }) => address.value !== 0n && pinBase.value <= pin && pin < pinBase.value + pinsPerIrqchip,
    );
    if (chip === undefined) return [];
    chips.add(chip.path);
    const word = (pin - chip.pinBase.value) >> 5;
    const key = `${chip.path}/${word}`;
    const bits = (byWord.get(key)?.bits ?? 0n) | (1n << BigInt((pin - chip.pinBase.value) & 31));
    byWord.set(key, { chip, word, bits });
  }
  for (const { chip, word, bits } of byWord.values()) edits.push(setWordBits(config, chip, word, bits));
  if (edits.includes(undefined)) return [];
  return fix(
    `Set the ${pins.length === 1 ? 'bit' : 'bits'} of INTID ${pins.join(', ')} in ${[...chips].join(', ')}`,
    edits.flatMap((list) => list ?? []),
  );
}

function setWordBits(config: Config, chip: Irqchip, at: number, bits: bigint): Edits {
  const word = chip.pinBitmap[at];
  if (word === undefined) return undefined;
  if (word.text !== undefined) return changeBits(config, word, bits, 0n);
  const text = `0x${bits.toString(16)}`;
  const written = chip.pinBitmap.slice(0, at).filter((field) => field.explicit);
  const last = written.at(-1);
  if (chip.pinBitmap.every((field) => !field.explicit))
    return addMember(config, chip.text, `.pin_bitmap = { ${[...Array<string>(at).fill('0'), text].join(', ')} }`);
  // Words behind the last typed one: the list goes on.
  if (last?.text?.file !== config.path || chip.pinBitmap.slice(at).some((field) => field.explicit)) return undefined;
  const lastAt = chip.pinBitmap.indexOf(last);
  return [edit(config, last.text.end, last.text.end, `, ${[...Array<string>(at - lastAt - 1).fill('0'), text].join(', ')}`)];
}

/** `Clear the bit of INTID 141 in irqchips[0]`. */
export function clearPins(config: Config, chip: Irqchip, pins: readonly number[]): readonly Fix[] {
  const edits: Edits[] = [];
  for (const [at, word] of chip.pinBitmap.entries()) {
    const first = chip.pinBase.value + 32 * at;
    const bits = pins.filter((pin) => pin >= first && pin < first + 32).reduce((all, pin) => all | (1n << BigInt(pin - first)), 0n);
    if (bits !== 0n) edits.push(changeBits(config, word, 0n, bits));
  }
  if (edits.includes(undefined)) return [];
  return fix(
    `Clear the ${pins.length === 1 ? 'bit' : 'bits'} of INTID ${pins.join(', ')} in ${chip.path}`,
    edits.flatMap((list) => list ?? []),
  );
}

/** `Take CPU 2, 3 out of cpus`: clears bits of the CPU set; never the last one. */
export function clearCpus(config: Config, cpus: bigint): readonly Fix[] {
  if ((config.cpus.value & ~cpus) === 0n || (config.cpus.value & cpus) === 0n) return [];
  const edits: Edits[] = [];
  for (const word of config.cpus.words) {
    const at = config.cpus.words.indexOf(word);
    const width = BigInt(word.size * 8);
    const bits = BigInt.asUintN(Number(width), cpus >> (width * BigInt(at))) & word.value;
    if (bits !== 0n) edits.push(changeBits(config, word, 0n, bits));
  }
  if (edits.includes(undefined)) return [];
  const gone = config.cpus.value & cpus;
  const names = [...gone.toString(2)].reverse().flatMap((bit, cpu) => (bit === '1' ? [cpu] : []));
  return fix(
    `Take CPU ${names.join(', ')} out of the CPU set`,
    edits.flatMap((list) => list ?? []),
  );
}

/** `Add CPU 3 to the CPU set`; nothing where its words do not reach so far. */
export function setCpus(config: Config, cpus: bigint): readonly Fix[] {
  const edits: Edits[] = [];
  let left = cpus;
  for (const [at, word] of config.cpus.words.entries()) {
    const width = BigInt(word.size * 8);
    const shift = width * BigInt(at);
    const bits = BigInt.asUintN(Number(width), cpus >> shift);
    left &= ~(bits << shift);
    if (bits !== 0n) edits.push(changeBits(config, word, bits, 0n));
  }
  if (left !== 0n || edits.includes(undefined)) return [];
  const names = [...cpus.toString(2)].reverse().flatMap((bit, cpu) => (bit === '1' ? [cpu] : []));
  return fix(
    `Add CPU ${names.join(', ')} to the CPU set`,
    edits.flatMap((list) => list ?? []),
  );
}
