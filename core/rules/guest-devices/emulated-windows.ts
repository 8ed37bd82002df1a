import { type AddressRange, type AddressWindow, overlaps } from '../../config/address-window.ts';
import { gicWindows, mmconfigWindow } from '../../config/intercepted-windows.ts';
import type { Config } from '../../config/model.ts';

/** What the hypervisor answers for in every cell, whatever its regions: GIC and PCI configuration space. */
export function emulatedWindows(system: Config): readonly AddressWindow[] {
  const mmconfig = mmconfigWindow(system);
  // GICH and GICV are the hypervisor's own: it shows the guest GICV at the address of GICC.
  const gic = gicWindows(system).filter(({ unit }) => unit !== 'GICH' && unit !== 'GICV');
  return mmconfig === undefined ? gic : [...gic, mmconfig];
}

export function emulatedAt(system: Config, range: AddressRange): AddressWindow | undefined {
  return emulatedWindows(system).find((window) => overlaps(window, range));
}
