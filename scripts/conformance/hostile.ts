import { readFileSync } from 'node:fs';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';
import { mutations } from '../../test/hostile/mutations.ts';

/** No input may keep anybody waiting longer. */
const MAX_MILLISECONDS = 2000;

export interface HostileResult {
  readonly inputs: number;
  readonly slowest: { readonly milliseconds: number; readonly what: string };
  readonly misses: readonly string[];
}

/** Checks mutated texts of each config through the workspace: no exception, no long wait, and always a model or a finding. */
export function compareHostile(paths: readonly string[], count: number, seed: number): HostileResult {
  const misses: string[] = [];
  let inputs = 0;
  let slowest = { milliseconds: 0, what: 'none' };
  for (const path of paths) {
    const workspace = new Workspace(nodeFileSystem);
    let index = 0;
    for (const text of mutations(readFileSync(path, 'utf8'), count, seed)) {
      const what = `${path}, mutation ${index++}`;
      inputs++;
      const start = performance.now();
      try {
        workspace.open(path, text);
        const report = workspace.check(path);
        if (!report.config && report.findings.length === 0) misses.push(`${what}: neither a model nor a finding`);
      } catch (error) {
        misses.push(`${what}: ${error instanceof Error ? error.stack : String(error)}`);
      }
      const milliseconds = performance.now() - start;
      if (milliseconds > slowest.milliseconds) slowest = { milliseconds, what };
      if (milliseconds > MAX_MILLISECONDS) misses.push(`${what}: took ${milliseconds.toFixed(0)} ms`);
    }
  }
  return { inputs, slowest, misses };
}
