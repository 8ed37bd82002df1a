import { ownsPin, pinsOf } from '../../config/interrupt-pins.ts';
import { bdfName, ivshmemDevices, ivshmemIntid } from '../../config/ivshmem.ts';
import type { Config, PciDevice } from '../../config/model.ts';
import { offerNumber } from '../../fixes/values.ts';
import type { Fix } from '../../source/finding.ts';
import type { BoardContext, BoardRule } from '../rule.ts';
import { cellName } from '../wording.ts';
import { isInterrupting, isOfCpus } from './device-kinds.ts';
import { deviceNames, relatedDevices } from './device-lists.ts';
import { devicesByIntid } from './interrupt-users.ts';

export const ivshmemInterruptOfDevice: BoardRule = {
  id: 'ivshmem-interrupt-of-device',
  title: 'Virtual PCI device has the interrupt of a real one',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['IVS-irq-free'],
  prose: {
    meaning:
      'A virtual PCI device raises INTID 32 + vpci_irq_base + the low two bits of its device number. No device of the board that is enabled may raise it, too. It is an error for UARTs, storage and network, and a warning for devices that may never raise theirs, such as a timer that Linux does not use or an empty PCI slot.',
    onTheBoard:
      'Both fire on one line: the driver of the device runs into interrupts that it did not cause, and Linux switches the line off ("nobody cared"), or the line is a level and the doorbells of the shared memory get lost (arm-common/ivshmem.c).',
    remedy: 'Set vpci_irq_base to a stretch of SPIs that the device tree of the board does not use, below the number of lines of the GIC.',
  },
  bad: '/* board: serial { interrupts = <0 93 4>; } */\n.vpci_irq_base = 93,',
  good: '.vpci_irq_base = 182 - 32,',
  check(context, report) {
    const { board, system, member } = context;
    const users = devicesByIntid(board);
    if (users.size === 0) return;
    const told = new Set<number>();
    for (const device of ivshmemDevices(member)) {
      const intid = ivshmemIntid(member, device);
      if (intid === undefined || told.has(intid)) continue;
      const real = (users.get(intid) ?? []).filter((one) => one.enabled && (member === system || !isOfCpus(one)));
      if (real.length === 0) continue;
      told.add(intid);
      report({
        span: member.cell.vpciIrqBase.span,
        ...(!real.some(isInterrupting) && { severity: 'warning' as const }),
        message: `The ivshmem device ${bdfName(device.bdf.value)} of ${cellName(member)} raises INTID ${intid} (SPI ${intid - 32}), which is the interrupt of ${deviceNames(real)}: both would fire on one line. Choose a vpci_irq_base whose SPIs no device of the board has.`,
        related: relatedDevices(real),
        fixes: () => moveBase(context),
      });
    }
  },
};

/** INTIDs from 1020 on mean something else. */
const firstSpecial = 1020;

/** For the root cell, whose host the driver describes to Linux; a guest tree of a cell has the number written into it. */
function moveBase({ board, system, member, cells }: BoardContext): readonly Fix[] {
  if (member !== system) return [];
  const users = devicesByIntid(board);
  const taken = new Set<number>();
  for (const cell of cells) {
    for (const chip of cell.irqchips) for (const pin of pinsOf(chip)) taken.add(pin);
    for (const intid of intidsOf(cell)) taken.add(intid);
  }
  const own = intidsOf(system);
  const base = system.cell.vpciIrqBase;
  const end = Math.min(firstSpecial, board.gic?.interruptLines ?? firstSpecial);
  const isFree = (intid: number): boolean => intid < end && !users.has(intid) && !taken.has(intid) && ownsPin(system, intid);
  for (let step = 1; step < end; step++) {
    for (const shift of [step, -step]) {
      if (base.value + shift >= 0 && own.every((intid) => isFree(intid + shift)))
        return offerNumber(system, system.cell, base, BigInt(base.value + shift), 'free on the board');
    }
  }
  return [];
}

function intidsOf(config: Config): readonly number[] {
  const intids = ivshmemDevices(config).map((device: PciDevice) => ivshmemIntid(config, device));
  return intids.filter((intid) => intid !== undefined);
}
