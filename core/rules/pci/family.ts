import type { RuleFamily } from '../rule.ts';
import { mmconfigAbove4g } from './mmconfig-above-4g.ts';
import { mmconfigAlignment } from './mmconfig-alignment.ts';
import { mmconfigEndBus } from './mmconfig-end-bus.ts';
import { mmconfigMissing } from './mmconfig-missing.ts';
import { pciBusBeyondWindow } from './pci-bus-beyond-window.ts';
import { pciCapsRange } from './pci-caps-range.ts';
import { pciDeviceDuplicate } from './pci-device-duplicate.ts';
import { pciDeviceIsRootIvshmem } from './pci-device-is-root-ivshmem.ts';
import { pciDeviceNotInRoot } from './pci-device-not-in-root.ts';
import { pciDeviceOnVirtualHost } from './pci-device-on-virtual-host.ts';
import { pciDeviceType } from './pci-device-type.ts';
import { pciDomainDiffers } from './pci-domain-differs.ts';
import { pciMsiUnfiltered } from './pci-msi-unfiltered.ts';
import { pciMsixTable } from './pci-msix-table.ts';
import { regionCoversBarWindow } from './region-covers-bar-window.ts';
import { regionCoversMmconfig } from './region-covers-mmconfig.ts';
import { regionCoversMsixTable } from './region-covers-msix-table.ts';

export const pciFamily: RuleFamily = {
  name: 'pci',
  title: 'PCI',
  rules: [
    mmconfigAbove4g,
    mmconfigAlignment,
    mmconfigEndBus,
    mmconfigMissing,
    pciBusBeyondWindow,
    pciCapsRange,
    pciDeviceDuplicate,
    pciDeviceIsRootIvshmem,
    pciDeviceNotInRoot,
    pciDeviceOnVirtualHost,
    pciDeviceType,
    pciDomainDiffers,
    pciMsiUnfiltered,
    pciMsixTable,
    regionCoversBarWindow,
    regionCoversMmconfig,
    regionCoversMsixTable,
  ],
};
