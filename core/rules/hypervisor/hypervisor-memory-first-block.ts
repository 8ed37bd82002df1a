import { humanSize } from '../../source/numbers.ts';
import { earlyPages, estimateSlack, imageSizes, reservedCpus } from '../../system/page-pool.ts';
import type { FileRule } from '../rule.ts';

export const hypervisorMemoryFirstBlock: FileRule = {
  id: 'hypervisor-memory-first-block',
  title: 'Too many CPUs for the first 2 MiB of the hypervisor',
  severity: 'error',
  scope: 'file',
  arch: ['arm64'],
  catalogue: ['HV-bootstrap-2m'],
  prose: {
    meaning:
      'Until the hypervisor has its own page tables only the first 2 MiB of its memory are mapped. Its image, 16 KiB for each CPU up to the highest one of the root cell, the config and the first page tables have to fit there: about 110 CPUs.',
    onTheBoard: 'The board freezes at `jailhouse enable` without a message (arm64/entry.S:init_bootstrap_pt).',
    remedy: 'Leave out the highest CPUs, also on the kernel command line (`maxcpus=`), so that fewer are reserved for.',
  },
  bad: '.cpus = { 0xffffffffffffffff, 0xffffffffffffffff },',
  good: '.cpus = { 0xffffffffffffffff },',
  check(config, report) {
    const memory = config.system?.hypervisorMemory;
    // Above that hypervisor-memory-too-large tells of the size.
    if (memory === undefined || memory.size.value > 0x20000000n) return;
    const used = imageSizes.arm64.core + (earlyPages(config) - estimateSlack) * 0x1000;
    if (used <= 0x200000) return;
    report({
      span: config.cpus.span,
      message: `With room for ${reservedCpus(config)} CPUs the hypervisor takes ${humanSize(used)} before its page tables are complete, and only 2 MiB are mapped then: jailhouse enable would freeze the board. About 110 CPUs fit.`,
    });
  },
};
