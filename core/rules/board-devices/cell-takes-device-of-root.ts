import type { Board, BoardDevice } from '../../board/board.ts';
import { physRange } from '../../config/address-window.ts';
import { hasFlag, isCommRegion, isEmpty, isSubPage } from '../../config/memory-flags.ts';
import type { MemoryRegion } from '../../config/model.ts';
import { addMemoryFlags } from '../../fixes/flags.ts';
import { maxReportedOverlaps } from '../overlap.ts';
import type { BoardRule } from '../rule.ts';
import { cellName, regionByPhys } from '../wording.ts';
import { windowsIn } from './device-index.ts';
import { mayBeDriven } from './device-kinds.ts';
import { deviceNames, relatedDevices } from './device-lists.ts';
import { disableDevices } from './tree-changes.ts';

/** Whether the board's list tells which devices are on: the built-in one of a Raspberry Pi stands in for a tree that nobody named. */
export function knowsEnabledDevices(board: Board): boolean {
  return board.tree !== undefined || board.kind === 'qemu-arm64';
}

/**
 * Devices that the root's tree has enabled in a region which the root cell loses: a private one, in whole pages. Of a sub-page region the root keeps its
 * page (subpage rules tell). A part of a large window (TI's message queues, one for each user) may well be the cell's own: the first register decides.
 */
export function devicesTaken(board: Board, region: MemoryRegion): readonly BoardDevice[] {
  if (isEmpty(region) || isCommRegion(region) || isSubPage(region)) return [];
  if (hasFlag(region, 'ROOTSHARED') || hasFlag(region, 'LOADABLE')) return [];
  const end = region.physStart.value + region.size.value;
  const taken = windowsIn(board, physRange(region)).filter(
    ({ device, window: { start } }) => start >= region.physStart.value && start < end && device.enabled && mayBeDriven(device),
  );
  return [...new Set(taken.map(({ device }) => device))];
}

export const cellTakesDeviceOfRoot: BoardRule = {
  id: 'cell-takes-device-of-root',
  title: 'Cell takes a device that Linux of the root cell has',
  severity: 'warning',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['BRD-device-owner', 'SHR-linux-still-owns', 'PCI-driver-bound'],
  prose: {
    meaning:
      'A region without ROOTSHARED is taken from the root cell when the cell is created. Linux must not use the devices in it: their nodes should be disabled in the device tree of the board, or their drivers unbound before, which nothing here can see. Clocks, pins and power of the device have to stay on. Regions with ROOTSHARED, memory on the chip, flash and the like are left alone.',
    onTheBoard:
      'At its next access to the device a CPU of the root cell is parked: "Unhandled data read at ..." or "Unhandled data write at ...", and the board dies with it (control.c:cell_create; observed with the disk of a virtual machine). Where no driver touches the device nothing happens (observed with a GPIO controller).',
    remedy:
      'Set `status = "disabled"` in the node of the device, in the overlay of the board; or add JAILHOUSE_MEM_ROOTSHARED where both sides need it.',
  },
  bad: '/* board: &uart0 { status = "okay"; }; */\n/* UART 0 of the cell */ {\n\t.phys_start = 0xfe201000,\n\t.virt_start = 0xfe201000,\n\t.size = 0x1000,\n\t.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO,',
  good: '/* board */\n&uart0 {\n\tstatus = "disabled";\n};',
  check(context, report) {
    const { board, system, member } = context;
    if (member === system || !knowsEnabledDevices(board)) return;
    let reported = 0;
    for (const region of member.memoryRegions) {
      const devices = devicesTaken(board, region);
      if (devices.length === 0) continue;
      if (++reported > maxReportedOverlaps) return;
      report({
        span: region.physStart.span,
        message: `${regionByPhys(region)} takes ${deviceNames(devices)} from the root cell when ${cellName(member)} is created, but Linux has ${devices.length === 1 ? 'it' : 'them'} enabled: at its next access a CPU of the root cell would be parked ("Unhandled data ..."). Disable ${devices.length === 1 ? 'the node' : 'the nodes'} in the device tree of the board, or share the region (JAILHOUSE_MEM_ROOTSHARED).`,
        related: relatedDevices(devices),
        fixes: () => [
          ...disableDevices(context, devices),
          ...addMemoryFlags(member, region, 'ROOTSHARED').map((fix) => ({ ...fix, needsChoice: true })),
        ],
      });
    }
  },
};
