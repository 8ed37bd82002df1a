import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { expect, test } from 'vitest';
import { MemoryFiles } from '../memory-files.ts';
import { benchConfigs } from './bench-configs.ts';

test('the configs of the benchmark are 38 systems and 80 cells, sound, and each cell has its system', () => {
  const configs = benchConfigs();
  expect(configs.filter((config) => config.kind === 'system')).toHaveLength(38);
  expect(new Set(configs.map((config) => config.name)).size).toBe(118);
  const workspace = new Workspace(new MemoryFiles(Object.fromEntries(configs.map(({ name, text }) => [`/configs/${name}`, text]))));
  for (const { name, kind } of configs) {
    const report = workspace.check(`/configs/${name}`);
    expect(report.findings, name).toEqual([]);
    expect(report.config?.kind).toBe(kind);
    expect(report.system?.rootCell).toBe(`/configs/${name.replace(/-cell\d\.c$/, '.c')}`);
  }
});
