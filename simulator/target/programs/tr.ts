import { type ByteText, fromBytes } from '../byte-text.ts';
import type { Process } from '../kernel/process.ts';
import { complain, piecesOf, print } from '../kernel/streams.ts';
import { readArguments, refuseOption } from './arguments.ts';

export async function tr(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, operands, unknown } = readArguments(args, ['-d', '-s', '-c', '-C', '-t'], []);
  if (unknown !== undefined) return refuseOption(process, 'tr', unknown);
  const [first, second] = operands;
  if (first === undefined) {
    await complain(process, 'tr: missing operand');
    return 1;
  }
  const complement = flags.has('-c') || flags.has('-C');
  const from = characterSet(first);
  const to = second === undefined ? [] : characterSet(second);
  const listed = new Set(from);
  const isIn = (character: string): boolean => listed.has(character) !== complement;
  const squeezed = new Set(second === undefined ? [] : to);
  const map = new Map<string, string>();
  if (!flags.has('-d') && !complement)
    for (const [index, character] of from.entries()) map.set(character, to[index] ?? to.at(-1) ?? character);
  let last = '';
  for await (const piece of piecesOf(process, process.descriptor(0))) {
    let result = '';
    for (const character of fromBytes(piece)) {
      if (flags.has('-d') && isIn(character)) continue;
      const changed =
        flags.has('-d') || to.length === 0
          ? character
          : complement
            ? isIn(character)
              ? (to.at(-1) ?? character)
              : character
            : (map.get(character) ?? character);
      const squeezes = flags.has('-s') && (second === undefined ? isIn(character) : squeezed.has(changed));
      if (squeezes && changed === last) continue;
      last = changed;
      result += changed;
    }
    await print(process, result);
  }
  return 0;
}

const characterClasses: Readonly<Record<string, readonly [number, number][]>> = {
  lower: [[97, 122]],
  upper: [[65, 90]],
  digit: [[48, 57]],
  alpha: [
    [65, 90],
    [97, 122],
  ],
  alnum: [
    [48, 57],
    [65, 90],
    [97, 122],
  ],
  space: [
    [9, 13],
    [32, 32],
  ],
  blank: [
    [9, 9],
    [32, 32],
  ],
  print: [[32, 126]],
  graph: [[33, 126]],
  cntrl: [
    [0, 31],
    [127, 127],
  ],
  xdigit: [
    [48, 57],
    [65, 70],
    [97, 102],
  ],
  punct: [
    [33, 47],
    [58, 64],
    [91, 96],
    [123, 126],
  ],
};

function characterSet(text: ByteText): string[] {
  const plain: string[] = [];
  const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v', '\\': '\\' };
  let at = 0;
  const one = (): string => {
    const octal = /^\\([0-7]{1,3})/.exec(text.slice(at, at + 4));
    if (octal !== null) {
      at += octal[0].length;
      return String.fromCharCode(Number.parseInt(octal[1] as string, 8) & 0xff);
    }
    if (text[at] === '\\' && at + 1 < text.length) {
      at += 2;
      return escapes[text[at - 1] as string] ?? (text[at - 1] as string);
    }
    at += 1;
    return text[at - 1] as string;
  };
  while (at < text.length) {
    const named = /^\[:([a-z]+):\]/.exec(text.slice(at, at + 12));
    if (named !== null) {
      at += named[0].length;
      for (const [from, to] of characterClasses[named[1] as string] ?? [])
        for (let code = from; code <= to; code += 1) plain.push(String.fromCharCode(code));
      continue;
    }
    const start = one();
    if (text[at] === '-' && at + 1 < text.length) {
      at += 1;
      const end = one();
      for (let code = start.charCodeAt(0); code <= end.charCodeAt(0); code += 1) plain.push(String.fromCharCode(code));
    } else plain.push(start);
  }
  return plain;
}
