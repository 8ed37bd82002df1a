import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { MemoryFiles } from '../../memory-files.ts';

/** The bytes of an example's config: `rpi4/configs/rpi4.c`. */
export function exampleCell(path: string): Uint8Array {
  const source = `/${basename(path)}`;
  const text = readFileSync(join(import.meta.dirname, '../../../examples', path), 'utf8');
  const bytes = new Workspace(new MemoryFiles({ [source]: text })).check(source).config?.bytes;
  if (bytes === undefined) throw new Error(`${path} holds no config`);
  return bytes;
}
