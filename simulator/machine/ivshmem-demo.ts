import { type GuestCpu, GuestOver } from './guest-cpu.ts';
import { hasVirtualInterface, ownsIntid } from './irqchip.ts';
import { bdfText, commandBits } from './ivshmem.ts';
import { assignedDevice } from './pci.ts';
import type { RunningGuest } from './state.ts';

/** Where the program puts the registers of its device. */
const barBase = 0xff000000n;
const deviceId = 0x4106;
const vendorId = 0x110a;

const pointer = (address: bigint): string => `0x${address.toString(16).padStart(16, '0')}`;

/** What the ivshmem demo does: finds its device, maps the sections, enables the interrupt, writes what it may write. */
export function runIvshmemDemo(cpu: GuestCpu, guest: RunningGuest): void {
  const { cell, hypervisor } = cpu;
  const { mmconfigBase } = hypervisor.system;
  const at = (bdf: number, register: number): bigint => mmconfigBase + (BigInt(bdf) << 12n) + BigInt(register);
  const read = (bdf: number, register: number): number => cpu.read(at(bdf, register), 4);
  const read64 = (bdf: number, register: number): bigint => BigInt(read(bdf, register)) | (BigInt(read(bdf, register + 4)) << 32n);

  let bdf = 0;
  for (; bdf < 0x10000; bdf++) if (cpu.read(at(bdf, 0), 2) === vendorId && cpu.read(at(bdf, 2), 2) === deviceId) break;
  if (bdf === 0x10000) {
    guest.print('IVSHMEM: No PCI devices found .. nothing to do.\n');
    return;
  }
  guest.print(`IVSHMEM: Found device at ${bdfText(bdf)}\n`);
  const classRevision = read(bdf, 8);
  if (classRevision !== 0xff000000) {
    guest.print(`IVSHMEM: class/revision ${classRevision.toString(16).padStart(8, '0')}, not supported\n`);
    return;
  }
  cpu.write(at(bdf, 0x10), 4, Number(barBase));
  guest.print(`IVSHMEM: bar0 is at ${pointer(barBase)}\n`);
  cpu.write(at(bdf, 0x14), 4, Number(barBase + 0x1000n));
  guest.print(`IVSHMEM: bar1 is at ${pointer(barBase + 0x1000n)}\n`);
  cpu.write(at(bdf, 4), 2, commandBits.memory | commandBits.busMaster);
  const id = cpu.read(barBase, 4);
  guest.print(`IVSHMEM: ID is ${id}\n`);
  const maxPeers = cpu.read(barBase + 4n, 4);
  guest.print(`IVSHMEM: max. peers is ${maxPeers}\n`);

  const [tableSize, commonSize, outputSize] = [BigInt(read(bdf, 0x44)), read64(bdf, 0x48), read64(bdf, 0x50)];
  const table = read64(bdf, 0x58);
  const common = table + tableSize;
  const input = common + commonSize;
  const output = input + BigInt(id) * outputSize;
  guest.print(`IVSHMEM: state table is at ${pointer(table)}\n`);
  guest.print(`IVSHMEM: R/W section is at ${pointer(common)}\n`);
  guest.print(`IVSHMEM: input sections start at ${pointer(input)}\n`);
  guest.print(`IVSHMEM: output section is at ${pointer(output)}\n`);
  // With MSI-X the program runs into a trap of its own making.
  if (((read(bdf, 0x40) >>> 8) & 0xff) !== 0) throw new GuestOver();
  const intid = 32 + cell.config.vpciIrqBase;
  if (ownsIntid(cell, intid) && hasVirtualInterface(hypervisor, cell)) guest.enabled.add(intid);
  guest.print('IVSHMEM: initialized device\n');

  cpu.write(barBase + 8n, 4, 1);
  cpu.write(barBase + 0x10n, 4, id + 1);
  cpu.write(common + BigInt(4 * id), 4, 0);
  cpu.write(output, 4, 0);
  for (const index of [0n, 1n, 2n]) guest.print(`state[${index}] = ${cpu.read(table + 4n * index, 4)}\n`);
  for (const index of [0n, 1n, 2n]) guest.print(`rw[${index}] = ${cpu.read(common + 4n * index, 4)}\n`);
  for (const offset of [0n, 0x2000n, 0x4000n]) {
    guest.print(`in@0x${offset.toString(16).padStart(4, '0')} = ${cpu.read(input + offset, 4)}\n`);
  }
  cell.guest = { ...guest, endpoint: assignedDevice(cell, bdf)?.endpoint };
}
