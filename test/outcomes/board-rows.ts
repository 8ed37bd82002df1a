/**
 * Rows of outcomes.tsv whose cause is not in the configs, with what one has to know besides. They are counted apart; those that the
 * board's device tree decides are run again with it.
 */
export const boardRows: Readonly<Record<string, string>> = {
  'R40-cpus-extra': 'how many CPUs are online: the board had four',
  'R41-cpus-missing-high': 'how many CPUs are online: the board had four',
  'R42-cpus-missing-mid': 'how many CPUs are online: the board had four',
  'R64-hv-halfout': 'where RAM ends: at 0x80000000',
  'R71-con-8250': 'which UART is there: a PL011',
  'R72-con-xuartps': 'which UART is there: a PL011',
  'R9A-domain-0': 'which PCI domain the physical host has: 0',
  'RA7-maint-24': 'which interrupt the GIC has for maintenance: 25, as on nearly every board',
  'REN-vpci-other': 'which devices have INTIDs 132 and 133: on this board none; they are pins of the root cell and of no other',
  'REW-bar64k': 'the page size of the root Linux: 4 KiB; with 64 KiB pages this mask is right',
  'C71-irq-extra': 'which devices of the root Linux have INTIDs 32 to 36; cells are given interrupts in just this way',
  'C73-irq-virtio': 'which devices of the root Linux have INTIDs 79 to 95: its disk and network',
  'C99-mmio-virtio-notshared': 'which devices the root Linux uses at 0xa000000; cells are given devices in just this way',
  'C9D-spin-notshared-otherdev': 'which device is at 0x9030000, and whether the root Linux uses it',
  'C3W-baseline-poke-running': 'what the root Linux does: the configs are unchanged, it reads memory that a running cell has',
};
