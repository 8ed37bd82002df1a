import { poolUse } from '@jailhouse-cells/core/system/page-pool.ts';
import { qemuArm64, rpi4 } from '@jailhouse-cells/simulator/machine/boards.ts';
import { createMachine } from '@jailhouse-cells/simulator/machine/create-machine.ts';
import { expect, test } from 'vitest';
import { exampleSystem } from '../../system/read-system.ts';
import { exampleCell } from './example-cells.ts';

/** Two programs that were written apart count the same pages: the engine from its model of the config, the machine from the bytes. */
test.each([
  { board: rpi4(4), folder: 'rpi4', root: 'rpi4', cells: ['rpi4-inmate-demo', 'rpi4-linux-demo'] },
  { board: qemuArm64(), folder: 'qemu-arm64', root: 'qemu-arm64', cells: ['qemu-arm64-inmate-demo', 'qemu-arm64-linux-demo'] },
])('the page pool of $folder', ({ board, folder, root, cells }) => {
  const system = exampleSystem(folder, root, ...cells);
  const counted = poolUse(system, [
    { operation: 'create', cell: 0 },
    { operation: 'create', cell: 1 },
    { operation: 'load', cell: 1 },
    { operation: 'start', cell: 1 },
    { operation: 'destroy', cell: 0 },
    { operation: 'destroy', cell: 1 },
  ])?.moments.map(({ used }) => used);

  const machine = createMachine(board);
  const config = (name: string): Uint8Array => exampleCell(`${folder}/configs/${name}.c`);
  const enabled = machine.enable(config(root));
  const early = /after early setup: mem (\d+)/.exec(enabled.console)?.[1];
  const pages = [Number(early), machine.pools.memUsed];
  const calls = [
    () => machine.create(config(cells[0] as string)),
    () => machine.create(config(cells[1] as string)),
    () => machine.load({ id: 2 }, []),
    () => machine.start({ id: 2 }),
    () => machine.destroy({ id: 1 }),
    () => machine.destroy({ id: 2 }),
  ];
  for (const call of calls) {
    expect(call().end).toEqual({ kind: 'done' });
    pages.push(machine.pools.memUsed);
  }
  expect(pages).toEqual(counted);
});
