import type { Board, BoardDevice } from '../../board/board.ts';
import { type AddressWindow, physRange } from '../../config/address-window.ts';
import { gicOf } from '../../config/gic.ts';
import { bdfName, ivshmemIntid, pciType } from '../../config/ivshmem.ts';
import { isCommRegion } from '../../config/memory-flags.ts';
import type { Gic } from '../../config/model.ts';
import { RangeIndex } from '../../config/range-index.ts';
import { property, stringOf } from '../../devicetree/tree-access.ts';
import { hex } from '../../source/numbers.ts';
import type { Span } from '../../source/span.ts';
import { hasPin } from '../../system/pins.ts';
import { holdersOf, type Member, type Members } from './members.ts';
import { type InterruptRow, mostRows } from './model.ts';
import { PinTable } from './pin-table.ts';

/** Below are interrupts that each CPU has of its own: SGIs and PPIs of a GIC. */
const firstSpi = 32;

/** SGIs that the hypervisor takes for itself: SGI_INJECT and SGI_EVENT (arm-common/include/asm/control.h). */
const hypervisorSgis = 2;

/**
 * The interrupts that matter to somebody: pins that cells list, those that virtual PCI devices raise, and those of the board's devices in regions of a
 * cell, listed or not (in regions of the root cell: of its enabled devices). What the root cell lists in a word of all ones makes no row by itself.
 */
export function interruptRows(members: Members, board: Board | undefined): readonly InterruptRow[] {
  const root = members.all[0]?.config;
  if (root === undefined) return [];
  const isX86 = root.arch === 'x86';
  const gic = gicOf(root);
  const table = new PinTable(isX86);
  for (const member of members.all) table.addChosen(member);
  const users = isX86 || board === undefined ? new Map<number, readonly string[]>() : usersOf(board);
  if (!isX86) {
    for (const member of members.all) addVirtual(table, member);
    if (board !== undefined) for (const [intid, spans] of claimedDevicePins(members, board)) table.at(intid, 0n).places.push(...spans);
  }
  for (const member of members.all) table.addClaims(member);
  return table
    .sorted()
    .slice(0, mostRows)
    .map(({ intid, chip, claims, virtual, places }) => ({
      id: isX86 ? `interrupt:${hex(chip)}:${intid}` : `interrupt:${intid}`,
      intid,
      controller: isX86 ? chip : undefined,
      claims,
      holders: holdersOfPin(members, gic, intid, chip),
      devices: users.get(intid) ?? [],
      virtual,
      places,
      findings: [],
    }));
}

function holdersOfPin(members: Members, gic: Gic | undefined, intid: number, chip: bigint): readonly string[] {
  if (!members.isBooted && gic !== undefined && (intid < hypervisorSgis || intid === gic.maintenanceIrq.value)) return ['hypervisor'];
  return holdersOf(members, ({ pins }) => {
    if (gic !== undefined) return hasPin(pins, gic.gicdBase.value, intid);
    // Where no GIC is told of, entries count by their own address.
    return chip === 0n ? [...pins.keys()].some((address) => hasPin(pins, address, intid)) : hasPin(pins, chip, intid);
  });
}

function addVirtual(table: PinTable, { owner, config }: Member): void {
  for (const device of config.pciDevices) {
    if (device.type.value !== pciType.ivshmem) continue;
    const intid = ivshmemIntid(config, device);
    if (intid === undefined) continue;
    const pin = table.at(intid, 0n);
    pin.virtual.push(`ivshmem ${bdfName(device.bdf.value)} of ${owner}`);
    pin.places.push(device.bdf.span, config.cell.vpciIrqBase.span);
  }
}

/** SPIs of the board's devices whose registers lie in a region of somebody, with the nodes of the devices. */
function claimedDevicePins({ all }: Members, { devices }: Board): ReadonlyMap<number, ReadonlySet<Span>> {
  const placed = devices.flatMap((device) => (passesOn(device) ? [] : device.windows.map((window) => ({ device, window }))));
  const index = new RangeIndex<{ device: BoardDevice; window: AddressWindow }>(placed, ({ window }) => window);
  const pins = new Map<number, Set<Span>>();
  for (const { lane, config } of all)
    for (const region of config.memoryRegions) {
      if (isCommRegion(region)) continue;
      for (const { device } of index.overlapping(physRange(region))) {
        if (!device.enabled && lane === 'root') continue;
        for (const { intid } of device.interrupts) if (intid >= firstSpi) pins.set(intid, (pins.get(intid) ?? new Set()).add(device.span));
      }
    }
  return pins;
}

/** By INTID, enabled devices first. */
function usersOf(board: Board): ReadonlyMap<number, readonly string[]> {
  const users = new Map<number, Set<string>>();
  for (const wanted of [true, false])
    for (const device of board.devices) {
      if (device.enabled !== wanted || passesOn(device)) continue;
      for (const { intid } of device.interrupts) {
        const names = users.get(intid) ?? new Set();
        users.set(intid, names.add(wanted ? device.name : `${device.name} (disabled)`));
      }
    }
  return new Map([...users].map(([intid, names]) => [intid, [...names]]));
}

/** A node whose `interrupt-map` stands for others; only those behind a PCI host have no nodes of their own. */
function passesOn({ node }: BoardDevice): boolean {
  return node !== undefined && property(node, 'interrupt-map') !== undefined && stringOf(node, 'device_type') !== 'pci';
}
