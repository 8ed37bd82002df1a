import { rpi4 } from '@jailhouse-cells/simulator/machine/boards.ts';
import { createMachine, type SimulatedMachine } from '@jailhouse-cells/simulator/machine/create-machine.ts';
import { readGuestProfile } from '@jailhouse-cells/simulator/machine/guest-profile.ts';
import type { CallResult, GuestProfile } from '@jailhouse-cells/simulator/machine/machine.ts';
import { gicDemo, ivshmemDemo, linuxLoader } from '@jailhouse-cells/simulator/machine/stand-ins.ts';
import { describe, expect, test } from 'vitest';
import { exampleCell } from './example-cells.ts';

const root = exampleCell('rpi4/configs/rpi4.c');
const demo = exampleCell('rpi4/configs/rpi4-inmate-demo.c');
const linux = exampleCell('rpi4/configs/rpi4-linux-demo.c');

function enabled(): SimulatedMachine {
  const machine = createMachine(rpi4(4));
  expect(machine.enable(root).end).toEqual({ kind: 'done' });
  return machine;
}

function run(machine: SimulatedMachine, config: Uint8Array, profile: GuestProfile): CallResult {
  expect(machine.create(config).end).toEqual({ kind: 'done' });
  const id = machine.cells.at(-1)?.id ?? 0;
  expect(machine.load({ id }, [{ bytes: new Uint8Array(0x4000), address: 0n, profile }]).end).toEqual({ kind: 'done' });
  return machine.start({ id });
}

/** The cell's config with another value in its 32-bit field at `offset`. */
function withWord(config: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = Uint8Array.from(config);
  new DataView(copy.buffer).setUint32(offset, value, true);
  return copy;
}

const flagsAt = 44;
const timeoutAt = 92;

describe('what a guest prints and touches', () => {
  test('prints on the UART that its cell has, and touches what it has', () => {
    const result = run(enabled(), demo, { prints: ['hello'], touches: [{ address: '0x100', width: 4, access: 'write' }] });
    expect(result.console).toBe('Started cell "rpi4-inmate-demo"\nhello\n');
    expect(result.virtualConsole).toBe('Started cell "rpi4-inmate-demo"\n');
  });

  test.each([
    { access: 'read', width: 4, text: 'Unhandled data read at 0x50000000(4)', trap: 'unhandled trap (exception class 0x24)' },
    { access: 'write', width: 1, text: 'Unhandled data write at 0x50000000(1)', trap: 'unhandled trap (exception class 0x24)' },
    { access: 'execute', width: 4, text: 'FATAL: instruction abort at 0x50000000', trap: 'forbidden access (exception class 0x20)' },
  ] as const)('a $access of what it has not crashes the cell', ({ access, width, text, trap }) => {
    const machine = enabled();
    const result = run(machine, demo, { prints: ['hello'], touches: [{ address: '0x50000000', width, access }] });
    expect(result.end).toEqual({ kind: 'done' });
    const [started, hello, reason, blank, fatal, state, ...rest] = result.console.split('\n');
    expect([started, hello, reason, blank, fatal, state]).toEqual([
      'Started cell "rpi4-inmate-demo"',
      'hello',
      text,
      '',
      `FATAL: ${trap}`,
      'Cell state before exception:',
    ]);
    expect(rest.slice(0, 12).every((line) => /^(?: (?:pc|sp): | ?x\d+: )/.test(line))).toBe(true);
    expect(rest.slice(12)).toEqual(['', 'Parking CPU 1 (Cell: "rpi4-inmate-demo")', '']);
    expect(machine.cells[1]).toMatchObject({ state: 'failed', failedCpus: [1] });
    expect(machine.load({ id: 1 }, []).end).toEqual({ kind: 'done' });
    expect(machine.cells[1]).toMatchObject({ state: 'shut down', failedCpus: [] });
  });

  const regions = Array.from({ length: 8 }, (_, index) => 132 + 8 + index * 32);
  /** The cell's config with a region moved in physical memory; regions are found by their flags. */
  function moved(flags: bigint, phys: bigint): Uint8Array {
    const copy = Uint8Array.from(demo);
    const view = new DataView(copy.buffer);
    const at = regions.find((offset) => view.getBigUint64(offset + 24, true) === flags);
    if (at === undefined) throw new Error(`no region has the flags ${flags}`);
    view.setBigUint64(at, phys, true);
    return copy;
  }
  const hypervisorMemory = 0x1fc00000n;

  test('RAM on the memory of the hypervisor cannot be loaded: the root cell has lost it', () => {
    const machine = enabled();
    expect(machine.create(moved(0x47n, hypervisorMemory)).end).toEqual({ kind: 'done' });
    const { end } = machine.load({ id: 1 }, [{ bytes: new Uint8Array(16), address: 0n, profile: undefined }]);
    expect(end).toEqual({ kind: 'root-cpu-parked', cpu: 0 });
    expect(machine.cells[0]).toMatchObject({ state: 'running', failedCpus: [0] });
    expect(machine.destroy({ id: 1 }).end).toEqual({ kind: 'hang' });
  });

  test('a guest that writes into the memory of the hypervisor stops the board', () => {
    const sharedSection = 0x83n;
    const machine = enabled();
    const profile: GuestProfile = { touches: [{ address: '0x1faf1000', width: 4, access: 'write' }] };
    expect(run(machine, moved(sharedSection, hypervisorMemory), profile).end).toEqual({ kind: 'freeze' });
    expect(machine.load({ id: 1 }, []).end).toEqual({ kind: 'freeze' });
  });

  test('the demos find timer and shared memory', () => {
    expect(run(enabled(), demo, gicDemo).console).toContain('Initializing the timer...\nTimer fired, jitter: ');
    expect(run(enabled(), demo, ivshmemDemo).console).toContain('IVSHMEM: initialized device\nstate[0] = 0\nstate[1] = 2\n');
  });

  test('the Linux loader hands over to the kernel; so does a first image of which nothing is known', () => {
    for (const profile of [linuxLoader, undefined]) {
      const machine = enabled();
      machine.create(linux);
      const kernel = { prints: ['Booting Linux'] };
      const loaded = machine.load({ id: 1 }, [
        { bytes: new Uint8Array(0x2000), address: 0n, profile },
        { bytes: new Uint8Array(0x400000), address: 0x10200000n, profile: kernel },
        { bytes: new Uint8Array(0x1000), address: 0x10000000n, profile: undefined },
      ]);
      expect(loaded.end).toEqual({ kind: 'done' });
      expect(machine.start({ id: 1 }).console).toBe('Started cell "rpi4-linux-demo"\nBooting Linux\n');
    }
  });
});

describe('the protocol of the comm region', () => {
  const active = withWord(demo, flagsAt, 0);

  test('a guest that answers is shut down; one that does not hangs the board', () => {
    const answering = enabled();
    run(answering, active, { answersMessages: true });
    expect(answering.load({ id: 1 }, []).end).toEqual({ kind: 'done' });
    const deaf = enabled();
    run(deaf, active, { answersMessages: false });
    expect(deaf.load({ id: 1 }, []).end).toEqual({ kind: 'freeze' });
    expect(deaf.cells[1]?.state).toBe('running');
    expect(deaf.disable().end).toEqual({ kind: 'freeze' });
  });

  test('with a time limit the cell is given up', () => {
    const machine = enabled();
    run(machine, withWord(active, timeoutAt, 1000), {});
    const result = machine.load({ id: 1 }, []);
    expect(result.end).toEqual({ kind: 'done' });
    expect(result.console).toContain('Timeout expired while waiting for reply from target cell\n');
  });
});

test('counters of the CPUs move', () => {
  const machine = enabled();
  const hypercalls = (): number => machine.cells[0]?.statistics.vmexits_hypercall?.[0] ?? -1;
  const before = hypercalls();
  run(machine, demo, gicDemo);
  expect(hypercalls()).toBe(before + 3);
  expect(machine.cells[1]?.statistics.vmexits_total?.[1]).toBeGreaterThan(0);
});

test('time lets the timer fire and the counters of Linux move', () => {
  let now = 0;
  const machine = createMachine(rpi4(4), () => now);
  machine.enable(root);
  run(machine, demo, gicDemo);
  const interrupts = (cell: number, cpu: number): number => machine.cells[cell]?.statistics.vmexits_virt_irq?.[cpu] ?? -1;
  const before = [interrupts(0, 0), interrupts(1, 1)] as const;
  now += 1000;
  const { console, virtualConsole } = machine.idle();
  expect(console.trimEnd().split('\n')).toHaveLength(10);
  expect(console).toMatch(/^(?:Timer fired, jitter: +\d+ ns, min: +\d+ ns, max: +\d+ ns\n)+$/);
  expect(virtualConsole).toBe('');
  expect([interrupts(0, 0), interrupts(1, 1)]).toEqual([before[0] + 4, before[1] + 10]);
  expect(machine.idle().console).toBe('');
  machine.load({ id: 1 }, []);
  now += 1000;
  expect(machine.idle().console).toBe('');
});

describe('a profile from a file', () => {
  test.each([[{ prints: ['a'], touches: [{ address: '0x80000000', width: 4, access: 'read' }], answersMessages: true }], [{}]])(
    '%j is one',
    (json) => {
      expect(readGuestProfile(json)).toEqual(json);
    },
  );

  test.each([
    [[], 'a guest profile is a JSON object'],
    [{ print: [] }, 'a guest profile has no "print"'],
    [{ prints: [1] }, '"prints" is a list of lines'],
    [{ touches: {} }, '"touches" is a list of accesses'],
    [{ touches: [{ address: 'here', width: 4, access: 'read' }] }, 'touches[0]: "address" is a guest address as text'],
    [{ touches: [{ address: '0x0', width: 3, access: 'read' }] }, 'touches[0]: "width" is 1, 2, 4 or 8 bytes'],
    [{ touches: [{ address: '0x0', width: 4, access: 'jump' }] }, 'touches[0]: "access" is read, write or execute'],
    [{ timer: 'yes' }, '"timer" is true or false'],
  ])('%j is none', (json, problem) => {
    expect(readGuestProfile(json)).toContain(problem);
  });
});
