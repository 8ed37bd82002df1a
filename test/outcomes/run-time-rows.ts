/**
 * Rows of outcomes.tsv that neither the configs nor the board decide, with what one has to know besides: what Linux of the root cell does while it
 * runs. They are counted apart.
 */
export const runTimeRows: Readonly<Record<string, string>> = {
  'REN-vpci-other':
    'what is wrong with INTIDs 132 and 133: no device of the board has them, and they are pins of the root cell as 128 and 129 are',
  'REW-bar64k': 'the page size of the root Linux: 4 KiB; with 64 KiB pages this mask is right',
  'C71-irq-extra': 'whether Linux uses the devices with INTIDs 32 to 36 (clock, UART, PCI): nothing was noticed',
  'C73-irq-virtio': 'whether Linux uses the devices with INTIDs 79 to 95: its disk and network',
  'C99-mmio-virtio-notshared': 'whether Linux uses the devices at 0xa000000: its disk and network',
  'C9D-spin-notshared-otherdev': 'whether Linux uses the GPIO controller at 0x9030000: nothing was noticed',
  'C3W-baseline-poke-running': 'what Linux does: the configs are unchanged, it reads memory that a running cell has',
};
