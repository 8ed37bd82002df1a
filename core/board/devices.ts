import { regOf } from '../devicetree/addresses.ts';
import { interruptMapOf, interruptsOf } from '../devicetree/interrupts.ts';
import type { TreeNode } from '../devicetree/model.ts';
import { compatibleOf, stringOf } from '../devicetree/tree-access.ts';
import type { BoardDevice, DeviceInterrupt, DeviceWindow } from './board.ts';
import { isMemoryNode } from './memory-nodes.ts';

/** Children of the root that describe no devices. */
const noDevices: ReadonlySet<string> = new Set([
  'aliases',
  'chosen',
  'cpus',
  'reserved-memory',
  '__fixups__',
  '__local_fixups__',
  '__overrides__',
  '__symbols__',
]);

/** Nodes with registers that the CPUs can address, or with interrupts at the GIC, also disabled ones, in the tree's order. */
export function boardDevices(root: TreeNode): readonly BoardDevice[] {
  const devices: BoardDevice[] = [];
  // A stack of its own, and paths handed down: hostile trees are 10,000 deep.
  const open: { node: TreeNode; path: string; enabled: boolean }[] = [{ node: root, path: '', enabled: true }];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { node, path } = at;
    const status = stringOf(node, 'status');
    const enabled = at.enabled && (status === undefined || status === 'okay' || status === 'ok');
    if (node.parent !== undefined) {
      const device = deviceOf(node, path, enabled);
      if (device.windows.length > 0 || device.interrupts.length > 0) devices.push(device);
    }
    for (let i = node.children.length - 1; i >= 0; i--) {
      const child = node.children[i] as TreeNode;
      if (node.parent === undefined && (noDevices.has(child.name) || isMemoryNode(child))) continue;
      open.push({ node: child, path: `${path}/${child.name}`, enabled });
    }
  }
  return devices;
}

function deviceOf(node: TreeNode, path: string, enabled: boolean): BoardDevice {
  return {
    name: node.name,
    path,
    compatible: compatibleOf(node),
    windows: deviceWindows(node),
    interrupts: gicInterrupts(node),
    enabled,
    node,
    span: node.span,
  };
}

/** Register windows in CPU addresses, in the order of `reg`. */
export function deviceWindows(node: TreeNode): readonly DeviceWindow[] {
  const windows: DeviceWindow[] = [];
  for (const { address, busAddress, size, span } of regOf(node)) {
    if (address !== undefined && size > 0n) windows.push({ name: node.name, start: address, size, span, busAddress });
  }
  return windows;
}

/** The interrupts that reach the GIC: the node's own, then those that it passes on for the devices behind it (INTA to INTD of a PCI host), each once. */
export function gicInterrupts(node: TreeNode): readonly DeviceInterrupt[] {
  const interrupts: DeviceInterrupt[] = [];
  for (const { intid, flags, span } of interruptsOf(node)) {
    if (intid !== undefined) interrupts.push({ intid, flags, span });
  }
  const known = new Set(interrupts.map(({ intid }) => intid));
  for (const { intid, flags, specifierSpan } of interruptMapOf(node)?.entries ?? []) {
    if (intid === undefined || known.has(intid)) continue;
    known.add(intid);
    interrupts.push({ intid, flags, span: specifierSpan });
  }
  return interrupts;
}
