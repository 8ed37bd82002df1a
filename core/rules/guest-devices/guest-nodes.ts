import { gicVersionOf } from '../../board/gic.ts';
import type { AddressRange } from '../../config/address-window.ts';
import { type RegEntry, regOf } from '../../devicetree/addresses.ts';
import type { DeviceTree, TreeNode } from '../../devicetree/model.ts';
import { baseNameOf, compatibleOf, pathOf, stringOf, stringsOf } from '../../devicetree/tree-access.ts';

/** A device of the guest that has registers. */
export interface GuestDevice {
  readonly node: TreeNode;
  readonly compatible: readonly string[];
  /** The entries of `reg` that the CPUs can address and that are not empty. */
  readonly windows: readonly GuestWindow[];
}

export interface GuestWindow extends AddressRange {
  readonly entry: RegEntry;
}

/** An enabled node and what it is compatible with. */
export interface EnabledNode {
  readonly node: TreeNode;
  /** Empty where nothing is said. */
  readonly compatible: readonly string[];
}

const enabled = new WeakMap<DeviceTree, ReadonlyMap<TreeNode, EnabledNode>>();

/** The nodes whose `status` is okay, and that of all nodes above, parents first. One walk for a tree: hostile ones are 10,000 deep. */
export function enabledNodes(tree: DeviceTree): ReadonlyMap<TreeNode, EnabledNode> {
  let found = enabled.get(tree);
  if (found === undefined) {
    found = findEnabled(tree.root);
    enabled.set(tree, found);
  }
  return found;
}

function findEnabled(root: TreeNode): ReadonlyMap<TreeNode, EnabledNode> {
  const found = new Map<TreeNode, EnabledNode>();
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const status = stringOf(node, 'status');
    if (status !== undefined && status !== 'okay' && status !== 'ok') continue;
    found.set(node, { node, compatible: compatibleOf(node) });
    for (let at = node.children.length - 1; at >= 0; at--) open.push(node.children[at] as TreeNode);
  }
  return found;
}

/** The first enabled node that is compatible with one of these. */
export function enabledWith(tree: DeviceTree, names: ReadonlySet<string>): TreeNode | undefined {
  for (const { node, compatible } of enabledNodes(tree).values()) if (compatible.some((name) => names.has(name))) return node;
  return undefined;
}

/** Nodes whose `reg` says something else than registers of a device. */
const otherKinds: ReadonlySet<string> = new Set(['cpus', 'memory', 'reserved-memory', 'chosen', 'aliases', '__symbols__']);

/** A tree does not change once it is read. */
const known = new WeakMap<DeviceTree, readonly GuestDevice[]>();

/**
 * The enabled nodes with `compatible` and registers, besides GICs and ECAM hosts, which have rules of their own. Linux makes devices of nodes with
 * `compatible` only (drivers/of/platform.c:of_platform_bus_create).
 */
export function guestDevices(tree: DeviceTree): readonly GuestDevice[] {
  let devices = known.get(tree);
  if (devices === undefined) {
    devices = findDevices(tree);
    known.set(tree, devices);
  }
  return devices;
}

function findDevices(tree: DeviceTree): readonly GuestDevice[] {
  const devices: GuestDevice[] = [];
  for (const { node, compatible } of enabledNodes(tree).values()) {
    if (compatible.length === 0 || gicVersionOf(node) !== undefined || isEcamHost(node)) continue;
    // Their children have no registers of the CPUs either, or are read by others.
    if (otherKinds.has(baseNameOf(node)) || (node.parent !== undefined && otherKinds.has(baseNameOf(node.parent)))) continue;
    const windows = regOf(node).flatMap((entry) =>
      entry.address !== undefined && entry.size > 0n ? [{ start: entry.address, size: entry.size, entry }] : [],
    );
    if (windows.length > 0) devices.push({ node, compatible, windows });
  }
  return devices;
}

/** Enabled GICs of the tree. */
export function gicNodes(tree: DeviceTree): readonly TreeNode[] {
  return [...enabledNodes(tree).keys()].filter((node) => gicVersionOf(node) !== undefined);
}

/** A PCI host whose registers are configuration space, 1 MiB for each bus: what the hypervisor emulates. */
export function isEcamHost(node: TreeNode): boolean {
  return compatibleOf(node).includes('pci-host-ecam-generic');
}

export function ecamHosts(tree: DeviceTree): readonly TreeNode[] {
  return [...enabledNodes(tree).keys()].filter(isEcamHost);
}

/** The node that `stdout-path` of `/chosen` names, by path or alias; `missing` where it names none. Undefined where nothing is said. */
export function stdoutNode(tree: DeviceTree): TreeNode | 'missing' | undefined {
  const chosen = tree.root.children.find(({ name }) => name === 'chosen');
  const named = chosen && (stringOf(chosen, 'stdout-path') ?? stringOf(chosen, 'linux,stdout-path'));
  const target = named?.split(':')[0];
  if (target === undefined || target === '') return undefined;
  const aliases = tree.root.children.find(({ name }) => name === 'aliases');
  const path = target.startsWith('/') ? target : aliases && stringsOf(aliases.properties.find(({ name }) => name === target))[0];
  if (path === undefined) return 'missing';
  let at: TreeNode | undefined = tree.root;
  for (const step of path.split('/')) if (step !== '') at = at?.children.find(({ name }) => name === step || baseNameOf({ name }) === step);
  return at ?? 'missing';
}

/** Nodes above a node that its path is written out for. */
const deepestPath = 8;

/** `serial@fe215040 (brcm,bcm2835-aux-uart)`, with its path where the name alone does not lead there. */
export function deviceText(node: TreeNode): string {
  let depth = 0;
  for (let at = node.parent; at !== undefined && depth <= deepestPath; at = at.parent) depth++;
  const name = depth > 1 && depth <= deepestPath ? pathOf(node) : node.name;
  return `${name} (${compatibleOf(node)[0] ?? 'without compatible'})`;
}
