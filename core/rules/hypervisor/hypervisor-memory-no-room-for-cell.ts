import { hex, humanSize } from '../../source/numbers.ts';
import { cellPages, enabledPages, estimateSlack, usablePages } from '../../system/page-pool.ts';
import type { CellRule } from '../rule.ts';
import { cellName } from '../wording.ts';

export const hypervisorMemoryNoRoomForCell: CellRule = {
  id: 'hypervisor-memory-no-room-for-cell',
  title: 'Hypervisor memory has no room for the cell',
  severity: 'error',
  scope: 'cell',
  arch: ['arm64'],
  catalogue: ['HV-min-pool'],
  prose: {
    meaning:
      "Each cell takes pages from the hypervisor's pool: its config, its page tables, its virtual PCI devices. The rule estimates them, with some pages of tolerance, for the root cell and this one cell together.",
    onTheBoard:
      '`jailhouse cell create` answers "Cannot allocate memory" and logs nothing (control.c:cell_create). Observed with 4 CPUs and 384 or 512 KiB of hypervisor memory.',
    remedy: 'Enlarge `hypervisor_memory.size`; 4 MiB is the usual size. Regions that are aligned to 2 MiB need fewer page tables.',
  },
  bad: '.hypervisor_memory = {\n\t.phys_start = 0x1fc00000,\n\t.size       = 0x80000,\n},',
  good: '.hypervisor_memory = {\n\t.phys_start = 0x1fc00000,\n\t.size       = 0x400000,\n},',
  check(system, member, report) {
    const memory = system.system?.hypervisorMemory;
    if (member === system || memory === undefined) return;
    const usable = usablePages(system);
    const enabled = enabledPages(system);
    // Too small for the root cell alone: hypervisor-memory-too-small tells it.
    if (usable < enabled - estimateSlack) return;
    const needed = enabled + cellPages(system, member) - estimateSlack;
    if (usable >= needed) return;
    report({
      span: member.cell.name.span,
      message: `${cellName(member).replace(/^c/, 'C')} and the root cell take ${needed} pages or more, but of ${hex(memory.size.value)} (${humanSize(memory.size.value)}) of hypervisor memory its page pool can use ${usable}: jailhouse cell create would answer "Cannot allocate memory". Enlarge hypervisor_memory.size to 0x400000.`,
      related: [{ span: memory.size.span, message: `hypervisor memory of ${humanSize(memory.size.value)}` }],
    });
  },
};
