import { type AddressWindow, Coverage } from '../../config/address-window.ts';
import { highestCpu } from '../../config/cpu-list.ts';
import { gicOf } from '../../config/gic.ts';
import { hex, humanSize } from '../../source/numbers.ts';
import type { BoardRule } from '../rule.ts';
import { rangeText } from '../wording.ts';

/** Bytes of one redistributor of a GICv3 (Arm GIC architecture: RD_base and SGI_base frames of 64 KiB). */
const perCpu = 0x20000n;

export const gicrNotContiguous: BoardRule = {
  id: 'gicr-not-contiguous',
  title: 'Redistributors do not stand in a row',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['GIC-gicr-contiguous'],
  prose: {
    meaning:
      'The hypervisor expects that the redistributors of all CPUs, 0 to the highest one of the root cell, follow each other from gicr_base on, 128 KiB each. On a board with several stretches of redistributors the first one has to hold all CPUs of the root cell.',
    onTheBoard:
      '`jailhouse enable` fails with "GIC: No redist found for CPUn" and "No such device", or the hypervisor dies with "FATAL: Unhandled HYP exception" (gic-v3.c:gicv3_cpu_init).',
    remedy:
      'Give the root cell only CPUs whose redistributors stand in a row, and start no others (`maxcpus=`); or set gicr_base to the stretch that holds them all.',
  },
  bad: '/* board: GICR 0x8100000-0x811ffff and 0x9100000-0x911ffff */\n.gicr_base = 0x8100000,\n/* ... */\n.cpus = { 0x3 },',
  good: '/* board: GICR 0x8100000-0x813ffff */\n.gicr_base = 0x8100000,\n/* ... */\n.cpus = { 0x3 },',
  check({ board, system, member }, report) {
    const gic = gicOf(system);
    const real = board.gic;
    const highest = highestCpu(system.cpus);
    if (member !== system || gic === undefined || real?.version !== 3 || gic.gicVersion?.value !== 3 || highest === undefined) return;
    // In one stretch there is room for all CPUs, or the tree is not to be trusted.
    if (real.gicr.length < 2) return;
    const base = gic.gicrBase;
    const stretch = new Coverage(real.gicr).ranges.find(({ start, size }) => start <= base.value && base.value < start + size);
    if (stretch === undefined) return;
    const room = (stretch.start + stretch.size - base.value) / perCpu;
    const needed = BigInt(highest + 1);
    if (room >= needed) return;
    report({
      span: base.span,
      message: `From gicr_base ${hex(base.value)} on the board has ${humanSize(stretch.start + stretch.size - base.value)} of redistributors, for CPUs 0-${room - 1n}, but the root cell has CPUs up to ${highest}: jailhouse enable would fail ("GIC: No redist found for CPU${room}"). The hypervisor needs them in one row.`,
      related: real.gicr.map((window: AddressWindow) => ({ span: window.span, message: `GICR ${rangeText(window)}` })),
    });
  },
};
