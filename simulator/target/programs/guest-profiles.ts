import { readGuestProfile } from '../../machine/guest-profile.ts';
import type { GuestProfile } from '../../machine/machine.ts';
import { type ByteText, fromBytes, toUnicode } from '../byte-text.ts';
import { contentOf, superuser } from '../files/inode.ts';
import { absolute } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';

/** What a guest does, from the file beside its image; undefined where there is none that can be read. What is wrong with one stands in the kernel's log. */
export function profileOf(process: Process, path: ByteText): GuestProfile | undefined {
  const file: ByteText = `${path}.profile.json`;
  let text: string;
  try {
    const inode = process.linux.files.inode(absolute(process, file), superuser);
    if (inode.kind !== 'file') return undefined;
    text = toUnicode(fromBytes(contentOf(inode)));
  } catch {
    return undefined;
  }
  const profile = parsed(text);
  if (typeof profile !== 'string') return profile;
  process.linux.log.add(`simulator: ${file}: ${profile}`);
  return undefined;
}

function parsed(text: string): GuestProfile | string {
  try {
    return readGuestProfile(JSON.parse(text));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
