import { isCommRegion } from '../../config/memory-flags.ts';
import type { FileRule } from '../rule.ts';

/** JAILHOUSE_CELL_TEST_DEVICE as of revision 10 (include/jailhouse/cell-config.h). */
const testDevice = 2;

export const testDeviceWithoutCommRegion: FileRule = {
  id: 'test-device-without-comm-region',
  title: 'Test device without a communication region',
  severity: 'warning',
  scope: 'file',
  arch: ['x86'],
  catalogue: ['X86-testdev'],
  prose: {
    meaning:
      'The test device of a cell stands right behind its communication region. Only a hypervisor built with CONFIG_TEST_DEVICE has it.',
    onTheBoard: 'With such a hypervisor `jailhouse cell create` fails with "Invalid argument" (x86/test-device.c). Others ignore the flag.',
    remedy: 'Add a communication region, or drop JAILHOUSE_CELL_TEST_DEVICE.',
  },
  bad: '.flags = JAILHOUSE_CELL_TEST_DEVICE,\n/* no communication region */',
  good: '{ .virt_start = 0x100000, .size = 0x1000, .flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_COMM_REGION },',
  check(config, report) {
    const { flags, revision } = config.cell;
    if (config.kind === 'system' || revision.value < 10 || (flags.value & testDevice) === 0) return;
    if (config.memoryRegions.some(isCommRegion)) return;
    report({
      span: flags.span,
      message:
        'The cell has the flag TEST_DEVICE, but no communication region, behind which the device stands: a hypervisor built with CONFIG_TEST_DEVICE would refuse the cell with "Invalid argument". Add the region or drop the flag.',
    });
  },
};
