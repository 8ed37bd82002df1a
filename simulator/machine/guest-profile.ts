import type { GuestProfile } from './machine.ts';

const flags = ['answersMessages', 'ivshmem', 'inmateLibrary', 'bootsLinux', 'timer'] as const;
const widths: readonly unknown[] = [1, 2, 4, 8];
const accesses: readonly unknown[] = ['read', 'write', 'execute'];

/** A profile from the parsed JSON of `IMAGE.profile.json`; text says what is wrong with it. */
export function readGuestProfile(json: unknown): GuestProfile | string {
  if (!isObject(json)) return 'a guest profile is a JSON object';
  const known: readonly string[] = ['prints', 'touches', ...flags];
  const unknown = Object.keys(json).find((name) => !known.includes(name));
  if (unknown !== undefined) return `a guest profile has no "${unknown}"; it has ${known.join(', ')}`;
  const { prints = [], touches = [] } = json;
  if (!Array.isArray(prints) || !prints.every((line) => typeof line === 'string')) return '"prints" is a list of lines';
  if (!Array.isArray(touches)) return '"touches" is a list of accesses';
  for (const [index, touch] of touches.entries()) {
    const problem = problemOf(touch);
    if (problem !== undefined) return `touches[${index}]: ${problem}`;
  }
  for (const flag of flags) if (!['boolean', 'undefined'].includes(typeof json[flag])) return `"${flag}" is true or false`;
  return json as GuestProfile;
}

function problemOf(touch: unknown): string | undefined {
  if (!isObject(touch)) return 'an access has address, width and access';
  const { address, width, access } = touch;
  if (typeof address !== 'string' || !/^(?:0x[0-9a-f]{1,16}|\d{1,19})$/i.test(address))
    return '"address" is a guest address as text: "0x9000000"';
  if (!widths.includes(width)) return '"width" is 1, 2, 4 or 8 bytes';
  if (!accesses.includes(access)) return '"access" is read, write or execute';
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
