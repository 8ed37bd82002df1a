import type { ExplainContext } from './context.ts';
import type { Explanation } from './explanation.ts';
import type { Silence } from './incident.ts';
import type { GeneralCause } from './message-kind.ts';
import { commandOf, type Operation } from './operation.ts';
import { generalCause, rank } from './ranking.ts';
import { rulesFor } from './rule-symptoms.ts';

const highestCpu: GeneralCause = {
  title: 'A CPU with a higher number is online',
  text: 'A CPU above the highest bit of the CPU set never comes back, and the others wait for it (observed, without a message). Add it, or take it offline before.',
  points: 'cpus',
};
const rootMap: GeneralCause = {
  title: 'The root cell lacks memory or a device that Linux uses',
  text: 'Its regions have to cover all RAM and all devices of Linux, apart from GIC and hypervisor; otherwise its CPUs stop at the next access.',
  points: 'hypervisor-memory',
};
const consoleAddress: GeneralCause = {
  title: 'The debug console is not what the config says',
  text: 'A wrong type, address or register distance makes the hypervisor wait for ever; a size of 0 was observed to stop it while the CPUs come up.',
  points: 'debug-console',
};
const alignment: GeneralCause = {
  title: 'The hypervisor memory does not start at a multiple of 2 MiB, or is no RAM',
  text: 'On arm64 the CPUs are then lost at their first instruction, without a message.',
  points: 'hypervisor-memory',
};
const iommu: GeneralCause = {
  title: 'A unit of hardware is not where the config says',
  text: 'The last "Initializing unit" line names it: compare its addresses with the device tree of the board.',
  points: 'iommu',
};
const waiting: GeneralCause = {
  title: 'A running cell does not answer',
  text: 'Without JAILHOUSE_CELL_PASSIVE_COMMREG the hypervisor asks each running cell before it changes anything, and with msg_reply_timeout 0 it waits for ever. Set the flag for guests that do not answer (Linux, most RTOS).',
  points: 'reply-timeout',
};
const interrupts: GeneralCause = {
  title: 'The cell took an interrupt or a device that Linux needs',
  text: 'Observed with the interrupts of virtio disks: leave out of pin_bitmap what /proc/interrupts lists.',
  points: 'irqchips',
};
const arrays: GeneralCause = {
  title: 'The hypervisor reads nonsense for PCI devices or CPUs',
  text: 'Observed with a cpu_set_size that does not fit the array: the last line then adds devices that nobody wrote.',
  points: 'pci-devices',
};

const causes: Readonly<Record<Silence['at'] | 'nothing', readonly GeneralCause[]>> = {
  nothing: [alignment, highestCpu, consoleAddress, rootMap],
  processors: [consoleAddress, highestCpu],
  unit: [iommu, consoleAddress],
  'adding-pci': [arrays, rootMap],
  activating: [rootMap, highestCpu],
};

/** The log stops in the middle of enable, and nothing says why. */
export function explainSilence(silence: Silence, context: ExplainContext): Explanation {
  const last = silence.matched.at(-1)?.text.trim() ?? '';
  const normal =
    silence.at === 'activating'
      ? ' That is also the last line of an enable that went well: it matters only if the board answered no more.'
      : '';
  return explain(`The log ends at "${last}" without an error.${normal} If the board froze there:`, silence.at, silence.matched, context);
}

/** `jailhouse enable` never returned. */
export function freezeAtEnable(context: ExplainContext): Explanation {
  return explain('The board froze at jailhouse enable. A serial log of it would tell more.', 'nothing', [], context);
}

/** A later command never returned: the hypervisor waits for an answer of a cell, with the root cell stopped. */
export function freezeLater(operation: Operation, context: ExplainContext): Explanation {
  return {
    summary: `The board froze at ${commandOf[operation]}.`,
    matched: [],
    operation,
    causes: rank({
      context,
      operation,
      possibleRules: [...rulesFor('freeze later'), ...rulesFor('root dies')],
      general: [waiting, interrupts, ...causes.activating].map((cause) => generalCause(cause, context)),
    }),
  };
}

function explain(summary: string, at: keyof typeof causes, matched: Explanation['matched'], context: ExplainContext): Explanation {
  return {
    summary,
    matched,
    operation: 'enable',
    causes: rank({
      context,
      operation: 'enable',
      possibleRules: rulesFor('freeze at enable'),
      general: causes[at].map((cause) => generalCause(cause, context)),
    }),
  };
}
