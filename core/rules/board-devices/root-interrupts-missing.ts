import type { BoardDevice } from '../../board/board.ts';
import { gicOf } from '../../config/gic.ts';
import { ownsPin, pinsOf } from '../../config/interrupt-pins.ts';
import { setPins } from '../../fixes/bits.ts';
import type { BoardRule } from '../rule.ts';
import { cellName, listed, sentenceStart } from '../wording.ts';
import { knowsEnabledDevices } from './cell-takes-device-of-root.ts';
import { isDriven } from './device-kinds.ts';
import { deviceNames, relatedDevices } from './device-lists.ts';
import { devicesByIntid } from './interrupt-users.ts';

export const rootInterruptsMissing: BoardRule = {
  id: 'root-interrupts-missing',
  title: 'Root cell leaves out an interrupt that Linux uses',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['IRQ-root-none'],
  prose: {
    meaning:
      'The root cell may control the interrupts in its `pin_bitmap` only. Looked at are enabled nodes of the board that have a driver at work in any Linux (MMC, Ethernet, USB, GPIO and the like); interrupts that a cell lists are left out. A root cell without any shared interrupt is an error; single ones that are missing are a warning.',
    onTheBoard:
      'What Linux writes to switch such an interrupt on or off, or to move it to another CPU, is ignored; one that is on keeps firing. Storage, network or the console hang sooner or later (irqchip.c:restrict_bitmask_access).',
    remedy: 'List all interrupts of the controller: entries for 32, 160, ... with all bits set.',
  },
  bad: '.irqchips = {\n\t{ .address = 0xff841000, .pin_base = 32, .pin_bitmap = { 0xffffffff } },\n},',
  good: '.irqchips = {\n\t{\n\t\t.address = 0xff841000,\n\t\t.pin_base = 32,\n\t\t.pin_bitmap = { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },\n\t},\n},',
  check({ board, system, member, cells }, report) {
    if (member !== system || !knowsEnabledDevices(board) || gicOf(system) === undefined) return;
    const pins: number[] = [];
    const devices = new Set<BoardDevice>();
    for (const [intid, users] of devicesByIntid(board)) {
      if (intid >= 1020 || ownsPin(system, intid) || cells.some((cell) => ownsPin(cell, intid))) continue;
      const driven = users.filter((device) => device.enabled && isDriven(device));
      if (driven.length === 0) continue;
      pins.push(intid);
      for (const device of driven) devices.add(device);
    }
    if (pins.length === 0) return;
    pins.sort((a, b) => a - b);
    const none = !system.irqchips.some((chip) => pinsOf(chip).some((pin) => pin >= 32));
    const list = [...devices];
    report({
      span: system.arrays.find(({ kind }) => kind === 'irqchips')?.member?.span ?? system.cell.span,
      ...(!none && { severity: 'warning' as const }),
      message: none
        ? `${sentenceStart(cellName(system))} lists no interrupt of a device at all, but Linux has ${deviceNames(list)} enabled: Linux could switch no interrupt of a device on or off any more, and storage, network and console would hang. Add irqchips that list all interrupts of the controller.`
        : `${sentenceStart(cellName(system))} does not list INTID ${listed(pins)}, the ${pins.length === 1 ? 'interrupt' : 'interrupts'} of ${deviceNames(list)}: Linux could not switch ${pins.length === 1 ? 'it' : 'them'} any more, and the ${list.length === 1 ? 'device hangs' : 'devices hang'}. Set the ${pins.length === 1 ? 'bit' : 'bits'} in the irqchips.`,
      related: relatedDevices(list),
      fixes: () => setPins(system, pins),
    });
  },
};
