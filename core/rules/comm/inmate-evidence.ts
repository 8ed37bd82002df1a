import { architectureField } from '../../config/architecture-evidence.ts';
import { isCommRegion } from '../../config/memory-flags.ts';
import type { Config } from '../../config/model.ts';
import { isForLinux } from '../loading/linux-shape.ts';

/** A console of a cell is read by programs of the inmate library alone, from the communication region. */
export function hasConsole(config: Config): boolean {
  return config.cell.console !== undefined && config.cell.console.type.value !== 0;
}

/** Where the inmate library and its Linux loader look for the communication region (inmates/lib: COMM_REGION_BASE). */
export function commRegionBase(config: Config): bigint {
  return config.arch === 'x86' ? 0x100000n : 0x80000000n;
}

/**
 * True when the guest is known to read the communication region: it has a console, or the shape of a cell for Linux. Before
 * revision 10 neither the library nor the loader did on ARM.
 */
export function readsCommRegion(config: Config): boolean {
  return config.cell.console !== undefined && (hasConsole(config) || isForLinux(config));
}

/**
 * True for a config that names no architecture, as none did before revision 14, and is taken for ARM, but shows marks of x86:
 * a communication region at 0x100000, a console at an I/O port. Rules about ARM keep quiet then.
 */
export function mayBeX86(config: Config): boolean {
  if (architectureField(config) !== undefined || config.arch === 'x86') return false;
  const console = config.system?.debugConsole ?? config.cell.console;
  const port = console !== undefined && (console.flags.value & 1) === 0 && console.address.value <= 0xffffn && console.type.value !== 0;
  return port || config.memoryRegions.some((region) => isCommRegion(region) && region.virtStart.value === 0x100000n);
}
