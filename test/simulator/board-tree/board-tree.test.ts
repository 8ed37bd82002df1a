import { spawnSync } from 'node:child_process';
import { decodeDtb } from '@jailhouse-cells/core/devicetree/decode-dtb.ts';
import { qemuTree } from '@jailhouse-cells/simulator/board-tree/qemu-tree.ts';
import { rpi4Tree } from '@jailhouse-cells/simulator/board-tree/rpi4-tree.ts';
import { qemuArm64, rpi4 } from '@jailhouse-cells/simulator/machine/boards.ts';
import { expect, test } from 'vitest';

test.each([
  ['Raspberry Pi 4, 1 GiB', rpi4Tree(rpi4(1), 'root=/dev/x'), 'memory@0', '<0x00 0x00 0x3b400000>'],
  [
    'Raspberry Pi 4, 8 GiB',
    rpi4Tree(rpi4(8), 'root=/dev/x'),
    'memory@0',
    '<0x00 0x00 0x3b400000 0x00 0x40000000 0xbc000000 0x01 0x00 0x80000000 0x01 0x80000000 0x80000000>',
  ],
  ['QEMU', qemuTree(qemuArm64(), 'root=/dev/x'), 'memory@40000000', '<0x00 0x40000000 0x00 0x40000000>'],
])('dtc reads the tree of %s without a new complaint, and so do we', (_, blob, memory, reg) => {
  const { status, stdout, stderr } = spawnSync('dtc', ['-I', 'dtb', '-O', 'dts', '-'], { input: blob, encoding: 'utf8' });
  // What dtc says of the board's own tree, too.
  const known = /\(unit_address_vs_reg\): \/(soc|emmc2bus|scb): |\(interrupt_provider\): .*Missing #address-cells/;
  expect({ status, complaints: stderr.split('\n').filter((line) => line !== '' && !known.test(line)) }).toEqual({
    status: 0,
    complaints: [],
  });
  expect(stdout).toContain(`${memory} {\n\t\tdevice_type = "memory";\n\t\treg = ${reg};`);
  const { tree, findings } = decodeDtb('/board.dtb', blob);
  expect(findings).toEqual([]);
  expect(tree).toBeDefined();
});
