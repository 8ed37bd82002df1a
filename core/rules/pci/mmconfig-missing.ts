import type { CellRule } from '../rule.ts';
import { cellName, count } from '../wording.ts';

export const mmconfigMissing: CellRule = {
  id: 'mmconfig-missing',
  title: 'PCI devices without a configuration window',
  severity: 'error',
  scope: 'cell',
  arch: ['arm64', 'arm'],
  catalogue: ['PCI-mmcfg-missing'],
  prose: {
    meaning:
      'On ARM the only way to a PCI device, also to a virtual one, is the configuration window at `pci_mmconfig_base` of the system config.',
    onTheBoard: 'Cells are created, but no PCI device ever appears in them (pci.c:pci_cell_init).',
    remedy: 'Set `pci_mmconfig_base` to a hole of 1 MiB and two pages per device below 4 GiB, and `pci_is_virtual` to 1.',
  },
  bad: '/* system: no .pci_mmconfig_base */\n.num_pci_devices = ARRAY_SIZE(config.pci_devices),',
  good: '.platform_info = {\n\t.pci_mmconfig_base = 0xff900000,\n\t.pci_is_virtual = 1,',
  check(system, member, report) {
    const base = system.system?.pciMmconfigBase;
    const first = member.pciDevices[0];
    // Told once, at the system config, when the root cell has devices too.
    if (base === undefined || base.value !== 0n || first === undefined || (member !== system && system.pciDevices.length > 0)) return;
    report({
      span: member === system ? base.span : first.span,
      message: `${cellName(member)} has ${count(member.pciDevices.length, 'PCI device')}, but pci_mmconfig_base of the system is 0: it could not reach them. Set the base to a hole below 4 GiB.`,
      related: member === system ? [{ span: first.span, message: first.path }] : [{ span: base.span, message: 'pci_mmconfig_base is 0' }],
    });
  },
};
