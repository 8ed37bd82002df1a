import { pinsOf } from '../../config/interrupt-pins.ts';
import { hasIommu, iommuType } from '../../config/iommu-types.ts';
import { pciType } from '../../config/ivshmem.ts';
import type { FileRule } from '../rule.ts';

/** The table has 2^n entries, and n = 16 is refused (hypervisor/arch/x86/vtd.c:vtd_init). */
const highest = 0x8000;

export const vtdInterruptLimit: FileRule = {
  id: 'vtd-interrupt-limit',
  title: 'Wrong limit of remapped interrupts',
  severity: 'error',
  scope: 'file',
  arch: ['x86'],
  catalogue: ['X86-vtd-limit'],
  prose: {
    meaning:
      '`vtd_interrupt_limit` is the number of entries of the interrupt remapping table: one for each pin of the IOAPICs and for each MSI or MSI-X vector of the physical PCI devices; at most 32768.',
    onTheBoard:
      'Above 32768: "Invalid argument" at enable. Too few: lines "Reserving n interrupt(s) ..." on the console, then "Argument list too long" (vtd.c:vtd_reserve_int_remap_region).',
    remedy: 'Use 256, as `jailhouse config create` does, or more.',
  },
  bad: '.vtd_interrupt_limit = 8,',
  good: '.vtd_interrupt_limit = 256,',
  check(config, report) {
    const limit = config.system?.x86?.vtdInterruptLimit;
    if (limit === undefined || !hasIommu(config, iommuType.intel)) return;
    if (limit.value > highest) {
      report({
        span: limit.span,
        message: `vtd_interrupt_limit ${limit.value} is above ${highest}: jailhouse enable would answer "Invalid argument". 256 is usual.`,
      });
      return;
    }
    // A lower bound: an IOAPIC reserves all its pins, of which the config shows only those in use.
    const pins = new Map(config.irqchips.map((chip) => [chip.id.value, (pinsOf(chip).at(-1) ?? -1) + 1]));
    const vectors = new Map(
      config.pciDevices
        .filter((device) => device.type.value !== pciType.ivshmem)
        .map((device) => [device.bdf.value, Math.max(device.numMsiVectors.value, device.numMsixVectors.value)]),
    );
    const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, number) => total + number, 0);
    const needed = sum(pins.values()) + sum(vectors.values());
    if (needed <= limit.value) return;
    report({
      span: limit.span,
      message: `vtd_interrupt_limit is ${limit.value}, but the IOAPICs have at least ${sum(pins.values())} pins and the PCI devices ${sum(vectors.values())} vectors: jailhouse enable would answer "Argument list too long". Use at least ${needed}; 256 is usual.`,
    });
  },
};
