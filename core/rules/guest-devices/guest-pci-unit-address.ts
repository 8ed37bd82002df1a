import { regOf } from '../../devicetree/addresses.ts';
import { renameNode } from '../../fixes/tree-cells.ts';
import { hex } from '../../source/numbers.ts';
import type { GuestRule } from '../rule.ts';
import { ecamHosts } from './guest-nodes.ts';

export const guestPciUnitAddress: GuestRule = {
  id: 'guest-pci-unit-address',
  title: 'Name of the PCI host states another address than its registers',
  severity: 'information',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['DTS-pci-unit-address'],
  prose: {
    meaning:
      'The part of a name behind the @ is the first address of `reg` (Devicetree Specification 2.2.1). It is left behind easily when `pci_mmconfig_base` moves. Nothing reads it but people.',
    onTheBoard: 'Nothing; dtc warns ("unit address and first address in reg don\'t match").',
    remedy: 'Rename the node.',
  },
  bad: 'pci@e0000000 {\n\treg = <0x0 0xff900000 0x0 0x100000>;\n};',
  good: 'pci@ff900000 {\n\treg = <0x0 0xff900000 0x0 0x100000>;\n};',
  check({ tree, text }, report) {
    for (const node of ecamHosts(tree)) {
      const stated = /@([0-9a-fA-F]+)$/.exec(node.name)?.[1];
      const [reg] = regOf(node);
      if (stated === undefined || reg === undefined || BigInt(`0x${stated}`) === reg.busAddress) continue;
      const name = node.name.replace(/@.*$/, `@${reg.busAddress.toString(16)}`);
      report({
        span: node.span,
        message: `The name ${node.name} says 0x${stated}, but the registers are at ${hex(reg.busAddress)}. Rename it to ${name}.`,
        related: [{ span: reg.addressSpan, message: `the address that counts, ${hex(reg.busAddress)}` }],
        fixes: () => {
          const edits = renameNode(node, name, text);
          return edits === undefined ? [] : [{ title: `Rename the node to ${name}`, edits }];
        },
      });
    }
  },
};
