import type { Config } from '../../config/model.ts';

/** A console of a cell is read by programs of the inmate library alone, from the communication region. */
export function hasConsole(config: Config): boolean {
  return config.cell.console !== undefined && config.cell.console.type.value !== 0;
}

/** Where the inmate library and its Linux loader look for the communication region (inmates/lib: COMM_REGION_BASE). */
export function commRegionBase(config: Config): bigint {
  return config.arch === 'x86' ? 0x100000n : 0x80000000n;
}
