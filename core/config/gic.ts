import type { Config, Gic } from './model.ts';

/**
 * The interrupt controller of a system config for ARM. Before revision 14 nothing in a file says for which architecture it
 * is, and folders may not either: there a config that writes nothing of the GIC is not taken for one that forgot it.
 */
export function gicOf(system: Config): Gic | undefined {
  const header = system.system;
  const gic = header?.gic;
  if (header === undefined || gic === undefined) return undefined;
  return header.architecture === undefined && !gic.explicit ? undefined : gic;
}
