import { type Access, access, fetch } from './access.ts';
import { type Cell, type Hypervisor, print } from './state.ts';

/** The guest has come to its end: parked, or stuck in a fault handler of its own. */
export class GuestOver extends Error {}

/** The CPU on which a guest's code runs. */
export class GuestCpu {
  constructor(
    readonly hypervisor: Hypervisor,
    readonly cell: Cell,
    readonly cpu: number,
  ) {}

  read(address: bigint, width: 1 | 2 | 4 | 8): number {
    return this.#access({ address, width });
  }

  write(address: bigint, width: 1 | 2 | 4 | 8, value: number): void {
    this.#access({ address, width, write: value });
  }

  fetch(address: bigint): void {
    if (fetch(this.hypervisor, this.cell, this.cpu, address).kind !== 'value') throw new GuestOver();
  }

  #access(wanted: Access): number {
    const end = access(this.hypervisor, this.cell, this.cpu, wanted);
    if (end.kind !== 'value') throw new GuestOver();
    return end.value;
  }
}

/** What inmates print by hypercall: it appears on the virtual console only, as observed. */
export function printByHypercall(hypervisor: Hypervisor, text: string): void {
  if (hypervisor.ring) hypervisor.output.ring += text;
  else print(hypervisor, text);
}
