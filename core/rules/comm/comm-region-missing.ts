import { isCommRegion, isEmpty } from '../../config/memory-flags.ts';
import { isForLinux } from '../loading/linux-shape.ts';
import type { FileRule } from '../rule.ts';
import { hasConsole, mayBeX86, readsCommRegion } from './inmate-evidence.ts';

export const commRegionMissing: FileRule = {
  id: 'comm-region-missing',
  title: 'Cell without a communication region',
  severity: 'error',
  scope: 'file',
  catalogue: ['COMM-missing', 'LIN-commregion'],
  prose: {
    meaning:
      'Programs of the inmate library, and the loader of `jailhouse cell linux`, read their console, the interrupt controller and more from the communication region. A cell with a `.console`, which only they read, or of the shape of a Linux cell needs one, from revision 10 on. Another guest may do without, and the rule keeps quiet.',
    onTheBoard:
      '"Unhandled data read at 0x80000006" (0x100000 on x86) right after the start, and the cell is failed (inmates/lib/setup.c).',
    remedy:
      'Add `{ .virt_start = 0x80000000, .size = 0x1000, .flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_COMM_REGION }`, on x86 at 0x100000.',
  },
  bad: '.mem_regions = {\n\t/* UART */ { /* ... */ },\n\t/* RAM */ { /* ... */ },\n},',
  good: '.mem_regions = {\n\t/* UART */ { /* ... */ },\n\t/* RAM */ { /* ... */ },\n\t/* communication region */ {\n\t\t.virt_start = 0x80000000,\n\t\t.size = 0x1000,\n\t\t.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_COMM_REGION,\n\t},\n},',
  check(config, report) {
    // Before revision 10 nothing in a config was passed on in it, and on ARM nobody read it.
    if (config.cell.console === undefined || mayBeX86(config)) return;
    if (config.kind !== 'cell' || config.memoryRegions.every(isEmpty) || config.memoryRegions.some(isCommRegion)) return;
    // Another guest may do without.
    if (!readsCommRegion(config)) return;
    const member = config.arrays.find(({ kind }) => kind === 'memory-regions')?.member;
    const address = config.arch === 'x86' ? '0x100000' : '0x80000000';
    report({
      span: member?.span ?? config.cell.span,
      message: `The cell has no communication region: ${isForLinux(config) ? 'the loader of jailhouse cell linux' : 'the program that shall use its console'} would die at its first look at ${address} ("Unhandled data read"). Add a region of 0x1000 there with JAILHOUSE_MEM_COMM_REGION.`,
      related:
        config.cell.console !== undefined && hasConsole(config)
          ? [{ span: config.cell.console.span, message: 'the console is passed on in the communication region' }]
          : [],
    });
  },
};
