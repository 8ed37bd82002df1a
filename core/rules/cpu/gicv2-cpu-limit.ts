import { cpuNames } from '../../config/cpu-list.ts';
import { gicOf } from '../../config/gic.ts';
import type { FileRule } from '../rule.ts';

export const gicv2CpuLimit: FileRule = {
  id: 'gicv2-cpu-limit',
  title: 'More than 8 CPUs with a GICv2',
  severity: 'error',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['CPU-gicv2-8'],
  prose: {
    meaning: 'A GICv2 serves 8 CPUs: its target registers have 8 bits.',
    onTheBoard: 'The console says " CPU n... FAILED" and `jailhouse enable` fails with "Invalid argument" (gic-v2.c:gicv2_cpu_init).',
    remedy: 'Clear the bits from 8 on, or set gic_version to 3 if the board has a GICv3.',
  },
  bad: '.gic_version = 2,\n/* ... */\n.cpus = { 0x3ff },',
  good: '.gic_version = 2,\n/* ... */\n.cpus = { 0xff },',
  check(config, report) {
    const version = gicOf(config)?.gicVersion;
    if (version?.value !== 2 || config.cpus.value >> 8n === 0n) return;
    report({
      span: config.cpus.span,
      message: `The root cell has ${cpuNames((config.cpus.value >> 8n) << 8n)}, but a GICv2 serves CPUs 0-7 only: jailhouse enable would answer "Invalid argument". Clear these bits, or set gic_version to what the board has.`,
      related: [{ span: version.span, message: 'gic_version is 2' }],
    });
  },
};
