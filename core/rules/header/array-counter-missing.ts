import { declaredBytes, hasForeignMembers, nothingFollows } from '../../config/array-layout.ts';
import { setCounter } from '../../fixes/counters.ts';
import type { FileRule } from '../rule.ts';
import { count } from '../wording.ts';

export const arrayCounterMissing: FileRule = {
  id: 'array-counter-missing',
  title: 'Array without its counter',
  severity: 'error',
  scope: 'file',
  catalogue: ['HDR-counter-zero', 'HDR-size-exact'],
  prose: {
    meaning:
      'The hypervisor finds the arrays behind the descriptor by counting: each starts where the one before ends. An array whose counter is left out is not seen, and every array behind it is read from the wrong place. Behind the last array nothing can be shifted: it is merely ignored, and the finding is information.',
    onTheBoard:
      'The entries that follow are nonsense: virtual PCI devices vanish without a message, or `jailhouse enable` answers "Cannot allocate memory", or a made-up PCI entry makes the board die at the first access (include/jailhouse/cell-config.h, jailhouse_cell_irqchips() and its neighbours).',
    remedy: 'Set the counter with `ARRAY_SIZE(config.ARRAY)`, or remove the array.',
  },
  bad: 'struct jailhouse_irqchip irqchips[1];\nstruct jailhouse_pci_device pci_devices[1];\n/* ... */\n.num_pci_devices = ARRAY_SIZE(config.pci_devices),',
  good: '.num_irqchips = ARRAY_SIZE(config.irqchips),\n.num_pci_devices = ARRAY_SIZE(config.pci_devices),',
  check(config, report) {
    if (hasForeignMembers(config)) return;
    for (const [at, array] of config.arrays.entries()) {
      const member = array.member;
      // The CPU set has rules of its own, which know what a size of 0 does.
      if (array.kind === 'cpus' || member === undefined || declaredBytes(config, array) === 0 || array.counter.value !== 0) continue;
      const last = nothingFollows(config, at);
      report({
        span: member.span,
        severity: last ? 'information' : 'error',
        message: last
          ? `.${array.counterName} is 0, so the hypervisor does not see the ${count(member.length, 'declared element')} of ${member.name}. Set it to ARRAY_SIZE(config.${member.name}), or remove the array.`
          : `.${array.counterName} is 0 although ${member.name} takes ${declaredBytes(config, array)} bytes: the hypervisor would read every array behind it ${declaredBytes(config, array)} bytes too early. Set .${array.counterName} = ARRAY_SIZE(config.${member.name}).`,
        related: [{ span: array.counter.span, message: `.${array.counterName} is 0 here` }],
        fixes: () => setCounter(config, array),
      });
    }
  },
};
