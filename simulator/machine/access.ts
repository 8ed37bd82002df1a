import { msixVectorsMax } from './firmware.ts';
import { Halt } from './halt.ts';
import { bdfText, ringDoorbell, updateInterrupt, writeState } from './ivshmem.ts';
import { memory, type Region } from './layout.ts';
import type { MmioHandler } from './mmio-windows.ts';
import { accessConfigSpace } from './pci.ts';
import { type Cell, count, type Endpoint, type Hypervisor, isPresent, print } from './state.ts';
import { parkCpu } from './trap-report.ts';

export type Width = 1 | 2 | 4 | 8;

export interface Access {
  readonly address: bigint;
  readonly width: Width;
  /** Value to write; undefined: a read. */
  readonly write?: number;
  /** An instruction that the hypervisor cannot replay: a pair, or one of many registers at once. */
  readonly opaque?: boolean;
}

/** `parked`: the CPU is; `external-abort`: mapped, but there is neither RAM nor a device: the guest itself gets the fault. */
export type AccessEnd =
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'parked' }
  | { readonly kind: 'external-abort' };

const value = (number: number): AccessEnd => ({ kind: 'value', value: number });

/** A data access of a CPU of the cell, through its second stage and the trapped windows. */
export function access(hypervisor: Hypervisor, cell: Cell, cpu: number, wanted: Access): AccessEnd {
  const { address, width, write, opaque } = wanted;
  const found = cell.stage2.lookup(address);
  const needed = write === undefined ? memory.read : memory.write;
  if ('phys' in found && (found.flags & needed) !== 0n) return accessMemory(hypervisor, found.phys, wanted);

  count(hypervisor, cpu, 'mmio');
  const kind = write === undefined ? 'read' : 'write';
  const window = opaque ? undefined : cell.windows.find(address, width);
  const result = window === undefined ? undefined : dispatch(hypervisor, cell, window.handler, window.offset, wanted);
  if (typeof result === 'number') return value(mask(result, width));
  if (result === undefined) print(hypervisor, `Unhandled data ${kind} at 0x${address.toString(16)}(${width})\n`);
  const fault = ('phys' in found ? 0xc : 0x4) + found.level;
  const valid = opaque ? 0 : (1 << 24) | (Math.log2(width) << 22) | (1 << 16);
  parkCpu(hypervisor, cell, cpu, result === undefined ? 'unhandled trap' : 'forbidden access', {
    pc: 0x50c8n,
    exceptionLevel: 1,
    exceptionClass: 0x24,
    syndrome: valid | (write === undefined ? 0 : 0x40) | fault,
    values: [address, write === undefined ? 0n : BigInt(write)],
  });
  return { kind: 'parked' };
}

/** Fetches an instruction. True: it is there. */
export function fetch(hypervisor: Hypervisor, cell: Cell, cpu: number, address: bigint): AccessEnd {
  const found = cell.stage2.lookup(address);
  if ('phys' in found) return isPresent(hypervisor.board, found.phys) ? value(0) : { kind: 'external-abort' };
  print(hypervisor, `FATAL: instruction abort at 0x${address.toString(16)}\n`);
  parkCpu(hypervisor, cell, cpu, 'forbidden access', { pc: address, exceptionLevel: 1, exceptionClass: 0x20, syndrome: 4 + found.level });
  return { kind: 'parked' };
}

function mask(number: number, width: Width): number {
  return width === 1 ? number & 0xff : width === 2 ? number & 0xffff : number >>> 0;
}

function accessMemory(hypervisor: Hypervisor, phys: bigint, { width, write }: Access): AccessEnd {
  if (!isPresent(hypervisor.board, phys)) return { kind: 'external-abort' };
  const word = phys & ~3n;
  if (write === undefined) return value(mask((hypervisor.words.get(word) ?? 0) >>> (Number(phys & 3n) * 8), width));
  // Code and tables of the hypervisor overwritten: nothing works any more.
  if (isHypervisorsOwn(hypervisor, phys)) throw new Halt('silent');
  hypervisor.words.set(word, write);
  return value(write);
}

/** True in what the hypervisor uses of its memory; comm pages belong to their cells. */
export function isHypervisorsOwn({ system, pool, cells }: Hypervisor, phys: bigint): boolean {
  const { phys: start, size } = system.hypervisorMemory;
  const used = size - BigInt(pool.pages - pool.usedPages) * 0x1000n;
  if (phys < start || phys >= start + used) return false;
  return !cells.some(({ commPhys }) => (phys & ~0xfffn) === commPhys);
}

/** Value read (or written); 'forbidden': reported, the CPU is to be parked; undefined: not handled. */
function dispatch(
  hypervisor: Hypervisor,
  cell: Cell,
  handler: MmioHandler,
  offset: bigint,
  { width, write }: Access,
): number | 'forbidden' | undefined {
  switch (handler.kind) {
    case 'gicd':
    case 'gicr':
      return 0;
    case 'mmconfig': {
      const register = Number(offset & 0xfffn);
      const bdf = Number((offset >> 12n) & 0xffffn);
      const result = accessConfigSpace(hypervisor, cell, { bdf, register, width, write });
      if (result !== 'rejected') return result;
      print(hypervisor, `FATAL: Invalid PCI MMCONFIG write, device ${bdfText(bdf)}, reg: 0x${register.toString(16)}, size: ${width}\n`);
      return 'forbidden';
    }
    case 'registers':
      return endpointRegister(hypervisor, handler.endpoint, Number(offset), write);
    case 'msix-table':
      return msixTable(hypervisor, handler.endpoint, Number(offset), write);
    case 'physical-msix':
      return 0;
    case 'sub-page':
      return subPage(hypervisor, handler.region, offset, width, write);
  }
}

function endpointRegister(hypervisor: Hypervisor, endpoint: Endpoint, offset: number, write: number | undefined): number {
  const { info } = endpoint.device;
  switch (offset) {
    case 0x00:
      return info.shmemDevId;
    case 0x04:
      return info.shmemPeers;
    case 0x08:
      if (write === undefined) return endpoint.interruptsEnabled ? 1 : 0;
      endpoint.interruptsEnabled = (write & 1) === 1;
      updateInterrupt(endpoint);
      return write;
    case 0x0c: {
      if (write === undefined) return 0;
      const vectors = Math.max(info.msixVectors, 1);
      if ((write & 0xffff) < vectors) interruptPeer(hypervisor, endpoint, write >>> 16);
      return write;
    }
    case 0x10:
      if (write === undefined) return endpoint.state;
      writeState(hypervisor, endpoint, write);
      return write;
    default:
      return 0;
  }
}

function interruptPeer(hypervisor: Hypervisor, { link }: Endpoint, target: number): void {
  const cell = ringDoorbell(hypervisor, link, target);
  const { guest } = cell ?? {};
  if (guest === undefined) return;
  guest.interrupts++;
  guest.print(`\nIVSHMEM: got interrupt 0 (#${guest.interrupts})\n`);
}

function msixTable(hypervisor: Hypervisor, { device }: Endpoint, offset: number, write: number | undefined): number | 'forbidden' {
  const pendingBits = offset >= 0x10 * msixVectorsMax;
  const bad = offset % 4 !== 0 || (pendingBits ? write !== undefined : Math.floor(offset / 16) >= device.info.msixVectors);
  if (!bad) return 0;
  print(hypervisor, `FATAL: Invalid PCI MSI-X table/PBA access, device ${bdfText(device.info.bdf)}\n`);
  return 'forbidden';
}

function subPage(
  hypervisor: Hypervisor,
  region: Region | undefined,
  offset: bigint,
  width: Width,
  write: number | undefined,
): number | 'forbidden' {
  const phys = BigInt.asUintN(64, (region?.phys ?? 0n) + offset);
  const flags = region?.flags ?? 0n;
  const allowed =
    (flags & (write === undefined ? memory.read : memory.write)) !== 0n &&
    (flags & (BigInt(width) << memory.widthShift)) !== 0n &&
    ((offset & BigInt(width - 1)) === 0n || (flags & memory.unaligned) !== 0n);
  if (!allowed) {
    const kind = write === undefined ? 'read' : 'write';
    print(hypervisor, `FATAL: Invalid MMIO ${kind}, address: ${phys.toString(16)}, size: ${width.toString(16)}\n`);
    return 'forbidden';
  }
  // Only one page of the region is mapped for the replayed access.
  const beyond = ((region?.phys ?? 0n) & 0xfffn) + (offset & 0xfffn) >= 0x1000n;
  if (beyond || !isPresent(hypervisor.board, phys)) throw new Halt('abort');
  return write ?? 0;
}
