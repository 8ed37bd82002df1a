import { type Cell, type Hypervisor, print } from './state.ts';

const hex = (value: bigint | number, digits: number): string => value.toString(16).padStart(digits, '0');

/** Registers as far as the replay knows them. */
export interface Registers {
  readonly pc: bigint;
  readonly exceptionLevel: 1 | 2;
  readonly exceptionClass: number;
  /** Instruction specific syndrome, 25 bits. */
  readonly syndrome: number;
  /** Values of x0 on. */
  readonly values?: readonly bigint[];
}

/** Twelve lines of registers and an empty one, in the shape that the hypervisor prints. */
function dump({ pc, exceptionLevel, exceptionClass, syndrome, values = [] }: Registers): string {
  const spsr = exceptionLevel === 2 ? 0x600003c9 : pc === 0n || values.length === 0 ? 0x3c5 : 0x60000005;
  const lines = [
    ` pc: ${hex(pc, 16)}   lr: ${hex(0, 16)} spsr: ${hex(spsr, 8)}     EL${exceptionLevel}`,
    ` sp: ${hex(0, 16)}  elr: ${hex(0, 16)}  esr: ${hex(exceptionClass, 2)} 1 ${hex(syndrome, 7)}`,
  ];
  for (let first = 0; first < 30; first += 3) {
    lines.push(
      [first, first + 1, first + 2]
        .map((register) => `${register < 10 ? ' ' : ''}x${register}: ${hex(values[register] ?? 0n, 16)}`)
        .join('  '),
    );
  }
  return `${lines.join('\n')}\n\n`;
}

/** Parks a CPU after a violation; the cell fails when all its CPUs have. */
export function parkCpu(
  hypervisor: Hypervisor,
  cell: Cell,
  cpu: number,
  outcome: 'unhandled trap' | 'forbidden access',
  registers: Registers,
): void {
  print(hypervisor, `\nFATAL: ${outcome} (exception class 0x${hex(registers.exceptionClass, 2)})\nCell state before exception:\n`);
  print(hypervisor, dump(registers));
  print(hypervisor, `Parking CPU ${cpu} (Cell: "${cell.config.name}")\n`);
  const state = hypervisor.cpus.get(cpu);
  if (state !== undefined) state.failed = true;
  if ([...cell.cpus].every((id) => hypervisor.cpus.get(id)?.failed === true)) cell.commState = 'failed';
  if (cell !== hypervisor.cells[0]) cell.guest = undefined;
}

/** A fault of the hypervisor itself: the CPU stops for good. */
export function reportAbort(hypervisor: Hypervisor, cpu: number): void {
  const owner = hypervisor.cells.find(({ cpus }) => cpus.has(cpu));
  const stack = 0xff0000010f00n;
  print(hypervisor, '\nFATAL: Unhandled HYP exception: synchronous abort from EL2\n');
  print(hypervisor, dump({ pc: 0xffffc0207f3cn, exceptionLevel: 2, exceptionClass: 0x25, syndrome: 0x6 }));
  print(
    hypervisor,
    `Hypervisor stack before exception (0x${hex(stack, 16)} - 0x${hex(stack + 0x100n, 16)}):\n0f00: ${'00000000 '.repeat(8)}\n`,
  );
  print(hypervisor, `Stopping CPU ${cpu} (Cell: "${owner?.config.name ?? '<UNSET>'}")\n`);
  const state = hypervisor.cpus.get(cpu);
  if (state !== undefined) state.stopped = true;
}
