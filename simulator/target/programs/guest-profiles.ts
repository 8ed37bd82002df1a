import type { GuestProfile } from '../../machine/machine.ts';
import { type ByteText, fromBytes, toUnicode } from '../byte-text.ts';
import { contentOf, superuser } from '../files/inode.ts';
import { absolute } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';

/** What a guest does, from the file beside its image; undefined where there is none that can be read. */
export function profileOf(process: Process, path: ByteText): GuestProfile | undefined {
  try {
    const inode = process.linux.files.inode(absolute(process, `${path}.profile.json`), superuser);
    return inode.kind === 'file' ? (JSON.parse(toUnicode(fromBytes(contentOf(inode)))) as GuestProfile) : undefined;
  } catch {
    return undefined;
  }
}
