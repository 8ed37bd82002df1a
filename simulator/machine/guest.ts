import { GuestCpu, GuestOver } from './guest-cpu.ts';
import { Halt } from './halt.ts';
import { runInmateLibrary } from './inmate-library.ts';
import type { GuestProfile } from './machine.ts';
import type { Cell, Hypervisor } from './state.ts';
import { reportAbort } from './trap-report.ts';
import { consoleOf } from './uart.ts';

/** Lets the cell's first CPU run from the reset address to where the guest waits. */
export function runGuest(hypervisor: Hypervisor, cell: Cell): void {
  if (cell.cpus.size === 0) throw new Halt('silent');
  const first = Math.min(...cell.cpus);
  const cpu = new GuestCpu(hypervisor, cell, first);
  cell.guest = undefined;
  try {
    const { resetAddress } = cell.config;
    cpu.fetch(resetAddress);
    const found = cell.stage2.lookup(resetAddress);
    const phys = 'phys' in found ? found.phys : 0n;
    const image = hypervisor.images.findLast(({ start, size }) => phys >= start && phys < start + size);
    if (image?.profile !== undefined) run(cpu, image.profile, image.size);
    if (image?.profile !== undefined && !image.profile.bootsLinux) return;
    const next = otherProfile(hypervisor, cell, image);
    if (next !== undefined) run(cpu, next.profile, next.size);
  } catch (error) {
    if (error instanceof Halt && error.kind === 'abort') reportAbort(hypervisor, first);
    else if (error instanceof GuestOver) cell.guest = undefined;
    else throw error;
  }
}

/** The last program loaded into the cell's memory, apart from what lies at the reset address and from data. */
function otherProfile(
  { images }: Hypervisor,
  { config }: Cell,
  first: Hypervisor['images'][number] | undefined,
): { readonly profile: GuestProfile; readonly size: bigint } | undefined {
  const own = images.filter(({ start }) => config.regions.some(({ phys, size }) => start >= phys && start < phys + size));
  const found = own.findLast((image) => image !== first && image.profile !== undefined);
  return found?.profile === undefined ? undefined : { profile: found.profile, size: found.size };
}

function run(cpu: GuestCpu, profile: GuestProfile, imageSize: bigint): void {
  const { hypervisor, cell } = cpu;
  if (profile.inmateLibrary || profile.ivshmem || profile.timer) {
    runInmateLibrary(cpu, profile, imageSize);
  } else {
    const shown = consoleOf(hypervisor.board, cell.config.console) === 'prints' && isMapped(cell, cell.config.console.address);
    const write = (text: string): void => {
      if (shown) hypervisor.output.uart += text;
    };
    cell.guest = { profile, enabled: new Set(), endpoint: undefined, print: write, interrupts: 0 };
    for (const line of profile.prints ?? []) write(`${line}\n`);
  }
  for (const { address, width, access: kind } of profile.touches ?? []) {
    const at = BigInt(address);
    if (kind === 'execute') cpu.fetch(at);
    else if (kind === 'read') cpu.read(at, width);
    else cpu.write(at, width, 0);
  }
}

function isMapped(cell: Cell, address: bigint): boolean {
  return 'phys' in cell.stage2.lookup(address) || cell.windows.find(address, 4) !== undefined;
}
