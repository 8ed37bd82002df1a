import type { Board, BoardDevice } from '../../board/board.ts';
import { physRange } from '../../config/address-window.ts';
import { pinsOf } from '../../config/interrupt-pins.ts';
import { ivshmemDevices, ivshmemIntid } from '../../config/ivshmem.ts';
import { hasFlag, isCommRegion } from '../../config/memory-flags.ts';
import type { Config } from '../../config/model.ts';
import { clearPins } from '../../fixes/bits.ts';
import { maxReportedOverlaps } from '../overlap.ts';
import type { BoardRule } from '../rule.ts';
import { cellName, listed } from '../wording.ts';
import { knowsEnabledDevices } from './cell-takes-device-of-root.ts';
import { windowsIn } from './device-index.ts';
import { isOfCpus, isOfHypervisor } from './device-kinds.ts';
import { deviceNames, relatedDevices } from './device-lists.ts';
import { devicesByIntid } from './interrupt-users.ts';
import { disableDevices } from './tree-changes.ts';

export const cellTakesInterruptOfRoot: BoardRule = {
  id: 'cell-takes-interrupt-of-root',
  title: 'Cell takes an interrupt that Linux of the root cell uses',
  severity: 'warning',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['IRQ-root-still-uses'],
  prose: {
    meaning:
      'An interrupt in the `pin_bitmap` of a cell goes from the root cell to the cell. Devices that Linux of the root cell has enabled and that raise it get no more answers. Devices whose registers the cell shares with the root cell on purpose (ROOTSHARED), such as a UART for both, are left alone; so are those whose registers the cell takes, which cell-takes-device-of-root reports.',
    onTheBoard:
      'When the cell is created the device of the root cell stops: its disk, network or console hangs, without a message (irqchip.c:irqchip_cell_init; observed with the disk of a virtual machine).',
    remedy: 'Clear the bits, or disable the devices in the device tree of the board.',
  },
  bad: '/* board: mmc@7e340000 { interrupts = <0 126 4>; } is INTID 158 */\n.pin_base = 32,\n.pin_bitmap = { 0, 0, 0, 1 << (158 - 128) },',
  good: '.pin_base = 32,\n.pin_bitmap = { 0, 0, 0, 0 },',
  check(context, report) {
    const { board, system, member } = context;
    if (member === system || !knowsEnabledDevices(board)) return;
    const users = devicesByIntid(board);
    const virtual = new Set(ivshmemDevices(member).map((device) => ivshmemIntid(member, device)));
    const own = devicesOfCell(member, board);
    let reported = 0;
    for (const chip of member.irqchips) {
      const byWord = new Map<number, { readonly pins: number[]; readonly devices: Set<BoardDevice> }>();
      for (const pin of pinsOf(chip)) {
        if (virtual.has(pin)) continue;
        const devices = (users.get(pin) ?? []).filter(
          (device) => device.enabled && !isOfHypervisor(device) && !isOfCpus(device) && !own.has(device),
        );
        if (devices.length === 0) continue;
        const word = (pin - chip.pinBase.value) >> 5;
        const found = byWord.get(word) ?? { pins: [], devices: new Set() };
        byWord.set(word, found);
        found.pins.push(pin);
        for (const device of devices) found.devices.add(device);
      }
      for (const [word, { pins, devices: found }] of byWord) {
        if (++reported > maxReportedOverlaps) return;
        const devices = [...found];
        const many = pins.length > 1;
        report({
          span: chip.pinBitmap[word]?.span ?? chip.span,
          message: `${chip.path} gives ${cellName(member)} INTID ${listed(pins)}, but Linux of the root cell has ${deviceNames(devices)} enabled, which ${devices.length === 1 ? 'raises' : 'raise'} ${many ? 'them' : 'it'}: ${devices.length === 1 ? 'it stops' : 'they stop'} working there when the cell is created. Clear the ${many ? 'bits' : 'bit'}, or disable the ${devices.length === 1 ? 'device' : 'devices'} in the tree of the board.`,
          related: relatedDevices(devices),
          fixes: () => [
            ...clearPins(member, chip, pins).map((fix) => ({ ...fix, needsChoice: true })),
            ...disableDevices(context, devices),
          ],
        });
      }
    }
  },
};

/** Devices whose registers the cell has, shared or of its own. */
function devicesOfCell(cell: Config, board: Board): ReadonlySet<BoardDevice> {
  const regions = cell.memoryRegions.filter((region) => !isCommRegion(region) && !hasFlag(region, 'LOADABLE'));
  return new Set(regions.flatMap((region) => windowsIn(board, physRange(region)).map(({ device }) => device)));
}
