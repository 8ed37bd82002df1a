import type { AddressWindow } from '../config/address-window.ts';
import { rangesOf } from '../devicetree/addresses.ts';
import type { TreeNode } from '../devicetree/model.ts';
import { cellOf, isEnabled, nodesBelow, property, stringOf } from '../devicetree/tree-access.ts';
import type { BoardPciHost } from './board.ts';
import { deviceWindows } from './devices.ts';

function isPci(node: TreeNode | undefined): boolean {
  const type = node && stringOf(node, 'device_type');
  return type === 'pci' || type === 'pciex';
}

/** Host bridges: nodes of the PCI device type that are not themselves on a PCI bus. */
export function pciHostNodes(root: TreeNode): readonly TreeNode[] {
  const hosts: TreeNode[] = [];
  for (const node of nodesBelow(root)) if (isPci(node) && !isPci(node.parent)) hosts.push(node);
  return hosts;
}

export function pciHosts(root: TreeNode): readonly BoardPciHost[] {
  return pciHostNodes(root).map((node) => ({
    name: node.name,
    domain: cellOf(node, 'linux,pci-domain'),
    enabled: isEnabled(node),
    registers: deviceWindows(node),
    windows: outboundWindows(node),
    span: property(node, 'linux,pci-domain')?.valueSpan ?? node.span,
    node,
  }));
}

/** What the CPUs reach through the bridge: memory and I/O ranges, in CPU addresses. */
function outboundWindows(host: TreeNode): readonly AddressWindow[] {
  const windows: AddressWindow[] = [];
  for (const { address, flags, size, span } of rangesOf(host) ?? []) {
    const configuration = flags !== undefined && ((flags >>> 24) & 3) === 0;
    if (address !== undefined && size > 0n && !configuration) windows.push({ name: host.name, start: address, size, span });
  }
  return windows;
}
