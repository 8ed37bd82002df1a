import { virtRange } from '../../config/address-window.ts';
import { hasFlag, isCommRegion, isSubPage, widthFlags } from '../../config/memory-flags.ts';
import { addMemoryFlags } from '../../fixes/flags.ts';
import type { GuestRule } from '../rule.ts';
import { regionByVirt } from '../wording.ts';
import { answering } from './cell-reach.ts';
import { accessWidth } from './guest-drivers.ts';
import { deviceText, guestDevices } from './guest-nodes.ts';

export const guestDeviceWidth: GuestRule = {
  id: 'guest-device-width',
  title: 'Region forbids the accesses of the driver',
  severity: 'error',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['DTS-reg-width', 'SUB-width-driver'],
  prose: {
    meaning:
      'In a region smaller than a page only the access widths pass that its flags name. `reg-io-width` in the node says what the driver uses, in bytes; without it an 8250 and the mini UART of the Raspberry Pi are driven by bytes, a PL011 by 16 bits, and the UARTs of i.MX, Zynq and Armada by 32. Of other devices nothing is said.',
    onTheBoard:
      '"FATAL: Invalid MMIO write, address: ..., size: 1" when the driver starts, and the cell is failed (hypervisor/mmio.c:mmio_handle_subpage).',
    remedy: 'Add the width to the flags of the region.',
  },
  bad: '/* serial@fe215040, brcm,bcm2835-aux-uart */\n.size = 0x40,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO | JAILHOUSE_MEM_IO_32,',
  good: '.size = 0x40,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO |\n\t JAILHOUSE_MEM_IO_8 | JAILHOUSE_MEM_IO_32,',
  check({ tree, cell }, report) {
    for (const device of guestDevices(tree)) {
      const width = accessWidth(device);
      const window = device.windows[0];
      if (width === undefined || window === undefined) continue;
      const region = answering(cell, { start: window.start, size: 1n });
      if (region === undefined || !isSubPage(region) || isCommRegion(region) || hasFlag(region, width.flag)) continue;
      // No width at all: subpage-without-width tells it.
      if ((region.flags.value & widthFlags) === 0n) continue;
      const { start } = virtRange(region);
      report({
        span: region.flags.span,
        message: `${regionByVirt(region)} holds ${deviceText(device.node)}, which the driver of the guest accesses by ${width.bits} bits (${width.why}), but its flags lack JAILHOUSE_MEM_${width.flag}: the guest would die of "Invalid MMIO" at ${start === window.start ? 'its first access' : 'the first access to the device'}. Add the flag.`,
        related: [{ span: window.entry.span, message: `${device.node.name} is accessed by ${width.bits} bits` }],
        fixes: () => addMemoryFlags(cell, region, width.flag),
      });
    }
  },
};
