import { announcedSize } from '../../config/array-layout.ts';
import type { FileRule } from '../rule.ts';
import { count } from '../wording.ts';

export const configFileSize: FileRule = {
  id: 'config-file-size',
  title: 'File and counters disagree on the size',
  severity: 'error',
  scope: 'file',
  catalogue: ['HDR-size-exact'],
  prose: {
    meaning:
      'The size of a `.cell` file follows from its counters. A shorter file was cut off or has a wrong counter; a longer one has an array whose counter is missing, or trailing bytes, which are ignored (information). In C sources the counters are compared with the arrays instead.',
    onTheBoard:
      'Too short: driver and hypervisor read whatever stands behind the buffer as memory regions and devices. Neither checks (driver/cell.c, jailhouse_cell_config_size).',
    remedy: 'Build the file again from its source, and set counters with ARRAY_SIZE there.',
  },
  bad: '/* 500 bytes, but the counters add up to 532 */',
  good: '/* size of the file = descriptor + cpu_set_size + 32 * num_memory_regions + ... */',
  check(config, report) {
    if (config.origin !== 'binary') return;
    const expected = announcedSize(config);
    const actual = config.bytes.length;
    if (expected === actual) return;
    const short = actual < expected;
    report({
      span: config.span,
      severity: short ? 'error' : 'information',
      message: short
        ? `The file has ${count(actual, 'byte')}, its counters announce ${expected}: the hypervisor would read ${expected - actual} bytes of foreign memory as config. Build it again from its source.`
        : `The file has ${count(actual, 'byte')}, its counters announce ${expected}: the last ${actual - expected} are ignored. An array may lack its counter.`,
    });
  },
};
