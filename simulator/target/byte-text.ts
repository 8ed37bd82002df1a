/**
 * Text as the target knows it: one character per byte, 0 to 255, as in the C locale. Names, arguments and output are byte strings on Linux; so nothing is lost
 * on the way from a file to a variable and back. Only the edges of the simulation speak UTF-8.
 */
export type ByteText = string;

export function toBytes(text: ByteText): Uint8Array {
  return Buffer.from(text, 'latin1');
}

export function fromBytes(bytes: Uint8Array): ByteText {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** Text of the outside world, as the target gets it. */
export function fromUnicode(text: string): ByteText {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** What the target says, for the outside world. Bytes that are no UTF-8 become U+FFFD. */
export function toUnicode(text: ByteText): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
}

/** The machine shows the bytes of a config as the encoding that JavaScript calls latin1: the C1 control codes are other characters there. */
const machineDecoder = new TextDecoder('latin1');
const machineCodes = new Map(
  [...machineDecoder.decode(Uint8Array.from({ length: 256 }, (_, code) => code))].map((character, code) => [character, code]),
);

/** Text of the machine (names of cells, console, log), as the target has it. */
export function fromMachine(text: string): ByteText {
  return /^[\0-\x7f]*$/.test(text) ? text : [...text].map((character) => String.fromCharCode(machineCodes.get(character) ?? 63)).join('');
}

export function toMachine(text: ByteText): string {
  return machineDecoder.decode(toBytes(text));
}
