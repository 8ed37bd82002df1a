import { gicOf } from '../../config/gic.ts';
import { hex } from '../../source/numbers.ts';
import type { BoardRule } from '../rule.ts';

/** CPUs of one cluster that a GICv3 can name: 16 bits of target list in ICC_SGI1R_EL1 (Arm GIC architecture). */
const perCluster = 16n;

export const cpuAffinityBeyondGicv3: BoardRule = {
  id: 'cpu-affinity-beyond-gicv3',
  title: 'CPU that the hypervisor cannot address by a GICv3',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['CPU-aff0-16'],
  prose: {
    meaning:
      'The hypervisor sends interrupts between CPUs by a list of 16 in a cluster: the lowest part of the affinity (Aff0, bits 0-7 of `reg` of the CPU node) has to be below 16 for every CPU of the root cell.',
    onTheBoard: '`jailhouse enable` fails with "Input/output error" (gic-v3.c:gicv3_cpu_init).',
    remedy: 'Leave the CPU out of the root cell and keep it off at boot (`maxcpus=`).',
  },
  bad: '/* board */\ncpu@10 { reg = <0x0 0x10>; };',
  good: '/* board */\ncpu@100 { reg = <0x0 0x100>; };',
  check({ board, system, member }, report) {
    if (member !== system || gicOf(system)?.gicVersion?.value !== 3 || board.gic?.version !== 3) return;
    const beyond = board.cpus?.filter(
      ({ index, mpidr }) => ((system.cpus.value >> BigInt(index)) & 1n) === 1n && (mpidr & 0xffn) >= perCluster,
    );
    const [first] = beyond ?? [];
    if (beyond === undefined || first === undefined) return;
    report({
      span: system.cpus.span,
      message: `CPU ${beyond.map(({ index }) => index).join(', ')} of the root cell ${beyond.length === 1 ? 'has' : 'have'} an affinity above 15 in the cluster (${hex(first.mpidr)}): jailhouse enable would answer "Input/output error". The hypervisor reaches 16 CPUs of a cluster; keep the others off.`,
      related: beyond.slice(0, 8).map(({ index, mpidr, span }) => ({ span, message: `CPU ${index} has the affinity ${hex(mpidr)}` })),
    });
  },
};
