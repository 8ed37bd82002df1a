import type { BoardRule } from '../rule.ts';
import { ramClaims } from './claims.ts';
import { reportNotReserved } from './not-reserved.ts';

export const cellMemoryNotReserved: BoardRule = {
  id: 'cell-memory-not-reserved',
  title: 'Linux uses the RAM of a cell',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['BRD-reserve', 'SHR-linux-still-owns'],
  prose: {
    meaning:
      'RAM that a cell has for itself is taken away from the root cell when the cell is created. Linux has to be kept out of it before, by a node of `/reserved-memory` with `no-map` or by `mem=`. Silent where no device tree of the board is known. A warning where `mem=` on a command line that is not known could have cut the memory away.',
    onTheBoard:
      'Sooner or later Linux touches the memory, and the hypervisor parks that CPU: "Unhandled data read at ...", "Parking CPU ..." for the root cell. Until then loading the cell overwrites data of Linux (control.c:unmap_from_root_cell).',
    remedy: 'Reserve the memory with `no-map`, or move the region into memory that is reserved.',
  },
  bad: '/* nothing reserves it */\n.phys_start = 0x20000000,\n.size = 0x8000000,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_LOADABLE,',
  good: '/* reserved: 0x10000000-0x1fffffff */\n.phys_start = 0x10000000,\n.size = 0x8000000,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_LOADABLE,',
  check(context, report) {
    const { board, system, member } = context;
    if (member === system) return;
    const nodeName = member.cell.name.value.replace(/[^A-Za-z0-9-]+/g, '-') || 'cell';
    for (const claim of ramClaims(member, board))
      reportNotReserved(
        context,
        report,
        claim,
        'once the cell is created, the next access of Linux parks its CPU ("Unhandled data read")',
        nodeName,
      );
  },
};
