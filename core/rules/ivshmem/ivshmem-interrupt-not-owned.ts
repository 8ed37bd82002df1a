import { ownsPin } from '../../config/interrupt-pins.ts';
import { bdfName, ivshmemDevices, ivshmemIntid } from '../../config/ivshmem.ts';
import { setPins } from '../../fixes/bits.ts';
import { setNumber } from '../../fixes/values.ts';
import type { FileRule } from '../rule.ts';

export const ivshmemInterruptNotOwned: FileRule = {
  id: 'ivshmem-interrupt-not-owned',
  title: "Interrupt of an ivshmem device is not the cell's",
  severity: 'error',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['IVS-irq-owned', 'IVS-irq-base-units'],
  prose: {
    meaning:
      'On ARM an ivshmem device raises the interrupt 32 + vpci_irq_base + (device number modulo 4). The cell has to list this INTID in its irqchips. `vpci_irq_base` is an SPI number, as in a device tree: 32 less than the INTID.',
    onTheBoard:
      'Nothing checks it. The guest cannot switch the interrupt on, so the link never comes up: the device is there, but silent (arm-common/ivshmem.c; observed). In the root cell it was seen to go well when the interrupt was on before: warning.',
    remedy: 'Set the bit of the INTID in an irqchip of the cell, or correct `vpci_irq_base`.',
  },
  bad: '.vpci_irq_base = 185, /* the INTID; irqchips own 185 */',
  good: '.vpci_irq_base = 185 - 32, /* irqchips own INTID 185 */',
  check(config, report) {
    const told = new Set<number>();
    for (const device of ivshmemDevices(config)) {
      const intid = ivshmemIntid(config, device);
      if (intid === undefined || ownsPin(config, intid) || told.has(intid)) continue;
      told.add(intid);
      const base = config.cell.vpciIrqBase;
      const asIntid = base.value + ((device.bdf.value >> 3) & 3);
      const hint = ownsPin(config, asIntid)
        ? `It owns INTID ${asIntid}: vpci_irq_base counts SPIs, so write ${base.value} - 32.`
        : `Set its bit in an irqchip, or correct vpci_irq_base (${base.value}, an SPI number).`;
      report({
        span: base.explicit ? base.span : device.bdf.span,
        severity: config.kind === 'system' ? 'warning' : 'error',
        message: `The ivshmem device ${bdfName(device.bdf.value)} raises INTID ${intid} (SPI ${intid - 32}), which no irqchip of this cell lists: the guest could not switch it on, and the link stays down. ${hint}`,
        related: [{ span: device.bdf.span, message: `${device.path} at ${bdfName(device.bdf.value)}` }],
        fixes: () => (ownsPin(config, asIntid) ? setNumber(config, config.cell, base, BigInt(base.value - 32)) : setPins(config, [intid])),
      });
    }
  },
};
