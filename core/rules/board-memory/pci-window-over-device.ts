import type { Board } from '../../board/board.ts';
import { gicWindowsOf } from '../../board/device-stretches.ts';
import { gicVersionOf } from '../../board/gic.ts';
import { type AddressWindow, overlaps } from '../../config/address-window.ts';
import { iommuWindows } from '../../config/intercepted-windows.ts';
import type { Config } from '../../config/model.ts';
import { isOfHypervisor, mayBeDriven } from '../board-devices/device-kinds.ts';
import type { BoardRule } from '../rule.ts';
import { rangeText } from '../wording.ts';
import { virtualPciRange } from './claims.ts';
import { moveWindowFixes } from './move-window.ts';

interface Resource {
  /** As messages call it. */
  readonly name: string;
  readonly window: AddressWindow;
  readonly enabled: boolean;
  /** Memory on the chip, flash and the like: many kernels have no driver that claims it. */
  readonly quiet: boolean;
}

export const pciWindowOverDevice: BoardRule = {
  id: 'pci-window-over-device',
  title: 'Virtual PCI window over a device of the board',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['PCI-mmcfg-hw', 'PCI-mmcfg-ram'],
  prose: {
    meaning:
      'The window of the virtual PCI host (1 MiB from `pci_mmconfig_base` and the pages of its devices behind it) lies over registers of the board: a device, the interrupt controller, an IOMMU, or the window of the real PCI host. Over a device that is disabled in the tree: information. Over flash and other nodes that many kernels have no driver for: a warning.',
    onTheBoard:
      'Linux refuses the window, and there are no virtual PCI devices (observed over a UART: "can\'t claim ECAM area ...: address conflict with pl011@9000000"); or the accesses of the driver are taken for PCI configuration accesses (driver/pci.c, pci.c).',
    remedy: 'Move `pci_mmconfig_base` to addresses below 4 GiB where neither RAM nor a device is.',
  },
  bad: '/* the UART is at 0x9000000 */\n.pci_mmconfig_base = 0x9000000,',
  good: '.pci_mmconfig_base = 0x8e00000,',
  check(context, report) {
    const { board, system, member } = context;
    const base = system.system?.pciMmconfigBase;
    const range = virtualPciRange(system);
    if (member !== system || base === undefined || range === undefined) return;
    const hit = resources(board, system).filter(({ window }) => overlaps(window, range));
    const culprit = hit.find(({ enabled, quiet }) => enabled && !quiet) ?? hit.find(({ enabled }) => enabled) ?? hit[0];
    if (culprit === undefined) return;
    const { name, window, enabled, quiet } = culprit;
    const others = hit.filter((other) => other !== culprit && (other.enabled || !enabled));
    report({
      span: base.span,
      severity: !enabled ? 'information' : quiet ? 'warning' : 'error',
      message: enabled
        ? `The virtual PCI window ${rangeText(range)} lies over ${name} ${rangeText(window)}${quiet ? '. If the kernel has a driver for that,' : ':'} Linux refuses the window there, or the device cannot be reached any more, and the virtual PCI devices do not show up. Move pci_mmconfig_base below 4 GiB to where neither RAM nor a device is.`
        : `The virtual PCI window ${rangeText(range)} lies over ${name} ${rangeText(window)}, which is disabled in the board's device tree. Once it is enabled the two collide.`,
      related: [culprit, ...others]
        .slice(0, 8)
        .map((other) => ({ span: other.window.span, message: `${other.name} ${rangeText(other.window)}` })),
      fixes: () => moveWindowFixes(context),
    });
  },
};

/** What Linux knows at addresses of its own: each once. */
function resources(board: Board, system: Config): readonly Resource[] {
  const found = new Map<string, Resource>();
  const add = (name: string, window: AddressWindow, enabled: boolean, quiet = false): void => {
    const key = `${window.start} ${window.size}`;
    const before = found.get(key);
    if (before === undefined || (!before.enabled && enabled)) found.set(key, { name, window, enabled, quiet });
  };
  if (board.gic !== undefined) for (const window of gicWindowsOf(board.gic, board.cpus?.length)) add(window.name, window, true);
  const base = system.system?.pciMmconfigBase.value;
  for (const device of board.devices) {
    const { name, compatible, windows, enabled, node } = device;
    // The trees of live boards hold the virtual host itself; how much the GIC has was said above.
    if (compatible.includes('pci-host-ecam-generic') && windows[0]?.start === base) continue;
    if (compatible.includes('arm,gic-v3') || (node !== undefined && gicVersionOf(node) !== undefined)) continue;
    const quiet = !mayBeDriven(device) && !isOfHypervisor(device);
    for (const window of windows) add(name, window, enabled, quiet);
  }
  for (const { name, windows, registers, enabled } of board.pciHosts) {
    if (registers[0]?.start === base) continue;
    for (const window of windows) add(`the window of ${name}`, window, enabled);
  }
  for (const window of iommuWindows(system)) add(window.name, window, true);
  return [...found.values()];
}
