import { type AddressRange, overlaps, physRange, virtRange } from '../config/address-window.ts';
import { ivshmemBarWindow, mmconfigWindow } from '../config/intercepted-windows.ts';
import { isCommRegion, isEmpty } from '../config/memory-flags.ts';
import type { Config, MemoryRegion } from '../config/model.ts';

/** True when a region would overlap no other region of the config with these addresses (those left out stay), other than it does now. */
export function hasRoom(
  config: Config,
  region: MemoryRegion,
  next: { readonly phys?: bigint; readonly virt?: bigint; readonly size?: bigint },
): boolean {
  const size = next.size ?? region.size.value;
  const phys: AddressRange = { start: next.phys ?? region.physStart.value, size };
  const virt: AddressRange = { start: next.virt ?? region.virtStart.value, size };
  const hypervisor = config.system?.hypervisorMemory;
  if (hypervisor !== undefined && overlaps(phys, physRange(hypervisor)) && !overlaps(physRange(region), physRange(hypervisor)))
    return false;
  return config.memoryRegions.every((other) => {
    if (other === region || isEmpty(other)) return true;
    if (overlaps(virt, virtRange(other)) && !overlaps(virtRange(region), virtRange(other))) return false;
    const ignored = isCommRegion(region) || isCommRegion(other);
    return ignored || !overlaps(phys, physRange(other)) || overlaps(physRange(region), physRange(other));
  });
}

/** True when hypervisor memory there would lie in no region of the root cell and no PCI window. */
export function hypervisorHasRoom(config: Config, range: AddressRange): boolean {
  const windows = [mmconfigWindow(config), ivshmemBarWindow(config)];
  if (windows.some((window) => window !== undefined && overlaps(window, range))) return false;
  return config.memoryRegions.every((region) => isCommRegion(region) || !overlaps(physRange(region), range));
}
