import { fileURLToPath } from 'node:url';
import { LineIndex } from '@jailhouse-cells/core/source/span.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';
import type { MapWhatIf, MemoryMapResult } from '@jailhouse-cells/protocol/map-messages.ts';
import { mapResult, whatIfOf } from '../../server/map-result.ts';
import { Uris } from '../../server/uris.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Maps of an example, as the server sends them. @param config Path in the checkout. */
export function exampleMaps(config: string): (whatIf: MapWhatIf) => MemoryMapResult {
  const workspace = new Workspace(nodeFileSystem);
  const uris = new Uris();
  const textOf = (path: string) => {
    const content = nodeFileSystem.readText(path);
    return content === undefined ? undefined : new LineIndex(content);
  };
  return (whatIf) => {
    const reading = workspace.memoryMap(`${root}${config}`, whatIfOf(whatIf));
    if (reading === undefined) throw new Error(`${config} has no map`);
    return mapResult(reading, { textOf, uris, canApply: () => true });
  };
}
