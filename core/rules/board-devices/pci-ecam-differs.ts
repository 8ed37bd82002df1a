import { overlaps } from '../../config/address-window.ts';
import { mmconfigWindow } from '../../config/intercepted-windows.ts';
import { compatibleOf } from '../../devicetree/tree-access.ts';
import { hex } from '../../source/numbers.ts';
import type { BoardRule } from '../rule.ts';
import { rangeText } from '../wording.ts';

export const pciEcamDiffers: BoardRule = {
  id: 'pci-ecam-differs',
  title: 'PCI configuration space is elsewhere on the board',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['PCI-phys-ecam'],
  prose: {
    meaning:
      'With `pci_is_virtual` 0 the window at pci_mmconfig_base has to be the configuration space (ECAM) of the real host: `reg` of a `pci-host-ecam-generic` node. Hosts of other kinds have no such window, and the rule keeps quiet about them.',
    onTheBoard:
      'The hypervisor reads something else than PCI devices: `jailhouse enable` fails, or the board dies with an external abort (pci.c:pci_init).',
    remedy:
      'Copy the address, and set pci_mmconfig_end_bus to the last bus that the window has room for. For ivshmem alone set pci_is_virtual to 1.',
  },
  bad: '/* board: pcie { compatible = "pci-host-ecam-generic"; reg = <0x40 0x10000000 0x0 0x10000000>; }; */\n.pci_mmconfig_base = 0x10000000,\n.pci_mmconfig_end_bus = 255,\n.pci_is_virtual = 0,',
  good: '.pci_mmconfig_base = 0x4010000000,\n.pci_mmconfig_end_bus = 255,\n.pci_is_virtual = 0,',
  check({ board, system, member }, report) {
    const header = system.system;
    const window = mmconfigWindow(system);
    if (member !== system || header === undefined || window === undefined || header.pciIsVirtual.value !== 0) return;
    const hosts = board.pciHosts.filter(({ enabled }) => enabled);
    // The controllers of other kinds are not described.
    if (hosts.length === 0 || !hosts.every(({ node }) => node !== undefined && compatibleOf(node).includes('pci-host-ecam-generic')))
      return;
    const spaces = hosts.flatMap(({ registers }) => registers.slice(0, 1));
    const [first] = spaces;
    if (first === undefined) return;
    const own = spaces.find(({ start }) => start === window.start);
    const related = spaces.map((space) => ({ span: space.span, message: `configuration space of ${space.name}: ${rangeText(space)}` }));
    if (own === undefined)
      report({
        span: header.pciMmconfigBase.span,
        message: `pci_mmconfig_base is ${hex(window.start)}, but the configuration space of ${first.name} is ${rangeText(first)}${overlaps(first, window) ? ', and starts elsewhere' : ''}: the hypervisor would not find PCI devices there, and the board may die. Write ${hex(first.start)}, or set pci_is_virtual to 1 where only ivshmem is wanted.`,
        related,
      });
    else if (window.size > own.size)
      report({
        span: header.pciMmconfigEndBus.span,
        message: `With pci_mmconfig_end_bus ${header.pciMmconfigEndBus.value} the PCI configuration window is ${rangeText(window)}, but that of ${own.name} is ${rangeText(own)}: it has room for buses 0-${own.size / 0x100000n - 1n}. Lower pci_mmconfig_end_bus.`,
        related,
      });
  },
};
