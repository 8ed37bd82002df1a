import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

/** PCI configuration address and data (PCI Local Bus Specification 3.0, 3.2.2.3). */
const first = 0xcf8;
const last = 0xcff;

export const pioPciConfigPorts: FileRule = {
  id: 'pio-pci-config-ports',
  title: 'Cell may use the PCI configuration ports',
  severity: 'warning',
  scope: 'file',
  arch: ['x86'],
  catalogue: ['X86-pio-cf8'],
  prose: {
    meaning:
      'The hypervisor answers the ports 0xcf8 to 0xcff itself, so that a cell configures only its own PCI devices. A range that allows them turns that off.',
    onTheBoard: 'Nothing visible. The cell, also the root cell, can configure devices of all cells (x86/vcpu.c).',
    remedy: 'Leave 0xcf8 to 0xcff out: cut the range in two.',
  },
  bad: 'PIO_RANGE(0x0, 0x10000),',
  good: 'PIO_RANGE(0x0, 0xcf8),\nPIO_RANGE(0xd00, 0xf300),',
  check(config, report) {
    for (const range of config.pioRanges) {
      const end = range.base.value + range.length.value;
      if (range.length.value === 0 || range.base.value > last || end <= first) continue;
      report({
        span: range.base.span,
        message: `${range.path} ${hex(range.base.value)}-${hex(end - 1)} allows the PCI configuration ports 0xcf8-0xcff: the cell could configure devices of other cells. Leave them out.`,
      });
    }
  },
};
