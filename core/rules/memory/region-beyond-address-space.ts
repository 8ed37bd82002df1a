import { isCommRegion, isEmpty } from '../../config/memory-flags.ts';
import { hex, humanSize } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

export const regionBeyondAddressSpace: FileRule = {
  id: 'region-beyond-address-space',
  title: 'Region beyond the addresses of the processor',
  severity: 'error',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['MEM-ipa-width', 'MEM-phys-width'],
  prose: {
    meaning:
      'The hypervisor translates guest addresses of at most 48 bits on arm64 and 32 bits on arm; physical addresses have 48 and 40 bits. What lies beyond cannot be reached: error. On arm64 most processors have 40 (Cortex-A53) to 44 bits (Cortex-A72); a region above 44 bits: warning.',
    onTheBoard:
      'Observed: the region is accepted, and no access reaches it. On processors with less than 44 bits the page tables of the hypervisor are damaged (arm64/paging.h, arm-common/paging.c).',
    remedy: 'Correct the address; a digit too many is the usual reason.',
  },
  bad: '.virt_start = 0x400000000000,',
  good: '.virt_start = 0x40000000,',
  check(config, report) {
    for (const region of config.memoryRegions) {
      if (isEmpty(region) || (config.arch === 'arm' && config.kind === 'cell' && (config.cell.flags.value & 0x4) !== 0)) continue;
      for (const [field, name] of [[region.virtStart, 'guest'] as const, [region.physStart, 'physical'] as const]) {
        if (name === 'physical' && (isCommRegion(region) || field.value === region.virtStart.value)) continue;
        const end = field.value + region.size.value;
        const limit = config.arch === 'arm64' ? 48n : name === 'guest' ? 32n : 40n;
        // Wrapping around 2^64 is told of by region-wraps.
        if (end > 1n << 64n) continue;
        if (end > 1n << limit)
          report({
            span: field.span,
            message: `${region.path} ends at ${hex(end)}, beyond the ${limit} bits of ${name} addresses that the hypervisor translates on ${config.arch}: it cannot be reached. Correct the address ${hex(field.value)}.`,
          });
        else if (config.arch === 'arm64' && end > 1n << 44n)
          report({
            span: field.span,
            severity: 'warning',
            message: `${region.path} ends at ${hex(end)}, above ${humanSize(1n << 44n)}: processors with 40 to 44 bits of addresses, as most boards have, do not reach it. Check the digits of ${hex(field.value)}.`,
          });
      }
    }
  },
};
