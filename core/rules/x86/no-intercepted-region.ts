import { isSubPage } from '../../config/memory-flags.ts';
import type { CellRule } from '../rule.ts';
import { cellName } from '../wording.ts';

export const noInterceptedRegion: CellRule = {
  id: 'no-intercepted-region',
  title: 'Cell without anything to intercept',
  severity: 'error',
  scope: 'cell',
  arch: ['x86'],
  catalogue: ['X86-mmio-none'],
  prose: {
    meaning:
      'The hypervisor makes a list of the addresses that it answers itself: the PCI configuration window, IOAPICs, sub-page regions. On x86 a cell can have none of these.',
    onTheBoard:
      '`jailhouse enable` or `jailhouse cell create` fails with "Cannot allocate memory": the hypervisor asks for a list of 0 pages (mmio.c:mmio_cell_init).',
    remedy: 'Set `pci_mmconfig_base` in the system config, or list the IOAPIC in the cell.',
  },
  bad: '/* system: no .pci_mmconfig_base; cell: no .irqchips */',
  good: '.pci_mmconfig_base = 0xb0000000,\n.pci_mmconfig_end_bus = 0xff,',
  check(system, member, report) {
    const base = system.system?.pciMmconfigBase;
    if (base === undefined || base.value !== 0n) return;
    // IOMMU units and a test device are intercepted too.
    const hasUnits = member === system && (system.system?.iommuUnits ?? []).some((unit) => unit.base.value !== 0n);
    if (member.irqchips.length > 0 || hasUnits || member.memoryRegions.some(isSubPage) || (member.cell.flags.value & 2) !== 0) return;
    report({
      span: member.cell.name.span,
      message: `${cellName(member)} has no IOAPIC and no sub-page region, and pci_mmconfig_base of the system is 0: ${member === system ? 'jailhouse enable' : 'jailhouse cell create'} would answer "Cannot allocate memory". Set pci_mmconfig_base.`,
      related: [{ span: base.span, message: 'pci_mmconfig_base is 0' }],
    });
  },
};
