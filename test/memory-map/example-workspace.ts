import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { MemoryFiles } from '../memory-files.ts';

const examples = join(import.meta.dirname, '../../examples');

/** The files of a folder of examples, at /work; texts by path below the folder replace its own. */
export function exampleFiles(folder: string, texts: Readonly<Record<string, string>> = {}): MemoryFiles {
  const files = new MemoryFiles();
  for (const entry of readdirSync(join(examples, folder), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(`/work${path.slice(examples.length + 1 + folder.length)}`, readFileSync(path, 'utf8'));
  }
  for (const [path, text] of Object.entries(texts)) files.set(`/work/${path}`, text);
  return files;
}

export function exampleWorkspace(folder: string, texts?: Readonly<Record<string, string>>): Workspace {
  return new Workspace(exampleFiles(folder, texts));
}
