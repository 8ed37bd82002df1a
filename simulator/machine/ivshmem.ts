import { msixVectorsMax, peersMax } from './firmware.ts';
import { Halt } from './halt.ts';
import { ownsIntid } from './irqchip.ts';
import type { Errno } from './machine.ts';
import { registerWindow } from './regions.ts';
import { type Cell, type Endpoint, type Hypervisor, isPresent, type Link, type PciDevice, print, trace } from './state.ts';

export const commandBits = { memory: 0x2, busMaster: 0x4, intxOff: 0x400 } as const;

export function bdfText(bdf: number): string {
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  return `${hex(bdf >> 8)}:${hex((bdf >> 3) & 0x1f)}.${bdf & 7}`;
}

/** The cell's entry of a link; the first peer makes the link and clears the state table. */
export function initEndpoint(hypervisor: Hypervisor, cell: Cell, device: PciDevice): Errno | undefined {
  const { info } = device;
  print(hypervisor, `Adding virtual PCI device ${bdfText(info.bdf)} to cell "${cell.config.name}"\n`);
  const last = (info.shmemRegionsStart + 2 + info.shmemPeers) % 0x100000000;
  if (last > cell.config.numRegions || info.msixVectors > msixVectorsMax) return trace(hypervisor, 'ivshmem.c:413', 'EINVAL');
  if (info.shmemDevId >= peersMax) return trace(hypervisor, 'ivshmem.c:421', 'EINVAL');
  let link = hypervisor.links.find(({ bdf }) => bdf === info.bdf);
  if (link !== undefined) {
    if (link.endpoints.has(info.shmemDevId)) return trace(hypervisor, 'ivshmem.c:425', 'EBUSY');
    print(hypervisor, 'Shared memory connection established, peer cells:\n');
    for (let id = 0; id < peersMax; id++) {
      const peer = link.endpoints.get(id);
      if (peer === undefined) continue;
      // A device that was taken from its cell without leaving the link: its name lies behind a null pointer.
      if (peer.device.cell === undefined) throw new Halt('abort');
      print(hypervisor, ` "${peer.device.cell.config.name}"\n`);
    }
  } else {
    const page = hypervisor.pool.allocate(1);
    if (page === undefined) return 'ENOMEM';
    link = { bdf: info.bdf, endpoints: new Map(), peers: 0, page };
    hypervisor.links.unshift(link);
  }
  const { shmemRegionsStart } = info;
  const endpoint: Endpoint = {
    device,
    link,
    section: (index) => cell.config.regionAt(shmemRegionsStart + index),
    memoryEnabled: false,
    busMaster: false,
    intxMasked: false,
    windows: [],
    interruptsEnabled: false,
    intid: 0,
    state: 0,
  };
  link.peers++;
  link.endpoints.set(info.shmemDevId, endpoint);
  if (link.peers === 1) {
    const table = stateTable(hypervisor, endpoint);
    for (let id = 0; id < info.shmemPeers; id++) hypervisor.words.set(table + BigInt(4 * id), 0);
  }
  device.endpoint = endpoint;
  device.cell = cell;
  resetEndpoint(hypervisor, endpoint);
  return undefined;
}

/** Physical address of the state table, which the hypervisor itself writes. */
function stateTable({ board }: Hypervisor, { section }: Endpoint): bigint {
  const { phys } = section(0);
  if (!isPresent(board, phys & ~0xfffn)) throw new Halt('abort');
  return phys & ~0xfffn;
}

export function resetEndpoint(hypervisor: Hypervisor, endpoint: Endpoint): void {
  endpoint.interruptsEnabled = false;
  endpoint.intid = 0;
  if (endpoint.memoryEnabled) for (const start of endpoint.windows) endpoint.device.cell?.windows.unregister(start);
  endpoint.memoryEnabled = false;
  endpoint.busMaster = false;
  endpoint.intxMasked = false;
  endpoint.windows = [];
  endpoint.device.bars.fill(0);
  writeState(hypervisor, endpoint, 0);
}

export function writeState(hypervisor: Hypervisor, endpoint: Endpoint, value: number): void {
  const { shmemDevId } = endpoint.device.info;
  hypervisor.words.set(stateTable(hypervisor, endpoint) + BigInt(4 * shmemDevId), value);
  endpoint.state = value;
}

/** Writes the command register: turns the register windows on and off. */
export function writeCommand(hypervisor: Hypervisor, endpoint: Endpoint, value: number): void {
  const { device } = endpoint;
  const { cell, info } = device;
  const enable = (value & commandBits.memory) !== 0;
  endpoint.busMaster = (value & commandBits.busMaster) !== 0;
  if (cell !== undefined && enable !== endpoint.memoryEnabled) {
    for (const start of endpoint.windows) cell.windows.unregister(start);
    endpoint.windows = [];
    if (enable) {
      const at = (bar: number): bigint => BigInt((device.bars[bar] ?? 0) & ~0xf) & 0xffffffffn;
      endpoint.windows = [at(0), at(1)];
      const size = BigInt((~(info.barMask[0] ?? 0) + 1) >>> 0);
      registerWindow(hypervisor, cell, at(0), size, { kind: 'registers', endpoint });
      registerWindow(hypervisor, cell, at(1), BigInt(0x10 * msixVectorsMax * 2), { kind: 'msix-table', endpoint });
    }
    endpoint.memoryEnabled = enable;
  }
  const masked = (value & commandBits.intxOff) !== 0;
  if (masked !== endpoint.intxMasked) {
    endpoint.intxMasked = masked;
    updateInterrupt(endpoint);
  }
}

/** INTx: the line by the device's number, counted from the cell's first virtual one. */
export function updateInterrupt(endpoint: Endpoint): void {
  const { cell, info } = endpoint.device;
  if (cell === undefined || info.msixVectors !== 0) return;
  endpoint.intid = endpoint.intxMasked ? 0 : 32 + cell.config.vpciIrqBase + ((info.bdf >> 3) & 3);
}

/** Rings a peer: its guest sees it when it owns and has enabled the INTID. Returns whether it does. */
export function ringDoorbell(hypervisor: Hypervisor, link: Link, target: number): Cell | undefined {
  const endpoint = link.endpoints.get(target);
  const cell = endpoint?.device.cell;
  if (endpoint === undefined || cell === undefined || !endpoint.interruptsEnabled || endpoint.intid === 0) return undefined;
  if (endpoint.intid >= 1020 || !ownsIntid(cell, endpoint.intid)) return undefined;
  if (hypervisor.cells[0] === cell) return cell;
  return cell.guest?.enabled.has(endpoint.intid) === true ? cell : undefined;
}

export function exitEndpoint(hypervisor: Hypervisor, endpoint: Endpoint): void {
  writeState(hypervisor, endpoint, 0);
  const { link } = endpoint;
  link.endpoints.delete(endpoint.device.info.shmemDevId);
  if (--link.peers > 0) return;
  hypervisor.links.splice(hypervisor.links.indexOf(link), 1);
  hypervisor.pool.free(link.page, 1);
}
