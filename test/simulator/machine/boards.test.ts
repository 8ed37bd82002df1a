import { rpi4 } from '@jailhouse-cells/simulator/machine/boards.ts';
import { createMachine } from '@jailhouse-cells/simulator/machine/create-machine.ts';
import { gicDemo } from '@jailhouse-cells/simulator/machine/stand-ins.ts';
import { describe, expect, test } from 'vitest';
import { exampleCell } from './example-cells.ts';

const root = exampleCell('rpi4/configs/rpi4.c');
const demo = exampleCell('rpi4/configs/rpi4-inmate-demo.c');
const linux = exampleCell('rpi4/configs/rpi4-linux-demo.c');
const done = { kind: 'done' };

describe.each([1, 2, 4, 8] as const)('Raspberry Pi 4 with %i GiB', (gib) => {
  test('runs the example from enable to disable, twice, and gives all pages back', () => {
    const machine = createMachine(rpi4(gib));
    for (let round = 0; round < 2; round++) {
      expect(machine.enable(root).end).toEqual(done);
      const { memUsed } = machine.pools;
      expect(machine.claimed).toEqual({ start: 0x1fc00000n, size: 0x400000n });
      expect(machine.virtualPci).toEqual({
        domain: 1,
        ecam: { start: 0xff900000n, size: 0x100000n },
        functions: [
          { bdf: 0, protocol: 0 },
          { bdf: 8, protocol: 1 },
        ],
      });
      expect(machine.create(demo).end).toEqual(done);
      expect(machine.create(linux).end).toEqual(done);
      expect(machine.onlineCpus).toEqual([0]);
      expect(machine.load({ name: 'rpi4-inmate-demo' }, [{ bytes: new Uint8Array(0x5c00), address: 0n, profile: gicDemo }]).end).toEqual(
        done,
      );
      expect(machine.start({ id: 1 }).end).toEqual(done);
      expect(machine.start({ id: 2 }).end).toEqual(done);
      expect(machine.cells.map(({ id, name, state, cpus }) => [id, name, state, cpus])).toEqual([
        [0, 'rpi4', 'running', [0]],
        [1, 'rpi4-inmate-demo', 'running', [1]],
        [2, 'rpi4-linux-demo', 'running', [2, 3]],
      ]);
      expect(machine.load({ id: 1 }, []).end).toEqual(done);
      expect(machine.destroy({ id: 1 }).end).toEqual(done);
      expect(machine.destroy({ id: 2 }).end).toEqual(done);
      // A table that was split for the cells stays split.
      expect(machine.pools.memUsed - memUsed).toBe(1);
      expect(machine.disable().end).toEqual(done);
      expect(machine.enabled).toBe(false);
      expect(machine.pools).toEqual({ memSize: 0, memUsed: 0, remapSize: 0, remapUsed: 0 });
      expect(machine.onlineCpus).toEqual([0, 1, 2, 3]);
    }
    expect(machine.claimed).toEqual({ start: 0x1fc00000n, size: 0x400000n });
    machine.unload();
    expect(machine.claimed).toBeUndefined();
  });

  test('refuses when nothing is reserved, and says why', () => {
    const machine = createMachine(rpi4(gib, { reserved: [] }));
    const { end, kernelLog, console } = machine.enable(root);
    expect(end).toEqual({ kind: 'error', errno: 'EINVAL' });
    expect(kernelLog.slice(-2)).toEqual([
      'jailhouse: request_mem_region failed for hypervisor memory.',
      'jailhouse: Did you reserve the memory with "memmap=" or "mem="?',
    ]);
    expect(console).toBe('');
    expect(machine.claimed).toBeUndefined();
  });

  test('loses a CPU when a cell takes RAM that Linux uses', () => {
    const onlyHypervisor = [{ start: 0x1fa00000n, size: 0x600000n, name: 'jailhouse@1fa00000' }];
    const machine = createMachine(rpi4(gib, { reserved: onlyHypervisor }));
    expect(machine.enable(root).end).toEqual(done);
    expect(machine.create(demo).end).toEqual(done);
    const { end, console } = machine.create(linux);
    expect(end).toEqual({ kind: 'root-cpu-parked', cpu: 0 });
    expect(console).toContain('Unhandled data read at 0x10000000(8)\n');
  });
});

test('RAM of Linux that no region of the root cell has parks a CPU', () => {
  // Region 13 is the RAM above 4 GiB; it is moved away.
  const copy = Uint8Array.from(root);
  const view = new DataView(copy.buffer);
  const at = 488 + 8 + 13 * 32;
  expect(view.getBigUint64(at, true)).toBe(0x100000000n);
  view.setBigUint64(at, 0x300000000n, true);
  view.setBigUint64(at + 8, 0x300000000n, true);
  expect(createMachine(rpi4(4)).enable(copy).end).toEqual(done);
  expect(createMachine(rpi4(8)).enable(copy).end).toEqual({ kind: 'root-cpu-parked', cpu: 3 });
});
