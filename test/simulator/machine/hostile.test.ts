import { rpi4 } from '@jailhouse-cells/simulator/machine/boards.ts';
import { createMachine } from '@jailhouse-cells/simulator/machine/create-machine.ts';
import type { CallEnd } from '@jailhouse-cells/simulator/machine/machine.ts';
import { gicDemo, ivshmemDemo } from '@jailhouse-cells/simulator/machine/stand-ins.ts';
import { describe, expect, test } from 'vitest';
import { exampleCell } from './example-cells.ts';

const root = exampleCell('rpi4/configs/rpi4.c');
const demo = exampleCell('rpi4/configs/rpi4-inmate-demo.c');
const linux = exampleCell('rpi4/configs/rpi4-linux-demo.c');
const kinds: readonly CallEnd['kind'][] = ['done', 'error', 'oops', 'hang', 'root-cpu-parked', 'freeze'];

/** All that can be asked of a machine with these configs; every call has to come to an end that the interface knows. */
function runAll(system: Uint8Array, first: Uint8Array, second: Uint8Array): readonly string[] {
  const machine = createMachine(rpi4(4));
  const image = (profile: typeof gicDemo) => [{ bytes: new Uint8Array(0x5c00), address: 0n, profile }];
  const calls = [
    () => machine.enable(system),
    () => machine.create(first),
    () => machine.load({ id: 1 }, image(gicDemo)),
    () => machine.start({ id: 1 }),
    () => machine.load({ id: 1 }, image(ivshmemDemo)),
    () => machine.start({ id: 1 }),
    () => machine.create(second),
    () => machine.start({ id: 2 }),
    () => machine.destroy({ id: 1 }),
    () => machine.destroy({ id: 2 }),
    () => machine.disable(),
  ];
  return calls.map((call) => {
    const { end } = call();
    expect(machine.cells.length).toBeLessThan(4);
    return end.kind;
  });
}

/** Numbers that look random and are the same in every run. */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * limit);
  };
}

describe('configs that no compiler writes', () => {
  test.each([0, 1, 2])('with bytes changed at random in config %i every call ends', (which) => {
    const next = numbers(which + 1);
    const seen = new Set<string>();
    for (let round = 0; round < 60; round++) {
      const configs: [Uint8Array, Uint8Array, Uint8Array] = [root, demo, linux];
      const copy = Uint8Array.from(configs[which] as Uint8Array);
      for (let change = 0; change <= next(3); change++) copy[8 + next(copy.length - 8)] = [0, 1, 0xff, 0x80, next(256)][next(5)] as number;
      configs[which] = copy;
      for (const kind of runAll(...configs)) seen.add(kind);
    }
    expect(kinds).toEqual(expect.arrayContaining([...seen]));
    expect(seen).toContain('error');
    expect(seen).toContain('done');
  });

  test('cut off at every length every call ends', () => {
    for (let length = 0; length < root.length; length += 13) runAll(root.subarray(0, length), demo, linux);
    for (let length = 0; length < demo.length; length += 13) runAll(root, demo.subarray(0, length), linux);
  });

  test('with counters at their largest every call ends', () => {
    for (let at = 48; at < 80; at += 4) {
      const large = (config: Uint8Array, start: number): Uint8Array => {
        const copy = Uint8Array.from(config);
        new DataView(copy.buffer).setUint32(start + at, 0xffffffff, true);
        return copy;
      };
      expect(runAll(large(root, 356), demo, linux)[0]).not.toBe('done');
      runAll(root, large(demo, 0), linux);
    }
  });
});
