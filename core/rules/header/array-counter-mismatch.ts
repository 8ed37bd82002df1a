import { announcedBytes, announcedSize, declaredBytes, hasForeignMembers, nothingFollows } from '../../config/array-layout.ts';
import { setCounter } from '../../fixes/counters.ts';
import type { FileRule } from '../rule.ts';

export const arrayCounterMismatch: FileRule = {
  id: 'array-counter-mismatch',
  title: 'Counter and array differ',
  severity: 'error',
  scope: 'file',
  catalogue: ['HDR-size-exact', 'HDR-counter-zero'],
  prose: {
    meaning:
      'The hypervisor finds each array where the one before ends by its counter. A counter that is too small or too large shifts every array behind it; too large at the end makes it read behind the file. Too small at the end merely leaves elements out: information.',
    onTheBoard:
      'Observed with counters off by one: no virtual PCI device in the root cell and no message; EL2 abort of the whole board; root CPUs parked at their next PCI access. A CPU set that is too small hangs the board at enable. Neither driver nor hypervisor checks (jailhouse_cell_config_size).',
    remedy: 'Set counters with `ARRAY_SIZE(config.ARRAY)` and `sizeof(config.cpus)`, never by hand.',
  },
  bad: 'struct jailhouse_memory mem_regions[8];\n/* ... */\n.num_memory_regions = 7,',
  good: '.num_memory_regions = ARRAY_SIZE(config.mem_regions),',
  check(config, report) {
    if (config.shape === undefined || hasForeignMembers(config)) return;
    const beyond = announcedSize(config) > config.bytes.length;
    for (const [at, array] of config.arrays.entries()) {
      const announced = announcedBytes(array);
      const declared = declaredBytes(config, array);
      if (array.counter.value === 0 || announced === declared) continue;
      const last = nothingFollows(config, at);
      const name = array.member?.name;
      const expression = array.kind === 'cpus' ? `sizeof(config.${name})` : `ARRAY_SIZE(config.${name})`;
      const remedy =
        name === undefined ? `Declare the array, or leave .${array.counterName} out.` : `Set .${array.counterName} = ${expression}.`;
      const facts = `.${array.counterName} is ${array.counter.value} (${announced} bytes), but ${name === undefined ? 'the struct declares no such array' : `${name} has ${declared} bytes`}`;
      const effect =
        announced < declared
          ? last
            ? 'the elements behind it are ignored'
            : `the hypervisor would read every array behind it ${declared - announced} bytes too early`
          : last && beyond
            ? `the hypervisor would read ${announced - declared} bytes behind the end of the file`
            : `the hypervisor would take ${announced - declared} bytes of what follows for more elements`;
      report({
        span: array.counter.span,
        severity: last && announced < declared ? 'information' : 'error',
        message: `${facts}: ${effect}. ${remedy}`,
        related: array.member === undefined ? [] : [{ span: array.member.span, message: `${array.member.name}: ${declared} bytes` }],
        fixes: () => setCounter(config, array),
      });
    }
  },
};
