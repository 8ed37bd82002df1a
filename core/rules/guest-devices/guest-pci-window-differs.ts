import { configSpacePerBus, mmconfigWindow } from '../../config/intercepted-windows.ts';
import type { TreeNode } from '../../devicetree/model.ts';
import { cellsOf, property } from '../../devicetree/tree-access.ts';
import { setRegAddress } from '../../fixes/tree-cells.ts';
import { addProperty, replaceValue } from '../../fixes/tree-edits.ts';
import type { Fix } from '../../source/finding.ts';
import { hex, humanSize } from '../../source/numbers.ts';
import type { GuestRule, TextOf } from '../rule.ts';
import { count, rangeText } from '../wording.ts';
import { virtualHosts } from './virtual-host.ts';

export const guestPciWindowDiffers: GuestRule = {
  id: 'guest-pci-window-differs',
  title: "PCI configuration space of the guest is not the system's",
  severity: 'error',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['DTS-pci-reg', 'DTS-pci-bus-range'],
  prose: {
    meaning:
      "The hypervisor answers for the PCI configuration space at `pci_mmconfig_base`, 1 MiB for each bus up to `pci_mmconfig_end_bus`, in every cell. `reg` of the guest's host bridge (`pci-host-ecam-generic`) has to say that address and 1 MiB or more. More buses than that, in `bus-range` or by the size alone, are a warning: nothing answers there. A host whose registers are in a region of the cell is hardware, and not looked at.",
    onTheBoard: '"Unhandled data read at ..." when Linux scans the bus, and the cell is failed (hypervisor/pci.c:pci_cell_init).',
    remedy: 'Copy `pci_mmconfig_base` into `reg`, and write `bus-range = <0 0>`.',
  },
  bad: '/* .pci_mmconfig_base = 0xff900000 */\nreg = <0x0 0xe0000000 0x0 0x100000>;',
  good: 'reg = <0x0 0xff900000 0x0 0x100000>;\nbus-range = <0 0>;',
  check(context, report) {
    const { system, text } = context;
    const header = system.system;
    if (header === undefined) return;
    const window = mmconfigWindow(system);
    const base = header.pciMmconfigBase;
    for (const { node, reg, address } of virtualHosts(context)) {
      if (window === undefined) {
        report({
          span: reg.addressSpan,
          message: `${node.name} has its configuration space at ${hex(address)}, but the system config states none (pci_mmconfig_base is 0) and no region of the cell holds it: the guest would die of "Unhandled data read".`,
          related: [{ span: base.span, message: 'pci_mmconfig_base is 0' }],
        });
        continue;
      }
      const related = [{ span: base.span, message: `pci_mmconfig_base ${hex(base.value)}` }];
      if (address !== window.start)
        report({
          span: reg.addressSpan,
          message: `${node.name} looks for the PCI configuration space at ${hex(address)}, but the hypervisor answers at ${rangeText(window)}: the guest would die when it scans the bus ("Unhandled data read at ${hex(address)}..."). Write ${hex(window.start)}.`,
          related,
          fixes: () => setAddress(node, window.start, text),
        });
      if (reg.size < configSpacePerBus) {
        report({
          span: reg.sizeSpan,
          message: `The configuration space of ${node.name} has ${humanSize(reg.size)}, but one bus takes 1 MiB: Linux has no bus to scan. Write 0x100000.`,
          related,
        });
        continue;
      }
      const range = property(node, 'bus-range');
      const [first = 0, last = 255] = range === undefined ? [] : cellsOf(range);
      const answered = header.pciMmconfigEndBus.value + 1;
      // Linux takes no more buses than the size has room for (drivers/pci/ecam.c).
      const room = Number(reg.size / configSpacePerBus);
      const buses = Math.min(last - first + 1, room);
      if (buses <= answered) continue;
      report({
        span: range?.valueSpan ?? reg.sizeSpan,
        severity: 'warning',
        message: `${node.name} has ${count(buses, 'bus', 'buses')}, but the hypervisor answers for ${answered === 1 ? 'bus 0 only' : `${answered} buses`} (${rangeText(window)}): an access behind that ends the guest ("Unhandled data read"). Write bus-range = <0 ${answered - 1}>.`,
        related: [{ span: header.pciMmconfigEndBus.span, message: `pci_mmconfig_end_bus ${header.pciMmconfigEndBus.value}` }],
        fixes: () => {
          const value = `<0 ${answered - 1}>`;
          const edit = range === undefined ? addProperty(node, `bus-range = ${value};`, text) : replaceValue(range, value);
          return edit === undefined ? [] : [{ title: `Set bus-range to ${value}`, edits: [edit] }];
        },
      });
    }
  },
};

function setAddress(node: TreeNode, address: bigint, text: TextOf): readonly Fix[] {
  const edits = setRegAddress(node, 0, address, text);
  return edits === undefined ? [] : [{ title: `Set the address to ${hex(address)}`, edits }];
}
