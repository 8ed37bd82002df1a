import { type AddressRange, Coverage, overlaps, physRange, virtRange } from '../../config/address-window.ts';
import { ivshmemBarWindow, mmconfigWindow } from '../../config/intercepted-windows.ts';
import { hasFlag, isCommRegion, isEmpty } from '../../config/memory-flags.ts';
import { hex } from '../../source/numbers.ts';
import type { BoardRule } from '../rule.ts';
import { cellName } from '../wording.ts';
import { knowsEnabledDevices } from './cell-takes-device-of-root.ts';
import { isDriven } from './device-kinds.ts';
import { deviceNames, relatedDevices } from './device-lists.ts';

export const rootDeviceMissing: BoardRule = {
  id: 'root-device-missing',
  title: 'Root cell leaves out a device that Linux uses',
  severity: 'warning',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['MEM-dev-missing-root', 'BRD-root-mmio-cover'],
  prose: {
    meaning:
      'What no region of the root cell covers is gone for Linux when Jailhouse is enabled. Looked at are enabled nodes of the board whose drivers work with their registers all the time (MMC, Ethernet, USB, GPIO, clocks and the like), and PCI hosts of which no outbound window is covered, which is information where the slot may be empty. Interrupt controllers, IOMMUs, memory on the chip, flash and devices that a cell has are left out. It is a warning, since the tree does not say which drivers the kernel has.',
    onTheBoard:
      'The first CPU of the root cell that touches the device is parked: "Unhandled data read at ..." or "Unhandled data write at ...", during `jailhouse enable` or later, and the board dies with it.',
    remedy: 'Add a region with READ, WRITE and IO for the device, 1:1, but not over the interrupt controller.',
  },
  bad: '/* peripherals, without the Ethernet controller at 0xfd580000 */ {\n\t.phys_start = 0xfe000000,\n\t.virt_start = 0xfe000000,\n\t.size = 0x1000000,',
  good: '/* peripherals */ {\n\t.phys_start = 0xfd500000,\n\t.virt_start = 0xfd500000,\n\t.size = 0x1b00000,',
  check({ board, system, member, cells }, report) {
    if (member !== system || !knowsEnabledDevices(board)) return;
    const regions = system.memoryRegions.filter((region) => !isEmpty(region)).map(virtRange);
    // A device under the virtual PCI window is told of by pci-window-over-device.
    const windows = [mmconfigWindow(system), ivshmemBarWindow(system)].filter((window) => window !== undefined);
    const covered: readonly AddressRange[] = [...regions, ...windows];
    const ofCells: AddressRange[] = cells.flatMap((cell) =>
      cell.memoryRegions.filter((region) => hasFlag(region, 'IO') && !isCommRegion(region)).map(physRange),
    );
    const reached = new Coverage([...covered, ...ofCells]);
    const isOut = ({ start }: AddressRange): boolean => !reached.covers({ start, size: 1n });
    // The first window: behind it may stand what is looked at seldom, such as flash.
    const missing = board.devices.filter((device) => {
      const [first] = device.windows;
      return first !== undefined && device.enabled && isOut(first) && isDriven(device);
    });
    const [first] = missing;
    const span = system.arrays.find(({ kind }) => kind === 'memory-regions')?.member?.span ?? system.cell.span;
    if (first !== undefined) {
      const one = missing.length === 1;
      report({
        span,
        message: `No region of ${cellName(system)} covers ${deviceNames(missing)} (${one ? '' : 'the first '}at ${hex(first.windows[0]?.start ?? 0n)}), which Linux has enabled: the CPU that touches ${one ? 'it' : 'one of them'} after jailhouse enable would be parked ("Unhandled data ..."). Add a region with READ, WRITE and IO, or disable ${one ? 'the node' : 'the nodes'} in the device tree of the board.`,
        related: relatedDevices(missing),
      });
    }
    for (const host of board.pciHosts) {
      if (!host.enabled || host.windows.length === 0 || host.windows.some((window) => covered.some((range) => overlaps(window, range))))
        continue;
      report({
        span,
        // The USB controller of a Raspberry Pi 4 is behind it; another board's slot may be empty.
        ...(board.kind !== 'raspberry-pi-4' && { severity: 'information' as const }),
        message: `No region of ${cellName(system)} covers any of the windows through which the CPUs reach the devices behind ${host.name} (the first at ${hex(host.windows[0]?.start ?? 0n)}): the driver of such a device would be stopped at its next access ("Unhandled data ..."). Add a region with READ, WRITE and IO.`,
        related: host.windows.slice(0, 4).map((window) => ({ span: window.span, message: `${host.name}: window at ${hex(window.start)}` })),
      });
    }
  },
};
