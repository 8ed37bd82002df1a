import { declaredBytes } from '../../config/array-layout.ts';
import type { ArrayKind, Config } from '../../config/model.ts';
import { shrinkArray } from '../../fixes/elements.ts';
import type { FileRule } from '../rule.ts';
import { count } from '../wording.ts';

export const arrayPartlyFilled: FileRule = {
  id: 'array-partly-filled',
  title: 'Array longer than its initialiser',
  severity: 'error',
  scope: 'file',
  catalogue: ['HDR-counter-vs-init'],
  prose: {
    meaning:
      'C fills the elements that the initialiser leaves out with zeros, and a counter made with ARRAY_SIZE counts them. An empty memory region, irqchip on ARM, capability or stream id does nothing (information). An all-zero PCI device is a physical device 00:00.0 that the cell claims (error). An all-zero IOAPIC on x86 stands at address 0 (warning).',
    onTheBoard:
      'Observed with a PCI device of type 0: EL2 abort of the board when the device does not exist, or the root cell loses its device 00:00.0 and dies at the next access (hypervisor/pci.c:pci_cell_init).',
    remedy: 'Shrink the array to what is filled, or fill it.',
  },
  bad: 'struct jailhouse_pci_device pci_devices[2];\n/* ... */\n.pci_devices = {\n\t{ .type = JAILHOUSE_PCI_TYPE_IVSHMEM, /* ... */ },\n},',
  good: 'struct jailhouse_pci_device pci_devices[1];',
  check(config, report) {
    for (const array of config.arrays) {
      const member = array.member;
      if (member === undefined || array.kind === 'cpus' || member.size === 0 || declaredBytes(config, array) !== member.size) continue;
      const counted = Math.min(array.counter.value, member.length);
      const blank = counted - member.initialised;
      if (blank <= 0) continue;
      const effect = effectOf(config, array.kind);
      report({
        span: member.dimension ?? member.span,
        severity: effect.severity,
        message: `${member.name} has ${count(member.length, 'element')}, but only ${member.initialised} ${member.initialised === 1 ? 'is' : 'are'} filled: ${effect.text} Shrink the array to ${member.initialised}.`,
        related:
          member.initialiser === undefined ? [] : [{ span: member.initialiser, message: `fills ${count(member.initialised, 'element')}` }],
        fixes: () => shrinkArray(config, array.kind, member),
      });
    }
  },
};

function effectOf(config: Config, kind: ArrayKind): { readonly severity: 'error' | 'warning' | 'information'; readonly text: string } {
  if (kind === 'pci-devices')
    return {
      severity: 'error',
      text: 'the others are read as physical PCI devices 00:00.0, and the board would die when such a device is touched.',
    };
  if (kind === 'irqchips' && config.arch === 'x86') return { severity: 'warning', text: 'the others are read as IOAPICs at address 0.' };
  return { severity: 'information', text: 'the others are all zeros, which the hypervisor skips.' };
}
