import { hasFlag, isCommRegion, isEmpty, isSubPage, memoryFlags } from '../../config/memory-flags.ts';
import type { Config, MemoryRegion } from '../../config/model.ts';

/** No kernel with its device tree fits in less; a smaller region is not meant for one. */
export const leastLinuxRam = 0x800000n;

/** What `jailhouse cell linux` takes for RAM (pyjailhouse/config_parser.py). */
export function isLinuxRam(region: MemoryRegion): boolean {
  const wanted = memoryFlags.READ | memoryFlags.WRITE | memoryFlags.EXECUTE | memoryFlags.DMA;
  const barred = memoryFlags.IO | memoryFlags.COMM_REGION | memoryFlags.ROOTSHARED;
  return (region.flags.value & wanted) === wanted && (region.flags.value & barred) === 0n && !isEmpty(region);
}

/** Address of the first instruction; undefined in layouts that have no such field (there it is 0). */
export function resetAddress(config: Config): bigint {
  return config.cell.cpuResetAddress?.value ?? 0n;
}

/** The first region, in the order of the array, that holds a guest address. */
export function regionAt(config: Config, address: bigint): MemoryRegion | undefined {
  return config.memoryRegions.find((region) => region.virtStart.value <= address && address < region.virtStart.value + region.size.value);
}

/** The region where `jailhouse cell linux` puts its loader: it holds the reset address, takes images, and is not RAM for Linux. */
export function loaderRegion(config: Config): MemoryRegion | undefined {
  const region = regionAt(config, resetAddress(config));
  if (region === undefined || !hasFlag(region, 'LOADABLE') || isSubPage(region) || isCommRegion(region)) return undefined;
  return region;
}

/**
 * True for an ARM cell of the shape of upstream's Linux demos: RAM with READ, WRITE, EXECUTE, DMA and LOADABLE, and another
 * region for the loader. Nothing else in a config tells that Linux is meant.
 */
export function isForLinux(config: Config): boolean {
  if (config.kind !== 'cell' || config.arch === 'x86') return false;
  const loader = loaderRegion(config);
  return (
    loader !== undefined && config.memoryRegions.some((region) => region !== loader && isLinuxRam(region) && hasFlag(region, 'LOADABLE'))
  );
}
