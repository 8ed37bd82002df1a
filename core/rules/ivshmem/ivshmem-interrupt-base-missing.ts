import { ownsPin } from '../../config/interrupt-pins.ts';
import { ivshmemDevices, ivshmemIntid } from '../../config/ivshmem.ts';
import type { FileRule } from '../rule.ts';

export const ivshmemInterruptBaseMissing: FileRule = {
  id: 'ivshmem-interrupt-base-missing',
  title: 'Ivshmem devices on the first interrupt of the board',
  severity: 'warning',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['IVS-irq-owned'],
  prose: {
    meaning:
      'On ARM an ivshmem device raises the interrupt 32 + vpci_irq_base + (device number modulo 4). Without `vpci_irq_base` that is INTID 32, the first interrupt of the board, and the three behind it, where nearly every SoC has devices. The field has to name four SPIs that no device has.',
    onTheBoard:
      'Nothing checks it (observed: the config is accepted). The driver of the device that has the interrupt is called when a message comes, and the link hears the interrupts of that device (arm-common/ivshmem.c).',
    remedy:
      'Set `vpci_irq_base` to the first of up to four free SPI numbers (INTID - 32), and give their INTIDs to the cell in an irqchip.',
  },
  bad: '.num_pci_devices = ARRAY_SIZE(config.pci_devices),\n/* no .vpci_irq_base */',
  good: '.num_pci_devices = ARRAY_SIZE(config.pci_devices),\n.vpci_irq_base = 128 - 32,',
  check(config, report) {
    const base = config.cell.vpciIrqBase;
    if (base.value !== 0) return;
    const wired = ivshmemDevices(config).flatMap((device) => {
      const intid = ivshmemIntid(config, device);
      // An interrupt that the cell does not own is told of by ivshmem-interrupt-not-owned.
      return intid !== undefined && ownsPin(config, intid) ? [{ device, intid }] : [];
    });
    const [first] = wired;
    if (first === undefined) return;
    report({
      span: base.explicit ? base.span : first.device.bdf.span,
      message: `vpci_irq_base is ${base.explicit ? '0' : 'left out'}, so ivshmem devices raise INTID ${first.intid} and on, which belong to the first devices of the board: their drivers would be called, and the link would hear them. Set it to the first of four SPI numbers (INTID - 32) that no device has.`,
      related: wired.map(({ device, intid }) => ({ span: device.bdf.span, message: `${device.path} raises INTID ${intid}` })),
    });
  },
};
