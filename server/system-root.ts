import { baseName } from '@jailhouse-cells/core/source/paths.ts';
import type { Engine } from './engine.ts';
import type { Uris } from './uris.ts';

/** Why a document leads to no system, and what to do. */
export interface NoSystem {
  readonly reason: string;
}

/** Path of the system config of the system that a document belongs to. */
export function systemRootOf(uri: string, engine: Engine, uris: Uris): string | NoSystem {
  const path = uris.pathOf(uri);
  if (path === undefined) return { reason: 'This document is no file of a Jailhouse system: open one of its configs first.' };
  if (baseName(path) === 'jailhouse.json') {
    engine.adopt(path);
    const root = engine.configsIn(path).find((config) => engine.memoryMap(config) !== undefined);
    if (root === undefined) return { reason: 'No system of this jailhouse.json has a "rootCell" that can be read.' };
    return engine.check(root).system?.rootCell ?? root;
  }
  const [first] = engine.configsWith(path);
  if (first !== undefined) return engine.check(first).system?.rootCell ?? first;
  if (!engine.isConfig(path))
    return { reason: 'This file belongs to no Jailhouse system: open a system config, the config of a cell, or their jailhouse.json.' };
  const { system, config } = engine.check(path);
  if (system !== undefined) return system.rootCell;
  if (config?.kind !== 'cell') return path;
  return {
    reason:
      'No system config is known for this cell. Name both in a jailhouse.json ("rootCell" and "cells"), or name the cell after its system: rpi4-linux.c beside rpi4.c.',
  };
}
