import { configSpacePerBus, ivshmemBarWindow } from '../../config/intercepted-windows.ts';
import { bdfName, ivshmemDevices } from '../../config/ivshmem.ts';
import { hex, humanSize } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { count, rangeText } from '../wording.ts';

const fourGib = 1n << 32n;

export const mmconfigAbove4g: FileRule = {
  id: 'mmconfig-above-4g',
  title: 'Virtual PCI window does not end below 4 GiB',
  severity: 'error',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['PCI-virt-4g'],
  prose: {
    meaning:
      'Behind the first MiB of the virtual host bridge stand the BARs of its devices, two pages for each ivshmem device of the root cell. BARs and window are 32 bits wide, so all of it has to end at 4 GiB at the latest. Without ivshmem devices there are no BARs, and the finding is information.',
    onTheBoard:
      'Enable succeeds, but Linux has no address for the BARs: the virtual PCI devices do not work, and the driver gets no interrupt (ivshmem.c, driver/pci.c; observed with a base of 0xfff00000).',
    remedy: 'Move `pci_mmconfig_base` to a hole below 4 GiB that holds 1 MiB and the BARs.',
  },
  bad: '.pci_mmconfig_base = 0x200000000, /* above the RAM */\n.pci_is_virtual = 1,',
  good: '.pci_mmconfig_base = 0xff900000,\n.pci_is_virtual = 1,',
  check(config, report) {
    const header = config.system;
    if (header === undefined || header.pciIsVirtual.value === 0 || header.pciMmconfigBase.value === 0n) return;
    const base = header.pciMmconfigBase;
    const bars = ivshmemBarWindow(config);
    const end = bars === undefined ? base.value + configSpacePerBus : bars.start + bars.size;
    if (end <= fourGib) return;
    report({
      span: base.span,
      severity: bars === undefined ? 'information' : 'error',
      message:
        bars === undefined
          ? `The virtual PCI window at ${hex(base.value)} ends above 4 GiB. The root cell has no ivshmem device yet; the first one would get no address there.`
          : `The BARs of ${count(bars.size / 0x2000n, 'virtual PCI device')} would stand at ${rangeText(bars)}, 1 MiB behind pci_mmconfig_base ${hex(base.value)}, but they are 32 bits wide and have to end at 0x100000000 (${humanSize(fourGib)}): Linux could not use the devices. Move the base below 4 GiB.`,
      related: ivshmemDevices(config).map(({ span, bdf }) => ({ span, message: `virtual PCI device ${bdfName(bdf.value)}` })),
    });
  },
};
